"""An entry lands on a timeline at its place by time, and the top of the record follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.authoring.change import Change
from opsbook.authoring.entry import holders, line
from opsbook.authoring.splice import Insert, Put, Remove, Splice, edits, word, written
from opsbook.model.history import History

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.document import Document
    from opsbook.model.incident import Entry, Incident


def place(timeline: Sequence[Entry], at: datetime) -> int:
    """The index at which an entry of an instant lands: after all that is not later, so that of equal
    instants it comes last, whatever the order in which the others stand."""
    return max((index for index, entry in enumerate(timeline, 1) if entry.at <= at), default=0)


def summary(id: str, words: str) -> str:
    """The subject of a commit: the incident, and what was done to it."""
    line = "".join(c if c.isprintable() else " " for c in words)
    return f"{id}: {line if len(line) <= 72 else line[:71] + '…'}"


def added(incident: Document[Incident], entry: Entry, summary: str, *more: Splice) -> Change:
    """The change that puts an entry on the timeline; `severity`, `roles` and `services` at the top follow
    it where it is the one that decides."""
    index = place(incident.content.timeline, entry.at)
    insert = Insert(("timeline",), index, line(entry), keys())
    return Change(summary, edits(incident, [*_top(incident, entry, index), *more, insert]))


def keys() -> tuple[str, ...]:
    """The keys of a record in the order in which people expect them."""
    from opsbook.model.incident import Incident

    return tuple(field.alias or name for name, field in Incident.model_fields.items())


def _top(incident: Document[Incident], entry: Entry, index: int) -> Iterator[Splice]:
    """What the entry changes at the top of the record."""
    content = incident.content
    timeline = content.timeline
    then = History(content.model_copy(update={"timeline": (*timeline[:index], entry, *timeline[index:])}))
    if entry.severity and then.severity != content.severity:
        yield Put(("severity",), word(then.severity or ""), keys())
    if incident.has("roles") or not any(each.roles for each in timeline):
        for role in entry.roles:
            yield from _role(content, role, then.roles.get(role, ()))
    missing = [name for name in entry.services if name not in content.services]
    by_state = incident.at("services").text[:1] == "{" or any(content.services.values())
    for number, name in enumerate(missing, len(content.services)):
        if by_state:
            yield Put(("services", name), written(entry.services[name]))
        else:
            yield Insert(("services",), number, word(name), keys())


def _role(content: Incident, role: str, now: tuple[str, ...]) -> Iterator[Splice]:
    if now and now != content.roles.get(role, ()):
        yield Put(("roles", role), written(holders(now)), keys())
    elif not now and role in content.roles:
        yield Remove(("roles", role))
