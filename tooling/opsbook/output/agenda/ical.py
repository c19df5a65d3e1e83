"""What is due as a calendar: an all-day event on the day it is due, or one at the instant.

An event keeps its identity while the item is the same one, whatever its day and its words are by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from opsbook.output.agenda.words import headline, whose
from opsbook.output.ical import Deadline, written

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Chosen, Item

_OURS = UUID("7c0f0b42-9a1e-4a55-8d57-0f6c1f1f4b8e")


def render(chosen: Chosen, *, color: bool = False) -> str:
    name = f"Due: {chosen.about}" if chosen.about else "Due"
    return written(name, map(_deadline, chosen.items), chosen.at)


def _deadline(item: Item) -> Deadline:
    lines = [whose(item), item.title, item.place]
    summary = headline(item)
    return Deadline(str(uuid5(_OURS, repr(item.key))), item.due, summary, "\n".join(lines))
