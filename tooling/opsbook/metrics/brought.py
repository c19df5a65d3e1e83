"""What a change brings to a book, record by record and in words: of an incident what its story gained, of
any other record that it is new, edited, renamed or gone. Two books are compared, no texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.book.kinds import identify

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem

How = Literal["new", "edited", "renamed", "gone", "unreadable"]


class Brought(NamedTuple):
    """What becomes of a record."""

    kind: str
    id: str
    path: str
    """Where it is now; of one that is gone, where it was."""
    how: How
    facts: tuple[str, ...] = ()
    """What is different about it, where more than its words are."""


def brought(before: Book, after: Book, changed: Iterable[str], renamed: Mapping[str, str]) -> list[Brought]:
    """The records that a change touches, in order of path; `changed` are paths as they are now or were,
    `renamed` tells the path that a file had by the one that it has now."""
    moved = set(renamed.values())
    found = []
    for path in sorted({*changed, *renamed} - moved):
        identity = identify(path)
        if identity is None:
            continue
        was = renamed.get(path, path)
        there, here = before.tree.has(was), after.tree.has(path)
        if not there and not here:
            continue
        how: How = "gone" if not here else "new" if not there else "renamed" if was != path else "edited"
        new = after.read(path) if here else None
        old = before.read(was) if there else None
        if new is not None and not new.readable:
            how = "unreadable"
        facts = tuple(_facts(identity.kind.name, old, new))
        found.append(Brought(identity.kind.name, identity.id, path, how, facts))
    return found


def _facts(kind: str, old: Document[Any] | None, new: Document[Any] | None) -> Iterator[str]:
    if new is None or not new.readable or (old is not None and not old.readable):
        return
    if kind == "incident":
        yield from _incident(old.content if old else None, new.content)
    if kind == "postmortem":
        yield from _postmortem(old.content if old else None, new.content)


def _incident(old: Incident | None, new: Incident) -> Iterator[str]:
    yield from _became("severity", old.severity if old else None, new.severity)
    yield from _became("status", old.history.status if old else None, new.history.status)
    yield from _more("timeline entry", "timeline entries", len(old.timeline) if old else 0, len(new.timeline))
    items = old.action_items if old else {}
    added = [id for id in new.action_items if id not in items]
    yield from _more("action item", "action items", 0, len(added))
    for id, item in new.action_items.items():
        was = items.get(id)
        if was is None:
            continue
        yield from _became(f"`{id}`", was.status, item.status)
        yield from _became(f"`{id}` due", was.due, item.due)
        yield from _became(f"`{id}` owner", was.owner, item.owner)
    yield from (f"`{id}` is gone" for id in items if id not in new.action_items)


def _postmortem(old: Postmortem | None, new: Postmortem) -> Iterator[str]:
    yield from _became("status", old.status if old else None, new.status)


def _became(what: str, before: object, after: object) -> Iterator[str]:
    """That something is another one than before."""
    if before != after:
        yield f"{what} {after or 'none'}" if before is None else f"{what} {before} → {after or 'none'}"


def _more(one: str, many: str, before: int, after: int) -> Iterator[str]:
    number = abs(after - before)
    if number:
        word = one if number == 1 else many
        yield f"{number:,} {word}" + (" more" if after > before > 0 else " fewer" if after < before else "")
