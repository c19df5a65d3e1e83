"""Habits that make incidents worse, and the rules that find them in a single record.

They are habits of a way of working: a record shows one, and no person has one. What a comment in the record
answers does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic
    from opsbook.metrics.rows import Row, Rows
    from opsbook.model.time import Interval


class Habit(NamedTuple):
    """A habit that makes incidents worse, and how it is found."""

    name: str
    title: str
    what: str
    """In what it shows."""
    rules: tuple[str, ...]
    could: Callable[[Book, Rows, Row, Interval, datetime], bool]
    """Whether an incident of a quarter could show it, as of an instant."""
    ask: str
    """What a review asks where it shows."""


# ── what could show what ──────────────────────────────────────────────────────────────────


def began(row: Row, within: Interval) -> bool:
    return row.began is not None and within.covers(row.began)


def _declared(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Was noticed and declared, at a severity that pages somebody."""
    if not began(row, within) or row.severity not in book.severities.paging:
        return False
    return row.durations(as_of).declare is not None


def _written(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Owed a post-mortem in this quarter."""
    due = min((at for _, at in row.postmortem_due), default=None)
    return due is not None and within.covers(due) and due <= as_of


def _told(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Has a post-mortem."""
    return began(row, within) and row.id in rows.postmortems


def _worked(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Left work that fell due in this quarter and was not declined."""
    first, last = within.days(book.settings.timezone)
    return any(each.status != "declined" for each in row.work_due(first, last))


def _commanded(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Was responded to, at a severity that asks for a commander."""
    level = book.severities.levels.get(row.severity or "")
    return began(row, within) and level is not None and COMMANDER in level.roles and bool(row.severities)


HABITS: tuple[Habit, ...] = (
    Habit(
        "delayed-declaration", "Delayed declaration",
        "noticed, and declared more than 15 minutes later",
        ("late_declaration",), _declared,
        "What would have made it easier to declare at the first sign?",
    ),
    Habit(
        "skipped-postmortem", "Skipped post-mortems",
        "the policy's day is over, and there is no post-mortem",
        ("missing_postmortem",), _written,
        "Which of these is still worth writing, and what took the time?",
    ),
    Habit(
        "blame", "Blame",
        "a post-mortem judges a person, or calls human error a cause",
        ("blamed_person", "human_error", "judged_character"), _told,
        "What made it make sense at the time? Rewrite it so that it says that.",
    ),
    Habit(
        "ignored-action-items", "Ignored action items",
        "work that fell due in the quarter and is neither done nor answered",
        ("overdue_action_item",), _worked,
        "Do it, give it a new day with a reason, or decline it: which?",
    ),
    Habit(
        "no-clear-commander", "No clear commander",
        "nobody commanded, or two people did, while the severity asked for one",
        ("missing_role", "no_commander", "two_commanders"), _commanded,
        "Who could have taken it, and what kept it from being said?",
    ),
    Habit(
        "hands-on-commander", "Hands-on commander",
        "whoever commanded also did the repair, with somebody else there",
        ("hands_on_commander",), _commanded,
        "Who was missing, or what did the others not have to do the repair?",
    ),
)  # fmt: skip
"""Beside alert fatigue, which shows in pages and not in a record."""


# ── what shows what ───────────────────────────────────────────────────────────────────────


def shown(book: Book, paths: Iterable[str], as_of: datetime) -> dict[str, set[str]]:
    """The rules of habits that find something in each of some records, as of an instant; records that show
    nothing are left out."""
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import check

    rules = sorted({rule for habit in HABITS for rule in habit.rules})
    subjects = list(paths)
    if not subjects:
        return {}
    report, _ = check(book, lambda: Selection(book.settings, select=rules), as_of, subjects=subjects)
    found: dict[str, set[str]] = {}
    for each in report.diagnostics:
        if each.name in rules and _about(each):
            found.setdefault(each.location.path, set()).add(each.name)
    return found


def _about(each: Diagnostic) -> bool:
    """Whether a finding is about the habit: of missing roles only that of the commander is."""
    return each.name != "missing_role" or COMMANDER in each.message
