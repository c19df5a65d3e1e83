"""Who is on call when: layers, versions and overrides → stretches of time with people and reasons.

A schedule is painted from the bottom up. Each layer gives its turns, cut to its windows; where a later
layer has somebody on, it covers the earlier ones. What stands then is the rota as the rules say; overrides
change it last, the one that starts later after the one that starts earlier (of equal starts the one that
ends later goes first, then the order of their paths), so that precedence is total and never a matter of
the order in which files are read. Absences change nothing.

Every seat says why: the turn of a version of a layer, or the stretch of an override.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.rotation import DAYS
from opsbook.model.time import Interval
from opsbook.oncall import handoffs
from opsbook.oncall.intervals import both

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.rotation import Cover, Layer, Rotation, Version, Window
    from opsbook.text import Location

FOREVER = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)


class Turn(NamedTuple):
    """A turn of a version of a layer: the reason why its members are on."""

    rotation: str
    layer: int
    version: int
    number: int
    """Counted from 0 at the version's start, in turns."""
    shift: int = 0
    """Which window of the layer, since touching windows are two shifts; 0 without windows."""


class Covered(NamedTuple):
    """A stretch of an override: the reason why somebody is on who would not be."""

    override: str
    cover: int


Reason = Turn | Covered


class Seat(NamedTuple):
    """Somebody on call, and why."""

    person: str
    reason: Reason


class Stretch(NamedTuple):
    """A stretch of time in which the same people are on for the same reasons."""

    interval: Interval
    seats: tuple[Seat, ...]

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(seat.person for seat in self.seats)


class Shift(NamedTuple):
    """A person's stretch on call for one reason."""

    interval: Interval
    person: str
    reason: Reason


class Plan(NamedTuple):
    """All that decides who is on call in a rotation; read once, asked often."""

    rotation: str
    layers: tuple[Clock, ...]
    """Of the rotation, or of the one that it follows."""
    offset: int
    """How many turns later than the layers say."""
    covers: tuple[tuple[Covered, Cover], ...]
    """The lowest precedence first."""


class Clock(NamedTuple):
    """A layer with its zone and holidays."""

    rotation: str
    place: int
    """Which layer of the rotation it is, counted from 0."""
    layer: Layer
    zone: ZoneInfo
    holidays: Mapping[date, str]


# ── reading the book ──────────────────────────────────────────────────────────────────────


def plan(book: Book, rotation: str) -> Plan:
    """What decides who is on call in a rotation; LookupError where there is none that can be read, with
    what keeps it from being."""
    offset, at, seen = 0, rotation, {rotation}
    content = _rotation(book, at)
    while content.follows is not None:
        offset += content.offset or 0
        at = content.follows
        if at in seen:
            raise LookupError(f"rotation `{rotation}` follows itself; `opsbook check` says where")
        seen.add(at)
        content = _rotation(book, at)
    layers = tuple(_clock(book, at, index, layer, content) for index, layer in enumerate(content.layers))
    return Plan(rotation, layers, offset, tuple(_covers(book, rotation)))


def _rotation(book: Book, id: str) -> Rotation:
    document: Document[Rotation] | None = book.find("rotation", id)
    if document is None:
        raise LookupError(f"no rotation `{id}` in this book; `opsbook check` says who names it")
    if not document.readable:
        raise LookupError("; ".join(document.refusal))
    return document.content


def _clock(book: Book, rotation: str, index: int, layer: Layer, of: Rotation) -> Clock:
    zone = layer.timezone or of.timezone
    assert zone is not None  # the model refuses a layer without a clock
    named = layer.holidays or of.holidays
    days = book.find("holidays", named) if named and layer.windows else None
    holidays = days.content.root if days is not None and days.readable else {}
    return Clock(rotation, index, layer, zone, holidays)


