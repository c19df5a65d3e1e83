"""Who is on call by an export, worked out for one instant at a time.

Shares nothing with the importers: it reads the wall clock of the instant and counts. Handoffs at whole
hours outside the night of a clock change mean the same to everybody, and only those are generated; what a
clock change does to a handoff is the contract of `oncall.handoffs`, which has oracles of its own.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OPSGENIE_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def wall(at: datetime | str, zone: str) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def week_minutes(shown: datetime) -> int:
    return shown.weekday() * 1440 + shown.hour * 60 + shown.minute


# ── PagerDuty ─────────────────────────────────────────────────────────────────────────────


def pagerduty_2(schedule: dict[str, Any], overrides: list[dict[str, Any]], at: datetime) -> set[str]:
    """The last override, else the first layer (the one on top) that has somebody on."""
    for override in reversed(overrides):
        if datetime.fromisoformat(override["start"]) <= at < datetime.fromisoformat(override["end"]):
            return {override["user"]["id"]}
    for layer in schedule["schedule_layers"]:
        user = _layer(layer, schedule["time_zone"], at)
        if user:
            return {user}
    return set()


def _layer(layer: dict[str, Any], zone: str, at: datetime) -> str | None:
    begun = datetime.fromisoformat(layer["start"]) <= at
    ended = layer["end"] and datetime.fromisoformat(layer["end"]) <= at
    shown = wall(at, zone)
    allowed = [_allowed(each, shown) for each in layer["restrictions"]]
    if not begun or ended or (allowed and not any(allowed)):
        return None
    since = shown - wall(layer["rotation_virtual_start"], zone)
    users = layer["users"]
    number = int(since.total_seconds()) // layer["rotation_turn_length_seconds"]
    return str(users[number % len(users)]["user"]["id"])


def _allowed(restriction: dict[str, Any], shown: datetime) -> bool:
    start = time.fromisoformat(restriction["start_time_of_day"])
    minutes = start.hour * 60 + start.minute
    length = restriction["duration_seconds"] // 60
    if restriction["type"] == "daily_restriction":
        return (shown.hour * 60 + shown.minute - minutes) % 1440 < length
    begins = (restriction["start_day_of_week"] - 1) * 1440 + minutes
    return (week_minutes(shown) - begins) % (7 * 1440) < length


# ── Opsgenie ──────────────────────────────────────────────────────────────────────────────


def opsgenie(schedule: dict[str, Any], overrides: list[dict[str, Any]], at: datetime) -> set[str]:
    """Everybody whose turn it is in any rotation; an override is in place of the rotations it names."""
    people: set[str] = set()
    for rotation in schedule["rotations"]:
        on = _rotation(rotation, schedule["timezone"], at)
        for override in overrides:
            mine = not override.get("rotations") or rotation["id"] in [
                each["id"] for each in override["rotations"]
            ]
            now = datetime.fromisoformat(override["startDate"]) <= at
            if mine and now and at < datetime.fromisoformat(override["endDate"]):
                on = {override["user"]["id"]} if on or not override.get("rotations") else set()
        people |= on
    return people


def _rotation(rotation: dict[str, Any], zone: str, at: datetime) -> set[str]:
    start, end = rotation["startDate"], rotation.get("endDate")
    if datetime.fromisoformat(start) > at or (end and datetime.fromisoformat(end) <= at):
        return set()
    shown = wall(at, zone)
    restriction = rotation.get("timeRestriction")
    if restriction and not _in_hours(restriction, shown):
        return set()
    unit = {"hourly": timedelta(hours=1), "daily": DAY, "weekly": 7 * DAY}[rotation["type"]]
    participants = rotation["participants"]
    one = participants[((shown - wall(start, zone)) // (unit * rotation["length"])) % len(participants)]
    return {one["id"]} if one["type"] == "user" else set()


def _in_hours(restriction: dict[str, Any], shown: datetime) -> bool:
    if restriction["type"] == "time-of-day":
        one = restriction["restriction"]
        begins, ends = (one[f"{edge}Hour"] * 60 + one[f"{edge}Min"] for edge in ("start", "end"))
        length = (ends - begins) % 1440 or 1440
        return (shown.hour * 60 + shown.minute - begins) % 1440 < length
    found = False
    for one in restriction["restrictions"]:
        begins, ends = (
            OPSGENIE_DAYS.index(one[f"{edge}Day"]) * 1440 + one[f"{edge}Hour"] * 60 + one[f"{edge}Min"]
            for edge in ("start", "end")
        )
        found |= (week_minutes(shown) - begins) % 10080 < ((ends - begins) % 10080 or 10080)
    return found


# ── recurring events ──────────────────────────────────────────────────────────────────────


def occurs(rule: dict[str, Any], start: datetime, day: date) -> bool:
    """Whether a rule with FREQ DAILY or WEEKLY, INTERVAL, BYDAY, WKST and UNTIL has an occurrence that
    begins on a day."""
    when = datetime.combine(day, start.time())
    if when < start or (rule.get("UNTIL") and when > rule["UNTIL"]):
        return False
    name = WEEKDAYS[day.weekday()]
    if rule["FREQ"] == "DAILY":
        return (day - start.date()).days % rule["INTERVAL"] == 0 and name in rule.get("BYDAY", WEEKDAYS)
    named = rule.get("BYDAY") or [WEEKDAYS[start.weekday()]]
    return name in named and week(rule, start, day) % rule["INTERVAL"] == 0


def week(rule: dict[str, Any], start: datetime, day: date) -> int:
    """How many weeks a day is after that of the start; weeks begin on WKST."""
    first = WEEKDAYS.index(rule["WKST"])
    monday = [each - timedelta(days=(each.weekday() - first) % 7) for each in (start.date(), day)]
    return (monday[1] - monday[0]).days // 7


def occurrences(rule: dict[str, Any], start: datetime) -> dict[date, int]:
    """The days on which occurrences begin, up to the end of 2027, each with its number from 0."""
    days = (start.date() + timedelta(days=n) for n in range((date(2028, 1, 1) - start.date()).days))
    return {day: number for number, day in enumerate(day for day in days if occurs(rule, start, day))}


def going_on(days: dict[date, int], start: datetime, length: timedelta, shown: datetime) -> list[date]:
    """The days on which those occurrences begin that are going on when the clock shows this."""
    near = [shown.date() - timedelta(days=back) for back in range(length.days + 2)]
    begun = [(day, datetime.combine(day, start.time())) for day in near if day in days]
    return [day for day, when in begun if when <= shown < when + length]
