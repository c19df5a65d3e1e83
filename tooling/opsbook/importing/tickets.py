"""Issues of a tracker that was exported to JSON: opsbook's own shape, Jira's search, Linear's nodes.

An issue is of the item that its `id` or one of its labels names, or whose `tracker` is its address. Only
where it stands and what became of it are taken over; what else differs is listed, not merged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.tracking import Ticket, address
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.actions import Work
    from opsbook.authoring.tracking import Outcome

_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_WEB = re.compile(r"https?://[^\s\"'<>\\`]{1,2000}")
_LARGEST = 50_000_000
_DECLINED = (
    "won't do",
    "won't fix",
    "wont do",
    "wontfix",
    "duplicate",
    "cannot reproduce",
    "declined",
    "abandoned",
)


class Foreign(NamedTuple):
    """An issue as it was exported, and what of it has no place in a record."""

    ticket: Ticket
    said: Mapping[str, str]
    """Title, due day and assignee as the tracker has them, where it has any."""


def read(content: str) -> tuple[list[Foreign], list[tuple[str, str]]]:
    """The issues of an export, and what of it is none: a place and why. UserError for what is no export."""
    if len(content) > _LARGEST:
        raise UserError("the export is larger than 50 MB", "export less at a time")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise UserError("the export is no JSON") from None
    issues, one = _issues(found)
    taken: list[Foreign] = []
    left: list[tuple[str, str]] = []
    for index, each in enumerate(issues):
        try:
            made = one(each) if isinstance(each, dict) else None
        except (KeyError, TypeError, ValueError, AttributeError):
            made = None
        if made is None:
            left.append((f"issue {index + 1}", "has no address, no key or no state that is known"))
        else:
            taken.append(made)
    return taken, left


def _issues(found: Any) -> tuple[list[Any], Any]:
    """The list of issues, and how one of them is read."""
    nodes = found
    for key in ("data", "issues", "nodes"):
        if isinstance(nodes, dict) and key in nodes:
            nodes = nodes[key]
            if isinstance(nodes, list):
                return nodes, _linear if key == "nodes" else _jira
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        tracked = [each for each in found["items"] if not isinstance(each, dict) or each.get("tracker")]
        return tracked, _own
    if isinstance(found, list):
        kinds = {"fields": _jira, "state": _linear, "status": _own}
        first = next((each for each in found if isinstance(each, dict)), {})
        return found, next((one for key, one in kinds.items() if key in first), _own)
    raise UserError("no issues in the export", "`items` of opsbook, `issues` of Jira, or `nodes` of Linear")


def _own(each: dict[str, Any]) -> Foreign | None:
    url, status = each.get("tracker"), each.get("status")
    if not url or status not in ("open", "in-progress", "done", "declined"):
        return None
    outcome: Outcome = "declined" if status == "declined" else "done"
    return _foreign(
        url.rstrip("/").rpartition("/")[2], url, [each.get("id")], status in ("done", "declined"), outcome,
        each.get("done_on"), title=each.get("title"), due=each.get("due"), owner=each.get("owner"),
    )  # fmt: skip


def _jira(each: dict[str, Any]) -> Foreign | None:
    """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"""
    fields, key = each["fields"], each["key"]
    site = re.match(r"https?://[^/\s]+", each.get("self") or "")
    category = fields["status"]["statusCategory"]["key"]
    if site is None or category not in ("new", "indeterminate", "done"):
        return None
    resolution = ((fields.get("resolution") or {}).get("name") or "").lower()
    outcome: Outcome = "declined" if resolution in _DECLINED else "done"
    return _foreign(
        key, f"{site[0]}/browse/{key}", fields.get("labels") or [], category == "done", outcome,
        fields.get("resolutiondate"), title=fields.get("summary"), due=fields.get("duedate"),
        owner=(fields.get("assignee") or {}).get("displayName"),
    )  # fmt: skip


def _linear(each: dict[str, Any]) -> Foreign | None:
    """https://linear.app/developers/graphql"""
    state = each["state"]["type"]
    if state not in ("triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate"):
        return None
    labels = each.get("labels") or []
    labels = labels.get("nodes", []) if isinstance(labels, dict) else labels
    names = [label.get("name") if isinstance(label, dict) else label for label in labels]
    ended = state in ("completed", "canceled", "duplicate")
    outcome: Outcome = "done" if state == "completed" else "declined"
    return _foreign(
        each["identifier"], each["url"], names, ended, outcome,
        each.get("completedAt") or each.get("canceledAt"), title=each.get("title"), due=each.get("dueDate"),
        owner=(each.get("assignee") or {}).get("name"),
    )  # fmt: skip


def _foreign(
    key: str, url: str, names: list[Any], ended: bool, outcome: Outcome, day: str | None, **said: Any
) -> Foreign | None:
    if not _WEB.fullmatch(url) or not re.fullmatch(r"[\w.-]{1,100}", key):
        return None
    item = next((name for name in names if isinstance(name, str) and _NAME.fullmatch(name)), None)
    closed_on = date.fromisoformat(day[:10]) if ended and day else None
    state = "closed" if ended else "open"
    kept = {name: words for name, words in said.items() if isinstance(words, str) and words}
    return Foreign(Ticket(key, url, item, state, outcome, closed_on), kept)  # type: ignore[arg-type]


def differing(work: Work, foreign: Foreign) -> Iterator[str]:
    """What the tracker says otherwise, and a record does not take over."""
    ours = {"title": work.item.title, "due": str(work.due) if work.due else ""}
    for name, words in foreign.said.items():
        if name in ours and words[:200] != ours[name][:200]:
            yield f"{name} `{words[:80]}`"


def paired(items: Iterable[Work], found: list[Foreign]) -> tuple[list[tuple[Work, Foreign]], list[Foreign]]:
    """Each item that has an issue with it, and the issues that are nobody's."""
    by_name = {each.ticket.item: each for each in reversed(found) if each.ticket.item}
    by_url = {address(each.ticket.url): each for each in reversed(found)}
    pairs = []
    for item in items:
        url = item.item.tracker
        foreign = by_url.get(address(url)) if url else by_name.get(item.name)
        if foreign is not None:
            pairs.append((item, foreign))
    taken = {id(foreign) for _, foreign in pairs}
    return pairs, [each for each in found if id(each) not in taken]
