"""The work that incidents left behind: what is unfinished, by when it is due, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.incident import ActionItem, Incident, due

if TYPE_CHECKING:
    from opsbook.model.severity import Severities
    from opsbook.site.survey import Card


class Work(NamedTuple):
    """An action item of an incident, with the day it is due: as written, or by the policy."""

    incident: Card
    id: str
    item: ActionItem
    due: date | None
    overdue: bool

    @property
    def order(self) -> tuple[date, str, str]:
        """The soonest first; what has no date stands last."""
        return self.due or date.max, self.incident.id, self.id


def action_items(incident: Incident, card: Card, policy: Severities, today: date) -> Iterator[Work]:
    """The action items of an incident, as of a day in the book's zone."""
    worst = policy.worst(incident.history.held(incident))
    allowed = policy.levels[worst].action_items_within if worst else None
    resolved = incident.history.milestones.get("resolved")
    for id, item in incident.action_items.items():
        by = _due(item, resolved, allowed)
        yield Work(card, id, item, by, item.unfinished and by is not None and by < today)


def _due(item: ActionItem, resolved: datetime | None, allowed: timedelta | None) -> date | None:
    try:
        return due(item, resolved, allowed)
    except OverflowError:  # the policy allows longer than the calendar lasts
        return None
