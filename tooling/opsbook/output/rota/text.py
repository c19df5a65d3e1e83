"""What a change does to a rota, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from opsbook.output.frames import Paint, clean
from opsbook.output.rota.pages import blocks
from opsbook.output.rota.words import Block, Line, Speaker, calm, compared
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.diff import Diff

_WIDTH = 80


def render(diff: Diff, before: Book, after: Book, *, color: bool = False, everything: bool = False) -> str:
    says = Speaker(before, after, diff.at)
    if diff.empty:
        return "".join(f"{line}\n" for line in _wrapped(calm(diff, says)))
    paint = Paint(color)
    parts = ["".join(laid_out(each, paint, everything)) for each in blocks(diff, says)]
    end = "".join(f"{paint(line, '2')}\n" for line in _wrapped(compared(diff, says)))
    return "\n".join([*parts, end])


def _wrapped(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from wrap(clean(sentence), _WIDTH)


def _set(text: str, indent: int) -> list[str]:
    """A text in lines, what goes on further in; ids stay whole."""
    first, others = " " * indent, " " * (indent + 2)
    return wrap(text, _WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def laid_out(block: Block, paint: Paint, everything: bool) -> Iterator[str]:
    """What belongs together, under its heading."""
    note = f"  {paint(clean(block.note), '2')}" if block.note else ""
    yield f"{paint(clean(block.title), '1')}{note}\n"
    cut = not everything and len(block.lines) > block.shown + 1
    shown = block.lines[: block.shown] if cut else block.lines
    for line in shown:
        yield from _line(line, paint)
    if len(shown) < len(block.lines):
        yield f"  … and {count(len(block.lines) - len(shown), 'more')[:-1]}; `--all` shows them\n"
    for line in block.last:
        yield from _line(line, paint)
    if block.table:
        yield "\n"
        yield from _table(block.table)


def _line(line: Line, paint: Paint) -> Iterator[str]:
    """A sentence, its subject bold, and red where somebody should look at it."""
    subject = clean(line.subject)
    first, *more = _set(subject + clean(line.rest), 2)
    bold = len(subject) if first.startswith(f"  {subject}") else 0  # not where it is wrapped itself
    yield f"  {paint(first[2 : 2 + bold], '1;31' if line.careful else '1')}{first[2 + bold :]}\n"
    yield from (f"{each}\n" for each in more)
    for detail in line.details:
        yield from (f"{each}\n" for each in _set(clean(detail), 6))


def _table(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    cleaned = [[clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in cleaned) for n in range(len(rows[0]))]
    for first, *numbers in cleaned:
        cells = (f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:], strict=True))
        yield f"  {first:<{widths[0]}}  {'  '.join(cells)}\n"
