"""Habits that make incidents worse, and the rules that find them in a single record.

They are habits of a way of working: a record shows one, and no person has one. What a comment in the record
answers does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.facts import Fact
from opsbook.book.kinds import kind
from opsbook.book.tree import SETTINGS_FILES
from opsbook.lint.check import microseconds
from opsbook.metrics import business_days
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import Outcome
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
    """Was responded to, at a severity that asks for a commander, by people of whom the record can tell."""
    level = book.severities.levels.get(row.severity or "")
    if not row.tells_roles:
        return False
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
_RULES = tuple(sorted({rule for habit in HABITS for rule in habit.rules}))
_NAME, _LAYOUT = "habits", 1
"""What a book calls these facts; another layout whenever `_Seen` is something else."""


# ── what shows what ───────────────────────────────────────────────────────────────────────


class _Seen(NamedTuple):
    """The rules of habits that find something in a record, and from when until when that is so, in
    microseconds since 1970."""

    since: int
    until: int
    rules: tuple[str, ...]


def shown(book: Book, paths: Collection[str], as_of: datetime) -> dict[str, tuple[str, ...]]:
    """The rules of habits that find something in each of some records, as of an instant."""
    known, at = book.facts.get(_NAME, ("", {}))[1], microseconds(as_of)
    found = {path: _Seen(*known[path]) for path in paths if path in known}
    left = [path for path in paths if path not in found or not found[path].since <= at < found[path].until]
    found |= _look(book, left, as_of, _rules(book)) if left else {}
    return {path: each.rules for path, each in found.items()}


def of_record(book: Book, at: datetime) -> Fact:
    """The same of a record and of a post-mortem, for a book to remember: what is so now was mostly so when
    the quarter was judged."""
    rules = _rules(book)

    def of(book: Book, paths: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        return {path: tuple(each) for path, each in _look(book, paths, at, rules).items()}

    return Fact(_NAME, of, _state(book), _beside)


def _rules(book: Book) -> Selection:
    from opsbook.lint.catalog import Selection

    return Selection(book.settings, select=_RULES)


def _look(book: Book, paths: Sequence[str], at: datetime, rules: Selection) -> dict[str, _Seen]:
    from opsbook.lint.check import check

    report, outcomes = check(book, lambda: rules, at, subjects=paths)
    found: dict[str, dict[str, None]] = {}
    for each in report.diagnostics:
        if each.name in _RULES and _about(each):
            found.setdefault(each.location.path, {})[each.name] = None
    return {path: _Seen(*_while(each, at), tuple(found.get(path, ()))) for path, each in outcomes.items()}


def _about(each: Diagnostic) -> bool:
    """Whether a finding is about the habit: of missing roles only that of the commander is."""
    return each.name != "missing_role" or COMMANDER in each.message


def _while(outcome: Outcome, at: datetime) -> tuple[int, int]:
    """From when until when an outcome holds: where a comment answers up to a day, for this instant alone."""
    if any(each.until for each in outcome.suppressions):
        return microseconds(at), microseconds(at) + 1
    return outcome.since, outcome.until


def _state(book: Book) -> str:
    """What the rules look at besides the record and whether it has a post-mortem: the settings, the policy
    and who is there."""
    paths = (*SETTINGS_FILES, "policies/severities.yaml")
    versions = " ".join(f"{book.tree.version(path)}" for path in paths)
    return f"{_LAYOUT} {versions} {' '.join(book.names('person'))} {business_days.state(book)}"


def _beside(path: str) -> str | None:
    """The post-mortem of an incident."""
    id = kind("incident").id(path)
    return kind("postmortem").path(id) if id else None
