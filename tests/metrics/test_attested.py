"""What people vouch for, how long it holds, and when it is asked for again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.authoring.attesting import attested
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.agenda import agenda
from opsbook.metrics.attested import holds_until, newest, quarter_of
from opsbook.model.attestation import Attestation

PATH = "policies/attestations.yaml"
ALERT = "groups:\n  - rules:\n      - {alert: DiskFull, expr: up}\n"


def said(what: str, day: str, until: str | None = None) -> Attestation:
    more = {} if until is None else {"until": date.fromisoformat(until)}
    return Attestation.model_validate({"what": what, "day": date.fromisoformat(day), "by": "ana", **more})


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_quarter_and_quarters_touch(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.last + timedelta(days=1) == quarter.later(1).first
    assert quarter.later(5).later(-5) == quarter
    assert f"{quarter_of(date(2026, 9, 30))}" == "2026Q3"


@pytest.mark.parametrize(
    ("each", "last"),
    [
        (said("alert-audit", "2026-10-06"), date(2027, 3, 31)),
        (said("trend-review", "2026-12-31"), date(2027, 3, 31)),
        (said("recovery-drills", "2026-01-01"), date(2026, 2, 15)),
        (said("team-trained", "2026-01-01"), date(2027, 1, 1)),
        (said("team-trained", "2026-01-01", "2026-06-30"), date(2026, 6, 30)),
    ],
)
def test_an_attestation_holds_as_long_as_it_says_else_as_its_sort_does(each: Attestation, last: date) -> None:
    assert holds_until(each) == last


def book(text: str = "", **more: str) -> Book:
    files = {"opsbook.toml": 'alerts = ["a.yaml"]\n', "a.yaml": ALERT, **more}
    return Book(Memory(files | ({PATH: text} if text else {})))


def test_a_line_is_added_and_nothing_else_changes() -> None:
    ours = "# ours\nattestations:\n  - {what: team-trained, day: 2026-01-01, by: ana}   # all of us\n"
    change = attested(book(ours), "alert-audit", date(2026, 3, 1), "ben", 'two "gone", [x]: {y}')
    ((_, after),) = change.texts()
    assert (
        after
        == ours + '  - {what: alert-audit, day: 2026-03-01, by: ben, note: "two \\"gone\\", [x]: {y}"}\n'
    )
    again = newest(book(after), "alert-audit", date(2026, 3, 1))
    assert again is not None
    assert again.note == 'two "gone", [x]: {y}'


def test_the_first_line_begins_the_record() -> None:
    ((source, after),) = attested(book(), "alert-audit", date(2026, 3, 1), "ben").texts()
    assert source.path == PATH
    assert newest(book(after), "alert-audit", date(2026, 2, 28)) is None
    assert newest(book(after), "alert-audit", date(2026, 3, 1)) is not None


def due(the_book: Book, when: str) -> list[tuple[str, date | datetime, bool]]:
    items = agenda(the_book, datetime.fromisoformat(when).replace(tzinfo=UTC))
    return [(each.text, each.due, each.overdue) for each in items if each.what == "attestation"]


def test_an_audit_is_asked_for_again_when_the_next_quarter_is_over() -> None:
    audited = book("attestations:\n  - {what: alert-audit, day: 2026-02-01, by: ana}\n")
    asked = "Audit the alerts: `opsbook alerts`"
    assert due(audited, "2026-06-30T23:59") == [(asked, date(2026, 6, 30), False)]
    assert due(audited, "2026-07-01T00:00") == [(asked, date(2026, 6, 30), True)]


def test_an_audit_that_nobody_ever_did_is_overdue_where_the_book_is_older_than_the_quarter() -> None:
    record = "title: t\ntimeline: []\n"
    first = {"incidents/2026/2026-02-01-x/incident.yaml": record}
    asked = "Audit the alerts: `opsbook alerts`"
    assert due(book(**first), "2026-02-01T00:00") == [(asked, date(2026, 3, 31), False)]
    older = book(**first, **{"incidents/2026/2026-05-01-y/incident.yaml": record})
    assert due(older, "2026-05-01T00:00") == [(asked, date(2026, 3, 31), True)]
    assert due(book(), "2026-05-01T00:00") == []
    assert due(Book(Memory({"opsbook.toml": "", **first})), "2026-05-01T00:00") == []
