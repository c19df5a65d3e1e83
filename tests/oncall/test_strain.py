"""What a takeover asks of whoever takes over, and only what the change brings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.authoring.rotas import book_of

from opsbook.model.time import Interval
from opsbook.oncall.strain import Strain, strains

WITHIN = Interval(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC))
BOOK = {
    "rotations/primary.yaml": "timezone: Europe/Berlin\nlayers:\n  - name: all\n    versions:\n"
    "      - {starts: 2026-11-02 09:00, every: 1w, members: [ben, chi, dan, ana]}\n",
    "rotations/other.yaml": "timezone: Europe/Berlin\nlayers:\n  - name: all\n    versions:\n"
    "      - {starts: 2026-11-02 09:00, members: [eva]}\n",
}  # ana from 23 November, ben from the 30th


def said(on: str, start: str, end: str, book: dict[str, str] = BOOK) -> list[Strain]:
    """What a takeover from ana asks of somebody."""
    cover = f"  - {{from: {start}, to: {end}, on: [{on}], instead_of: [ana]}}\n"
    override = f"rotation: primary\nreason: x\ncovers:\n{cover}"
    after = book | {"rotations/overrides/x.yaml": override}
    return strains(book_of(book), book_of(after), "primary", WITHIN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_day_in_the_middle_of_a_week_asks_nothing_special() -> None:
    assert said("dan", "2026-11-25T09:00+01:00", "2026-11-26T09:00+01:00") == []


def test_a_long_stretch_of_two_turns_is_said_and_an_old_one_is_not() -> None:
    found = said("ben", "2026-11-28T09:00+01:00", "2026-11-30T09:00+01:00")
    assert found == [
        Strain("long", "ben", Interval(at("2026-11-28T09:00+01:00"), at("2026-12-07T09:00+01:00")))
    ]


def test_a_handoff_in_the_night_of_whoever_comes_is_said() -> None:
    night = at("2026-11-25T03:00+01:00")
    found = said("dan", "2026-11-25T03:00+01:00", "2026-11-26T09:00+01:00")
    assert Strain("woken", "dan", Interval(night, night)) in found
    assert all(each.interval.start == night for each in found)


def test_another_rotation_at_the_same_time_is_said() -> None:
    found = said("eva", "2026-11-25T09:00+01:00", "2026-11-26T09:00+01:00")
    both = Interval(at("2026-11-25T09:00+01:00"), at("2026-11-26T09:00+01:00"))
    assert found == [Strain("elsewhere", "eva", both, "other")]


def test_rest_that_is_owed_after_a_page_at_night_is_said() -> None:
    paged = "title: Down\ntimeline:\n  - {at: 2026-11-25T03:10+01:00, page: {person: dan}, text: x}\n"
    book = BOOK | {"incidents/2026/2026-11-25-x/incident.yaml": paged}
    page = at("2026-11-25T03:10+01:00")
    assert said("dan", "2026-11-25T09:00+01:00", "2026-11-26T09:00+01:00", book) == [
        Strain("tired", "dan", Interval(page, page + timedelta(hours=11)))
    ]
