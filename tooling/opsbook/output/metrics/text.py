"""The report for a terminal: within 80 columns, with small plots, and in ASCII where nothing else shows."""

from __future__ import annotations

import locale
import os
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.output.frames import Paint, width
from opsbook.output.metrics.sections import Cell, sections

if TYPE_CHECKING:
    from opsbook.output.metrics.sections import Section, Told

_WIDTH = 80
_LEAST = 12
_PLAIN = str.maketrans(
    dict(zip("▁▂▃▄▅▆▇█", "_.,-=+*#", strict=True))
    | {"–": "-", "…": "...", "∞": "inf", "≤": "<=", "≥": ">="}
    | dict.fromkeys("▏▎▍▌▋▊▉", "#")
)


def render(told: Told, *, color: bool = False) -> str:
    text = "\n".join("".join(_section(each, Paint(color))) for each in sections(told))
    return text if _knows_blocks() else text.translate(_PLAIN)


def _knows_blocks() -> bool:
    """Whether this machine's locale can write the plots."""
    try:
        "▁█–".encode(locale.getencoding())
    except (UnicodeError, LookupError):
        return False
    return os.environ.get("TERM") != "dumb"


def _section(section: Section, paint: Paint) -> Iterator[str]:
    yield from _table(section, paint) if section.rows else (f"{paint(section.title, '1')}\n",)
    for note in section.notes:
        yield from (f"{line}\n" for line in textwrap.wrap(note, _WIDTH))


def _table(section: Section, paint: Paint) -> Iterator[str]:
    """The rows below their heads. A title that is wider than the first column, and a name that leaves too
    little room, stand on a line of their own."""
    names = [row[0].text for row in section.rows]
    columns = list(zip(*(row[1:] for row in section.rows), strict=True))
    rooms = [
        max(width(head), *(width(cell.text) for cell in cells))
        for head, cells in zip(section.head, columns, strict=True)
    ]
    free = max(_WIDTH - sum(rooms) - 2 * len(rooms), _LEAST)
    first = min(max(map(width, names)), free)
    rows = [
        (Cell(section.title, "1"), *(Cell(head, "2") for head in section.head)),
        *section.rows,
    ]
    for name, *cells in rows:
        if width(name.text) > first:
            yield f"{paint(name.text, name.style)}\n"
            name = Cell("")
        line = _aligned(name, first, True, paint)
        for place, (cell, room) in enumerate(zip(cells, rooms, strict=True)):
            line += "  " + _aligned(cell, room, place in section.left, paint)
        yield line.rstrip() + "\n"


def _aligned(cell: Cell, room: int, left: bool, paint: Paint) -> str:
    space = " " * (room - width(cell.text))
    text = paint(cell.text, cell.style) if cell.style else cell.text
    return text + space if left else space + text
