"""PagerDuty schedules: `GET /schedules/{id}` with its layers, and `GET /v3/schedules/{id}` with its events.

Beside them `GET /schedules/{id}/overrides`, `GET /v3/schedules/{id}/overrides` and `GET /users` are
read. Asked with `since` and `until`, PagerDuty adds the shifts as it works them out itself
(`final_schedule`): they win over what the layers say.

Layers: the one on top stands first, as the API answers (its `POST` takes them the other way round);
where `final_schedule` fits the other order, that is taken. Turns are counted on the clock of the schedule.

Events of a v3 schedule count their occurrences from `effective_since`; the next member is on after
`shifts_per_member` of them. Rotations are on call at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from opsbook.importing.export import File, Left, Part, read_json
from opsbook.importing.pattern import Pattern, windows
from opsbook.importing.people import People, Someone
from opsbook.importing.recurrence import Recurring, Spell, Unread, instants, rule
from opsbook.importing.rota import Change, Strand
from opsbook.importing.schedule import Asked, Schedule, zone_at, zone_named
from opsbook.model.time import Interval, Turn
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.model.rotation import Window

_DAY = 86_400
_WEEK = 7 * _DAY


def read(files: Sequence[File], people: People, asked: Asked, left: list[Left]) -> list[Schedule]:
    """The schedules of some answers of the API."""
    answers = [read_json(file) for file in files]
    users = {
        user.text("id"): user
        for answer in answers
        for user in answer.items("users")
        if user.has("id", "name")
    }
    known = _Users(users, people)
    schedules = [each for answer in answers for each in _schedules(answer)]
    overrides = [
        each for answer in answers if "schedule" not in answer.value for each in answer.items("overrides")
    ]
    if not schedules:
        raise answers[0].wrong("holds no `schedule`", "export it with GET /schedules/{id}")
    if overrides and len(schedules) > 1:
        raise overrides[0].wrong("could be of any of several schedules", "import one schedule at a time")
    return [
        _version_3(each, overrides, known, asked, left)
        if each.has("rotations")
        else _version_2(each, overrides, known, asked, left)
        for each in schedules
    ]


def _schedules(answer: Part) -> Iterator[Part]:
    if answer.has("schedule"):
        yield answer["schedule"]
    elif answer.has("schedules"):
        yield from answer.items("schedules")
    elif answer.has("schedule_layers") or answer.has("rotations", "time_zone"):
        yield answer


class _Users:
    """The users of PagerDuty: a reference has an id and a name, a user their address and zone as well."""

    def __init__(self, users: dict[str, Part], people: People) -> None:
        self._users = users
        self._people = people

    def seat(self, reference: Part, key: str = "id") -> tuple[str, ...]:
        """Who it is in the book."""
        user = self._users.get(reference.text(key))
        if user is None:
            return self._people.seat(
                Someone(reference.text(key), reference.said("summary") or reference.said("name"))
            )
        where = zone_named(user.said("time_zone"))
        return self._people.seat(Someone(user.text("id"), user.said("name"), user.said("email"), where))


# ── layers ────────────────────────────────────────────────────────────────────────────────


def _version_2(
    schedule: Part, overrides: list[Part], users: _Users, asked: Asked, left: list[Left]
) -> Schedule:
    zone = zone_at(schedule, "time_zone", asked)
    strands = []
    layers = schedule.items("schedule_layers")
    if not layers:
        raise schedule.wrong("has no layers", "export it with GET /schedules/{id}, not from the list")
    for layer in layers:
        strand = _layer(layer, zone, users, asked, left)
        if strand:
            strands.append(strand)
    if not strands:
        raise schedule.wrong("has no layer that has not ended")
    rendered = list(_rendered(schedule, users))
    if _bottom_first(strands, rendered, asked):
        strands.reverse()
    ordered = [strand._replace(level=level) for level, strand in enumerate(reversed(strands))]
    changes = list(
        _overrides(overrides or _subschedule(schedule, "overrides_subschedule"), users, asked, left)
    )
    return Schedule(
        schedule.said("name") or schedule.said("summary") or "rotation",
        f"PagerDuty schedule {schedule.said('id') or ''}".strip(),
        zone, tuple(ordered), tuple(changes), tuple(rendered), schedule.said("description"),
        tuple(name for team in schedule.items("teams") if (name := team.said("summary"))),
    )  # fmt: skip


def _layer(layer: Part, zone: ZoneInfo, users: _Users, asked: Asked, left: list[Left]) -> Strand | None:
    name = layer.said("name") or "layer"
    ends = layer.instant("end", zone) if layer.get("end") else None
    if ends and ends <= asked.at:
        left.append(Left(layer.place, f"layer `{name}` ended on {ends:%Y-%m-%d}"))
        return None
    members = tuple(users.seat(user.get("user") or user) for user in layer.items("users"))
    if not members:
        left.append(Left(layer.place, f"layer `{name}` has no users"))
        return None
    length = timedelta(seconds=layer.count("rotation_turn_length_seconds", low=60, high=100 * 366 * _DAY))
    pattern = Pattern(
        name, zone,
        _wall(layer["rotation_virtual_start"], zone), Turn(length), members,
        tuple(_windows(layer, left)) or None,
        _wall(layer["start"], zone), _wall(layer["end"], zone) if ends else None,
    )  # fmt: skip
    if length % timedelta(days=1) and len(members) > 1:
        left.append(Left(layer.place, "turns that are no whole days are counted on the wall clock"))
    return Strand(name, layer.place, pattern, last=ends)


def _wall(part: Part, zone: ZoneInfo) -> datetime:
    """An instant as the zone's clock shows it, to the minute."""
    return handoffs.wall(part.as_instant(zone), zone).replace(second=0, microsecond=0)


