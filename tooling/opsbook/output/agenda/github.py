"""What is due as annotations: a warning for what is late, a notice for what is not yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.output.agenda.text import render as text
from opsbook.output.agenda.words import headline, how_late, when, whose
from opsbook.output.github import SHOWN, data, written

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Chosen, Item

FOR_FORGES = True


def render(chosen: Chosen, *, color: bool = False) -> str:
    late = [each for each in chosen.items if each.overdue]
    ahead = [each for each in chosen.items if not each.overdue]
    annotations = [*_annotations("warning", late, chosen), *_annotations("notice", ahead, chosen)]
    return "".join(annotations) + text(chosen)


def _annotations(level: str, items: list[Item], chosen: Chosen) -> Iterator[str]:
    """As many as GitHub shows of a level; the text below has all of them."""
    for each in items[:SHOWN]:
        said = how_late(each, chosen) if each.overdue else f"due {when(each.due, chosen)}"
        where: dict[str, str | int] = {"file": each.path, "line": each.line, "title": said}
        yield f"::{level} {written(where)}::{data(headline(each))}%0A{data(whose(each))}\n"
