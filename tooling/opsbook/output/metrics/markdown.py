"""The report as Markdown, for the summary of a job, a comment or a wiki."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.output.markdown import escaped
from opsbook.output.metrics.sections import sections

if TYPE_CHECKING:
    from opsbook.output.metrics.sections import Section, Told


def render(told: Told, *, color: bool = False) -> str:
    return "\n".join("".join(_section(each)) for each in sections(told))


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.title)}\n"
    if section.rows:
        yield "\n" + _row(("", *section.head))
        marks = ("---" if place in section.left else "--:" for place in range(len(section.head)))
        yield f"|---|{'|'.join(marks)}|\n"
        yield from (_row([cell.text for cell in row]) for row in section.rows)
    if section.notes:
        yield "\n" + "\n".join(f"- {escaped(note)}" for note in section.notes) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |\n"
