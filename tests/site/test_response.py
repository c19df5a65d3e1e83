"""What an incident's page shows beside its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.business_days import Calendar
from opsbook.model.incident import Incident
from opsbook.site import response

AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"


def book(*entries: str) -> tuple[Book, Incident]:
    lines = "".join(f"  - {{at: 2026-03-02T{entry}, text: x}}\n" for entry in entries)
    text = f"title: Checkout\nseverity: SEV1\ntimeline:\n{lines}"
    found = Book(Memory({"opsbook.toml": "", f"{FOLDER}/incident.yaml": text}))
    return found, next(iter(found.incidents)).content


def test_steps_say_how_long_after_the_one_before_and_after_the_first() -> None:
    _, incident = book(
        "09:00Z, milestone: started", "09:10Z, milestone: declared", "09:30Z, milestone: resolved"
    )
    minutes = [(step.since, step.total) for step in response.steps(incident)]
    ten, twenty = timedelta(minutes=10), timedelta(minutes=20)
    assert minutes == [(None, None), (ten, ten), (twenty, ten + twenty)]


def test_customers_are_hurt_from_the_start_and_again_from_the_reopening() -> None:
    _, incident = book(
        "09:00Z, milestone: started", "09:10Z, milestone: mitigated",
        "09:30Z, milestone: reopened", "09:35Z, milestone: mitigated",
    )  # fmt: skip
    tile = response.tiles(incident, AS_OF)[0]
    assert (tile.name, tile.value) == ("Customers were hurt for", "15 min")


def test_what_goes_on_is_counted_up_to_the_build() -> None:
    _, incident = book("09:00Z, milestone: started")
    tile = response.tiles(incident, AS_OF)[0]
    assert (tile.value, tile.note) == ("3 h", "so far")


def test_an_audience_that_waited_too_long_was_told_late() -> None:
    found, incident = book(
        "09:00Z, milestone: declared, severity: SEV1", "09:20Z, update: {audience: public}",
        "10:20Z, update: {audience: public}", "10:30Z, milestone: resolved",
    )  # fmt: skip
    told = {each.audience: each for each in response.told(incident, found.severities, AS_OF)}
    hour, half = timedelta(hours=1), timedelta(minutes=30)
    assert told["public"] == ("public", 2, half, hour, 1)
    assert told["internal"] == ("internal", 0, half, timedelta(minutes=90), 1)


def test_a_promise_that_was_kept_late_is_late_and_one_that_runs_is_not() -> None:
    found, incident = book(
        "09:00Z, milestone: declared, severity: SEV3",
        '09:10Z, update: {audience: public, next_update: "2026-03-02T09:20Z"}',
        '09:40Z, update: {audience: public, next_update: "2026-03-02T12:30Z"}',
    )  # fmt: skip
    owed = response.owed(incident, found.severities, Calendar(ZoneInfo("UTC")), None, AS_OF)
    assert [(duty.what, duty.late, duty.met is None) for duty in owed] == [
        ("next update, promised to public", True, False),
        ("next update, promised to public", False, True),
    ]


def test_a_drill_owes_nobody_anything() -> None:
    found, incident = book("09:00Z, milestone: declared, severity: SEV1")
    drill = incident.model_copy(update={"kind": "drill"})
    assert response.told(drill, found.severities, AS_OF) == []
    assert response.owed(drill, found.severities, Calendar(ZoneInfo("UTC")), None, AS_OF) == []
