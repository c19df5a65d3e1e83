"""What a change does: two books and an instant → who gains and loses which hours, and whom alerts page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.answers import Handoff, handoffs, zone_of
from opsbook.oncall.burden import Burden, spread
from opsbook.oncall.concerns import Concern, concerns
from opsbook.oncall.handoffs import clock_changes
from opsbook.oncall.paging import Paged, repaged
from opsbook.oncall.proof import HORIZON
from opsbook.oncall.sides import Move, Side, Sides

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.oncall.schedule import Plan

_CLOCK_CHANGES = 2
_NEXT = 3
_SOON = timedelta(weeks=5)
"""In which most rotations have as many handoffs."""
_READ = ("rotation", "override", "person", "team", "holidays", "escalation", "service")

State = Literal["changed", "new", "gone", "unreadable before", "unreadable after"]


class Share(NamedTuple):
    """What a rotation costs a person, before and after."""

    person: str
    before: Burden
    after: Burden


class Change(NamedTuple):
    """What becomes of a rotation."""

    rotation: str
    state: State
    zone: ZoneInfo | None = None
    """Its clock; None where it cannot be read."""
    moves: tuple[Move, ...] = ()
    before: tuple[Handoff, ...] = ()
    """The next handoffs as they were."""
    after: tuple[Handoff, ...] = ()
    """The next handoffs as they are."""
    shares: tuple[Share, ...] = ()


class Diff(NamedTuple):
    """What a change does to who is on call and to who is paged."""

    at: datetime
    within: Interval
    changes: tuple[Change, ...]
    concerns: tuple[Concern, ...]
    paged: Paged
    notice: timedelta | None
    """How long ahead somebody must know of a shift, by the policy."""
    renamed: tuple[tuple[str, str], ...]
    """Rotations and people that only have another name, which changes nothing."""
    unreadable: tuple[str, ...]
    """Records that only one side can be read of, by path: what they would say is left out."""

    @property
    def empty(self) -> bool:
        """Whether everybody is on call as before, and paged as before."""
        return not (self.changes or self.concerns or any(self.paged[:3]) or self.unreadable)


def horizon(books: Sequence[Book], at: datetime) -> Interval:
    """From an instant over thirteen weeks, and a week past the next two clock changes of every zone in
    which turns and hours are counted: that is where rotas surprise."""
    changes = _clocks(books, at)
    return Interval(at, max([at + HORIZON, *(each + timedelta(weeks=1) for each in changes)]))


def _clocks(books: Sequence[Book], at: datetime) -> list[datetime]:
    """The next changes of every clock that turns and hours go by."""
    zones = {zone for book in books for zone in _zones(book)}
    return [change for zone in zones for change in clock_changes(zone, at, _CLOCK_CHANGES)]


def _zones(book: Book) -> Iterator[ZoneInfo]:
    for rotation in book.rotations:
        clocks = (rotation.content.timezone, *(layer.timezone for layer in rotation.content.layers))
        yield from (zone for zone in clocks if zone is not None)
    yield from (hours.timezone for policy in book.escalations for hours in policy.content.hours.values())


def diff(before: Book, after: Book, at: datetime, within: Interval, only: str | None = None) -> Diff:
    """What a change does within an interval, to one rotation or to all. `at` is when people learn of it."""
    sides = Sides(before, after, within, only)
    return Diff(
        at,
        within,
        tuple(each for pair in sides.asked if (each := _change(sides, *pair))),
        tuple(concerns(sides, at)),
        repaged(sides, _clocks((before, after), at)),
        after.on_call.notice,
        (*sides.rotations.items(), *sides.people.items()),
        tuple(_unreadable(sides)),
    )


def _change(sides: Sides, old: str | None, new: str | None) -> Change | None:
    """What becomes of a rotation; None where nobody could tell a difference."""
    rotation = new or old or ""
    if rotation not in sides.replanned and rotation not in sides.moves:
        return None
    then, now = sides.before.plan(old), sides.after.plan(new)
    state: State = "changed"
    if new is None:
        state = "gone"
    elif now is None:
        state = "unreadable after"
    elif old is None:
        state = "new"
    elif then is None:
        state = "unreadable before"
    if state.startswith("unreadable"):
        return Change(rotation, state) if then or now or old is None else None
    found = sides.moves.get(rotation, [])
    if state == "changed" and not found:
        return None
    decides = now or then
    return Change(
        rotation,
        state,
        zone_of(decides) if decides else None,
        tuple(found),
        _next(sides.before, then, sides.within) if then else (),
        _next(sides.after, now, sides.within) if now else (),
        tuple(_shares(sides, old, new)),
    )


def _next(side: Side, decides: Plan, within: Interval) -> tuple[Handoff, ...]:
    """The next handoffs, by the names that people have after the change."""
    soon = within._replace(end=min(within.start + _SOON, within.end))
    found = list(islice(handoffs(decides, soon), _NEXT))
    if len(found) < _NEXT:
        found = list(islice(handoffs(decides, within), _NEXT))
    return tuple(
        Handoff(at, tuple(map(side.named, off)), tuple(map(side.named, on))) for at, off, on in found
    )


def _shares(sides: Sides, old: str | None, new: str | None) -> Iterator[Share]:
    then, now = _burdens(sides.before, old), _burdens(sides.after, new)
    for person in sorted({*then, *now}):
        yield Share(person, then.get(person, Burden()), now.get(person, Burden()))


def _burdens(side: Side, rotation: str | None) -> dict[str, Burden]:
    decides = side.plan(rotation)
    if rotation is None or decides is None:
        return {}
    found = spread(side.book, decides, side.shifts(rotation))
    return {side.named(person): each for person, each in found.items()}


def _unreadable(sides: Sides) -> Iterator[str]:
    """Records that one side has otherwise than the other, and that cannot be read on one of them."""
    for path in sides.touched(*_READ):
        there = (side.book for side in (sides.before, sides.after) if side.book.tree.has(path))
        if not all(book.read(path).readable for book in there):
            yield path
