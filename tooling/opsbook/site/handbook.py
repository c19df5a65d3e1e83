"""The handbook: how incidents are handled here, on a few pages that people read before they need them.

What the policies of the book say is taken from them, so that nothing is said twice and nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from opsbook.site import charts

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.severity import Clock, Severities
    from opsbook.site.render import Page

PAGES = {
    "index": "How we handle incidents",
    "workflow": "From the first alert to the last action item",
    "decisions": "Decision cards",
    "communication": "Communication",
    "postmortems": "Blameless post-mortems",
    "alerts": "Alerts worth waking up for",
    "checklists": "Checklists",
    "glossary": "Glossary",
    "reading": "Further reading",
}
"""The pages in the order in which they are read, each with its title."""

_FLOW = (
    charts.Stop("Detected", "an alert fires, or a customer writes", "milestone detected"),
    charts.Stop("Acknowledged", "the one on call takes it on", "opsbook ack"),
    charts.Stop("Declared", "severity set, commander named", "opsbook declare"),
    charts.Stop("Mitigated", "customers are no longer hurt", "opsbook mitigate"),
    charts.Stop("Resolved", "the commander says that it is fixed", "opsbook resolve"),
    charts.Stop("Closed", "stable, at baseline, nobody reports it", "opsbook close"),
    charts.Stop("Learned from", "post-mortem published, action items done", "opsbook postmortem"),
)


def handbook(book: Book, make: Callable[..., Page]) -> Iterator[Page]:
    """Every page of the handbook; `make` renders one."""
    policy = book.severities
    names = list(PAGES)
    for place, (name, title) in enumerate(PAGES.items()):
        after = names[place + 1] if place + 1 < len(names) else None
        yield make(
            f"handbook/{name}",
            f"handbook/{name}.md",
            title,
            policy=policy,
            roles=book.roles,
            pages=PAGES,
            following=after,
            **_OWN.get(name, _nothing)(policy),
        )


def _nothing(policy: Severities) -> dict[str, Any]:
    return {}


def _workflow(policy: Severities) -> dict[str, Any]:
    said = "; then ".join(f"{stop.name}: {stop.what}" for stop in _FLOW)
    back = "A relapse reopens it: back to the response."
    picture = charts.flow("workflow", "The way of an incident", f"{said}. {back}", _FLOW, (4, 2, "reopened"))
    return {"picture": picture, "stops": _FLOW, "worst": next(iter(policy.levels))}


def _audiences(policy: Severities) -> dict[str, Any]:
    audiences = dict.fromkeys(audience for level in policy.levels.values() for audience in level.updates)
    clocks = [clock for clock in policy.clocks if clock.update]
    return {"audiences": list(audiences), "clocks": clocks}


def _stages(policy: Severities) -> dict[str, Any]:
    clocks: list[Clock] = [clock for clock in policy.clocks if clock.postmortem]
    return {"clocks": clocks}


_OWN: dict[str, Callable[[Severities], dict[str, Any]]] = {
    "index": _workflow,
    "workflow": _workflow,
    "communication": _audiences,
    "postmortems": _stages,
}
