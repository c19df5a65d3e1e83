"""What being on call costs each person."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.oncall.burden import Burden, burdens, in_nights, pages

from .test_coverage import WEEKLY, at, between, book, layer, override, rotation

HOUR = timedelta(hours=1)
WEEK = between("2026-03-02T08:00Z", "2026-03-09T08:00Z")
LOG = "at,person,service,alert,acknowledged,outcome\n"


def test_a_week_is_seven_nights_and_a_weekend() -> None:
    assert burdens(book(r=rotation(WEEKLY)), "r", WEEK) == {
        "ana": Burden(168 * HOUR, 56 * HOUR, 48 * HOUR, 0 * HOUR, 1, 7)
    }


def test_nights_are_where_a_person_lives() -> None:
    found = burdens(book(r=rotation(layer("09:00", "17:00").replace("ana", "raj"))), "r", WEEK)
    # 16:00 to 24:00 in Singapore: two hours of each night, on weekends eight hours of each day
    assert found["raj"] == Burden(56 * HOUR, 14 * HOUR, 16 * HOUR, 0 * HOUR, 7, 7)


def test_a_night_in_which_the_clock_changes_is_as_long_as_it_was() -> None:
    spring = between("2026-03-28T12:00Z", "2026-03-29T12:00Z")
    autumn = between("2026-10-24T12:00Z", "2026-10-25T12:00Z")
    found = book(r=rotation(WEEKLY))
    nights = [next(iter(burdens(found, "r", day).values())).night for day in (spring, autumn)]
    assert nights == [7 * HOUR, 9 * HOUR]


def test_holidays_are_those_of_the_layer() -> None:
    one = layer("09:00", "17:00", "[mon, holiday]", "holidays: h, ")
    found = book(r=rotation(one))
    files = {"rotations/holidays/h.yaml": "2026-03-04: A day\n2026-05-01: Another\n"}
    with_days = Book(Memory(files, below=found.tree))
    assert burdens(with_days, "r", WEEK)["ana"][3:5] == (8 * HOUR, 2)


def test_shifts_that_touch_are_one() -> None:
    cover = override("{from: 2026-03-03T10:00Z, to: 2026-03-03T12:00Z, on: [ana]}")
    assert burdens(book(r=rotation(WEEKLY), o=cover), "r", WEEK)["ana"].shifts == 1


def test_pages_come_from_incidents_and_from_the_log() -> None:
    incident = (
        "title: x\nseverity: SEV1\ntimeline:\n"
        '  - {at: 2026-03-03T01:00Z, page: {person: ana, outcome: acted}, text: "Paged"}\n'
        '  - {at: 2026-03-03T01:05Z, text: "Something else"}\n'
        '  - {at: 2026-04-03T01:05Z, page: {person: ana}, text: "Later"}\n'
    )
    log = LOG + "2026-03-02T23:30Z,ana,checkout,Slow,,no-action\n2026-03-20T23:30Z,ana,,,,\n"
    found = Book(
        Memory(
            {
                "incidents/2026/2026-03-03-x/incident.yaml": incident,
                "incidents/2026/2026-03-03-y/incident.yaml": incident + "duplicate_of: 2026-03-03-x\n",
                "rotations/pages/2026-03.csv": log,
            },
            below=book().tree,
        )
    )
    paged = pages(found, WEEK)
    assert [(page.at, page.person, page.incident, page.severity, page.outcome) for page in paged] == [
        (at("2026-03-02T23:30Z"), "ana", None, None, "no-action"),
        (at("2026-03-03T01:00Z"), "ana", "2026-03-03-x", "SEV1", "acted"),
    ]
    assert [page.place.start.line for page in paged] == [2, 4]
    nights = in_nights(found.on_call, ZoneInfo("Europe/Berlin"), paged)
    assert {day: len(those) for day, those in nights.items()} == {date(2026, 3, 2): 2}