def _windows(layer: Part, left: list[Left]) -> Iterator[Window]:
    stretches = []
    for restriction in layer.items("restrictions"):
        weekly = restriction.text("type") == "weekly_restriction"
        if not weekly and restriction.text("type") != "daily_restriction":
            raise restriction["type"].wrong("is no restriction that is known")
        seconds = restriction.count("duration_seconds", low=1, high=_WEEK if weekly else _DAY)
        begins = _time(restriction["start_time_of_day"])
        length = timedelta(minutes=max(1, seconds // 60))
        if seconds % 60:
            left.append(Left(restriction.place, f"the last {seconds % 60} seconds of `{seconds}`"))
        days = [restriction.count("start_day_of_week", low=1, high=7) - 1] if weekly else range(7)
        stretches += [(day, begins, length) for day in days]
    yield from windows(stretches)


def _time(part: Part) -> time:
    try:
        found = time.fromisoformat(part.value)
    except (TypeError, ValueError):
        raise part.wrong("is no time of day") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _subschedule(schedule: Part, key: str) -> list[Part]:
    found = schedule.get(key)
    return found.items("rendered_schedule_entries") if found else []


def _rendered(schedule: Part, users: _Users) -> Iterator[Spell]:
    """The shifts as PagerDuty works them out, where it was asked for a stretch of time."""
    for entry in _subschedule(schedule, "final_schedule"):
        interval = _interval(entry, "start", "end")
        yield interval, users.seat(entry["user"])


def _interval(part: Part, start: str, end: str) -> Interval:
    found = Interval(_minute(part.instant(start)), _minute(part.instant(end)))
    if found.end <= found.start:
        raise part[end].wrong(f"is not after `{start}`")
    return found


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _bottom_first(strands: Sequence[Strand], rendered: Sequence[Spell], asked: Asked) -> bool:
    """Whether the lowest layer stands first: by what PagerDuty works out, else as asked."""
    from opsbook.importing.rota import disagreement

    if asked.bottom_first or len(strands) == 1 or not rendered:
        return asked.bottom_first
    return disagreement(strands[::-1], rendered) < disagreement(strands, rendered)


def _overrides(entries: list[Part], users: _Users, asked: Asked, left: list[Left]) -> Iterator[Change]:
    past = 0
    for entry in entries:
        interval = _interval(entry, "start", "end")
        if interval.end <= asked.at:
            past += 1
            continue
        yield Change(interval, users.seat(entry["user"]))
    if past:
        left.append(Left(entries[0].place, f"overrides that were over by {asked.at:%Y-%m-%d}: {past}"))


# ── events ────────────────────────────────────────────────────────────────────────────────


def _version_3(
    schedule: Part, overrides: list[Part], users: _Users, asked: Asked, left: list[Left]
) -> Schedule:
    zone = zone_at(schedule, "time_zone", asked)
    strands: list[Strand] = []
    by_rotation: dict[str, str] = {}
    for rotation in schedule.items("rotations"):
        for event in rotation.items("events"):
            strand = _event(event, rotation.said("name"), zone, users, asked, left)
            if strand:
                strands.append(strand)
                by_rotation.setdefault(rotation.said("id") or "", strand.place)
    if not strands:
        raise schedule.wrong("has no event that goes on")
    left += [Left(shift.place, "a custom shift") for shift in schedule.items("custom_shifts")]
    changes = list(_member_overrides(overrides, by_rotation, users, asked, left))
    return Schedule(
        schedule.said("name") or "rotation",
        f"PagerDuty schedule {schedule.said('id') or ''}".strip(),
        zone, tuple(strands), tuple(changes), (), schedule.said("description"),
        tuple(name for team in schedule.items("teams") if (name := team.said("summary"))),
    )  # fmt: skip


def _event(
    event: Part, rotation: str | None, zone: ZoneInfo, users: _Users, asked: Asked, left: list[Left]
) -> Strand | None:
    name = event.said("name") or rotation or "event"
    starts, ends = _zoned(event["start_time"], zone), _zoned(event["end_time"], zone)
    until = event.instant("effective_until", zone) if event.get("effective_until") else None
    if until and until <= asked.at:
        left.append(Left(event.place, f"event `{name}` ended on {until:%Y-%m-%d}"))
        return None
    if ends <= starts:
        raise event["end_time"].wrong("is not after `start_time`")
    groups, per = _assigned(event["assignment_strategy"], users)
    since = (
        handoffs.wall(event.instant("effective_since", zone), zone)
        if event.get("effective_since")
        else starts
    )
    try:
        recurring = _recurring(event, starts, ends - starts, max(starts, since), zone, groups, per, until)
        if since > starts and len(groups) > 1:
            left.append(
                Left(
                    event.place,
                    f"turns are counted from the first shift after {since:%Y-%m-%d %H:%M}: look who is first",
                )
            )
        recurring.happens(Interval(asked.at, asked.at + timedelta(days=1)))
    except Unread as error:
        left.append(Left(event["recurrence"].place, f"event `{name}`: {error}"))
        return None
    last = handoffs.ends(recurring.last, zone) if recurring.last else None
    return Strand(name, event.place, recurring.pattern(name), recurring.happens, last=last)


def _zoned(part: Part, zone: ZoneInfo) -> datetime:
    """A `{date_time, time_zone}` or an instant, on the clock of the schedule, to the minute."""
    return _wall(part["date_time"] if isinstance(part.value, dict) else part, zone)


def _assigned(strategy: Part, users: _Users) -> tuple[tuple[tuple[str, ...], ...], int | None]:
    """The groups that take turns, and after how many shifts."""
    members = [
        () if each.text("type") == "empty_member" else users.seat(each, "user_id")
        for each in strategy.items("members")
    ]
    if not members:
        raise strategy.wrong("has no `members`")
    sort = strategy.text("type")
    if sort == "every_member_assignment_strategy":
        return (tuple(sorted({person for seat in members for person in seat})),), None
    if sort not in ("rotating_member_assignment_strategy", "user_assignment_strategy"):
        raise strategy["type"].wrong("is no strategy that is known")
    return tuple(members), strategy.count("shifts_per_member", 1, low=1, high=1000)


def _recurring(
    event: Part, starts: datetime, length: timedelta, since: datetime, zone: ZoneInfo,
    groups: tuple[tuple[str, ...], ...], per: int | None, until: datetime | None,
) -> Recurring:  # fmt: skip
    from icalendar import vRecur
    from icalendar.prop import vDDDLists

    lines = [str(each.value) for each in event.items("recurrence")]
    rules = [
        each.partition(":")[2] or each
        for each in lines
        if "FREQ=" in each.upper() and not each.upper().startswith("EX")
    ]
    if len(rules) != 1:
        raise Unread("needs exactly one RRULE")
    try:
        parts = dict(vRecur.from_ical(rules[0]))
        named = {
            word: [
                each
                for value in lines
                if value.upper().startswith(word)
                for each in vDDDLists.from_ical(value.partition(":")[2])  # type: ignore[no-untyped-call]
            ]
            for word in ("EXDATE", "RDATE")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise Unread(f"`{rules[0]}` is no rule: {error}") from None
    read = rule(parts, zone, starts)
    if until:
        end = handoffs.wall(until, zone) - timedelta(minutes=1)
        read = read._replace(until=min(read.until or end, end))
    first, before = _first(Recurring(starts, length, zone, read, groups, per), since)
    if read.times:
        read = read._replace(times=max(read.times - before, 1))
    found = Recurring(first, length, zone, read, groups, per)
    found.without = frozenset(instants(named["EXDATE"], zone, starts))
    found.also = tuple(instants(named["RDATE"], zone, starts))
    return found


def _first(recurring: Recurring, since: datetime) -> tuple[datetime, int]:
    """The first occurrence from a wall time on, which turns are counted from, and how many were before."""
    for when, number in recurring.begun(since + timedelta(days=800)):
        if when >= since:
            return when, number
    return recurring.start, 0


def _member_overrides(
    overrides: list[Part], strands: dict[str, str], users: _Users, asked: Asked, left: list[Left]
) -> Iterator[Change]:
    for override in overrides:
        interval = _interval(override, "start_time", "end_time")
        of = override.said("rotation_id")
        if interval.end <= asked.at:
            left.append(Left(override.place, "an override that is over"))
        elif of not in strands:
            left.append(
                Left(override.place, "an override of a custom shift or of a rotation that is not here")
            )
        else:
            on, before = override["overriding_member"], override["overridden_member"]
            yield Change(
                interval,
                () if on.text("type") == "empty_member" else users.seat(on, "user_id"),
                None if before.text("type") == "empty_member" else users.seat(before, "user_id"),
                strands[of],
            )
