"""Calendars (`.ics`) in which an event is a shift: recurring events, single ones, and changed occurrences.

The title says who: a person, several with commas between, `@name`, an address; where it names nobody whom
the book or `--person` knows, those who take part in the event are on. `[L1] ana` is hidden by `[L2] ben`,
as Grafana reads it. `--person "Code freeze="` passes an event over.

People in whose weeks the same event recurs become one layer of turns. A calendar of single events that went
round at least twice, but for one in ten, is taken for turns that go on, with overrides for the exceptions;
any other keeps its events as covers, and nobody is on after the last one.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.errors import UserError
from opsbook.importing.export import File, Left
from opsbook.importing.pattern import DAY, WEEK, Pattern, windows
from opsbook.importing.people import People, Someone
from opsbook.importing.recurrence import Recurring, Spell, Unread, instants, rule
from opsbook.importing.rota import Change, Strand
from opsbook.importing.schedule import Asked, Schedule, zone_named
from opsbook.importing.words import line
from opsbook.model.time import Interval, Turn
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.model.rotation import Window

_FAR = datetime(2200, 1, 1, tzinfo=UTC)
_FEWEST = 4
"""How many single events may be turns at all."""
_MOSTLY = 0.9
"""How many of the events must be those of the turns; the others are overrides."""
_LEVEL = re.compile(r"\s*\[L(\d)\]\s*", re.IGNORECASE)


class _Event(NamedTuple):
    """An event of a calendar, on a clock."""

    place: str
    uid: str
    sequence: int
    level: int
    people: tuple[str, ...]
    recurring: Recurring
    replaces: datetime | None
    """The wall time of the occurrence that it is in place of."""


def read(files: Sequence[File], people: People, asked: Asked, left: list[Left]) -> list[Schedule]:
    """The calendar of each file as a schedule."""
    return [_calendar(file, people, asked, left) for file in files]


def _calendar(file: File, people: People, asked: Asked, left: list[Left]) -> Schedule:
    from icalendar import Calendar

    try:
        with warnings.catch_warnings(record=True) as guesses:
            warnings.simplefilter("always")
            calendars: Any = Calendar.from_ical(file.content, multiple=True)
        found = [each for calendar in calendars for each in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{file.name}: no calendar: {error}") from None
    left += [Left(file.name, line(str(guess.message))) for guess in guesses]
    head: Any = calendars[0] if calendars else {}
    usual = asked.timezone or zone_named(str(head.get("X-WR-TIMEZONE") or ""))
    events = [
        event
        for component in found
        if (event := _event(component, f"{file.name}: event `{_titled(component)}`", usual, people, left))
    ]
    changes: list[Change] = []
    strands = tuple(_strands(_newest(events), asked, changes, left)) if events else ()
    if not strands:
        what = "every event of the calendar is over" if events else "no event of the calendar is a shift"
        raise UserError(f"{file.name}: {what}", "; ".join(f"{each.place}: {each.what}" for each in left[:3]))
    name = line(str(head.get("X-WR-CALNAME") or "")) or file.name.rpartition("/")[2].rpartition(".")[0]
    zone = usual or events[0].recurring.zone
    source = f"calendar {file.name.rpartition('/')[2]}"
    said: list[Spell] = []
    if len(strands) == 1 and strands[0].happens is None:  # turns that were seen in single events
        ahead = Interval(asked.at, _FAR)
        said = sorted(spell for event in events for spell in event.recurring.happens(ahead))
    return Schedule(name, source, zone, strands, tuple(changes), tuple(said))


def _titled(component: Any) -> str:
    return line(f"{component.get('SUMMARY', '')}", 60)


# ── events ────────────────────────────────────────────────────────────────────────────────


def _event(
    component: Any, place: str, usual: ZoneInfo | None, people: People, left: list[Left]
) -> _Event | None:
    title = str(component.get("SUMMARY", ""))
    level = _LEVEL.search(title)
    try:
        starts = component["DTSTART"].dt
        zone = _zone(component["DTSTART"], usual, recurs="RRULE" in component, place=place)
        start = _wall(starts, zone)
        length = _length(component, starts, start, zone)
        if length <= timedelta():
            left.append(Left(place, "it has no length"))
            return None
        on = tuple(sorted(set(_people(_LEVEL.sub(" ", title), component, people))))
        if not on:
            return None
        read = rule(dict(component["RRULE"]), zone, start) if "RRULE" in component else None
        recurring = Recurring(start, length, zone, read, (on,))
        recurring.without = frozenset(instants(_dates(component.get("EXDATE")), zone, start))
        recurring.also = tuple(instants(_dates(component.get("RDATE")), zone, start))
        recurring.happens(Interval(handoffs.begins(start, zone), handoffs.begins(start + DAY, zone)))
        recurrence = component.get("RECURRENCE-ID")
        replaces = _wall(recurrence.dt, zone) if recurrence is not None else None
    except Unread as error:
        left.append(Left(place, str(error)))
        return None
    except (KeyError, AttributeError, TypeError, ValueError, OverflowError) as error:
        left.append(Left(place, f"it cannot be read: {type(error).__name__} {error}"))
        return None
    if recurrence is not None and recurrence.params.get("RANGE"):
        left.append(Left(place, "it changes all later occurrences: only its own is changed"))
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        recurring.groups = ((),)
    return _Event(
        place, str(component.get("UID", "")) or place, int(component.get("SEQUENCE", 0) or 0),
        int(level[1]) if level else 0, on, recurring, replaces,
    )  # fmt: skip


def _zone(start: Any, usual: ZoneInfo | None, *, recurs: bool, place: str) -> ZoneInfo:
    """The clock of an event: what its start names, or the calendar's."""
    when = start.dt
    named = None
    if isinstance(when, datetime) and when.tzinfo is not None:
        named = zone_named(str(getattr(when.tzinfo, "key", None) or start.params.get("TZID") or "UTC"))
        if named and named.key == "UTC" and not recurs:
            named = usual or named
    found = named or usual
    if found is None:
        clock = start.params.get("TZID")
        what = (
            f"is on the clock `{line(str(clock))}`, which is no IANA time zone"
            if clock
            else "names no time zone"
        )
        raise UserError(f"{place} {what}", "say which clock the calendar is on: --timezone Europe/Berlin")
    return found


