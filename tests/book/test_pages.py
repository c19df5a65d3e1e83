"""The page log: what is read of it, and what is said of the rest, place by place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from opsbook.book.pages import LoggedPage, PageLog, read
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.text import Source

HEAD = "at,person,service,alert,acknowledged,outcome\n"
MARCH = "rotations/pages/2026-03.csv"


def log(text: str, path: str = MARCH) -> PageLog:
    return read(Source(path, text))


def said(text: str, path: str = MARCH) -> list[str]:
    """What is wrong, as `line:column message`."""
    found = log(text, path)
    starts = [(found.source.position(each.span.start), each.message) for each in found.problems]
    return [f"{start.line}:{start.column} {message}" for start, message in starts]


def plain(page: LoggedPage) -> tuple[object, ...]:
    return page.place.start.line, *page[1:]


def test_a_row_is_a_page() -> None:
    found = log(
        HEAD + "2026-03-02T03:11+01:00,ana,checkout,HighLatency,2026-03-02T02:14Z,no-action\n"
        '2026-03-03T04:00Z,ben,,"Disk, ""slow""",,\n'
    )
    assert found.problems == ()
    assert [plain(page) for page in found.pages] == [
        (2, datetime(2026, 3, 2, 2, 11, tzinfo=UTC), "ana", "checkout", "HighLatency",
         datetime(2026, 3, 2, 2, 14, tzinfo=UTC), "no-action"),
        (3, datetime(2026, 3, 3, 4, tzinfo=UTC), "ben", None, 'Disk, "slow"', None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_come_in_any_order_and_lines_end_in_any_way(end: str) -> None:
    found = log("person,at" + end + "ana,2026-03-02T02:11Z" + end + end + "ben,2026-03-03T02:11Z")
    assert found.problems == ()
    assert [(page.person, page.place.start.line) for page in found.pages] == [("ana", 2), ("ben", 4)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ["1:1 no columns"]),
        ("\n\n", ["1:1 no columns"]),
        ("at,service\n", ["1:1 no column `person`"]),
        ("at,person,pager\n", ["1:11 no column is called `pager`"]),
        ("at,person,at\n", ["1:11 `at` is a column twice"]),
        (HEAD + "2026-03-02T03:11,ana,,,,\n", [
            ("2:1 `2026-03-02T03:11` has no offset: "
             "write `2026-03-02T03:11Z` for UTC, or add one like `+01:00`"),
        ]),
        (HEAD + "yesterday,ana,,,,\n", ["2:1 `yesterday` is no instant: write `2026-03-02T09:02Z`"]),
        (HEAD + "2026-03-02T03:11Z,ana,,,soon,\n", [
            "2:25 `soon` is no instant: write `2026-03-02T09:02Z`"
        ]),
        (HEAD + "2026-03-02T03:11Z,ana,,,2026-03-02T03:00Z,\n", ["2:25 acknowledged before the page"]),
        (HEAD + "2026-03-02T03:11Z,,,,,\n", ["2:1 nobody is paged"]),
        (HEAD + "2026-03-02T03:11Z,ana,,,,slept\n", [
            ("2:26 found `slept`, expected one of "
             "`acted`, `acknowledged`, `no-action`, `false-alarm`, `unanswered`"),
        ]),
        (HEAD + "2026-03-02T03:11Z,ana\n", ["2:1 2 cells, the first row has 6"]),
        (HEAD + "2026-05-02T03:11Z,ana,,,,\n", ["2:1 a page of another month"]),
        (HEAD + '2026-03-02T03:11Z,ana,,5" disk,,\n', ["2:25 a double quote within a cell"]),
        (HEAD + '2026-03-02T03:11Z,ana,,"open,,\n', ["2:24 a double quote within a cell"]),
    ],
)  # fmt: skip
def test_what_is_no_page_is_said_with_its_place(text: str, wrong: list[str]) -> None:
    assert said(text) == wrong


def test_a_row_that_cannot_be_read_costs_no_other() -> None:
    found = log(HEAD + "soon,ana,,,,\n2026-03-02T03:11Z,ben,,,,\n")
    assert ([page.person for page in found.pages], len(found.problems)) == (["ben"], 1)


def test_a_file_that_names_no_month_is_not_read() -> None:
    assert said(HEAD, "rotations/pages/march.csv") == ["1:1 `march` is no month"]


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"x" * (2 << 20), b"<<<<<<< a\n=======\n>>>>>>> b\n"])
def test_bytes_that_are_no_text_are_a_problem_and_no_crash(content: bytes) -> None:
    book = Book(Memory({MARCH: content}))
    assert [len(each.problems) for each in book.page_logs()] == [1]


def test_a_book_notes_which_months_and_days_were_asked_for() -> None:
    files = {MARCH: HEAD, "incidents/2026/2026-03-02-x/incident.yaml": "title: x\n"}
    reads: set[str] = set()
    view = Book(Memory(files)).recording(reads)
    assert view.page_log("2026-03").pages == view.page_log("2026-04").pages == ()
    assert view.on_day(date(2026, 3, 2)) == ("2026-03-02-x",)
    assert view.on_day(date(2026, 3, 3)) == ()
    assert reads == {f"={MARCH}", "=rotations/pages/2026-04.csv", "&2026-03-02", "&2026-03-03"}
    more = Book(Memory({**files, "incidents/2026/2026-03-03-y/incident.yaml": "title: y\n"}))
    assert {key for key in reads if more.version(key) != view.version(key)} == {"&2026-03-03"}


def test_a_new_log_is_seen_by_who_asked_for_all() -> None:
    reads: set[str] = set()
    book = Book(Memory({MARCH: HEAD}))
    assert len(list(book.recording(reads).page_logs())) == 1
    more = Book(Memory({MARCH: HEAD, "rotations/pages/2026-04.csv": HEAD}))
    assert {key for key in reads if more.version(key) != book.version(key)} == {"$"}