def _covers(book: Book, rotation: str) -> Iterator[tuple[Covered, Cover]]:
    found: list[tuple[datetime, float, str, int, Cover]] = []
    for document in book.overrides_of(rotation):
        found += [
            (cover.start, -cover.end.timestamp(), document.id, index, cover)
            for index, cover in enumerate(document.content.covers)
        ]
    found.sort(key=lambda each: each[:4])
    return ((Covered(id, index), cover) for _, _, id, index, cover in found)


# ── answers ───────────────────────────────────────────────────────────────────────────────


def stretches(plan: Plan, within: Interval) -> list[Stretch]:
    """Who is on call at each instant of an interval, in order; where nobody is, there is no stretch."""
    painted: list[Stretch] = []
    for clock in plan.layers:
        painted = _over(painted, list(_turns(clock, within, plan.offset)))
    for reason, cover in plan.covers:
        if cover.start < within.end and within.start < cover.end:
            _change(painted, reason, cover, within)
    return list(_joined(painted))


def shifts(plan: Plan, within: Interval) -> list[Shift]:
    """Each person's shifts in an interval, by beginning and person; cut to the interval."""
    return by_person(stretches(plan, within))


def by_person(painted: Iterable[Stretch]) -> list[Shift]:
    """The shifts that stretches are made of, by beginning and person."""
    found: list[Shift] = []
    current: dict[Seat, int] = {}
    for stretch in painted:
        following: dict[Seat, int] = {}
        for seat in stretch.seats:
            at = current.get(seat)
            if at is not None and found[at].interval.end == stretch.interval.start:
                found[at] = found[at]._replace(interval=found[at].interval._replace(end=stretch.interval.end))
            else:
                at = len(found)
                found.append(Shift(stretch.interval, seat.person, seat.reason))
            following[seat] = at
        current = following
    return sorted(found, key=lambda shift: (shift.interval, shift.person))


def on_call(plan: Plan, at: datetime) -> tuple[Seat, ...]:
    """Who is on call at an instant, and why."""
    found = stretches(plan, Interval(at, at + timedelta(microseconds=1)))
    return found[0].seats if found else ()


def location(book: Book, reason: Reason) -> Location:
    """The line that puts somebody on call."""
    if isinstance(reason, Covered):
        document = book.find("override", reason.override)
        assert document is not None
        return document.at("covers", reason.cover)
    document = book.find("rotation", reason.rotation)
    assert document is not None
    return document.at("layers", reason.layer, "versions", reason.version)


# ── turns of a layer ──────────────────────────────────────────────────────────────────────


def _turns(clock: Clock, within: Interval, offset: int) -> Iterator[Stretch]:
    """The turns of a layer that touch an interval, cut to it, where somebody is on."""
    for index, version in enumerate(clock.layer.versions):
        held = valid(clock, index)
        part = both(held, within)
        if part is None or not version.members:
            continue
        for interval, number, shift in _numbered(clock, version, part):
            seats = _seats(clock, index, number + offset)
            reason = Turn(clock.rotation, clock.place, index, number, shift)
            if seats:
                yield Stretch(interval, tuple(Seat(person, reason) for person in seats))


def valid(clock: Clock, index: int) -> Interval:
    """From a version's start to the next one's."""
    versions = clock.layer.versions
    start = handoffs.begins(versions[index].starts, clock.zone)
    if index + 1 == len(versions):
        return Interval(start, FOREVER)
    return Interval(start, handoffs.begins(versions[index + 1].starts, clock.zone))


def _seats(clock: Clock, index: int, number: int) -> Sequence[str]:
    """Who has a turn, which may be one of a version that follows: turns go on being counted there."""
    versions = clock.layer.versions
    version = versions[index]
    while version.every is not None and index + 1 < len(versions):
        there = _turns_until(clock, version, versions[index + 1].starts)
        if number < there:
            break
        index, number, version = index + 1, number - there, versions[index + 1]
    return version.members[number % len(version.members)] if version.members else ()


