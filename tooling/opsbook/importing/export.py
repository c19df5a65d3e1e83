"""Reading an export: bytes → values that know where they stand, so that a refusal names the place.

An export is somebody else's text: it is checked when it is asked, and a value that is not there or is of
another sort is a `UserError` with the file and the way to it, `rota.json: schedule.schedule_layers[0].start`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from opsbook.errors import UserError
from opsbook.model.time import first_instant
from opsbook.text import shown

_YEARS = range(1970, 2200)
"""Years in which an instant may lie; no zone can push such a one over an edge of the calendar."""


class File(NamedTuple):
    """An export as it was read."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        """Its text; UserError where it is not UTF-8."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UserError(f"{self.name}: not UTF-8 at byte {error.start}") from None


class Left(NamedTuple):
    """Something that was not carried over, or that was assumed."""

    place: str
    """Where it stands in the export."""
    what: str


class Part:
    """A value of an export, and the way to it."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str) -> None:
        self.value = value
        self.place = place

    def __getitem__(self, key: str) -> Part:
        found = self.get(key)
        if found is None:
            raise self.wrong(f"has no `{key}`")
        return found

    def get(self, key: str) -> Part | None:
        """What stands under a key; None where there is nothing, or null."""
        if not isinstance(self.value, dict):
            raise self.wrong("is no object")
        found = self.value.get(key)
        joint = "" if self.place.endswith(": ") else "."
        return None if found is None else Part(found, f"{self.place}{joint}{key}")

    def has(self, *keys: str) -> bool:
        """Whether it is an object with a value under each of these keys."""
        return isinstance(self.value, dict) and all(self.value.get(key) is not None for key in keys)

    def items(self, key: str | None = None) -> list[Part]:
        """The items of a list, or of the list under a key; none where nothing is there."""
        found = self.get(key) if key else self
        if found is None:
            return []
        if not isinstance(found.value, list):
            raise found.wrong("is no list")
        return [Part(item, f"{found.place}[{index}]") for index, item in enumerate(found.value)]

    def text(self, key: str) -> str:
        """The text under a key; a number counts as one, as ids are written both ways."""
        found = self[key]
        if isinstance(found.value, int) and not isinstance(found.value, bool):
            return str(found.value)
        if not isinstance(found.value, str) or not found.value.strip():
            raise found.wrong("is no text")
        return found.value

    def said(self, key: str) -> str | None:
        """The text under a key, or None: what is no text, or blank, says nothing."""
        found = self.get(key)
        if found is not None and isinstance(found.value, int) and not isinstance(found.value, bool):
            return str(found.value)
        return (
            found.value
            if found is not None and isinstance(found.value, str) and found.value.strip()
            else None
        )

    def count(self, key: str, default: int | None = None, low: int = 0, high: int = 10**9) -> int:
        """The whole number under a key."""
        found = self.get(key)
        if found is None and default is not None:
            return default
        value = self[key].value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self[key].wrong(f"is no whole number from {low} to {high}")
        return value

    def instant(self, key: str, zone: ZoneInfo | None = None) -> datetime:
        """The instant under a key, in UTC; one without an offset is read in `zone`, if that is given."""
        found = self[key]
        return found.as_instant(zone)

    def as_instant(self, zone: ZoneInfo | None = None) -> datetime:
        """The same of this value itself."""
        found = written(self.value)
        if found is None:
            raise self.wrong("is no date and time")
        if found.tzinfo is None:
            if zone is None:
                raise self.wrong("has no zone", "say which clock it was read from: --timezone Europe/Berlin")
            return first_instant(found, zone)
        return found.astimezone(UTC)

    def wrong(self, what: str, hint: str = "") -> UserError:
        """The error that says what is wrong here."""
        value = "" if isinstance(self.value, dict | list) else f" `{shown(self.value)}`"
        return UserError(f"{self.place.removesuffix(': ')}{value} {what}", hint)


def written(value: Any) -> datetime | None:
    """A date and time as programs write it, aware or naive; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.year in _YEARS and len(value) > len("2026-03-02") else None


# ── JSON ──────────────────────────────────────────────────────────────────────────────────


def read_json(file: File) -> Part:
    """The value of a JSON file; UserError names the line."""
    return Part(_parsed(file.name, file.text), f"{file.name}: ")


def read_json_lines(file: File) -> Iterator[Part]:
    """The values of a file with one to a line; UserError names the line."""
    for number, line in enumerate(file.text.split("\n"), 1):
        if line.strip():
            yield Part(_parsed(f"{file.name}:{number}", line), f"{file.name}:{number}: ")


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise UserError(f"{name}:{error.lineno}:{error.colno}: not JSON: {error.msg.lower()}") from None
    except RecursionError:
        raise UserError(f"{name}: nested too deep") from None
    except ValueError as error:  # of ours, and numbers of thousands of digits
        raise UserError(f"{name}: {shown(error)}") from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {shown(twice)} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
