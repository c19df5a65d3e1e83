"""The files of a new book: one that passes `opsbook check` on its first day, and shows what goes where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from opsbook import __version__, defaults, starter
from opsbook.book.kinds import kind

_EXAMPLE = "example-slow-pages"
_ITS_AGE = timedelta(days=10)
_POLICIES = ("severities", "roles", "on-call")
"""The policies that hold anyway, written out to be changed."""


class Start(NamedTuple):
    """What the files of a new book depend on."""

    today: date
    timezone: str
    """A zone's IANA name."""

    @property
    def example(self) -> str:
        """The id of the incident that shows how a record looks."""
        return f"{self.today - _ITS_AGE}-{_EXAMPLE}"


def files(start: Start) -> dict[str, str]:
    """The texts of a new book by path."""
    return dict(sorted(_files(start)))


def _files(start: Start) -> Iterator[tuple[str, str]]:
    root = Path(starter.__file__).parent
    words = _words(start)
    for file in root.rglob("*"):
        path = file.relative_to(root).as_posix()
        if not file.is_file() or path.endswith((".py", ".pyc")):
            continue
        if path == "incident/incident.yaml":
            path = kind("incident").path(start.example) or path
        text = file.read_text("utf-8")
        for name, value in words.items():
            text = text.replace(f"@{name}@", value)
        yield path.replace("dot-", "."), text
    for name in _POLICIES:
        yield kind(name).place, Path(defaults.__file__).with_name(f"{name}.yaml").read_text("utf-8")


def _words(start: Start) -> dict[str, str]:
    day = start.today - _ITS_AGE
    return {
        "VERSION": __version__,
        "TIMEZONE": start.timezone,
        "TODAY": start.today.isoformat(),
        "MONDAY": (start.today - timedelta(days=start.today.weekday())).isoformat(),
        "DAY": day.isoformat(),
        "DUE": (start.today + timedelta(days=20)).isoformat(),
        "YEAR": str(day.year),
        "INCIDENT": start.example,
    }