def _wall(when: Any, zone: ZoneInfo) -> datetime:
    """A start as the clock shows it, to the minute; of a day, its midnight."""
    if not isinstance(when, datetime):
        return datetime.combine(when, time.min)
    shown = handoffs.wall(when, zone) if when.tzinfo else when
    return shown.replace(second=0, microsecond=0)


def _length(component: Any, starts: Any, start: datetime, zone: ZoneInfo) -> timedelta:
    if "DTEND" in component:
        return _wall(component["DTEND"].dt, zone) - start
    if "DURATION" in component:
        length: timedelta = component["DURATION"].dt
        return length
    return timedelta() if isinstance(starts, datetime) else DAY


def _dates(found: Any) -> list[Any]:
    """The dates of EXDATE or RDATE, which may stand in several lines; of a period its beginning."""
    lists = found if isinstance(found, list) else [found] if found else []
    dates = [each.dt for many in lists for each in many.dts]
    return [each[0] if isinstance(each, tuple) else each for each in dates]


def _people(title: str, component: Any, people: People) -> Iterator[str]:
    """Who is on in an event."""
    named = [Someone(login=name) for part in title.split(",") if (name := line(part).lstrip("@ ").strip())]
    attendees = component.get("ATTENDEE") or []
    attendees = attendees if isinstance(attendees, list) else [attendees]
    if attendees and not any(people.known(someone) is not None for someone in named):
        named = [
            Someone(
                name=line(str(each.params.get("CN") or "")) or None,
                login=line(re.sub("(?i)^mailto:", "", str(each))),
            )
            for each in attendees
        ]
    for someone in named:
        yield from people.seat(someone)


