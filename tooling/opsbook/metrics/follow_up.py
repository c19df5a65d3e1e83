"""What an incident leaves to be done, and by when: its action items, and each stage of its post-mortem.

One place answers it for rules, pages and commands. A day is a day of the book's `timezone`: what is due
on 16 March is late when that day is over there, whatever day it is in UTC. Nothing here reads the
clock: whether something is late is for the caller to ask.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from opsbook.metrics.business_days import after, last_day

if TYPE_CHECKING:
    from opsbook.metrics.business_days import Terms
    from opsbook.model.incident import ActionItem, Incident
    from opsbook.model.severity import Severities

PostmortemStage = Literal["draft", "review", "published"]


def resolved_at(incident: Incident) -> datetime | None:
    """When an incident was resolved; None while it is not, also where it is open again."""
    history = incident.history
    return history.milestones.get("resolved") if history.status in ("resolved", "closed") else None


def allowed_until(incident: Incident, terms: Terms) -> date | None:
    """The last day that the policy gives an incident's action items.

    It is `action_items_within` of the worst level that the incident had, counted on a calendar from its
    resolution: 30 days after any hour of 2 March are 1 April. None while it is not resolved, without a
    known severity, and where the level sets no limit.
    """
    resolved, level = resolved_at(incident), terms.policy.level_of(incident)
    if resolved is None or level is None or level.action_items_within is None:
        return None
    return last_day(resolved, level.action_items_within, terms.calendar)


def due_days(incident: Incident, terms: Terms) -> dict[str, date | None]:
    """The last day of each action item by its id: as written, else as the policy allows, else None."""
    items = incident.action_items
    last = allowed_until(incident, terms) if any(item.due is None for item in items.values()) else None
    return {id: item.due or last for id, item in items.items()}


def told_when_overdue(incident: Incident, policy: Severities) -> tuple[str, ...]:
    """The people and teams who are told, beside the owner, when an action item of this incident is overdue:
    those of the worst level that it had."""
    level = policy.level_of(incident)
    return level.tell_when_overdue if level else ()


def review_day(item: ActionItem) -> date | None:
    """The day by which somebody must have looked whether a finished remedy holds; None where nobody said
    one, while it is not finished, and once there is a verdict."""
    return item.review_on if item.status == "done" and item.verdict is None else None


def neglected(last: datetime, at: datetime) -> bool:
    """Whether more than two weekdays have begun since somebody last looked: what runs on weekdays rests at
    weekends."""
    days = (last.date() + timedelta(days=n) for n in range(1, min((at.date() - last.date()).days, 60) + 1))
    return sum(day.weekday() < 5 for day in days) > 2


def postmortem_due(incident: Incident, terms: Terms) -> dict[PostmortemStage, datetime]:
    """The instant by which each stage of the post-mortem must be reached; stages without a clock
    are left out.

    The worst severity that the incident had decides, and the earliest of several clocks. Nothing is
    due of what is no incident, of a duplicate, and while the incident is not resolved.
    """
    worst = terms.policy.worst_of(incident)
    if worst is None or not asks_for_postmortem(incident):
        return {}
    due: dict[PostmortemStage, datetime] = {}
    reached = incident.history.milestones
    for clock in terms.policy.clocks:
        if clock.postmortem and clock.start in reached and worst in (clock.severity or (worst,)):
            by = after(reached[clock.start], clock.within, terms.calendar)
            due[clock.postmortem] = min(by, due.get(clock.postmortem, by))
    return due


def asks_for_postmortem(incident: Incident) -> bool:
    """Whether a post-mortem may be asked of it: an incident, no duplicate, and over."""
    return incident.counts and incident.history.status in ("resolved", "closed")
