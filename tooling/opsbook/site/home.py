"""How things stand: what is open, who is on call, what is overdue, and how we are doing, as of the build."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.metrics.due import next_updates
from opsbook.metrics.follow_up import neglected
from opsbook.site import tally
from opsbook.site.measures import days_since
from opsbook.site.response import Tile

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Item
    from opsbook.metrics.business_days import Terms
    from opsbook.metrics.due import Due
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities
    from opsbook.site.guide import Guide
    from opsbook.site.measures import Measures
    from opsbook.site.survey import Card

_SHOWN = 12
"""So much of what is overdue, and of what is due next, stands on the home page."""


class Open(NamedTuple):
    """An incident that is not over."""

    card: Card
    severity: str | None
    status: str
    since: datetime | None
    commander: tuple[str, ...]
    services: tuple[str, ...]
    due: tuple[Due, ...]
    """The next update to each audience."""


def is_open(incident: Incident) -> bool:
    return incident.counts and incident.history.status not in ("resolved", "closed")


def opened(incident: Incident, card: Card, terms: Terms) -> Open:
    """An incident that is not over, as the home page shows it."""
    history = incident.history
    return Open(
        card,
        incident.severity,
        history.status,
        history.milestones.get("started", history.known_since),
        history.roles.get("incident-commander", incident.roles.get("incident-commander", ())),
        tuple(incident.services),
        tuple(next_updates(incident, terms)),
    )


def overdue(agenda: list[Item]) -> dict[str, Any]:
    """What is late, the longest first, and what is due next; both cut to what a page holds."""
    late = [item for item in agenda if item.overdue]
    coming = [item for item in agenda if not item.overdue]
    return {
        "overdue": late[:_SHOWN],
        "overdue_in_all": len(late),
        "coming": coming[:_SHOWN],
        "coming_in_all": len(coming),
    }


def told(at: datetime | None, as_of: datetime) -> dict[str, Any]:
    """When teams were last told what is overdue, and whether that is too long ago."""
    return {"told_at": at, "untold": at is not None and neglected(at, as_of)}


def doing(
    found: Measures, items: list[tally.Item], policy: Severities, target: float | None, guide: Guide
) -> list[Tile]:
    """How we are doing, in a few figures: those of the page of metrics, and how much is left to do."""
    as_of = found.year.as_of
    last, before = (each.whole.incidents for each in (found.quarter.now, found.quarter.before))
    words = "as many as" if last == before else "fewer than" if last < before else "more than"
    note = (
        f"{words} the {before} of the 90 days before"
        if found.quarter.knows_before
        else "no record yet of the 90 days before"
    )
    tiles = [Tile("Incidents in 90 days", str(last), note)]
    worst = [found.latest[name] for name in policy.paging if name in found.latest]
    names = " or ".join(policy.paging)
    if worst:
        row = max(worst, key=lambda row: (row.began or as_of, row.id))
        days = days_since(row.began or as_of, as_of, guide.zone)
        tiles.append(Tile(f"Days since a {names}", f"{days:,}", guide.title("incident", row.id)))
    done = found.year.now.action_items.done
    if done.share is not None:
        aim = f", target {target:.0%}" if target is not None else ""
        style = "" if target is None else "bad" if done.share < target else "good"
        said = f"{done.hits} of {done.of} that fell due in a year{aim}"
        tiles.append(Tile("Action items done", f"{done.share:.0%}", said, style))
    weeks = tally.burn_down(items, guide.local(as_of).date(), 5)
    if items:
        tiles.append(Tile("Unfinished action items", str(weeks[-1].open), f"{weeks[0].open} four weeks ago"))
    return tiles