def _newest(events: list[_Event]) -> list[_Event]:
    """Of events that are the same one, that of the highest SEQUENCE."""
    found: dict[tuple[str, datetime | None], _Event] = {}
    for event in events:
        key = event.uid, event.replaces
        if key not in found or found[key].sequence <= event.sequence:
            found[key] = event
    return list(found.values())


# ── strands ───────────────────────────────────────────────────────────────────────────────


def _strands(events: list[_Event], asked: Asked, changes: list[Change], left: list[Left]) -> Iterator[Strand]:
    changed = defaultdict(list)
    for event in events:
        if event.replaces is not None:
            changed[event.uid].append(event)
    recurring, single, past = [], defaultdict(list), 0
    goes_on = {(event.uid, event.level) for event in events if _recurs(event) and not _over(event, asked)}
    for event in events:
        if event.replaces is None:
            event.recurring.without |= frozenset(
                each.replaces for each in changed[event.uid] if each.replaces
            )
        if not _recurs(event):
            if event.replaces is None or (event.uid, event.level) not in goes_on:
                single[event.level].append(event)
        elif _over(event, asked):
            left.append(Left(event.place, f"it ended on {event.recurring.last:%Y-%m-%d}"))
        else:
            instead = [each for each in changed[event.uid] if each.level == event.level]
            recurring.append(_strand(event, instead))
    yield from _merged(recurring, asked)
    for level, some in sorted(single.items()):
        turns = _turns(some, level, left) if not any(event.replaces for event in some) else None
        strand = None
        if turns:
            strand, exceptions = turns
            changes += exceptions
        else:
            ahead = [event for event in some if event.recurring.happens(Interval(asked.at, _FAR))]
            past += len(some) - len(ahead)
            strand = _covers(ahead, level) if ahead else None
        if strand:
            yield strand
    if past:
        left.append(Left(events[0].place, f"single events that were over by {asked.at:%Y-%m-%d}: {past}"))


def _recurs(event: _Event) -> bool:
    return event.recurring.rule is not None or bool(event.recurring.also)


def _over(event: _Event, asked: Asked) -> bool:
    last = event.recurring.last
    return last is not None and handoffs.ends(last, event.recurring.zone) <= asked.at


def _strand(event: _Event, instead: Sequence[_Event]) -> Strand:
    """The occurrences of an event, and what is in place of some of them."""
    recurring = event.recurring

    def happens(within: Interval) -> list[Spell]:
        return sorted(spell for each in (event, *instead) for spell in each.recurring.happens(within))

    lasts = [
        handoffs.ends(each.recurring.last, each.recurring.zone)
        for each in (event, *instead)
        if each.recurring.last
    ]
    last = max(lasts) if recurring.last else None
    name = ", ".join(event.people)
    return Strand(name, event.place, recurring.pattern(name), happens, event.level, last)


def _covers(events: list[_Event], level: int) -> Strand:
    """Single events, as they are."""

    def happens(within: Interval) -> list[Spell]:
        return sorted(spell for event in events for spell in event.recurring.happens(within))

    ends = (
        handoffs.ends(event.recurring.start + event.recurring.length, event.recurring.zone)
        for event in events
    )
    return Strand("single events", events[0].place, None, happens, level, max(ends))


def _merged(strands: Sequence[Strand], asked: Asked) -> list[Strand]:
    """Strands that are turns of one rota as one."""
    found: list[Strand] = []
    for strand in strands:
        for place, other in enumerate(found):
            both = _both(other, strand, asked)
            if both:
                found[place] = both
                break
        else:
            found.append(strand)
    return found


