"""Two incidents turn out to be one: what the duplicate knows goes over, and it stays as history.

Its timeline goes over without milestones, severities and roles, which are those of its own response, and
without how services stood that the other timeline follows itself; the evidence that it names goes along. Work
that is not finished moves, and `INCIDENT/item` follows. A second time there is nothing left to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.change import Change, rewritten
from opsbook.authoring.entry import line
from opsbook.authoring.rename import item_name
from opsbook.authoring.splice import Insert, Put, Remove, Splice, edits, word, written
from opsbook.authoring.timeline import keys, place
from opsbook.book.kinds import kind
from opsbook.book.references import references
from opsbook.book.tree import on_disk
from opsbook.edits import Edit, apply
from opsbook.errors import UserError
from opsbook.model.incident import Entry
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import ActionItem, Incident

_OWN = frozenset(("milestone", "severity", "roles", "services"))
"""What of an entry belongs to the response of its own record, or is looked at by itself."""


class Joined(NamedTuple):
    """What goes over."""

    change: Change
    entries: int
    items: Mapping[str, str]
    """Action items by their id there, and what they are called now."""


def joined(book: Book, duplicate: Document[Incident], into: Document[Incident]) -> Joined:
    """What changes when an incident is a duplicate of another; UserError where it cannot be one."""
    _refuse(duplicate, into)
    files, named = _evidence(book, duplicate, into)
    items = _items(duplicate.content, into.content)
    followed = {id for each in into.content.timeline for id in each.services}
    missing = [_moved(each, named, followed) for each in _missing(duplicate.content, into.content, named)]
    there = [*_united(duplicate.content, into), *_work(duplicate.content, into.content, items, named)]
    there += _entries(into.content, missing)
    follow = _Follow(duplicate.id, into.id, items)
    made = [*_edited(duplicate, _gone(duplicate, into.id, items), follow), *_edited(into, there, follow)]
    made += _elsewhere(book, follow)
    change = Change(f"{duplicate.id}: duplicate of {into.id}", tuple(made), files)
    return Joined(change, len(missing), items)


def _refuse(duplicate: Document[Incident], into: Document[Incident]) -> None:
    if duplicate.id == into.id:
        raise UserError(f"`{into.id}` cannot be a duplicate of itself")
    for each, other in ((into, None), (duplicate, into.id)):
        said = each.content.duplicate_of
        if said and said != other:
            hint = f"--into {said}" if each is into else f"{each.path} says so: mend it there first"
            raise UserError(f"`{each.id}` is a duplicate of `{said}`", hint)


# ── what goes over ────────────────────────────────────────────────────────────────────────


def _evidence(
    book: Book, duplicate: Document[Incident], into: Document[Incident]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files that go along, by their path there, and what each is called there by its name here."""
    here, there = (each.path.removesuffix("incident.yaml") for each in (duplicate, into))
    taken = set(book.evidence(into.id))
    files: dict[str, bytes] = {}
    named: dict[str, str] = {}
    for name in book.evidence(duplicate.id):
        content = book.tree.read(here + name)
        found, number = name, 1
        while found in taken and _other(book, files, there + found, content):
            number += 1
            found = re.sub(r"(\.[^./]*)?\Z", rf"-{number}\1", name, count=1)
        named[name] = found
        if found not in taken and name in duplicate.source.text:
            files[there + found] = content
            taken.add(found)
    return files, named


def _other(book: Book, files: dict[str, bytes], path: str, content: bytes) -> bool:
    return (files[path] if path in files else book.tree.read(path)) != content


def _missing(duplicate: Incident, into: Incident, named: dict[str, str]) -> Iterator[Entry]:
    """The entries that the other timeline lacks."""
    there = {_mark(each, {}) for each in into.timeline}
    yield from (each for each in duplicate.timeline if _mark(each, named) not in there)


def _mark(entry: Entry, named: dict[str, str]) -> tuple[Any, ...]:
    return entry.at, _in(entry.text, named).strip(), entry.by


def _moved(entry: Entry, named: dict[str, str], followed: set[str]) -> Entry:
    """An entry as the other record has it, which follows some services itself."""
    said: dict[str, Any] = {key: getattr(entry, key) for key in entry.model_fields_set - _OWN}
    services = {id: state for id, state in entry.services.items() if id not in followed}
    if services:
        said["services"] = services
    said["text"] = _in(entry.text, named)
    if entry.evidence:
        said["evidence"] = tuple(named.get(each, each) for each in entry.evidence)
    return Entry.model_construct(**said)


def _in(text: str, named: dict[str, str]) -> str:
    """A text with the names that files of evidence have there."""
    for before, after in named.items():
        if before != after:
            text = re.sub(rf"(?<![\w./-]){re.escape(before)}(?![\w-]|\.\w)", after, text)
    return text


