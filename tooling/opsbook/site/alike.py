"""Which incidents are like one, for its page: by the measure of `opsbook show`, asked of near ones alone."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.facts import marks as known_marks
from opsbook.book.marks import marks
from opsbook.metrics.similarity import Known

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.site.survey import Card, Survey

_MOST = 3


class Alike(NamedTuple):
    """An incident that is like another, and why."""

    card: Card
    why: str


class Likeness:
    """Asks for the incidents that are shown, and for no other."""

    def __init__(self, book: Book, survey: Survey) -> None:
        self._book = book
        self._survey = survey

    @cached_property
    def _known(self) -> Known:
        found = known_marks(self._book)
        return Known({id: each for id, each in found.items() if self._survey["incident", id]})

    def prepare(self) -> None:
        """Work out what is known of all incidents, which is the same for each."""
        _ = self._known

    def like(self, incident: Document[Incident]) -> list[Alike]:
        """The few incidents most like one, the most similar first; earlier and later ones."""
        near = self._known.near(incident.id)
        if not near:
            return []
        ranked = self._known.similar(marks(incident.content), near)
        found = [
            Alike(card, str(each.common))
            for each in ranked
            if each.worth_reading and (card := self._survey["incident", each.id])
        ]
        return found[:_MOST]
