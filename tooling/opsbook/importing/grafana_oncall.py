"""Grafana OnCall schedules: `GET /api/v1/on_call_shifts/`, `/api/v1/schedules/` and `/api/v1/users/`.

Without the schedules all shifts are those of one. A shift of a higher `level` hides the lower ones; those of
one level are on call at once. `rolling_users` hand over after every step of their frequency, a week
beginning on `week_start`. A schedule that is a calendar elsewhere is imported from there (`import ical`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opsbook.importing.export import File, Left, Part, read_json
from opsbook.importing.people import People, Someone
from opsbook.importing.recurrence import Recurring, Unread, rule
from opsbook.importing.rota import Change, Strand
from opsbook.importing.schedule import Asked, Schedule, zone_at, zone_named
from opsbook.model.time import Interval
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

_SHIFTS = ("single_event", "recurrent_event", "rolling_users", "override")


def read(files: Sequence[File], people: People, asked: Asked, left: list[Left]) -> list[Schedule]:
    """The schedules of some answers of the API."""
    answers = [read_json(file) for file in files]
    found = [item for answer in answers for item in _results(answer)]
    users = {each.text("id"): each for each in found if each.has("id", "username")}
    shifts = {each.text("id"): each for each in found if each.said("type") in _SHIFTS}
    schedules = [each for each in found if each.said("type") in ("web", "calendar", "ical")]
    if not shifts:
        raise answers[0].wrong("holds no shifts", "export them with GET /api/v1/on_call_shifts/")
    who = _Users(users, people)
    if not schedules:
        name = files[0].name.rpartition("/")[2].partition(".")[0]
        return [_schedule(name, None, list(shifts.values()), who, asked, left)]
    made = []
    for schedule in schedules:
        own = [shifts[id] for each in schedule.items("shifts") if (id := str(each.value)) in shifts]
        if own:
            made.append(_schedule(schedule.said("name") or "rotation", schedule, own, who, asked, left))
        else:
            why = (
                "is a calendar: import that"
                if schedule.said("type") == "ical"
                else "none of its shifts is here"
            )
            left.append(Left(schedule.place, f"schedule `{schedule.said('name')}`: {why}"))
    if not made:
        raise schedules[0].wrong(
            "has none of its shifts here", "export them with GET /api/v1/on_call_shifts/"
        )
    return made


def _results(answer: Part) -> list[Part]:
    if isinstance(answer.value, list):
        return answer.items()
    return answer.items("results") if answer.has("results") else [answer]


class _Users:
    """The users of Grafana: a shift names their ids."""

    def __init__(self, users: dict[str, Part], people: People) -> None:
        self._users = users
        self._people = people

    def seat(self, part: Part | None) -> tuple[str, ...]:
        """The people of a list of ids."""
        ids = [str(each.value) for each in part.items()] if part else []
        return tuple(sorted({person for id in ids for person in self._one(id)}))

    def _one(self, id: str) -> tuple[str, ...]:
        user = self._users.get(id)
        if user is None:
            return self._people.seat(Someone(id))
        return self._people.seat(
            Someone(id, user.said("name"), user.said("username"), zone_named(user.said("timezone")))
        )


def _schedule(
    name: str, schedule: Part | None, shifts: list[Part], who: _Users, asked: Asked, left: list[Left]
) -> Schedule:
    zone = zone_named(schedule.said("time_zone")) if schedule else None
    asked = asked._replace(timezone=asked.timezone or zone)
    strands = [strand for shift in shifts if (strand := _strand(shift, who, asked, left))]
    changes = [change for shift in shifts if (change := _override(shift, who, asked, left))]
    if not strands:
        raise shifts[0].wrong("and the other shifts are over")
    id = schedule.said("id") if schedule else None
    return Schedule(
        name, f"Grafana OnCall schedule {id or ''}".strip(),
        zone or zone_at(shifts[0], "time_zone", asked), tuple(strands), tuple(changes),
    )  # fmt: skip


def _override(shift: Part, who: _Users, asked: Asked, left: list[Left]) -> Change | None:
    if shift.said("type") != "override":
        return None
    start = shift.instant("start", zone_at(shift, "time_zone", asked))
    interval = Interval(start, start + timedelta(seconds=shift.count("duration", low=60, high=10_000_000)))
    if interval.end <= asked.at:
        left.append(Left(shift.place, "an override that is over"))
        return None
    rolling = shift.items("rolling_users")
    return Change(interval, who.seat(rolling[0] if rolling else shift.get("users")))


def _strand(shift: Part, who: _Users, asked: Asked, left: list[Left]) -> Strand | None:
    if shift.said("type") == "override":
        return None
    zone = zone_at(shift, "time_zone", asked)
    name = shift.said("name") or shift.said("id") or "shift"
    start = _wall(shift, "start", zone)
    rolling = shift.items("rolling_users") if shift.said("type") == "rolling_users" else []
    groups = tuple(who.seat(each) for each in rolling) or (who.seat(shift.get("users")),)
    if not any(groups):
        left.append(Left(shift.place, f"shift `{name}` has no users"))
        return None
    first = shift.count("start_rotation_from_user_index", 0, low=0, high=10_000) % len(groups)
    length = timedelta(minutes=shift.count("duration", low=60, high=10_000_000) // 60)
    try:
        read = None if shift.said("type") == "single_event" else rule(_parts(shift, zone), zone, start)
        recurring = Recurring(start, length, zone, read, groups[first:] + groups[:first])
        if shift.said("rotation_start"):
            recurring.since = max(start, _wall(shift, "rotation_start", zone))
        recurring.happens(Interval(asked.at, asked.at + timedelta(days=1)))
    except Unread as error:
        left.append(Left(shift.place, f"shift `{name}`: {error}"))
        return None
    last = handoffs.ends(recurring.last, zone) if recurring.last else None
    if last and last <= asked.at:
        left.append(Left(shift.place, f"shift `{name}` ended on {last:%Y-%m-%d}"))
        return None
    level = shift.count("level", 0, low=-1, high=1000)
    return Strand(name, shift.place, recurring.pattern(name), recurring.happens, level, last)


def _wall(shift: Part, key: str, zone: ZoneInfo) -> datetime:
    return handoffs.wall(shift.instant(key, zone), zone).replace(second=0, microsecond=0)


def _parts(shift: Part, zone: ZoneInfo) -> dict[str, list[Any]]:
    """A shift's recurrence in the words of RFC 5545."""
    found: dict[str, list[Any]] = {
        "FREQ": [shift.text("frequency").upper()],
        "INTERVAL": [shift.count("interval", 1, low=1, high=99_999)],
        "WKST": [shift.said("week_start") or "SU"],
    }
    for key, part in (("by_day", "BYDAY"), ("by_month", "BYMONTH"), ("by_monthday", "BYMONTHDAY")):
        values = list(_values(shift, key))
        if values:
            found[part] = values
    if shift.get("until"):
        found["UNTIL"] = [_wall(shift, "until", zone)]
    return found


def _values(shift: Part, key: str) -> Iterator[str]:
    for each in shift.items(key):
        if not isinstance(each.value, str | int):
            raise each.wrong("is no day or month")
        yield str(each.value)
