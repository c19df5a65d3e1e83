"""The work that incidents left behind: what is unfinished, by when it is due, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.follow_up import due_days

if TYPE_CHECKING:
    from opsbook.metrics.business_days import Terms
    from opsbook.model.incident import ActionItem, Incident
    from opsbook.site.survey import Card


class Work(NamedTuple):
    """An action item of an incident, with the day it is due: as written, or by the policy."""

    incident: Card
    id: str
    item: ActionItem
    due: date | None
    overdue: bool
    answered: bool = False
    """Late, and a comment at its place says why it may be."""

    @property
    def order(self) -> tuple[date, str, str]:
        """The soonest first; what has no date stands last."""
        return self.due or date.max, self.incident.id, self.id


def action_items(incident: Incident, card: Card, terms: Terms, today: date) -> Iterator[Work]:
    """The action items of an incident, as of a day in the book's zone."""
    for id, by in due_days(incident, terms).items():
        item = incident.action_items[id]
        yield Work(card, id, item, by, item.unfinished and by is not None and by < today)
