"""What the templates of messages are for, and what they say, with the last incident that had such a
message as the example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple, get_args

from opsbook.authoring.communications import Draft, fitting, render
from opsbook.errors import UserError
from opsbook.metrics.response import MENDED
from opsbook.model.incident import Audience, Stage
from opsbook.model.time import write_duration, write_length

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident
    from opsbook.model.severity import Severities
    from opsbook.site.survey import Card

_LONGEST = 20_000
_GROWS = re.compile(r"\{[{%][^}]*(?:\*|~|range|loop|lipsum|center|indent|format)")
"""A template that could make a text of any size is shown as it stands, and not filled in."""
_REMARK = re.compile(r"\s*\{#-?(.*?)-?#\}", re.DOTALL)
_AUDIENCES = (*get_args(Audience), "channel")
_STAGES: tuple[Stage, ...] = get_args(Stage)
_STAGE: dict[str, Stage] = {"first": "investigating", "details": "resolved"}
_STAGE.update({each: each for each in _STAGES})
"""The stage that the end of a template's name means."""


def purpose(source: str) -> str:
    """What a template says at its head that it is for, without what it says that it needs."""
    found = _REMARK.match(source)
    return " ".join(found[1].partition("Needs:")[0].split()) if found else ""


class Use(NamedTuple):
    """Whom a template speaks to, when, and what renders it."""

    audience: str
    """Empty where its name says none."""
    stages: tuple[Stage | None, ...]
    """Those at which `opsbook update` takes it; None where no stage is named."""
    command: str

    @property
    def at(self) -> str:
        """The stages in words."""
        left = [each for each in _STAGES if each not in self.stages]
        if self.stages and len(left) < 2 and None in self.stages:
            return f"any but {left[0]}" if left else "any"
        named = ", ".join(each for each in self.stages if each)
        return f"{named} or none" if named and None in self.stages else named

    def by_when(self, policy: Severities) -> Iterator[str]:
        """When the severity policy asks for such a word."""
        meanwhile, afterwards = {*self.stages} - {"resolved"}, "resolved" in self.stages
        for clock in policy.clocks:
            if clock.update == self.audience and (afterwards if clock.start in MENDED else meanwhile):
                at = f" at {', '.join(clock.severity)}" if clock.severity else ""
                yield f"within {write_length(clock.within)} of {clock.start}{at}"
        for name, level in policy.levels.items() if meanwhile else ():
            for audience, length in level.updates.items():
                if audience == self.audience:
                    yield f"every {write_duration(length)} at {name}"


def use(id: str, known: Callable[[str], bool]) -> Use:
    """What a template is used for, by its name and by which others there are."""
    audience, _, end = id.partition("-")
    if audience not in _AUDIENCES:
        return Use("", (), f'opsbook update --audience AUDIENCE --template {quote(id)} "TEXT"')
    stages = tuple(
        stage
        for stage in (*_STAGES, None)
        if id == next(filter(known, fitting(Draft(audience, stage=stage))), None)
    )
    stage = _STAGE.get(end)
    how = f" --stage {stage}" if stage else ""
    if stage not in stages:
        how = f" --template {quote(id)}"
    return Use(audience, stages, f'opsbook update --audience {audience}{how} "TEXT"')


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
        wanted = _STAGE.get(stage, stage or None)
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
