"""What a change does to a rota, for the summary of a CI job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.output.frames import clean
from opsbook.output.markdown import escaped, prose
from opsbook.output.rota.pages import blocks
from opsbook.output.rota.words import Block, Line, Speaker, calm, compared

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.diff import Diff

_SHOWN = 20
"""Sentences of a list before the rest is folded."""
_MOST = 500


def render(diff: Diff, before: Book, after: Book, *, color: bool = False, everything: bool = False) -> str:
    head = "## On call: what this change does\n"
    says = Speaker(before, after, diff.at)
    if diff.empty:
        return "\n".join([head, *(f"{_safe(line)}\n" for line in calm(diff, says))])
    parts = ["".join(_block(each, everything)) for each in blocks(diff, says)]
    return "\n".join([head, *parts, *(f"{_safe(line)}\n" for line in compared(diff, says))])


def _safe(text: str) -> str:
    """Record text that shows as it was written."""
    return escaped(clean(text))


def _block(block: Block, everything: bool) -> Iterator[str]:
    note = f" ({_safe(block.note)})" if block.note else ""
    yield f"### {_safe(block.title)}{note}\n\n"
    yield from map(_item, block.lines[:_SHOWN])
    rest = block.lines[_SHOWN:] if everything else block.lines[_SHOWN:_MOST]
    if rest:
        left = len(block.lines) - _SHOWN
        yield f"\n<details><summary>{left:,} more</summary>\n\n"
        yield from map(_item, rest)
        if len(rest) < left:
            yield f"- … and {left - len(rest):,} more\n"
        yield "\n</details>\n\n"
    yield from map(_item, block.last)
    if block.table:
        yield "\n"
        yield from _table(block.table)


def _item(line: Line) -> str:
    mark = "⚠️ " if line.careful else ""
    details = "".join(f"  - {prose(each)}\n" for each in line.details)
    return f"- {mark}**{_safe(line.subject)}**{prose(line.rest)}\n{details}"


def _table(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    head, *others = rows
    yield f"|{'|'.join(f' {cell} ' for cell in head)}|\n"
    yield f"|---|{'--:|' * (len(head) - 1)}\n"
    for row in others:
        yield f"|{'|'.join(f' {_safe(cell)} ' for cell in row)}|\n"
