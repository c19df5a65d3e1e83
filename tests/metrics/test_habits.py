"""What a book knows beforehand of habits in records: the same that a look at them finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.book import facts
from opsbook.book.kinds import kind
from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.lint.catalog import Selection
from opsbook.lint.check import check
from opsbook.metrics import business_days
from opsbook.metrics.antipatterns import Reviews
from opsbook.metrics.attested import Quarter
from opsbook.metrics.habits import HABITS, of_record, shown

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOOKS = [ROOT, *(ROOT / "tests/books" / name for name in ("broken", "busy"))]
RECORD = "incidents/2026/2026-03-02-slow/incident.yaml"
TEXT = """\
title: Slow
severity: SEV1
roles: {incident-commander: ana}
timeline:
  - {at: 2026-03-02T09:00Z, milestone: detected, text: Noticed}
  - {at: 2026-03-02T09:40Z, milestone: declared, text: Declared}
  - {at: 2026-03-02T10:00Z, milestone: resolved, text: Resolved}
action_items:
  later: {title: Look, owner: ana, due: 2026-05-20, status: open}
"""


def knowing(book: Book, at: datetime) -> Book:
    fact = of_record(book, at)
    facts.together(book, [fact], [fact])
    return book


def records(book: Book) -> list[str]:
    return [*book.paths(kind("incident")), *book.paths(kind("postmortem"))]


@pytest.mark.parametrize("root", BOOKS, ids=lambda root: root.name)
def test_reports_say_the_same_whether_a_book_knows_beforehand_or_not(root: Path) -> None:
    alone, swept = Reviews(load(root), AT), Reviews(knowing(load(root), AT), AT)
    for number in range(7):
        quarter = Quarter(2025, 2).later(number)
        assert swept.report(quarter) == alone.report(quarter)


def test_what_was_so_when_a_quarter_was_judged_and_is_no_longer_is_looked_for_again() -> None:
    """Known of an instant at which the work was late, asked of one at which it was not; and the other way."""
    before, after = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    for known in (before, after):
        book = knowing(Book(Memory({"opsbook.toml": "", RECORD: TEXT})), known)
        assert set(shown(book, [RECORD], before)[RECORD]) == {"late_declaration", "missing_postmortem"}
        assert "overdue_action_item" in shown(book, [RECORD], after)[RECORD]


def test_a_comment_answers_up_to_its_day_whenever_the_book_was_looked_at() -> None:
    comment = "# opsbook: ignore[late_declaration] a drill in the morning until=2026-06-30"
    text = TEXT.replace("text: Declared}", f"text: Declared}}  {comment}")
    last, over = datetime(2026, 6, 30, 20, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC)
    for known in (last, over):
        book = knowing(Book(Memory({"opsbook.toml": "", RECORD: text})), known)
        assert "late_declaration" not in shown(book, [RECORD], last)[RECORD]
        assert "late_declaration" in shown(book, [RECORD], over)[RECORD]


def _strange(book: Book) -> Iterator[str]:
    """What the rules look at beside what the state of the facts names, and the files of the incident."""
    rules = sorted({rule for habit in HABITS for rule in habit.rules})
    _, outcomes = check(book, lambda: Selection(book.settings, select=rules), AT, subjects=records(book))
    days = {f"={line.partition(' ')[0]}" for line in business_days.state(book).splitlines()}
    for path, outcome in outcomes.items():
        folder = path.rpartition("/")[0]
        own = {f"{mark}{folder}/{name}" for mark in "=?" for name in ("incident.yaml", "postmortem.md")}
        left = set(outcome.reads) - own - days - {"=policies/severities.yaml"}
        yield from (key for key in left if not key.startswith("?rotations/people/"))


@pytest.mark.parametrize("root", BOOKS, ids=lambda root: root.name)
def test_the_rules_look_at_nothing_that_would_make_what_is_remembered_untrue(root: Path) -> None:
    assert list(_strange(load(root))) == []
