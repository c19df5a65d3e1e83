"""The ledger of being on call as a table for people, as CSV for a spreadsheet or a payroll, and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from opsbook.model.time import write_instant
from opsbook.oncall.nights import zone_of
from opsbook.output.cells import harmless
from opsbook.output.frames import Paint, clean
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.ledger import Ledger, Line, Rest

FORMATS = ("text", "csv", "json")
_COLUMNS = {
    "hours": 8, "night": 8, "weekend": 9, "holiday": 9, "nights": 8, "pages": 7, "at night": 10, "rest": 6,
}  # fmt: skip
"""What the table shows, and how wide."""
_KEYS = (
    "from", "to", "person", "name", "hours", "night_hours", "weekend_hours", "holiday_hours", "shifts",
    "nights", "pages", "night_pages", "rest_owed_hours",
)  # fmt: skip


def shown(book: Book, ledger: Ledger, style: str, *, color: bool = False) -> str:
    """The ledger in one of `FORMATS`."""
    if style == "text":
        return "".join(_table(book, ledger, Paint(color)))
    if style == "csv":
        return _csv(book, ledger)
    return encoded([_row(book, ledger, line) | {"rest": [*map(_rest, line.rest)]} for line in ledger.lines])


def _days(book: Book, ledger: Ledger) -> tuple[date, date]:
    """The first and the last day."""
    start, end = (at.astimezone(book.settings.timezone) for at in ledger.within)
    return start.date(), (end - timedelta(days=1)).date()


# ── for people ────────────────────────────────────────────────────────────────────────────


def _table(book: Book, ledger: Ledger, paint: Paint) -> Iterator[str]:
    first, last = _days(book, ledger)
    yield f"on call from {first} to {last}, {book.settings.timezone.key}\n\n"
    if not ledger.lines:
        yield "nobody was on call, and nobody was paged\n"
        return
    names = {line.person: clean(book.name_of(line.person)) for line in ledger.lines}
    width = max(map(len, names.values()))
    yield " " * width + "".join(f"{head:>{room}}" for head, room in _COLUMNS.items()) + "\n"
    for line in ledger.lines:
        cells = zip(_cells(line), _COLUMNS.values(), strict=True)
        who = paint(f"{names[line.person]:<{width}}", "1")
        yield who + "".join(f"{cell:>{room}}" for cell, room in cells) + "\n"
    rests = [(line.person, rest) for line in ledger.lines for rest in line.rest]
    yield "\nrest is owed after a page at night\n" if rests else "\nno rest is owed\n"
    for person, rest in sorted(rests, key=lambda each: each[1].until):
        yield f"  {names[person]:<{width}}  {_owed(book, person, rest)}\n"


def _cells(line: Line) -> tuple[str, ...]:
    on = line.burden
    hours = (on.on_call, on.night, on.weekend, on.holiday)
    counts = (on.nights, line.pages, line.night_pages)
    return (*(f"{_hours(each):.1f}" for each in hours), *map(str, counts), f"{_hours(line.rest_owed):.1f}")


def _owed(book: Book, person: str, rest: Rest) -> str:
    zone = zone_of(book, person) or book.settings.timezone
    paged, until = (at.astimezone(zone) for at in (rest.page.at, rest.until))
    because = " ".join(filter(None, (rest.page.severity, rest.page.incident)))
    return f"{paged:%a} {paged.day} {paged:%b %H:%M} until {until:%a %H:%M} {zone.key}  {clean(because)}"


# ── for programs ──────────────────────────────────────────────────────────────────────────


def _row(book: Book, ledger: Ledger, line: Line) -> dict[str, Any]:
    """A line with the names of its columns; hours are decimal, and a day is one of the book's zone."""
    on = line.burden
    hours = (on.on_call, on.night, on.weekend, on.holiday)
    counts = (on.shifts, on.nights, line.pages, line.night_pages)
    return dict(zip(_KEYS, (
        *map(str, _days(book, ledger)), line.person, book.name_of(line.person),
        *map(_hours, hours), *counts, _hours(line.rest_owed),
    ), strict=True))  # fmt: skip


def _rest(rest: Rest) -> dict[str, Any]:
    page = rest.page
    return {
        "paged": write_instant(page.at),
        "severity": page.severity,
        "incident": page.incident,
        "until": write_instant(rest.until),
    }


def _csv(book: Book, ledger: Ledger) -> str:
    """RFC 4180, with a line of heads; text that a spreadsheet would take for a formula begins with `'`."""
    text = io.StringIO()
    rows = [_row(book, ledger, line) for line in ledger.lines]
    writer = csv.writer(text)
    writer.writerow(_KEYS)
    writer.writerows([harmless(cell) for cell in row.values()] for row in rows)
    return text.getvalue()


def _hours(length: timedelta) -> float:
    return round(length / timedelta(hours=1), 2)
