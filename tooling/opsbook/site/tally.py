"""What the pages of a whole book count, met one incident at a time: how many, how bad, what is left to do.

Of each incident a few words are kept, and every figure is made of them in one pass, so that a book of any
size takes time that grows with it and no faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.site import charts

if TYPE_CHECKING:
    from opsbook.site.survey import Card
    from opsbook.site.work import Work

_NEAR = timedelta(days=3)
"""So many days before or after this day of an earlier year are still about this day."""


class Case(NamedTuple):
    """An incident as the pages count it."""

    card: Card
    day: date
    """When it was declared, in the book's zone."""
    severity: str | None
    """The worst that it had."""
    counts: bool
    """No drill, no near miss, no duplicate."""


class Item(NamedTuple):
    """An action item over time."""

    opened: date
    closed: date | None
    due: date | None


class Week(NamedTuple):
    """How much work was unfinished at the end of a week, and how much of it was late."""

    last: date
    open: int
    late: int


def reaches_back(cases: Iterable[Case], today: date, *, months: int) -> bool:
    """Whether the record begins so long ago, so that fewer incidents then are not merely fewer records."""
    first = min((case.day for case in cases), default=today)
    return (today.year - first.year) * 12 + today.month - first.month >= months


def on_this_day(cases: Iterable[Case], today: date) -> list[Case]:
    """What happened around this day in earlier years, the latest year first."""
    found = []
    for case in cases:
        if case.day.year >= today.year:
            continue
        try:
            then = today.replace(year=case.day.year)
        except ValueError:  # 29 February
            then = today.replace(year=case.day.year, day=28)
        if abs(case.day - then) <= _NEAR:
            found.append(case)
    return sorted(found, key=lambda case: (case.day, case.card.id), reverse=True)


def burn_down(items: Iterable[Item], today: date, count: int = 26) -> list[Week]:
    """How much was unfinished, and late, at the end of each of the last weeks; today ends the last one."""
    ends = [today - timedelta(weeks=back) for back in reversed(range(count))]
    opened, late = [0] * (count + 1), [0] * (count + 1)
    for item in items:
        if item.closed is not None and item.closed <= ends[0]:  # most, in an old book
            continue
        first, last = _since(item.opened, ends), _since(item.closed, ends)
        if first < last:
            opened[first] += 1
            opened[last] -= 1
        overdue = max(first, _since(item.due + timedelta(days=1), ends)) if item.due else count
        if overdue < last:
            late[overdue] += 1
            late[last] -= 1
    return [Week(end, sum(opened[: n + 1]), sum(late[: n + 1])) for n, end in enumerate(ends)]


def _since(day: date | None, ends: list[date]) -> int:
    """The first week that ends on a day or later; their number for none."""
    if day is None or day > ends[-1]:
        return len(ends)
    behind = (ends[-1] - day).days // 7
    return max(len(ends) - 1 - behind, 0)


def item(work: Work, opened: date) -> Item | None:
    """An action item over time; None for what was declined, on a day that nobody wrote down."""
    if work.item.status == "declined":
        return None
    return Item(opened, work.item.done_on if work.item.status == "done" else None, work.due)


class Team(NamedTuple):
    """The work of a team: what is overdue, what is under way, what is to be begun."""

    id: str | None
    overdue: int
    doing: int
    open: int

    @property
    def all(self) -> int:
        return self.overdue + self.doing + self.open


def by_team(found: Mapping[str | None, Iterable[Work]]) -> list[Team]:
    """Unfinished work by the team that it falls to, the most overdue first."""
    counts = {
        team: Counter("overdue" if each.overdue else each.item.status for each in work)
        for team, work in found.items()
    }
    teams = [Team(id, its["overdue"], its["in-progress"], its["open"]) for id, its in counts.items()]
    return sorted(teams, key=lambda team: (-team.overdue, -team.all, team.id or "~"))


# ── pictures ──────────────────────────────────────────────────────────────────────────────


def by_week(found: list[Week]) -> Iterator[charts.Column]:
    """Weeks as columns, what was late at the foot."""
    for number, week in enumerate(found):
        label = f"{week.last:%d %b}" if number % 5 == 0 else ""
        parts = ((week.late, "ob-fill-late", "overdue"), (week.open - week.late, "ob-fill-plain", "in time"))
        yield charts.Column(f"week to {week.last:%d %b %Y}", parts, label)