def _entries(into: Incident, missing: Sequence[Entry]) -> Iterator[Splice]:
    timeline = list(into.timeline)
    for entry in missing:
        index = place(timeline, entry.at)
        timeline.insert(index, entry)
        yield Insert(("timeline",), index, line(entry), keys())


def _united(duplicate: Incident, into: Document[Incident]) -> Iterator[Splice]:
    """What one of the lists has that the other lacks."""
    content = into.content
    for key in ("contributing_factors", "alerts"):
        there = getattr(content, key)
        new = [each for each in getattr(duplicate, key) if each not in there]
        for number, each in enumerate(new, len(there)):
            yield Insert((key,), number, written(each), keys())
    by_state = into.at("services").text[:1] == "{" or any(content.services.values())
    missing = [each for each in duplicate.services if each not in content.services]
    for number, each in enumerate(missing, len(content.services)):
        if by_state:
            yield Put(("services", each), written(duplicate.services[each]))
        else:
            yield Insert(("services",), number, word(each), keys())


# ── work ──────────────────────────────────────────────────────────────────────────────────


def _items(duplicate: Incident, into: Incident) -> dict[str, str]:
    """The unfinished action items by id, and their ids there: one that is there already is that one."""
    found: dict[str, str] = {}
    taken = dict(into.action_items)
    for id, item in duplicate.action_items.items():
        if item.unfinished:
            name, number = id, 1
            while name in taken and taken[name] != item:
                number += 1
                name = f"{id}-{number}"
            found[id] = name
            taken[name] = item
    return found


def _work(
    duplicate: Incident, into: Incident, items: dict[str, str], named: dict[str, str]
) -> Iterator[Splice]:
    found = {name: _item(duplicate.action_items[id], named) for id, name in items.items()}
    if found and not into.action_items:
        yield Put(("action_items",), written(found), keys())
        return
    for name, said in found.items():
        if name not in into.action_items:
            yield Put(("action_items", name), written(said), keys())


def _item(item: ActionItem, named: dict[str, str]) -> dict[str, Any]:
    """An action item as the other record has it."""
    said = item.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if item.evidence:
        said["evidence"] = [named.get(each, each) for each in item.evidence]
    return said


def _gone(duplicate: Document[Incident], into: str, items: dict[str, str]) -> list[Splice]:
    """What changes in the duplicate."""
    steps: list[Splice] = []
    if duplicate.content.duplicate_of is None:
        steps.append(Put(("duplicate_of",), written(into), keys()))
    if items and len(items) == len(duplicate.content.action_items):
        return [*steps, Remove(("action_items",))]
    return [*steps, *(Remove(("action_items", id)) for id in items)]


# ── who names it ──────────────────────────────────────────────────────────────────────────


class _Follow(NamedTuple):
    """Which record stands for which from now on, and the action items that moved."""

    old: str
    new: str
    items: dict[str, str]

    def item_names(self, text: str) -> Iterator[tuple[Span, str]]:
        """Where a text names one that moved, and what it has to say."""
        for id, name in self.items.items():
            for found in re.finditer(item_name(self.old, (id,)), text):
                yield Span(found.start(), found.end() + 1 + len(id)), f"{self.new}/{name}"


def _edited(incident: Document[Incident], steps: Sequence[Splice], follow: _Follow) -> Iterator[Edit]:
    """The edit of a record: splices, and in what it says then the names of items that moved."""
    before = incident.source.text
    made = edits(incident, steps) if steps else ()
    text = apply(before, ((each.location.span, each.replacement) for each in made))
    text = apply(text, follow.item_names(text))
    if text != before:
        yield rewritten(incident, text)


def _elsewhere(book: Book, follow: _Follow) -> Iterator[Edit]:
    """What names the duplicate, or its work, in other records and on pages."""
    mark, elsewhere = follow.old.encode(), on_disk(book.tree)[1]
    for name in ("incident", "postmortem", "runbook"):
        for path in book.paths(kind(name)):
            id = kind(name).id(path)
            if path in elsewhere:
                continue
            if (name == "incident" and id in (follow.old, follow.new)) or mark not in book.tree.read(path):
                continue
            document = book.read(path)
            if document.readable and name == "incident":
                yield from _edited(document, list(_references(document, follow)), follow)
            elif document.readable:
                yield from (
                    Edit(document.span(span), text) for span, text in follow.item_names(document.source.text)
                )


def _references(document: Document[Any], follow: _Follow) -> Iterator[Splice]:
    """The references of a record; one that would stand twice in a list goes."""
    found = [each for each in references(document.content) if "incident" in each.kinds]
    there = {each.pointer[:-1] for each in found if each.id == follow.new}
    for each in reversed([each for each in found if each.id == follow.old]):
        twice = isinstance(each.pointer[-1], int) and each.pointer[:-1] in there
        yield Remove(each.pointer) if twice else Put(each.pointer, word(follow.new))
