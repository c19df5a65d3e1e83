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
_MACHINERY = (
    "dot-pre-commit-config.yaml",
    "dot-github/workflows/opsbook.yml",
    "dot-github/workflows/opsbook-report.yml",
    "dot-gitattributes",
)


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
        yield path.replace("dot-", "."), _filled(file.read_text("utf-8"), words)
    for name in _POLICIES:
        yield kind(name).place, Path(defaults.__file__).with_name(f"{name}.yaml").read_text("utf-8")


def machinery() -> dict[str, str]:
    """What pre-commit, CI and git need of any book, by path from the top of a repository."""
    root = Path(starter.__file__).parent
    texts = {path: (root / path).read_text("utf-8") for path in _MACHINERY}
    return {
        path.replace("dot-", "."): _filled(text, {"VERSION": __version__}) for path, text in texts.items()
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return text


def _words(start: Start) -> dict[str, str]:
    day = start.today - _ITS_AGE
    return {
        "VERSION": __version__,
        "TIMEZONE": start.timezone,
        "TODAY": start.today.isoformat(),
        "MONDAY": (start.today - timedelta(days=start.today.weekday() + 7)).isoformat(),
        "DAY": day.isoformat(),
        "DUE": (start.today + timedelta(days=20)).isoformat(),
        "YEAR": str(day.year),
        "INCIDENT": start.example,
    }
