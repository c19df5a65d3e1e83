"""What is due in Markdown, for a chat, a job summary or an issue: what records say is data in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.output.agenda.words import by, headline, how_late, nothing, rest, when, whose
from opsbook.output.frames import clean
from opsbook.output.markdown import code, escaped
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Chosen, Item

_ROOM = 60_000
"""Bytes for items: GitHub refuses an issue or a comment of more than 65,536 characters."""


def render(chosen: Chosen, *, color: bool = False) -> str:
    return written(chosen)


def written(chosen: Chosen, *, tasks: bool = False) -> str:
    """The page; with `tasks` each item is one to be ticked off."""
    if not chosen.items:
        line = clean(nothing(chosen))
        return f"{escaped(line[0].upper() + line[1:])}.\n"
    late = [each for each in chosen.items if each.overdue]
    ahead = [each for each in chosen.items if not each.overdue]
    about = f" for {escaped(clean(chosen.about))}" if chosen.about else ""
    parts = [f"## Due{about}: {len(late):,} late\n" if late else f"## Due{about}: nothing is late\n"]
    room = _ROOM
    for title, items in (("Late", late), (f"Due{by(chosen)}", ahead)):
        if items:
            section = "".join(_listed(items, chosen, tasks, room))
            room -= len(section.encode("utf-8", "backslashreplace"))
            parts.append(f"### {title}\n\n{section}")
    after = rest(chosen)
    return "\n".join([*parts, *([f"{after[0].upper()}{after[1:]}.\n"] if after else [])])


def _listed(items: list[Item], chosen: Chosen, tasks: bool, room: int) -> Iterator[str]:
    """A line each, until there is no more room."""
    for number, item in enumerate(items):
        line = _item(item, chosen, tasks)
        room -= len(line.encode("utf-8", "backslashreplace"))
        if room < 0:
            yield f"- and {count(len(items) - number, 'more item')}; `opsbook due` shows them\n"
            return
        yield line


def _item(item: Item, chosen: Chosen, tasks: bool) -> str:
    said = how_late(item, chosen) if item.overdue else when(item.due, chosen)
    mark = "- [ ] " if tasks else "- "
    about, owner = escaped(clean(headline(item))), escaped(clean(whose(item)))
    return f"{mark}**{said}** {about} · {owner} · {code(clean(item.place))}\n"
