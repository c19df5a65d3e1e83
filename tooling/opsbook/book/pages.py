"""The page log: pages that never became incidents, one month a file, `rotations/pages/2026-03.csv`.

Paging tools export such rows, and importers write them; a person rarely does. Columns may come in any
order; `at` and `person` must be there. A page stands in the month of its instant, in UTC or in the zone of
whoever wrote it. What cannot be read is said with its place, row by row, and the rest is read on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.document import decode
from opsbook.book.subset import MAX_PROBLEMS, Problem
from opsbook.text import Location, Source, Span, shown

if TYPE_CHECKING:
    from opsbook.book.tree import Tree

FOLDER = "rotations/pages"
COLUMNS = ("at", "person", "service", "alert", "acknowledged", "outcome")
OUTCOMES = ("acted", "acknowledged", "no-action", "false-alarm", "unanswered")
FOR_NOTHING = ("no-action", "false-alarm")
"""Outcomes of pages that woke somebody for nothing."""
_RULE = "malformed_page_log"
_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
_LINE = re.compile(r"[^\r\n]*")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_NEAR = timedelta(days=1)


class LoggedPage(NamedTuple):
    """Somebody was paged."""

    place: Location
    """The row."""
    at: datetime
    person: str
    service: str | None
    alert: str | None
    acknowledged: datetime | None
    outcome: str | None


class PageLog(NamedTuple):
    """The pages of a month, in order of the file, and what is wrong with it."""

    source: Source
    pages: tuple[LoggedPage, ...]
    problems: tuple[Problem, ...]


class _Cell(NamedTuple):
    text: str
    span: Span


def path(month: str) -> str:
    """Where the pages of a month stand: `2026-03`."""
    return f"{FOLDER}/{month}.csv"


def paths(tree: Tree) -> tuple[str, ...]:
    """Where a book's page logs stand, sorted."""
    return tuple(each for each in tree.paths(FOLDER) if each.endswith(".csv") and "/." not in each)


def log(tree: Tree, path: str) -> PageLog:
    """The page log at a path; without pages where there is none."""
    if not tree.has(path):
        return PageLog(Source(path, ""), (), ())
    try:
        content = tree.read(path)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        return PageLog(Source(path, ""), (), (_wrong(Span(0, 0), reason),))
    decoded = decode(path, content)
    if decoded.fatal:
        return PageLog(decoded.source, (), tuple(each._replace(rule=_RULE) for each in decoded.problems))
    return read(decoded.source)


def read(source: Source) -> PageLog:
    """The pages of a text, in order, as far as it can be read."""
    problems: list[Problem] = []
    pages: list[LoggedPage] = []
    rows = _rows(source.text, problems)
    header = next(rows, [])
    places, wrong = _columns(header)
    month = source.path.rpartition("/")[2].removesuffix(".csv")
    if not _MONTH.fullmatch(month):
        wrong.append(_wrong(Span(0, 0), f"`{shown(month)}` is no month", "call the file `2026-03.csv`"))
    if wrong:
        return PageLog(source, (), (*problems, *wrong))
    for row in rows:
        found = _page(source, row, places, len(header), month)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            pages.append(found)
        if len(problems) >= MAX_PROBLEMS:
            break
    return PageLog(source, tuple(pages), tuple(sorted(problems, key=lambda each: each.span)))


def cells(source: Source, column: str) -> Iterator[Location]:
    """Where the values of a column stand, quotes included."""
    rows = _rows(source.text, [])
    place = _columns(next(rows, []))[0].get(column)
    if place is not None:
        yield from (Location(source, row[place].span) for row in rows if len(row) > place)


def _rows(text: str, problems: list[Problem]) -> Iterator[list[_Cell]]:
    """The rows that hold something, as cells; a row that is no CSV is a problem."""
    at = 1 if text.startswith("\ufeff") else 0
    row: list[_Cell] = []
    while at < len(text):
        cell = _CELL.match(text, at)
        assert cell is not None  # a bare cell may be empty
        quoted = cell[1]
        said = cell[2] if quoted is None else quoted.replace('""', '"')
        row.append(_Cell(said.strip(), Span(*cell.span())))
        at = cell.end()
        if at < len(text) and text[at] == ",":
            at += 1
            if at < len(text):
                continue
            row.append(_Cell("", Span(at, at)))
        elif at < len(text) and text[at] not in "\r\n":
            line = _LINE.match(text, at)
            hint = 'put the whole cell in double quotes, and write each `"` in it twice'
            problems.append(_wrong(Span(at, at + 1), "a double quote within a cell", hint))
            row, at = [], line.end() if line else len(text)
        if any(each.text for each in row):
            yield row
        row = []
        at += 2 if text.startswith("\r\n", at) else 1


def _columns(header: list[_Cell]) -> tuple[Mapping[str, int], list[Problem]]:
    """Where each column stands, and what is wrong with the first row."""
    expected = f"the first row names the columns: `{','.join(COLUMNS)}`"
    if not header:
        return {}, [_wrong(Span(0, 0), "no columns", expected)]
    places: dict[str, int] = {}
    wrong = []
    for place, cell in enumerate(header):
        if cell.text not in COLUMNS:
            wrong.append(_wrong(cell.span, f"no column is called `{shown(cell.text)}`", expected))
        elif cell.text in places:
            wrong.append(_wrong(cell.span, f"`{cell.text}` is a column twice", expected))
        places[cell.text] = place
    wrong += [
        _wrong(Span(header[0].span.start, header[-1].span.end), f"no column `{name}`", expected)
        for name in ("at", "person")
        if name not in places
    ]
    return places, wrong


def _page(
    source: Source, row: list[_Cell], places: Mapping[str, int], width: int, month: str
) -> LoggedPage | Problem:
    span = Span(row[0].span.start, row[-1].span.end)
    if len(row) != width:
        return _wrong(
            span, f"{len(row)} cells, the first row has {width}", "put a text with a comma in double quotes"
        )
    cells = {name: row[place] for name, place in places.items()}
    instants: dict[str, datetime | None] = {"acknowledged": None}
    for name in ("at", "acknowledged"):
        if name == "at" or (name in cells and cells[name].text):
            found = _instant(cells[name])
            if isinstance(found, Problem):
                return found
            instants[name] = found
    at, acknowledged = instants["at"], instants["acknowledged"]
    assert at is not None
    if month not in {f"{each:%Y-%m}" for each in (at - _NEAR, at, at + _NEAR)}:
        return _wrong(cells["at"].span, "a page of another month", f"move the row to `{path(f'{at:%Y-%m}')}`")
    if acknowledged is not None and acknowledged < at:
        return _wrong(cells["acknowledged"].span, "acknowledged before the page")
    if not cells["person"].text:
        return _wrong(span, "nobody is paged", "name a person of `rotations/people/`")
    outcome = cells["outcome"].text if "outcome" in cells else ""
    if outcome and outcome not in OUTCOMES:
        expected = ", ".join(f"`{each}`" for each in OUTCOMES)
        return _wrong(cells["outcome"].span, f"found `{shown(outcome)}`, expected one of {expected}")
    service, alert = ((cells[name].text or None) if name in cells else None for name in ("service", "alert"))
    return LoggedPage(
        Location(source, span), at, cells["person"].text, service, alert, acknowledged, outcome or None
    )


def _instant(cell: _Cell) -> datetime | Problem:
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import instant

    try:
        return instant(cell.text)
    except PydanticCustomError as error:
        return _wrong(cell.span, error.message())


def _wrong(span: Span, message: str, hint: str = "") -> Problem:
    return Problem(_RULE, span, message, hint)