def _turns_until(clock: Clock, version: Version, until: datetime) -> int:
    """How many turns of a version begin before a wall time."""
    assert version.every is not None
    if version.every.shifts:
        return -(-_windows_until(clock, version, until) // version.every.shifts)
    end = handoffs.begins(until, clock.zone)
    last = handoffs.turn_at(version.starts, version.every, end, clock.zone)
    exactly = handoffs.turn_begins(version.starts, version.every, last, clock.zone) == end
    return last if exactly else last + 1


def _numbered(clock: Clock, version: Version, part: Interval) -> Iterator[tuple[Interval, int, int]]:
    """The stretches of a version within an interval, each with the numbers of its turn and window."""
    if clock.layer.windows is None:
        yield from ((interval, number, 0) for interval, number in _by_clock(clock, version, part))
        return
    for interval, shift in _windows(clock, version, part):
        if version.every and version.every.shifts:
            yield interval, shift // version.every.shifts, shift
        else:
            yield from ((piece, number, shift) for piece, number in _by_clock(clock, version, interval))


def _by_clock(clock: Clock, version: Version, part: Interval) -> Iterator[tuple[Interval, int]]:
    """An interval cut at the handoffs of turns that are counted in time."""
    every = version.every
    if every is None:
        yield part, 0
        return
    number = handoffs.turn_at(version.starts, every, part.start, clock.zone)
    start = part.start
    while start < part.end:
        end = min(handoffs.turn_begins(version.starts, every, number + 1, clock.zone), part.end)
        if start < end:
            yield Interval(start, end), number
        start, number = end, number + 1


class Handoff(NamedTuple):
    """A turn of a layer begins."""

    starts: datetime
    """What the layer's clock shows then."""
    version: int
    number: int
    """Which turn of the version it is, counted from 0."""


def handed_over(clock: Clock, since: datetime) -> Iterator[Handoff]:
    """The turns of a layer that begin after an instant, in order and over all its versions, as rules: also
    where their members are none, or a window opens only later. It ends where nobody hands over any more."""
    for index, version in enumerate(clock.layer.versions):
        held = valid(clock, index)
        if held.start > since:
            yield Handoff(version.starts, index, 0)
        for starts, number in _begun(clock, version, max(since, held.start)):
            at = handoffs.begins(starts, clock.zone)
            if at >= held.end:
                break
            if at > max(since, held.start):
                yield Handoff(starts, index, number)


def _begun(clock: Clock, version: Version, since: datetime) -> Iterator[tuple[datetime, int]]:
    """The wall times at which turns of a version begin, the first one apart, each with its number, from about
    an instant on; for a turn counted in windows up to a year without any."""
    every = version.every
    if every is None:
        return
    if not every.shifts:
        number = max(handoffs.turn_at(version.starts, every, since, clock.zone), 0)
        while True:
            number += 1
            yield handoffs.turn_starts(version.starts, every, number), number
    day = handoffs.wall(since, clock.zone).date() - _DAY
    while found := list(_opening(clock, version, day, day + _YEAR)):
        for begins, window, number in found:
            if number and number % every.shifts == 0:
                yield datetime.combine(begins, window.start), number // every.shifts
        day += _YEAR + _DAY


def turn_of(clock: Clock, at: datetime) -> Handoff | None:
    """The turn of a layer at an instant, open or not, and the version that holds then; None before the first.
    Where a clock falls back, an instant of the second hour may count as one of the first."""
    index = sum(valid(clock, n).start <= at for n in range(len(clock.layer.versions))) - 1
    if index < 0:
        return None
    version = clock.layer.versions[index]
    every = version.every
    if every is None:
        return Handoff(version.starts, index, 0)
    if not every.shifts:
        number = handoffs.turn_at(version.starts, every, at, clock.zone)
        return Handoff(handoffs.turn_starts(version.starts, every, number), index, number)
    shown = handoffs.wall(at, clock.zone)
    begun = _windows_until(clock, version, shown + timedelta(microseconds=1))
    number = max(begun - 1, 0) // every.shifts
    return Handoff(_opened(clock, version, number * every.shifts, shown.date()), index, number)


def _opened(clock: Clock, version: Version, number: int, before: date) -> datetime:
    """The wall time at which a window of a version begins, which is not after a day."""
    if number == 0:
        return version.starts
    since = before
    while True:
        since -= (before - since) + _DAY
        for day, window, found in _opening(clock, version, since, before):
            if found == number:
                return datetime.combine(day, window.start)


# ── windows ───────────────────────────────────────────────────────────────────────────────


def _on(clock: Clock, day: date) -> list[Window]:
    """The windows that begin on a day, by time."""
    name = "holiday" if day in clock.holidays else DAYS[day.weekday()]
    found = [window for window in clock.layer.windows or () if name in window.days]
    return sorted(found, key=lambda window: window.start)


def _windows(clock: Clock, version: Version, part: Interval) -> Iterator[tuple[Interval, int]]:
    """The windows of a version that touch an interval, cut to it, each with its number, counted from 0
    at the version's start; the overlap of two belongs to the one that begins later."""
    first, last = (handoffs.wall(at, clock.zone).date() for at in part)
    found: list[tuple[Interval, int]] = []
    for day, window, number in _opening(clock, version, first - _DAY, last):
        opens = handoffs.window_begins(window, day, clock.zone)
        interval = both(Interval(opens, handoffs.window_ends(window, day, clock.zone)), part)
        if interval:
            found.append((interval, number))
    yield from _apart(found)


def _opening(clock: Clock, version: Version, since: date, until: date) -> Iterator[tuple[date, Window, int]]:
    """The windows of a version that begin on some days, the last included, each with its number; one that is
    open when the version begins is the first."""
    day = max(since, version.starts.date() - _DAY)
    number = _windows_until(clock, version, datetime.combine(day, datetime.min.time()))
    while day <= until:
        for window in _on(clock, day):
            begun_before = datetime.combine(day, window.start) < version.starts
            if begun_before and handoffs.window_closes(window, day) <= version.starts:
                continue
            yield day, window, 0 if begun_before else number
            number = max(number, 1) if begun_before else number + 1
        day += _DAY


def opened(
    windows: Sequence[Window], zone: ZoneInfo, within: Interval, holidays: Collection[date] = ()
) -> Iterator[Interval]:
    """The stretches of some windows that touch an interval, by beginning; they may overlap."""
    first, last = (handoffs.wall(at, zone).date() for at in within)
    in_order = sorted(windows, key=lambda window: window.start)
    for ordinal in range(first.toordinal() - 1, last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        name = "holiday" if day in holidays else DAYS[day.weekday()]
        for window in in_order:
            if name in window.days:
                interval = Interval(
                    handoffs.window_begins(window, day, zone), handoffs.window_ends(window, day, zone)
                )
                if interval.start < within.end and within.start < interval.end:
                    yield interval


def _apart(found: list[tuple[Interval, int]]) -> list[tuple[Interval, int]]:
    """Windows in order of beginning, each cut where another begins, and going on after that ends."""
    laid: list[tuple[Interval, int]] = []
    for interval, number in found:
        later: list[tuple[Interval, int]] = []
        while laid and laid[-1][0].end > interval.start:
            other, its = laid.pop()
            if other.end > interval.end:
                later.append((Interval(max(interval.end, other.start), other.end), its))
            if other.start < interval.start:
                laid.append((Interval(other.start, interval.start), its))
        laid += [(interval, number), *reversed(later)]
    return laid


def _windows_until(clock: Clock, version: Version, until: datetime) -> int:
    """How many windows of a version begin before a wall time; one that is open at its start is the first."""
    first = version.starts.date()
    if until <= version.starts:
        return 0
    partial = any(
        datetime.combine(day, window.start) < version.starts < handoffs.window_closes(window, day)
        for day in (first - _DAY, first)
        for window in _on(clock, day)
    )
    before_start = sum(window.start < version.starts.time() for window in _on(clock, first))
    on_last = sum(window.start < until.time() for window in _on(clock, until.date()))
    return _on_days(clock, first, until.date()) - before_start + on_last + partial


def _on_days(clock: Clock, first: date, last: date) -> int:
    """How many windows begin from one day up to, not including, another."""
    windows = clock.layer.windows or ()
    by_day = {name: sum(name in window.days for window in windows) for name in (*DAYS, "holiday")}
    weeks, rest = divmod((last - first).days, 7)
    count = weeks * sum(by_day[name] for name in DAYS)
    count += sum(by_day[DAYS[(first.weekday() + day) % 7]] for day in range(rest))
    return count + sum(
        by_day["holiday"] - by_day[DAYS[day.weekday()]] for day in clock.holidays if first <= day < last
    )


# ── painting ──────────────────────────────────────────────────────────────────────────────


def _over(below: list[Stretch], above: list[Stretch]) -> list[Stretch]:
    """Stretches of one layer over those of the layers below; both in order and without overlap."""
    if not below or not above:
        return above or below
    found = list(above)
    edges = [above[0].interval.start, above[-1].interval.end]
    gaps = [
        Interval(earlier.interval.end, later.interval.start)
        for earlier, later in pairwise(above)
        if earlier.interval.end < later.interval.start
    ]
    free = [Interval(datetime.min.replace(tzinfo=UTC), edges[0]), *gaps, Interval(edges[1], FOREVER)]
    at = 0
    for stretch in below:
        while free[at].end <= stretch.interval.start:
            at += 1
        for gap in free[at:]:
            if gap.start >= stretch.interval.end:
                break
            part = both(gap, stretch.interval)
            if part:
                found.append(stretch._replace(interval=part))
    return sorted(found, key=_start)


def _change(painted: list[Stretch], reason: Covered, cover: Cover, within: Interval) -> None:
    """Works a stretch of an override into the stretches."""
    covered = both(Interval(cover.start, cover.end), within)
    assert covered is not None
    first = bisect_right(painted, covered.start, key=_end)
    last = bisect_left(painted, covered.end, key=_start)
    found: list[Stretch] = []
    at = covered.start
    for stretch in painted[first:last]:
        part = both(stretch.interval, covered)
        assert part is not None, "it is between the two"
        found += _seated(Interval(stretch.interval.start, part.start), stretch.seats)
        found += _seated(Interval(at, part.start), _covered((), reason, cover))
        found += _seated(part, _covered(stretch.seats, reason, cover))
        found += _seated(Interval(part.end, stretch.interval.end), stretch.seats)
        at = part.end
    rest = list(_seated(Interval(at, covered.end), _covered((), reason, cover)))
    painted[first:last] = [*found, *rest]


def _covered(seats: tuple[Seat, ...], reason: Covered, cover: Cover) -> tuple[Seat, ...]:
    """Who is on where somebody was, by an override."""
    if cover.instead_of is None:
        kept: tuple[Seat, ...] = ()
    else:
        kept = tuple(seat for seat in seats if seat.person not in cover.instead_of)
        if cover.instead_of and len(kept) == len(seats):
            return seats  # nobody is on whom it replaces
    there = {seat.person for seat in kept}
    return (*kept, *(Seat(person, reason) for person in cover.on if person not in there))


def _seated(interval: Interval, seats: tuple[Seat, ...]) -> Iterable[Stretch]:
    return [Stretch(interval, seats)] if seats and interval.start < interval.end else []


def _joined(painted: list[Stretch]) -> Iterator[Stretch]:
    """Touching stretches with the same seats as one."""
    current: Stretch | None = None
    for stretch in painted:
        if (
            current is not None
            and current.seats == stretch.seats
            and current.interval.end == stretch.interval.start
        ):
            current = Stretch(Interval(current.interval.start, stretch.interval.end), current.seats)
            continue
        if current is not None:
            yield current
        current = stretch
    if current is not None:
        yield current


def _start(stretch: Stretch) -> datetime:
    return stretch.interval.start


def _end(stretch: Stretch) -> datetime:
    return stretch.interval.end
