"""What the templates of messages say, with the last incident that had such a message as the example."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.communications import Draft, render
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident
    from opsbook.site.survey import Card

_LONGEST = 20_000
_GROWS = re.compile(r"\{[{%][^}]*(?:\*|~|range|loop|lipsum|center|indent|format)")
"""A template that could make a text of any size is shown as it stands, and not filled in."""


class Message(NamedTuple):
    """A message as it was, or would have been, sent."""

    text: str
    id: str


Sent = tuple[str, "str | None"]
"""An audience that an update went to, and the stage that it named."""


def sent(incident: Incident) -> list[Sent]:
    """The updates of an incident; none of a drill, which is no example."""
    if not incident.counts:
        return []
    told = (entry.update for entry in incident.timeline if entry.update)
    return list(dict.fromkeys((each.audience, each.stage) for each in told))


class Examples:
    """Of each audience the last incident that has an update to it."""

    def __init__(self, book: Book, as_of: datetime) -> None:
        self._book = book
        self._as_of = as_of
        self._last: dict[tuple[str, str | None], str] = {}

    def add(self, id: str, sent: Iterable[Sent]) -> None:
        """An incident that is shown may be an example."""
        for audience, stage in sent:
            for key in ((audience, stage), (audience, None)):
                self._last[key] = max(id, self._last.get(key, ""))

    def message(self, card: Card) -> Message | None:
        """A template filled in; None where there is no example, or the template cannot be filled in."""
        audience, _, stage = card.id.partition("-")
        wanted = {"first": "investigating", "details": "resolved"}.get(stage, stage or None)
        id = (
            self._last.get((audience, wanted))
            or self._last.get((audience, None))
            or max(self._last.values(), default="")
        )
        template = self._book.find("communication", card.id)
        incident = self._book.find("incident", id) if id else None
        if template is None or incident is None or not incident.readable:
            return None
        source = template.source.text
        if len(source) > _LONGEST or _GROWS.search(source):
            return None
        entry = _entry(incident.content, audience, wanted)
        draft = Draft(audience, entry.text if entry else None)
        if entry and entry.update:
            update = entry.update
            draft = draft._replace(stage=update.stage, next_update=update.next_update, eta=update.eta)
        try:
            said = render(self._book, incident, draft, entry.at if entry else self._as_of, card.id)
        except UserError:
            return None
        return Message(said.text, id)


def _entry(incident: Incident, audience: str, stage: str | None) -> Entry | None:
    """The update that a template would have been for."""
    sent = [entry for entry in incident.timeline if entry.update and entry.update.audience == audience]
    at_stage = [entry for entry in sent if entry.update and entry.update.stage == stage]
    return next(iter(at_stage or sent), None)