def _both(one: Strand, other: Strand, asked: Asked) -> Strand | None:
    """One strand in place of two, where their turns fall into each other's gaps."""
    mine, its = one.pattern, other.pattern
    if (
        mine is None
        or its is None
        or mine.every is None
        or mine.every.length is None
        or mine.ends
        or its.ends
    ):
        return None
    alike = (mine.zone.key, mine.every, mine.windows, len(mine.seats)) == (
        its.zone.key, its.every, its.windows, len(its.seats),
    )  # fmt: skip
    if not alike or one.level != other.level or len(mine.seats) == 1:
        return None
    offset, rest = divmod(its.anchor - mine.anchor, mine.every.length)
    cycle = mine.every.length * len(mine.seats)
    now = handoffs.wall(asked.at, mine.zone)
    begun = max(mine.anchor, its.anchor) <= now or abs(its.anchor - mine.anchor) < cycle
    if rest or not begun:
        return None
    turned = its.seats[-offset % len(its.seats) :] + its.seats[: -offset % len(its.seats)]
    if any(seat and its_seat for seat, its_seat in zip(mine.seats, turned, strict=True)):
        return None
    if its.anchor < mine.anchor:
        return _both(other, one, asked)
    seats = tuple(seat or its_seat for seat, its_seat in zip(mine.seats, turned, strict=True))

    def happens(within: Interval) -> list[Spell]:
        assert one.happens
        assert other.happens
        return sorted([*one.happens(within), *other.happens(within)])

    pattern = mine._replace(name="turns", seats=seats)
    return one._replace(name="turns", pattern=pattern, happens=happens)


# ── turns that single events make ─────────────────────────────────────────────────────────


def _turns(events: list[_Event], level: int, left: list[Left]) -> tuple[Strand, list[Change]] | None:
    """The turns that single events make, where they have gone round at least twice, and the events that
    are an exception to them."""
    ordered = sorted(events, key=lambda event: event.recurring.start)
    people = {event.recurring.start: event.recurring.groups[0] for event in ordered}
    lengths = {event.recurring.length for event in ordered}
    zones = {event.recurring.zone.key for event in ordered}
    if len(lengths) > 1 or len(zones) > 1 or len(people) < max(len(ordered), _FEWEST):
        return None
    length, zone = lengths.pop(), ordered[0].recurring.zone
    ways = [
        (seats, slots, every, hours)
        for slots, every, hours in _rhythms(list(people), length)
        if people.keys() <= set(slots) and (seats := _round([people.get(slot, ()) for slot in slots]))
    ]
    if not ways:
        return None
    seats, slots, every, hours = min(ways, key=lambda way: len(way[0]))
    end = slots[-1] + length
    left.append(Left(ordered[-1].place, f"the calendar ends on {end:%Y-%m-%d}; the turns go on as they were"))
    pattern = Pattern("turns", zone, slots[0], every, seats, hours)
    changes = [
        Change(
            Interval(handoffs.begins(slot, zone), handoffs.ends(slot + length, zone)),
            on,
            None,
            ordered[0].place,
        )
        for number, slot in enumerate(slots)
        if (on := people.get(slot, ())) != seats[number % len(seats)]
    ]
    return Strand("turns", ordered[0].place, pattern, None, level), changes


def _round(people: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...] | None:
    """Who takes turns, in order, where that is so for nine in ten and has gone round at least twice."""
    for cycle in range(1, len(people) // 2 + 1):
        seats = tuple(Counter(people[first::cycle]).most_common(1)[0][0] for first in range(cycle))
        fitting = sum(on == seats[number % cycle] for number, on in enumerate(people))
        if fitting >= _MOSTLY * len(people):
            return seats
    return None


def _rhythms(
    starts: list[datetime], length: timedelta
) -> Iterator[tuple[list[datetime], Turn, tuple[Window, ...] | None]]:
    """The ways in which events may follow each other: one after the other, every week, or on some days of
    it; each with the times at which one would begin, how long a turn is, and in which hours."""
    first, last = starts[0], starts[-1]
    yield list(_steps(first, last, length)), Turn(length), None
    if length < WEEK:
        yield list(_steps(first, last, WEEK)), Turn(WEEK), windows([(first.weekday(), first.time(), length)])
    if length <= DAY:
        days = sorted({start.weekday() for start in starts})
        slots = [each for each in _steps(first, last, DAY) if each.weekday() in days]
        yield slots, Turn(shifts=1), windows((day, first.time(), length) for day in days)


def _steps(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    for number in range((last - first) // step + 1):
        yield first + number * step
