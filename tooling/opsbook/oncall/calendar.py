"""What a calendar shows of a rotation: every shift, and half an hour at every handoff.

An event is known by what puts the person on call, not by when that is: the rotation, the layer, the version,
the turn and the person, or the override, its stretch and the person. So it stays the same event when its ends
move, on a new calendar and on one of other weeks. Where something else cuts a turn into pieces, they are
counted from the turn's beginning.

Shifts are whole, also where they begin before the interval that is asked for or end after it. What lasts
for more than a year, such as a rotation of one person, is a shift a year, cut at New Year on the rotation's
clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from opsbook.model.time import Interval, local_day, midnight
from opsbook.oncall.answers import because, handoffs, zone_of
from opsbook.oncall.schedule import Covered, Shift, plan, shifts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.rotation import Cover
    from opsbook.model.time import Turn
    from opsbook.oncall.answers import Handoff
    from opsbook.oncall.schedule import Plan, Reason

CALL = timedelta(minutes=30)
"""How long the call at a handoff takes."""
_OURS = UUID("2f1d3c0e-7a55-4c43-9d8e-5b7a0c5f9a31")
_INSTANT = timedelta(microseconds=1)
_YEAR = timedelta(days=366)
_MARGIN = timedelta(days=2)
"""More than a clock can shift, and than a window lasts."""
_FAR = timedelta(days=35)
"""A shift that moved less than this out of the interval is not cancelled."""


class Event(NamedTuple):
    """An event of a calendar."""

    uid: str
    interval: Interval
    summary: str
    description: str
    handoff: bool
    people: tuple[str, ...]
    cancelled: bool = False


class Planned(NamedTuple):
    """A shift, and what it is known by."""

    uid: str
    shift: Shift


def events(book: Book, rotation: str, within: Interval) -> list[Event]:
    """The shifts of a rotation that touch an interval and the handoffs in it, in order of time;
    LookupError where there is no rotation that can be read."""
    decides = plan(book, rotation)
    found = planned(decides, Interval(within.start - _INSTANT, within.end))  # what ends there is handed over
    made = [_shift(book, rotation, each) for each in found if within.start < each.shift.interval.end]
    made += [_handoff(book, rotation, *each) for each in _known(found, handoffs(decides, within))]
    return sorted(made, key=lambda each: (each.interval, each.uid))


def cancelled(earlier: Book, book: Book, rotation: str, within: Interval) -> list[Event]:
    """The events that an earlier book had in an interval and this one has not, there or within five
    weeks of it."""
    wide = Interval(within.start - _FAR, within.end + _FAR)
    before, now = (_events(each, rotation, span) for each, span in ((earlier, within), (book, wide)))
    there = {each.uid for each in now}
    return [each._replace(cancelled=True) for each in before if each.uid not in there]


def _events(book: Book, rotation: str, within: Interval) -> list[Event]:
    """Nothing where the rotation cannot be read, or was not there yet."""
    try:
        return events(book, rotation, within)
    except LookupError:
        return []


# ── what it is known by ───────────────────────────────────────────────────────────────────


def planned(decides: Plan, within: Interval) -> list[Planned]:
    """The shifts that touch an interval, whole, each with what it is known by."""
    reach = _reach(decides)
    wide = Interval(within.start - reach, within.end + reach)
    pieces: dict[tuple[object, ...], int] = {}
    found = []
    for shift, year in _by_year(decides, shifts(decides, wide)):
        known_by = (decides.rotation, *_known_by(decides, shift.reason), shift.person, year)
        pieces[known_by] = piece = pieces.get(known_by, 0) + 1
        if shift.interval.start < within.end and within.start < shift.interval.end:
            found.append(Planned(_uid("shift", *known_by, piece), shift))
    return found


def _uid(*known_by: object) -> str:
    return str(uuid5(_OURS, repr(known_by)))


def _known_by(decides: Plan, reason: Reason) -> tuple[object, ...]:
    if isinstance(reason, Covered):
        return "override", reason.override, reason.cover
    names = [clock.layer.name for clock in decides.layers]
    layer = names[reason.layer]
    namesake = names[: reason.layer].count(layer)
    return "layer", layer, namesake, reason.version, reason.number, reason.shift


def _reach(decides: Plan) -> timedelta:
    """How far from an interval a shift may begin or end that touches it."""
    lengths = [cover.end - cover.start for _, cover in decides.covers]
    for clock in decides.layers:
        if clock.layer.windows is None:
            lengths += [_lasts(version.every) for version in clock.layer.versions]
    return min(max(lengths, default=_MARGIN), _YEAR) + _MARGIN


def _lasts(every: Turn | None) -> timedelta:
    """How long a turn is at most; without an end, longer than anything."""
    if every is None:
        return timedelta.max
    return every.length or timedelta(days=31 * (every.months or 0))


def _by_year(decides: Plan, found: Iterable[Shift]) -> Iterator[tuple[Shift, int | None]]:
    """Shifts, each with None; what lasts for more than a year in pieces, each with its year."""
    zone, covers = zone_of(decides), dict(decides.covers)
    for shift in found:
        if _length(decides, covers, shift.reason) <= _YEAR:
            yield shift, None
            continue
        start, end = shift.interval
        year = local_day(start, zone).year
        while start < end:
            until = min(midnight(date(year + 1, 1, 1), zone), end)
            yield shift._replace(interval=Interval(start, until)), year
            start, year = until, year + 1


def _length(decides: Plan, covers: Mapping[Covered, Cover], reason: Reason) -> timedelta:
    """How long a turn or a stretch of an override is at most."""
    if isinstance(reason, Covered):
        return covers[reason].end - covers[reason].start
    layer = decides.layers[reason.layer].layer
    return _lasts(layer.versions[reason.version].every) if layer.windows is None else _MARGIN


def _known(of: list[Planned], found: Iterable[Handoff]) -> Iterator[tuple[str, Handoff]]:
    """Handoffs, each with what it is known by: the shift that it begins, else the one that it ends."""
    begins = {(shift.interval.start, shift.person): uid for uid, shift in of}
    ends = {(shift.interval.end, shift.person): uid for uid, shift in of}
    for each in found:
        comes = [person for person in each.after if person not in each.before]
        goes = [person for person in each.before if person not in each.after]
        known = next(
            uid
            for edges, people in ((begins, comes), (begins, each.after), (ends, goes))
            for person in people
            if (uid := edges.get((each.at, person)))
        )
        yield _uid("handoff", known), each


# ── what it says ──────────────────────────────────────────────────────────────────────────


def _shift(book: Book, rotation: str, each: Planned) -> Event:
    shift = each.shift
    lines = [because(book, shift.reason), *_absences(book, shift)]
    return Event(
        each.uid, shift.interval, f"{book.name_of(shift.person)} on call, {rotation}", "\n".join(lines),
        handoff=False, people=(shift.person,),
    )  # fmt: skip


def _absences(book: Book, shift: Shift) -> Iterator[str]:
    """The absences of a person that fall into their shift, without the reason, which is not everybody's."""
    document = book.find("person", shift.person)
    if document is None or not document.readable:
        return
    zone: ZoneInfo = document.content.timezone
    first, last = (local_day(at, zone) for at in (shift.interval.start, shift.interval.end))
    for absence in document.content.absences:
        if absence.start <= last and first <= absence.end:
            yield f"absent {absence.start} to {absence.end}"


def _handoff(book: Book, rotation: str, uid: str, each: Handoff) -> Event:
    before, after = (
        ", ".join(book.name_of(person) for person in people) for people in (each.before, each.after)
    )
    return Event(
        uid, Interval(each.at, each.at + CALL), f"Handoff of {rotation}: {before} to {after}",
        f"What to talk about: opsbook handoff {rotation}",
        handoff=True, people=tuple(dict.fromkeys([*each.before, *each.after])),
    )  # fmt: skip
