"""Opsgenie schedules: `GET /v2/schedules/{id}` with its rotations.

Beside it `GET /v2/schedules/{id}/overrides` and `GET /v2/users` are read. All rotations of a schedule are
on call at once. Turns are counted on the clock of the schedule. A participant that is a team or an
escalation is nobody unless `--person` says who it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import TYPE_CHECKING

from opsbook.importing.export import File, Left, Part, read_json
from opsbook.importing.pattern import DAY, WEEK, Pattern, windows
from opsbook.importing.people import People, Someone
from opsbook.importing.rota import Change, Strand
from opsbook.importing.schedule import Asked, Schedule, zone_at, zone_named
from opsbook.model.time import Interval, Turn
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from opsbook.model.rotation import Window

_UNITS = {"hourly": timedelta(hours=1), "daily": DAY, "weekly": WEEK}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read(files: Sequence[File], people: People, asked: Asked, left: list[Left]) -> list[Schedule]:
    """The schedules of some answers of the API."""
    data = [item for file in files for item in _data(read_json(file))]
    users = {user.text("id"): user for user in data if user.has("id", "fullName")}
    overrides = [item for item in data if item.has("startDate", "endDate", "user")]
    schedules = [item for item in data if item.has("rotations") and not item.has("user")]
    if not schedules:
        raise read_json(files[0]).wrong(
            "holds no schedule with `rotations`", "export it with GET /v2/schedules/{id}?identifierType=name"
        )
    return [_schedule(each, overrides, users, people, asked, left) for each in schedules]


def _data(answer: Part) -> list[Part]:
    """What an answer holds: one thing or several; a thing without its envelope passes too."""
    if isinstance(answer.value, list):
        return answer.items()
    found = answer.get("data")
    if found is None:
        return [answer]
    return found.items() if isinstance(found.value, list) else [found]


def _schedule(
    schedule: Part,
    overrides: list[Part],
    users: dict[str, Part],
    people: People,
    asked: Asked,
    left: list[Left],
) -> Schedule:
    zone = zone_at(schedule, "timezone", asked)
    if schedule.get("enabled") is not None and schedule["enabled"].value is False:
        left.append(Left(schedule.place, "the schedule was switched off"))
    who = _Participants(users, people, left)
    strands = [
        strand for each in schedule.items("rotations") if (strand := _rotation(each, zone, who, asked, left))
    ]
    if not strands:
        raise schedule.wrong("has no rotation that has not ended")
    places = {each.said(key): each.place for each in schedule.items("rotations") for key in ("id", "name")}
    changes = list(_overrides(schedule, overrides, places, who, asked, left))
    owner = schedule.get("ownerTeam")
    team = owner.said("name") if owner else None
    return Schedule(
        schedule.said("name") or "rotation",
        f"Opsgenie schedule {schedule.said('id') or ''}".strip(),
        zone, tuple(strands), tuple(changes), (), schedule.said("description"), (team,) if team else (),
    )  # fmt: skip


class _Participants:
    """Who a participant is."""

    def __init__(self, users: dict[str, Part], people: People, left: list[Left]) -> None:
        self._users = users
        self._people = people
        self._left = left

    def seat(self, participant: Part) -> tuple[str, ...]:
        """The person, or nobody."""
        sort = participant.said("type") or "user"
        if sort == "none":
            return ()
        id, name = participant.said("id"), participant.said("name")
        if sort != "user":
            someone = Someone(id, name)
            if self._people.known(someone) is not None:
                return self._people.seat(someone)
            said = f"{sort} `{someone}` is no person: nobody is on in its turns, or name one with --person"
            self._left.append(Left(participant.place, said))
            return ()
        user = self._users.get(id or "")
        login = participant.said("username") or (user.said("username") if user else None)
        if not (id or login):
            raise participant.wrong("has neither `id` nor `username`")
        full = user.said("fullName") if user else None
        where = zone_named(user.said("timeZone")) if user else None
        return self._people.seat(Someone(id, full or name, login, where))


def _rotation(
    rotation: Part, zone: ZoneInfo, who: _Participants, asked: Asked, left: list[Left]
) -> Strand | None:
    name = rotation.said("name") or "rotation"
    ends = rotation.instant("endDate", zone) if rotation.get("endDate") else None
    if ends and ends <= asked.at:
        left.append(Left(rotation.place, f"rotation `{name}` ended on {ends:%Y-%m-%d}"))
        return None
    unit = _UNITS.get(rotation.text("type"))
    if unit is None:
        raise rotation["type"].wrong("is no `hourly`, `daily` or `weekly`")
    length = unit * rotation.count("length", 1, low=1, high=5000)
    seats = tuple(who.seat(each) for each in rotation.items("participants"))
    if not seats:
        left.append(Left(rotation.place, f"rotation `{name}` has no participants"))
        return None
    if length % DAY and len(seats) > 1:
        left.append(Left(rotation.place, "turns that are no whole days are counted on the wall clock"))
    hours = tuple(_windows(rotation["timeRestriction"])) if rotation.get("timeRestriction") else None
    starts = _wall(rotation, "startDate", zone)
    pattern = Pattern(
        name,
        zone,
        starts,
        Turn(length),
        seats,
        hours,
        None,
        _wall(rotation, "endDate", zone) if ends else None,
    )
    return Strand(name, rotation.place, pattern, last=ends)


def _wall(part: Part, key: str, zone: ZoneInfo) -> datetime:
    return handoffs.wall(part.instant(key, zone), zone).replace(second=0, microsecond=0)


def _windows(restriction: Part) -> Iterator[Window]:
    sort = restriction.text("type")
    if sort == "time-of-day":
        one = restriction["restriction"]
        start, end = _time(one, "start"), _time(one, "end")
        length = _minutes(end) - _minutes(start)
        yield from windows((day, start, length if length > timedelta() else length + DAY) for day in range(7))
    elif sort == "weekday-and-time-of-day":
        yield from windows(_stretch(each) for each in restriction.items("restrictions"))
    else:
        raise restriction["type"].wrong("is no restriction that is known")


def _stretch(part: Part) -> tuple[int, time, timedelta]:
    first, last = (_day(part, key) for key in ("startDay", "endDay"))
    start, end = _time(part, "start"), _time(part, "end")
    length = (last - first) * DAY + _minutes(end) - _minutes(start)
    return first, start, length if length > timedelta() else length + WEEK


def _day(part: Part, key: str) -> int:
    if part.text(key).lower() not in _DAYS:
        raise part[key].wrong("is no day of the week")
    return _DAYS.index(part.text(key).lower())


def _time(part: Part, edge: str) -> time:
    hour = part.count(f"{edge}Hour", low=0, high=24)
    return time(hour % 24, part.count(f"{edge}Min", 0, low=0, high=59))


def _minutes(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _overrides(
    schedule: Part, overrides: list[Part], places: dict[str | None, str], who: _Participants, asked: Asked,
    left: list[Left],
) -> Iterator[Change]:  # fmt: skip
    past = 0
    for override in overrides:
        parent = override.get("_parent")
        if parent and parent.said("id") not in (None, schedule.said("id")):
            continue
        start, end = (
            override.instant(key).replace(second=0, microsecond=0) for key in ("startDate", "endDate")
        )
        if end <= start:
            raise override["endDate"].wrong("is not after `startDate`")
        if end <= asked.at:
            past += 1
            continue
        of = [
            places.get(each.said("id")) or places.get(each.said("name"))
            for each in override.items("rotations")
        ]
        if None in of:
            left.append(Left(override.place, "an override of a rotation that is not here"))
        for place in of or [None]:
            if place or not of:
                yield Change(Interval(start, end), who.seat(override["user"]), None, place)
    if past:
        left.append(Left(overrides[0].place, f"overrides that were over by {asked.at:%Y-%m-%d}: {past}"))
