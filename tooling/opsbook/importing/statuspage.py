"""Atlassian Statuspage: `GET /api/v2/incidents.json`, one incident, or the `history.atom` of any such page.

A post's time is the one it shows (`display_at`). `started_at` is when the page's incident was created, not
when anything began, and is left out. Scheduled maintenance is no incident. An Atom feed has no severity: its
word is `unstated`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.importing.atom import is_feed, stories
from opsbook.importing.export import File, Left, Part, read_json
from opsbook.importing.feed import PLANNED, STAGES, Asked, Post, Read, Story
from opsbook.importing.html import markdown

if TYPE_CHECKING:
    from opsbook.model.incident import ServiceState

_STATES: dict[str, ServiceState] = {
    "operational": "operational",
    "degraded_performance": "degraded",
    "partial_outage": "partial-outage",
    "major_outage": "down",
}


def read(files: Sequence[File], asked: Asked) -> Read:
    """The incidents of some answers of the API, or of Atom feeds."""
    found: list[Story] = []
    skipped: list[Left] = []
    left: list[Left] = []
    for file in files:
        if is_feed(file):
            found += stories(file, asked, skipped, left)
            continue
        answer = read_json(file)
        page = answer.get("page") if isinstance(answer.value, dict) else None
        address = (page.said("url") if page else None) or ""
        for incident in _incidents(answer):
            if _planned(incident):
                skipped.append(Left(incident.place, f"`{incident.said('name')}`, maintenance"))
            else:
                found.append(_story(incident, address.rstrip("/"), asked, left))
    return Read(tuple(found), tuple(skipped), tuple(left))


def _incidents(answer: Part) -> list[Part]:
    if isinstance(answer.value, list):
        return answer.items()
    if answer.has("incident_updates"):
        return [answer]
    if answer.has("incident"):
        return [answer["incident"]]
    if not (answer.has("incidents") or answer.has("scheduled_maintenances")):
        raise answer.wrong("holds no `incidents`", "export it with GET /api/v2/incidents.json")
    return [*answer.items("incidents"), *answer.items("scheduled_maintenances")]


def _planned(incident: Part) -> bool:
    return (
        incident.said("impact") == "maintenance"
        or (incident.said("status") or "").replace("_", " ") in PLANNED
        or incident.has("scheduled_for")
    )


def _story(incident: Part, page: str, asked: Asked, left: list[Left]) -> Story:
    id = incident.text("id")
    source = f"{page}/incidents/{id}" if page else incident.said("shortlink") or f"statuspage:{id}"
    updates = sorted(incident.items("incident_updates"), key=lambda each: _when(each, asked))
    posts = [_post(each, asked, incident) for each in updates]
    if not posts:
        created = incident.instant("created_at", asked.timezone)
        posts = [Post(created, markdown(incident.text("name")), f"{id}/created")]
    if incident.said("resolved_at") and not any(post.resolves for post in posts):
        at = max(incident.instant("resolved_at", asked.timezone).replace(microsecond=0), posts[-1].at)
        posts.append(Post(at, "Resolved", f"{id}/resolved", "resolved", resolves=True))
    if incident.has("postmortem_body"):
        left.append(Left(incident.place, "its post-mortem"))
    return Story(
        incident.place, source, incident.text("name"), incident.said("impact") or "unstated", tuple(posts),
        tuple(_components(incident)),
    )  # fmt: skip


def _when(update: Part, asked: Asked) -> str:
    key = "display_at" if update.get("display_at") else "created_at"
    return update.instant(key, asked.timezone).isoformat()


def _post(update: Part, asked: Asked, incident: Part) -> Post:
    key = "display_at" if update.get("display_at") else "created_at"
    status = update.said("status") or ""
    text = markdown(update.said("body") or "") or status.capitalize() or "Updated"
    services = {}
    for component in update.items("affected_components"):
        name, state = component.said("name"), _STATES.get(component.said("new_status") or "")
        if name and state:
            services[name] = state
    at = update.instant(key, asked.timezone).replace(microsecond=0)
    source = update.said("id") or f"{incident.text('id')}/{status}"
    return Post(at, text, source, STAGES.get(status), status == "resolved", services)


def _components(incident: Part) -> Iterator[str]:
    for component in incident.items("components"):
        name = component.said("name")
        if name:
            yield name
    for update in incident.items("incident_updates"):
        for component in update.items("affected_components"):
            name = component.said("name")
            if name:
                yield name
