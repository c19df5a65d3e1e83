"""What each person's time on call came to, and the rest that is owed after a broken night."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval
from opsbook.oncall.burden import Burden
from opsbook.oncall.ledger import ledger
from opsbook.output.frames import clean
from opsbook.output.ledger import shown

HOUR = timedelta(hours=1)
WEEK = Interval(datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 8, 23, tzinfo=UTC))
PRIMARY = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-03-02 00:00, every: 1w, members: [ana, ben]}
"""
LOG = "at,person,service,alert,acknowledged,outcome\n"


def incident(severity: str, *pages: str) -> str:
    lines = "".join(f'  - {{at: {page}, text: "Paged"}}\n' for page in pages)
    return f"title: x\nseverity: {severity}\ntimeline:\n{lines}"


def book(**files: str) -> Book:
    texts = {
        "opsbook.toml": 'timezone = "Europe/Berlin"\n',
        "rotations/primary.yaml": PRIMARY,
        "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
        "incidents/2026/2026-03-03-x/incident.yaml": files.pop("x", incident("SEV1")),
        "rotations/pages/2026-03.csv": files.pop("log", LOG),
    }
    return Book(Memory(texts | {f"rotations/{id}.yaml": text for id, text in files.items()}))


def test_two_rotations_at_once_count_once_and_one_alone_can_be_asked_for() -> None:
    both = book(office=PRIMARY.replace("1w", "1d"))
    found = {line.person: line.burden for line in ledger(both, WEEK).lines}
    assert found["ana"] == Burden(168 * HOUR, 56 * HOUR, 48 * HOUR, 0 * HOUR, 1, 8)
    assert found["ben"].on_call == 72 * HOUR
    alone = {line.person: line.burden.on_call for line in ledger(both, WEEK, ["office"]).lines}
    assert alone == {"ana": 96 * HOUR, "ben": 72 * HOUR}


def test_rest_is_owed_from_the_last_page_of_a_night_that_wakes() -> None:
    found = ledger(
        book(
            x=incident(
                "SEV1",
                "2026-03-03T01:00Z, page: {person: ana, outcome: acted}",
                "2026-03-03T04:00Z, page: {person: ana}",
                "2026-03-03T04:30Z, page: {person: ana, outcome: unanswered}",
                "2026-03-03T12:00Z, page: {person: ana}",
                "2026-03-04T02:00Z, page: {person: ana}",
            )
        ),
        WEEK,
    )
    (ana,) = found.lines
    assert (ana.pages, ana.night_pages) == (5, 4)
    assert [(rest.page.at.hour, rest.until) for rest in ana.rest] == [
        (4, datetime(2026, 3, 3, 15, tzinfo=UTC)),
        (2, datetime(2026, 3, 4, 13, tzinfo=UTC)),
    ]
    assert ana.rest_owed == 22 * HOUR


@pytest.mark.parametrize("severity", ["SEV2", "SEV3", "SEV9"])
def test_a_page_of_what_pages_nobody_off_hours_is_counted_and_owes_no_rest(severity: str) -> None:
    (ana,) = ledger(book(x=incident(severity, "2026-03-03T01:00Z, page: {person: ana}")), WEEK).lines
    assert (ana.night_pages, ana.rest) == (1, ())


def test_whoever_was_paged_without_being_on_call_is_in_it() -> None:
    found = ledger(book(log=LOG + "2026-03-03T10:00Z,zoe,,,,\n"), WEEK)
    assert [(line.person, line.burden.on_call, line.pages) for line in found.lines] == [
        ("ana", 168 * HOUR, 0),
        ("zoe", 0 * HOUR, 1),
    ]


def test_a_rotation_that_cannot_be_read_is_named() -> None:
    (said,) = ledger(book(loop="follows: loop\n"), WEEK).unreadable
    assert said.startswith("loop: rotation `loop` follows itself")


# ── as CSV and JSON ───────────────────────────────────────────────────────────────────────


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(st.one_of(st.text(min_size=1), st.text("=+-@\t\r\n \",;'|", min_size=1)))
def test_no_name_is_a_formula_and_each_stays_in_its_cell(name: str) -> None:
    person = "rotations/people/ana.yaml"
    texts = {person: f"name: {json.dumps(name)}\ntimezone: Europe/Berlin\n"}
    found = Book(Memory(texts, below=book().tree))
    text = shown(found, ledger(found, WEEK), "csv")
    assert text.count("\r\n") == 2
    (row,) = rows(text)
    document = found.find("person", "ana")
    assert document is not None
    expected = clean(document.content.name) if document.readable else "ana"
    assert row["name"] in (expected, f"'{expected}")
    assert row["name"].lstrip()[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert (row["person"], row["hours"], row["to"]) == ("ana", "168.0", "2026-03-08")


def test_a_name_with_letters_is_written_in_them_and_is_utf_8() -> None:
    texts = {"rotations/people/ana.yaml": 'name: "Ana Kovačić, Jr."\ntimezone: Europe/Berlin\n'}
    found = Book(Memory(texts, below=book().tree))
    text = shown(found, ledger(found, WEEK), "csv")
    assert '"Ana Kovačić, Jr."' in text
    assert not text.startswith("\ufeff")


def test_json_says_what_the_rest_is_owed_for() -> None:
    found = book(x=incident("SEV1", "2026-03-03T01:00Z, page: {person: ana}"))
    (ana,) = json.loads(shown(found, ledger(found, WEEK), "json"))
    assert ana["rest"] == [
        {
            "paged": "2026-03-03T01:00Z", "severity": "SEV1", "incident": "2026-03-03-x",
            "until": "2026-03-03T12:00Z",
        }
    ]  # fmt: skip
    assert ana["rest_owed_hours"] == 11.0
