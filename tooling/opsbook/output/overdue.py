"""What is overdue of a team, as one issue that is kept up to date.

It says days and never how late something is: it changes when something becomes overdue, is done, moves or
gets another owner, and on no other morning. Who owns something is mentioned, a team by its lead, and with
them whom the severity policy tells (`tell_when_overdue`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from opsbook.output.agenda.words import headline, whose
from opsbook.output.frames import clean
from opsbook.output.markdown import code, escaped
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.agenda import Item

LABEL = "opsbook-overdue"
NOBODY = "-"
"""What falls to no team."""
_ROOM = 55_000
_MARKER = re.compile(r"<!-- opsbook:overdue ([A-Za-z0-9._-]{1,200}) -->")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_NOTHING = "Nothing is overdue.\n"


class Wanted(NamedTuple):
    """How the issue of a team should be."""

    team: str
    title: str
    body: str
    items: int
    """How many things it names."""


def wanted(book: Book, items: Iterable[Item], hidden: Callable[[Item], bool]) -> list[Wanted]:
    """An issue for each team to which something overdue falls, in order of team; of what is `hidden` only
    the number is said."""
    teams: dict[str, list[Item]] = {}
    for each in items:
        if each.overdue:
            teams.setdefault(each.team or NOBODY, []).append(each)
    return [_wanted(book, team, teams[team], hidden) for team in sorted(teams)]


def nothing(team: str) -> str:
    """What the issue of a team says to which nothing overdue falls."""
    return f"{_NOTHING}\n{_mark(team)}\n"


def team_of(body: str) -> str | None:
    """The team whose issue says this; None for any other issue."""
    found = _MARKER.search(body)
    return found[1] if found else None


def _wanted(book: Book, team: str, items: Sequence[Item], hidden: Callable[[Item], bool]) -> Wanted:
    shown = [each for each in items if not hidden(each)]
    parts = [f"{count(len(items), 'thing')} {'is' if len(items) == 1 else 'are'} overdue.\n"]
    parts.append("".join(_listed(shown)))
    if len(shown) < len(items):
        parts.append(f"And {len(items) - len(shown):,} of incidents that are not shown here.\n")
    people = _mentions(book, shown)
    if people:
        parts.append(f"{' '.join(people)}\n")
    parts.append(
        "Finish it, agree on a new day with a reason, or decline it with one: `opsbook due` lists it, "
        "`opsbook action` does it. This issue is kept by opsbook, and closed when nothing is overdue.\n"
    )
    return Wanted(team, _title(team, book), "\n".join([*filter(None, parts), f"{_mark(team)}\n"]), len(items))


def _title(team: str, book: Book) -> str:
    if team == NOBODY:
        return "Overdue, and nobody's"
    found = book.content("team", team)
    return f"Overdue: {clean(found.name if found else team)[:100]}"


def _mark(team: str) -> str:
    return f"<!-- opsbook:overdue {team} -->"


def _listed(items: Sequence[Item]) -> Iterator[str]:
    room = _ROOM
    for number, each in enumerate(items):
        day = f"{each.due:%Y-%m-%d}"
        about, owner = escaped(clean(headline(each))), escaped(clean(whose(each)))
        line = f"- **{day}** {about} · {owner} · {code(clean(each.record))}\n"
        room -= len(line)
        if room < 0:
            yield f"- and {count(len(items) - number, 'more item')}; `opsbook due` shows them\n"
            return
        yield line


def _mentions(book: Book, items: Sequence[Item]) -> list[str]:
    """The accounts of those who should know, each once."""
    names = [name for each in items for name in (*each.owners, *each.told)]
    found = []
    for name in dict.fromkeys(names):
        team = book.content("team", name)
        person = book.content("person", (team.lead or "") if team else name)
        if person and _LOGIN.fullmatch(person.login):
            found.append(f"@{person.login}")
    return sorted(set(found))[:30]
