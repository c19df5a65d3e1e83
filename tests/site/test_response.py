"""What an incident's page shows beside its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.business_days import Calendar, Terms
from opsbook.model.incident import Incident
from opsbook.model.postmortem import Postmortem
from opsbook.site import response, show
from opsbook.site.guide import unlinked

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


def tiles(*entries: str, targets: str = "") -> dict[str, tuple[str, str, str]]:
    found, incident = book(*entries)
    texts = {"policies/targets.yaml": f"targets: {{{targets}}}\n"} if targets else {}
    limits = response.Limits(found.with_texts(texts))
    shown = response.tiles(incident, "SEV1", limits, AS_OF)
    return {
        each.name: (each.value.replace("\u00a0", " "), each.note.replace("\u00a0", " "), each.style)
        for each in shown
    }


def test_a_figure_is_held_against_its_target() -> None:
    target = "a: {metric: time_to_resolve, severity: [SEV1], at_most: 1h}"
    found = tiles(
        "09:00Z, milestone: started, approximate: true", "09:03Z, milestone: detected",
        "09:12Z, milestone: acknowledged", "09:50Z, milestone: mitigated", "10:00Z, milestone: resolved",
        targets=target,
    )  # fmt: skip
    assert found == {
        "Noticed after": ("≈ 3 min", "", ""),
        "Acknowledged after": ("9 min", "target 5 min: missed", "bad"),
        "Mitigated after": ("≈ 50 min", "", ""),
        "Resolved after": ("≈ 1 h", "target 1 h: met", "good"),
    }


def test_what_goes_on_is_counted_up_to_the_build_and_met_nothing_yet() -> None:
    found = tiles("11:58Z, milestone: started", "11:59Z, milestone: detected")
    assert found["Acknowledged after"] == ("1 min", "so far, target 5 min", "")
    assert found["Mitigated after"] == ("2 min", "so far", "")


def test_a_false_alarm_takes_no_time_that_never_ends() -> None:
    found, incident = book("09:00Z, milestone: detected", "09:03Z, milestone: acknowledged")
    incident = incident.model_copy(update={"kind": "false-alarm"})
    shown = response.tiles(incident, "SEV1", response.Limits(found), AS_OF)
    assert [each.name for each in shown] == ["Acknowledged after"]


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
    owed = response.owed(incident, Terms(found.severities, Calendar(ZoneInfo("UTC"))), None, AS_OF)
    assert [(duty.what, duty.late, duty.met is None) for duty in owed] == [
        ("next update, promised to public", True, False),
        ("next update, promised to public", False, True),
    ]


def test_who_was_promised_a_word_waits_for_it_when_it_is_over_as_well_as_the_rule_says() -> None:
    found, incident = book(
        "09:00Z, milestone: declared, severity: SEV3",
        '09:10Z, update: {audience: public, next_update: "2026-03-02T10:30Z"}',
        '09:15Z, update: {audience: internal, next_update: "2026-03-02T10:45Z"}',
        "10:00Z, milestone: resolved",
    )  # fmt: skip
    owed = response.owed(incident, Terms(found.severities, Calendar(ZoneInfo("UTC"))), None, AS_OF)
    promised = [(duty.what, duty.met is not None, duty.late) for duty in owed if "promised" in duty.what]
    assert promised == [
        ("next update, promised to public", False, True),
        ("next update, promised to internal", True, False),
    ]


def test_what_was_owed_says_by_what_it_came_where_that_was_no_update_to_whom_it_was_owed() -> None:
    clocks = """clocks:
  - {update: customers, within: 1h, from: declared}
  - {update: customers, within: 3d, from: resolved}
"""
    level = "levels:\n  SEV1: {name: Bad, definition: It is bad}\n"
    _, incident = book(
        "09:00Z, milestone: declared, severity: SEV1",
        '09:15Z, update: {audience: public, eta: "2026-03-02T10:00Z", next_update: "2026-03-02T09:45Z"}',
        "09:40Z, update: {audience: public}", "09:50Z, milestone: resolved",
    )  # fmt: skip
    policy = Book(Memory({"policies/severities.yaml": level + clocks})).severities
    page = Postmortem.model_validate(
        {"status": "published", "distribution": [{"to": "customers", "at": "2026-03-02T11:00Z"}]}
    )
    owed = response.owed(incident, Terms(policy, Calendar(ZoneInfo("UTC"))), page, AS_OF)
    assert {duty.what: duty.by for duty in owed} == {
        "first word to customers, 1h from declared": "the public update",
        "next update, promised to public": "",
        "working again, promised to public": "being resolved",
        "full details to customers, 3d from resolved": "the post-mortem",
    }
    shown = show.owed(owed, unlinked(Book(Memory({"opsbook.toml": ""}))))
    assert '<time datetime="2026-03-02T09:15Z">2026-03-02 09:15</time> by the public update</td>' in shown


def test_a_drill_owes_nobody_anything() -> None:
    found, incident = book("09:00Z, milestone: declared, severity: SEV1")
    drill = incident.model_copy(update={"kind": "drill"})
    assert response.told(drill, found.severities, AS_OF) == []
    assert response.owed(drill, Terms(found.severities, Calendar(ZoneInfo("UTC"))), None, AS_OF) == []
