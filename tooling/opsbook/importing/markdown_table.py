"""The tables of times and events that a page has, such as a post-mortem from before there was a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.errors import UserError
from opsbook.importing.chronicle import Asked, Read, Row, columns, rows, told

if TYPE_CHECKING:
    from opsbook.importing.export import File

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*\Z")
_BAR = re.compile(r"(?<!\\)\|")


def read(files: Sequence[File], asked: Asked) -> Read:
    """What the tables of some pages say, those that have a column of times and one of words."""
    found = [row for file in files for row in _tables(file)]
    if not found:
        names = ", ".join(file.name for file in files)
        raise UserError(f"{names}: no table of times and events", "its head is like `| Time | Event |`")
    return told("table", found, asked)


def _tables(file: File) -> Iterator[Row]:
    lines = file.text.splitlines()
    for number, line in enumerate(lines[1:], 1):
        if "|" in line and _RULE.match(line) and columns(_cells(lines[number - 1])):
            yield from rows(file.name, _cells(lines[number - 1]), _below(lines, number + 1))


def _below(lines: Sequence[str], start: int) -> Iterator[tuple[int, list[str]]]:
    """The rows from a line on, to the end of the table, with their lines from 1."""
    for number, line in enumerate(lines[start:], start + 1):
        if "|" not in line:
            return
        yield number, _cells(line)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    cells = _BAR.split(inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner)
    return [" ".join(re.sub(r"<br ?/?>", " ", cell).replace("\\|", "|").split()) for cell in cells]
