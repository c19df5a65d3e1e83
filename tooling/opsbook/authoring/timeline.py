"""An entry lands on a timeline at its place by time, and the top of the record follows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from opsbook.authoring.change import Change, rewritten
from opsbook.authoring.entry import holders, line
from opsbook.authoring.splice import Insert, Put, Remove, Splice, edits, splice, spliced, word, written
from opsbook.book import yaml
from opsbook.book.document import read
from opsbook.edits import Edit, apply
from opsbook.errors import UserError
from opsbook.model.history import History

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.document import Document
    from opsbook.model.incident import Entry, Incident
    from opsbook.text import Span


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


def linked(links: Mapping[str, str]) -> Iterator[Splice]:
    """What sets links at the top of the record."""
    for name, address in links.items():
        yield Put(("links", name), written(address), keys())


def all_added(incident: Document[Incident], entries: Sequence[Entry]) -> tuple[Edit, ...]:
    """The edit that puts many entries on the timeline, each at its place; they change nothing at the top.

    UserError where the layout leaves no place for them.
    """
    if not incident.content.timeline:
        begun = spliced(incident.source.text, [Insert(("timeline",), 0, line(entries[0]), keys())])
        then = read(incident.kind, incident.id, incident.path, begun.encode("utf-8"))
        rest = all_added(then, entries[1:]) if entries[1:] else ()
        return (rewritten(incident, apply(begun, ((e.location.span, e.replacement) for e in rest))),)
    text, timeline = incident.source.text, incident.content.timeline
    start = int(text.startswith("\ufeff"))
    inserted: dict[Span, list[str]] = {}
    changed: dict[Span, str] = {}
    for entry in entries:
        for span, said in splice(text[start:], Insert(("timeline",), place(timeline, entry.at), line(entry))):
            if said.strip() and span.start == span.end:
                inserted.setdefault(span, []).append(said)
            else:
                changed[span] = said
    joined = {span: "".join(said) for span, said in inserted.items()}
    after = text[:start] + apply(text[start:], [*joined.items(), *changed.items()])
    found = yaml.read(after[start:])
    if found.problems or len(found.data["timeline"]) != len(timeline) + len(entries):
        raise UserError(
            f"{incident.path}: `timeline` is written in a way that leaves no safe place for this",
            "write it as a list, one entry a line",
        )
    return (rewritten(incident, after),)


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
