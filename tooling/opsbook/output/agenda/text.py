"""What is due, for a terminal: the longest overdue first, two lines each; the rest in one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from opsbook.output.agenda.words import by, how_late, nothing, rest, when, whose, words
from opsbook.output.frames import Paint, clean

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Chosen, Item

_GAP = 2


def render(chosen: Chosen, *, color: bool = False) -> str:
    paint = Paint(color)
    if not chosen.items:
        return f"{clean(nothing(chosen))}\n"
    width = min(shutil.get_terminal_size((80, 24)).columns, 100)
    late = [(how_late(each, chosen), each) for each in chosen.items if each.overdue]
    ahead = [(when(each.due, chosen), each) for each in chosen.items if not each.overdue]
    head = paint(f"{len(late):,} late", "1;31") if late else "nothing is late"
    about = f" for {clean(chosen.about)}" if chosen.about else ""
    more = f", {len(ahead):,} due{by(chosen)}" if ahead else f", nothing else is due{by(chosen)}"
    column = max(len(said) for said, _ in (*late, *ahead)) + 2 * _GAP
    parts = [f"{head}{about}{more}\n"]
    parts += ["".join(_listed(each, chosen.most, column, width, paint)) for each in (late, ahead) if each]
    after = rest(chosen)
    return "\n".join([*parts, *([paint(after, "2") + "\n"] if after else [])])


def _listed(items: list[tuple[str, Item]], most: int, column: int, width: int, paint: Paint) -> Iterator[str]:
    """Some items, and how many more there are."""
    cut = items[:most] if len(items) > most + 1 else items
    yield from _lines(cut, column, width, paint)
    if len(items) > len(cut):
        yield f"{' ' * _GAP}and {len(items) - len(cut):,} more; `--all` shows them\n"


def _lines(items: list[tuple[str, Item]], column: int, width: int, paint: Paint) -> Iterator[str]:
    indent = " " * column
    room = max(width - column, 20)
    for said, item in items:
        first, *others = wrap(clean(words(item.text)), room) or [""]
        mark = paint(said, "31") if item.overdue else said
        yield f"{' ' * _GAP}{mark}{' ' * (column - _GAP - len(said))}{first}\n"
        yield from (f"{indent}{each}\n" for each in others)
        owner, place = clean(whose(item)), clean(_place(item))
        owner_shown = owner if item.owners else paint(owner, "33")
        if len(owner) + _GAP + len(place) <= room:
            yield f"{indent}{owner_shown}{' ' * _GAP}{paint(place, '2')}\n"
        else:
            yield f"{indent}{owner_shown}\n{indent}{paint(place, '2')}\n"


def _place(item: Item) -> str:
    """The id by which every command takes it; a suppression is looked up where it stands."""
    return item.place if item.what == "suppression" else item.record
