"""What a change does to a rota, for the summary of a CI job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.output.frames import clean
from opsbook.output.markdown import escaped, prose
from opsbook.output.rota.pages import blocks
from opsbook.output.rota.words import Block, Line, Speaker, calm, compared
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.diff import Diff

_SHOWN = 20
"""Sentences of a list before the rest is folded."""
_MOST = 200
"""Sentences of a list in all, where not everything is asked for."""
_ROOM = 900_000
"""Bytes for all of it: GitHub refuses a job summary of more than 1 MiB."""


def render(diff: Diff, before: Book, after: Book, *, color: bool = False, everything: bool = False) -> str:
    head = "## On call: what this change does\n"
    says = Speaker(before, after, diff.at)
    if diff.empty:
        return "\n".join([head, *(f"{_safe(line)}\n" for line in calm(diff, says))])
    end = [f"{_safe(line)}\n" for line in compared(diff, says)]
    return "\n".join([head, *_sections(list(blocks(diff, says)), everything), *end])


def _sections(found: Sequence[Block], everything: bool) -> Iterator[str]:
    """A section a block, until there is no more room."""
    room = _ROOM
    for index, block in enumerate(found):
        section = "".join(_block(block, everything))
        room -= len(section.encode("utf-8", "backslashreplace"))
        if room < 0:
            yield f"{count(len(found) - index, 'more section')}; `opsbook rotation diff` shows them.\n"
            return
        yield section


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
