"""Several quarters of a book: each says what it says alone, and what is not about it is not looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.antipatterns import Reviews
from opsbook.metrics.attested import Quarter
from opsbook.metrics.quarters import Quarters
from opsbook.metrics.rows import rows
from opsbook.metrics.similarity import Chronicle, earlier
from opsbook.metrics.summary import summary

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL = [Quarter(2025, 3).later(number) for number in range(6)]


@pytest.fixture(scope="module")
def example() -> Book:
    return load(ROOT)


@pytest.mark.parametrize("quarter", ALL, ids=str)
def test_a_quarters_figures_are_those_of_a_summary_of_the_whole_book(quarter: Quarter, example: Book) -> None:
    found = Reviews(example, AT).report(quarter)
    whole = summary(example, rows(example), quarter.interval(example.settings.timezone), found.as_of)
    assert found.sides == (whole.now, whole.before, whole.comparisons)
    assert found.causes == whole.causes


def test_a_quarter_says_the_same_whichever_was_asked_for_before(example: Book) -> None:
    forth, back = Reviews(example, AT), Reviews(example, AT)
    told = {quarter: forth.report(quarter) for quarter in ALL}
    assert {quarter: back.report(quarter) for quarter in reversed(ALL)} == told
    assert told[ALL[3]] == Reviews(example, AT).report(ALL[3])


def test_an_incident_is_about_the_quarters_in_which_it_began_ended_or_left_something_due() -> None:
    text = (
        "title: Slow\nseverity: SEV1\ntimeline:\n"
        '  - {at: 2025-03-31T23:00Z, milestone: declared, text: "Declared"}\n'
        '  - {at: 2025-08-01T09:00Z, page: {person: ana}, text: "Paged"}\n'
        '  - {at: 2025-11-02T09:00Z, milestone: resolved, text: "Resolved"}\n'
        "action_items:\n  late: {title: Check, owner: ana, due: 2026-09-01}\n"
    )
    id = "2025-03-31-slow"
    book = Book(Memory({"opsbook.toml": "", f"incidents/2025/{id}/incident.yaml": text}))
    quarters = Quarters(book)
    about = [
        f"{quarter}"
        for quarter in (Quarter(2025, 1).later(number) for number in range(7))
        if quarters.about(quarter, quarter)
    ]
    assert about == ["2025Q1", "2025Q3", "2025Q4", "2026Q3"]
    assert quarters.begun() == {Quarter(2025, 1): 1}
    assert [row.id for row in quarters.about(Quarter(2024, 1), Quarter(2026, 1))] == [id]


def test_many_are_told_the_same_earlier_incidents_as_one_is(example: Book) -> None:
    from opsbook.book.facts import marks

    chronicle = Chronicle(marks(example))
    for document in example.incidents:
        alone, among_many = earlier(example, document), earlier(example, document, chronicle=chronicle)
        assert [each.data() for each in among_many] == [each.data() for each in alone], document.id
