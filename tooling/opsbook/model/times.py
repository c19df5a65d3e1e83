"""Instants, dates, wall times and lengths as fields of a record: how each is read, written, and described in
the JSON Schema. What they are is in `time`, which anybody may count with who reads no record."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from opsbook.model.time import (
    Length,
    Period,
    Turn,
    day,
    duration,
    instant,
    length,
    period,
    time_of_day,
    turn,
    wall_time,
    write_duration,
    write_instant,
    write_length,
    write_turn,
    zone,
)


def _a_duration(text: str) -> str:
    duration(text)
    return text


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Instant = Annotated[
    datetime,
    PlainValidator(instant),
    PlainSerializer(write_instant),
    _schema(
        r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)$",
        "2026-03-02T09:02Z",
    ),
]
Date = Annotated[
    date,
    PlainValidator(day),
    PlainSerializer(date.isoformat),
    _schema(r"^\d{4}-\d\d-\d\d$", "2026-03-16"),
]
WallTime = Annotated[
    datetime,
    PlainValidator(wall_time),
    PlainSerializer(lambda value: value.strftime("%Y-%m-%d %H:%M")),
    _schema(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$", "2026-01-05 09:00"),
]
TimeOfDay = Annotated[
    time,
    PlainValidator(time_of_day),
    PlainSerializer(lambda value: value.strftime("%H:%M")),
    _schema(r"^([01]\d|2[0-3]):[0-5]\d$", "17:00"),
]
_DURATION_PATTERN = (
    r"^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$|^P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$"
)
_DURATION_SCHEMA = _schema(_DURATION_PATTERN, "1h30m")
Duration = Annotated[timedelta, PlainValidator(duration), PlainSerializer(write_duration), _DURATION_SCHEMA]
Allowance = Annotated[
    Length,
    PlainValidator(length),
    PlainSerializer(write_length),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"{_DURATION_PATTERN}|^[1-9]\d* ?(business days?|bd)$",
            "examples": ["48h", "2 business days"],
        }
    ),
]
"""A length of time, or a number of days on which people work."""
DurationText = Annotated[str, AfterValidator(_a_duration), _DURATION_SCHEMA]
"""A duration as a key, kept as it is written: `5m` and `300s` are two keys of one meaning."""
ReviewPeriod = Annotated[
    Period,
    PlainValidator(period),
    PlainSerializer(lambda value: f"{value.months} months" if value.months else f"{value.days}d"),
    _schema(r"^\d+ ?(days?|weeks?|months?|years?|[dw])$", "6 months"),
]
TurnLength = Annotated[
    Turn,
    PlainValidator(turn),
    PlainSerializer(lambda value: write_turn(value)),
    _schema(r"^(\d+ (shift|month)s?|(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?)$", "1w"),
]
Zone = Annotated[
    ZoneInfo,
    PlainValidator(zone),
    PlainSerializer(lambda value: value.key),
    _schema(r"^[A-Za-z0-9_+/-]+$", "Europe/Berlin"),
]
