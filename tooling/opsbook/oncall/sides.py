"""A book before and after a change, expanded over the same stretch of time: where other people are on call.

Rules are not compared, only what follows from them. A comment, an order, a file under another name or a
version that says the same in other words is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.kinds import kind
from opsbook.model.time import Interval
from opsbook.oncall.coverage import promised
from opsbook.oncall.escalation import Roster
from opsbook.oncall.intervals import without
from opsbook.oncall.schedule import Plan, Shift, Stretch, by_person, plan

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book

_NOBODY: Mapping[str, str] = {}
_AFTER = timedelta(days=2)
"""How long after the last alert somebody may still be paged."""


class Move(NamedTuple):
    """A stretch in which other people are on call than before."""

    interval: Interval
    lose: tuple[str, ...]
    """Who is no longer on."""
    gain: tuple[str, ...]
    """Who is on and was not."""
    stay: tuple[str, ...]
    """Who is on as before."""


class Side:
    """One of the two books, and what its rotations come to."""

    def __init__(self, book: Book, within: Interval, called: Mapping[str, str] = _NOBODY) -> None:
        self.book = book
        self.within = within
        self.roster = Roster(book, within._replace(end=within.end + _AFTER))
        """Beyond the interval too: an alert at its end pages later."""
        self._called = called
        self._plans: dict[str, Plan | None] = {}
        self._shifts: dict[str, list[Shift]] = {}

    def plan(self, rotation: str | None) -> Plan | None:
        """What decides who is on call in a rotation; None where there is none that can be read."""
        if rotation is None:
            return None
        if rotation not in self._plans:
            try:
                self._plans[rotation] = plan(self.book, rotation)
            except LookupError:
                self._plans[rotation] = None
        return self._plans[rotation]

    def stretches(self, rotation: str | None) -> Sequence[Stretch]:
        """Who is on call, by the names that people have after the change."""
        found = self._cut(rotation) if rotation else []
        if not self._called:
            return found
        return [
            each._replace(seats=tuple(seat._replace(person=self.named(seat.person)) for seat in each.seats))
            for each in found
        ]

    def _cut(self, rotation: str) -> list[Stretch]:
        """The stretches of a rotation within the interval."""
        found = self.roster.rotation(rotation)
        cut = [each for each in found if each.interval.start < self.within.end]
        if cut and cut[-1].interval.end > self.within.end:
            cut[-1] = cut[-1]._replace(interval=cut[-1].interval._replace(end=self.within.end))
        return cut

    def shifts(self, rotation: str) -> list[Shift]:
        """The shifts of a rotation, by the names of this side; none where it cannot be read."""
        if rotation not in self._shifts:
            self._shifts[rotation] = by_person(self._cut(rotation))
        return self._shifts[rotation]

    def gaps(self, rotation: str) -> list[Interval]:
        """When nobody is on call although the rotation promises somebody; none where it cannot be read."""
        decides = self.plan(rotation)
        on = (stretch.interval for stretch in self._cut(rotation))
        return list(without(promised(decides, self.within), on)) if decides else []

    def named(self, person: str) -> str:
        """The id that a person has after the change."""
        return self._called.get(person, person)


class Sides:
    """Both books; `only` narrows the question to one rotation."""

    def __init__(self, before: Book, after: Book, within: Interval, only: str | None = None) -> None:
        self.within = within
        self.only = only
        self.people = dict(_renamed(before, after, "person", lambda old, new: old.content == new.content))
        """The new id, by the old one, of people who only have another id."""
        self.before = Side(before, within, self.people)
        self.after = Side(after, within)
        self.rotations = dict(_renamed(before, after, "rotation", self._same))
        """The new id, by the old one, of rotations that only have another id."""

    def _same(self, old: Document[Any], new: Document[Any]) -> bool:
        """Whether two rotations say the same, or come to the same."""
        then, now = self.before.stretches(old.id), self.after.stretches(new.id)
        return old.content == new.content or bool(then and not moves(then, now))

    @cached_property
    def pairs(self) -> list[tuple[str | None, str | None]]:
        """Every rotation by its id before and after; None where there was, or is, no such rotation."""
        old = dict.fromkeys(self.before.book.names("rotation"))
        new = {id: earlier for earlier, id in self.rotations.items()}
        kept = [(new.get(id, id if id in old else None), id) for id in self.after.book.names("rotation")]
        there = {earlier for earlier, _ in kept}
        return [*kept, *((id, None) for id in old if id not in there)]

    @property
    def asked(self) -> list[tuple[str | None, str | None]]:
        """The rotations that are asked about."""
        return [pair for pair in self.pairs if self.only is None or self.only in pair]

    def touched(self, *kinds: str) -> list[str]:
        """The paths of the records of some kinds that the two books do not have in the same bytes."""
        one, other = self.before.book, self.after.book
        paths = {path for name in kinds for book in (one, other) for path in book.paths(kind(name))}
        return sorted(path for path in paths if one.tree.version(path) != other.tree.version(path))

    @cached_property
    def replanned(self) -> set[str]:
        """The rotations, by either id, that are not decided as they were, whoever is on call now."""
        if not self.touched("rotation", "override", "holidays"):
            return set()
        found = [
            pair
            for pair in self.pairs
            if None in pair or self.before.plan(pair[0]) != self.after.plan(pair[1])
        ]
        return {id for pair in found for id in pair if id is not None}

    @cached_property
    def moves(self) -> dict[str, list[Move]]:
        """Where other people are on call, by either id of the rotation; only rotations where that is so."""
        found: dict[str, list[Move]] = {}
        for pair in self.pairs:
            ids = [id for id in pair if id is not None]
            if self.replanned.isdisjoint(ids) and not self.people:
                continue
            there = moves(self.before.stretches(pair[0]), self.after.stretches(pair[1]))
            found |= dict.fromkeys(ids, there) if there else {}
        return found


def _renamed(
    before: Book, after: Book, name: str, same: Callable[[Document[Any], Document[Any]], bool]
) -> Iterator[tuple[str, str]]:
    """The records that are gone while a new one is the same: the old id, and the new one."""
    old, new = before.names(name), after.names(name)
    fresh = [found for id in new if id not in old and (found := after.find(name, id)) and found.readable]
    for id in old:
        gone = before.find(name, id) if id not in new else None
        if gone is not None and gone.readable:
            found = next((each for each in fresh if same(gone, each)), None)
            if found is not None:
                fresh.remove(found)
                yield id, found.id


# ── who is on call where others were ──────────────────────────────────────────────────────


def moves(before: Sequence[Stretch], after: Sequence[Stretch]) -> list[Move]:
    """Where other people are on call, in order; the order of several at once is no difference."""
    found: list[Move] = []
    for interval, then, now in _both(before, after):
        if set(then) == set(now):
            continue
        move = Move(
            interval,
            tuple(person for person in then if person not in now),
            tuple(person for person in now if person not in then),
            tuple(person for person in now if person in then),
        )
        if found and found[-1].interval.end == interval.start and found[-1][1:] == move[1:]:
            move = move._replace(interval=Interval(found.pop().interval.start, interval.end))
        found.append(move)
    return found


def _both(
    before: Sequence[Stretch], after: Sequence[Stretch]
) -> Iterator[tuple[Interval, tuple[str, ...], tuple[str, ...]]]:
    """Time cut where either changes, each piece with the people of both."""
    edges = sorted({edge for stretch in (*before, *after) for edge in stretch.interval})
    one = other = 0
    for start, end in pairwise(edges):
        while one < len(before) and before[one].interval.end <= start:
            one += 1
        while other < len(after) and after[other].interval.end <= start:
            other += 1
        yield Interval(start, end), _on(before, one, start), _on(after, other, start)


def _on(found: Sequence[Stretch], index: int, at: datetime) -> tuple[str, ...]:
    return found[index].people if index < len(found) and found[index].interval.covers(at) else ()
