"""What people were told, and by when they should have been."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.defaults import severities
from opsbook.metrics.business_days import Calendar, Terms
from opsbook.metrics.updates import duties, grace, promises, silences, speaks_of
from opsbook.model.incident import Incident
from opsbook.model.postmortem import Postmortem
from opsbook.model.severity import Severities
from opsbook.model.time import write_duration

POLICY = severities()
TOLD = ("internal", "executives", "customers", "public", "regulator")
DAY = "2026-03-02T"


def incident(timeline: str, **more: object) -> Incident:
    """An incident with a timeline written as `09:14 declared SEV1, 09:20 public investigating`; a
    promise is written `next=09:45` or `eta=10:00`."""
    entries: list[dict[str, object]] = []
    for line in timeline.split(", "):
        time, *words = line.split()
        entry: dict[str, object] = {"at": f"{DAY}{time}Z", "text": "x"}
        update: dict[str, str] = {}
        for word in words:
            key, _, value = word.partition("=")
            if value:
                update["next_update" if key == "next" else key] = f"{DAY}{value}Z"
            elif word in TOLD:
                update["audience"] = word
            elif word in ("investigating", "monitoring") or (word == "resolved" and update):
                update["stage"] = word
            else:
                entry["severity" if word.startswith("SEV") else "milestone"] = word
        entries.append(entry | ({"update": update} if update else {}))
    return Incident.model_validate({"title": "x", "timeline": entries, **more})


def clock(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else ""


# ── silences ──────────────────────────────────────────────────────────────────────────────


def quiet(timeline: str, audience: str = "public", policy: Severities = POLICY) -> list[str]:
    """Each silence as `09:14-09:20 due 09:44`."""
    return [
        f"{clock(each.since.at)}-{clock(each.until.at if each.until else None)} due {clock(each.due)}"
        for each in silences(incident(timeline), policy)
        if each.audience == audience
    ]


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        (
            "09:14 declared SEV1, 09:20 public, 09:50 public, 10:10 resolved",
            ["09:14-09:20 due 09:44", "09:20-09:50 due 09:50", "09:50-10:10 due 10:20"],
        ),
        ("09:14 declared SEV1, 09:20 internal, 09:50 customers", ["09:14- due 09:44"]),
        ("09:14 declared SEV1, 10:10 public resolved", ["09:14-10:10 due 09:44", "10:10- due 10:40"]),
        ("09:00 public, 09:14 declared SEV1, 09:30 resolved, 10:00 public", ["09:14-09:30 due 09:44"]),
        ("09:14 declared SEV2", []),
        ("09:14 declared, 09:20 SEV1", ["09:14- due 09:50"]),
        ("09:14 declared SEV9", []),
        ("09:14 declared SEV1, 09:20 mitigated", ["09:14- due 09:44"]),
        ("09:10 mitigated, 09:14 declared SEV1, 11:00 resolved", []),
    ],
    ids=["each stretch", "other audiences", "a stage is no end", "only between declared and resolved",
         "no cadence", "unknown until then", "unknown", "mitigated is no end", "mended when declared"],
)  # fmt: skip
def test_a_silence_lasts_from_one_word_to_the_next(timeline: str, found: list[str]) -> None:
    assert quiet(timeline) == found


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ("09:20 SEV0", "09:35"),
        ("09:40 SEV0", "09:44"),
        ("09:20 SEV2", None),
        ("09:50 SEV2", "09:44"),
        ("09:20 SEV2, 09:30 SEV1", "10:00"),
        ("09:20 SEV0, 09:30 SEV1", "09:44"),
        ("09:20 SEV0, 09:40 SEV1", "09:35"),
        ("09:20 SEV0, 09:25 SEV2", None),
    ],
    ids=["tighter: anew", "tighter, due sooner anyway", "none asked", "overdue by then", "asked again",
         "looser: more time", "looser, overdue by then", "tighter, then none asked"],
)  # fmt: skip
def test_the_severity_of_the_moment_decides_how_long_is_too_long(changes: str, due: str | None) -> None:
    found = quiet(f"09:14 declared SEV1, {changes}, 11:00 resolved")
    assert found == ([f"09:14-11:00 due {due}"] if due else [])


def test_a_reopened_incident_is_silent_anew() -> None:
    timeline = "09:14 declared SEV1, 09:30 resolved, 11:00 reopened, 11:10 public"
    assert quiet(timeline) == ["09:14-09:30 due 09:44", "11:00-11:10 due 11:30", "11:10- due 11:40"]


def test_a_public_update_reaches_customers_and_not_the_team() -> None:
    level = POLICY.levels["SEV1"].model_copy(update={"updates": {"customers": timedelta(minutes=30)}})
    policy = POLICY.model_copy(update={"levels": {"SEV1": level}})
    timeline = "09:14 declared SEV1, 09:20 public, 09:30 resolved"
    assert quiet(timeline, "customers", policy) == ["09:14-09:20 due 09:44", "09:20-09:30 due 09:50"]
    assert quiet(timeline, "internal") == ["09:14-09:30 due 09:44"]


MINUTES = st.integers(0, 300)
CHANGES = st.lists(st.tuples(MINUTES, st.sampled_from(["SEV0", "SEV1", "SEV2"])), max_size=4)


def at(minute: int) -> str:
    return f"{9 + minute // 60:02}:{minute % 60:02}"


def told(updates: Sequence[int], changes: Sequence[tuple[int, str]]) -> Incident:
    words = [f"{at(minute)} public" for minute in updates]
    words += [f"{at(minute)} {severity}" for minute, severity in changes]
    return incident(", ".join(["09:00 declared SEV1", *words, "14:30 resolved"]))


def overdue(record: Incident) -> set[datetime]:
    """Every minute at which the public should have had an update and had none."""
    return {
        each.due + timedelta(minutes=minute)
        for each in silences(record, POLICY)
        if each.audience == "public" and each.until
        for minute in range((each.until.at - each.due) // timedelta(minutes=1))
    }


@given(st.lists(MINUTES, max_size=5), CHANGES, MINUTES)
def test_one_update_more_never_makes_anything_overdue(
    updates: list[int], changes: list[tuple[int, str]], more: int
) -> None:
    assert overdue(told([*updates, more], changes)) <= overdue(told(updates, changes))


@given(st.lists(MINUTES, max_size=5), CHANGES)
def test_silences_follow_each_other_without_a_gap(updates: list[int], changes: list[tuple[int, str]]) -> None:
    found = list(silences(told(updates, changes), POLICY))
    for each in found:
        assert each.until
        assert each.since.at <= each.until.at
        assert each.due > each.since.at
    assert sum(each.audience == "public" for each in found) <= len(updates) + 1


# ── duties ────────────────────────────────────────────────────────────────────────────────


def owed(timeline: str, postmortem: Postmortem | None = None, **more: object) -> list[str]:
    """Each duty as `executives declared due 09:29 met 09:20`."""
    return [
        f"{each.audience} {each.clock.start} due {each.due:%d %H:%M}".replace(" 02 ", " ")
        + (f" met {each.met_at:%d %H:%M}".replace(" 02 ", " ") if each.met_at else "")
        for each in duties(incident(timeline, **more), Terms(POLICY, Calendar(ZoneInfo("UTC"))), postmortem)
    ]


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        ("09:14 declared SEV0", ["executives declared due 09:29", "customers declared due 10:14"]),
        ("09:14 declared SEV1, 09:20 public", ["customers declared due 10:14 met 09:20"]),
        ("09:14 declared SEV1, 11:00 customers", ["customers declared due 10:14 met 11:00"]),
        ("09:10 public, 09:14 declared SEV1", ["customers declared due 10:14 met 09:10"]),
        ("09:14 declared SEV2, 09:40 SEV1", ["customers declared due 10:40"]),
        ("09:14 declared SEV2, 09:20 public, 09:40 SEV1", ["customers declared due 10:40"]),
        ("09:14 declared SEV1, 09:40 SEV2", []),
        ("09:14 declared SEV1, 10:20 SEV2", ["customers declared due 10:14"]),
        ("09:14 declared SEV1, 09:40 SEV2, 09:50 SEV1", ["customers declared due 10:50"]),
        ("09:00 SEV1, 09:10 SEV2, 09:14 declared", []),
        ("09:14 declared SEV2", []),
        ("09:00 detected SEV1", []),
        ("09:10 mitigated, 09:14 declared SEV1", []),
    ],
    ids=["SEV0", "a public word", "late", "before the declaration", "raised", "told before it was raised",
         "lowered in time", "lowered too late", "lowered and raised", "only before the declaration", "SEV2",
         "never declared", "mended when declared"],
)  # fmt: skip
def test_the_first_word_is_due_from_the_declaration_or_the_rise(timeline: str, found: list[str]) -> None:
    assert owed(timeline) == found


DETAILS = "customers resolved due 05 10:00"


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        ("10:00 resolved", DETAILS),
        ("10:00 resolved, 10:05 public resolved, 10:10 executives", DETAILS),
        ("09:50 customers, 10:00 resolved", DETAILS),
        ("10:00 resolved customers", f"{DETAILS} met 10:00"),
        ("10:00 resolved, 12:00 customers, 13:00 customers", f"{DETAILS} met 12:00"),
        ("10:00 resolved, 12:00 public", f"{DETAILS} met 12:00"),
        ("10:00 resolved, 12:00 reopened, 13:00 resolved", "customers resolved due 05 13:00"),
        ("10:00 resolved, 11:00 SEV0", "customers resolved due 05 11:00"),
    ],
    ids=["none", "the news is no details", "before the end", "with the end", "the first counts",
         "public without a stage", "reopened", "raised afterwards"],
)  # fmt: skip
def test_the_details_are_due_from_the_resolution(timeline: str, found: str) -> None:
    [duty] = [each for each in owed(f"09:14 declared SEV1, {timeline}") if "resolved" in each]
    assert duty == found


@pytest.mark.parametrize(
    "timeline",
    ["09:14 declared SEV2, 10:00 resolved", "09:14 declared SEV1, 10:00 resolved, 11:00 reopened",
     "09:14 declared SEV1, 10:00 mitigated", "09:14 declared SEV9, 10:00 resolved"],
    ids=["SEV2", "open again", "not over", "unknown severity"],
)  # fmt: skip
def test_no_details_are_due(timeline: str) -> None:
    assert not any("resolved" in each for each in owed(timeline))


@pytest.mark.parametrize(
    ("front", "met"),
    [
        ({"distribution": [{"to": "Customers in Europe", "at": "2026-03-04T10:00Z"}]}, " met 04 10:00"),
        ({"published_on": "2026-03-05", "visibility": "public"}, " met 05 00:00"),
        ({"published_on": "2026-03-05"}, ""),
        ({"visibility": "public"}, ""),
        ({"distribution": [{"to": "everybody in engineering", "at": "2026-03-04T10:00Z"}]}, ""),
    ],
    ids=["sent to them", "public", "internal", "not published", "sent to others"],
)
def test_a_postmortem_for_customers_is_the_details(front: dict[str, object], met: str) -> None:
    postmortem = Postmortem.model_validate(front)
    found = owed("09:14 declared SEV1, 09:20 public, 10:00 resolved", postmortem)
    assert found[-1] == DETAILS + met


def test_the_earlier_of_an_update_and_the_postmortem_counts() -> None:
    postmortem = Postmortem.model_validate({"distribution": [{"to": "customers", "at": "2026-03-04T10:00Z"}]})
    assert owed("10:00 resolved, 12:00 customers", postmortem, severity="SEV1") == [f"{DETAILS} met 12:00"]


def test_a_clock_without_a_severity_runs_at_all_of_them() -> None:
    each = POLICY.clocks[1].model_copy(update={"severity": ()})
    policy = POLICY.model_copy(update={"clocks": (each,)})
    [duty] = duties(incident("09:14 declared"), Terms(policy, Calendar(ZoneInfo("UTC"))))
    assert (duty.severity, write_duration(duty.due - duty.began.at)) == (None, "1h")


# ── promises ──────────────────────────────────────────────────────────────────────────────


def promised(timeline: str) -> list[str]:
    """Each promise as `next_update 09:45 met 09:44`."""
    return [
        f"{each.key} {clock(each.due)}" + (f" met {clock(each.met_by.at)}" if each.met_by else "")
        for each in promises(incident(timeline))
    ]


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        ("09:20 public next=09:45", "next_update 09:45"),
        ("09:20 public next=09:45, 09:44 public", "next_update 09:45 met 09:44"),
        ("09:20 customers next=09:45, 09:44 public", "next_update 09:45 met 09:44"),
        ("09:20 public next=09:45, 09:44 customers, 09:50 internal", "next_update 09:45"),
        ("09:20 public next=09:45, 09:40 resolved", "next_update 09:45"),
        ("09:20 internal next=09:45, 09:40 resolved", "next_update 09:45 met 09:40"),
        ("09:20 public eta=10:00, 09:30 public", "eta 10:00"),
        ("09:20 public eta=10:00, 09:30 mitigated", "eta 10:00 met 09:30"),
        ("09:20 public eta=10:00, 10:30 resolved", "eta 10:00 met 10:30"),
        ("09:20 public eta=10:00, 09:50 public monitoring", "eta 10:00 met 09:50"),
        ("09:20 public eta=10:00, 09:50 internal monitoring", "eta 10:00"),
    ],
)
def test_a_promise_is_answered_by_what_was_promised(timeline: str, found: str) -> None:
    assert promised(f"09:14 declared, {timeline}") == [found]


def test_a_new_eta_answers_the_old_one() -> None:
    assert promised("09:20 public eta=10:00, 09:50 public eta=11:00") == ["eta 10:00 met 09:50", "eta 11:00"]


def test_what_works_again_has_no_eta_until_it_is_reopened() -> None:
    assert promised("09:00 mitigated, 09:20 public eta=10:00") == []
    assert promised("09:00 mitigated, 09:10 reopened, 09:20 public eta=10:00") == ["eta 10:00"]


def test_a_record_from_a_feed_speaks_only_of_audiences_that_it_mentions() -> None:
    imported = incident("09:14 declared, 09:20 public", links={"source": "https://status.example.com/1"})
    assert [audience for audience in TOLD if speaks_of(imported, audience)] == ["public"]
    assert all(speaks_of(incident("09:14 declared"), audience) for audience in TOLD)


def test_a_tenth_later_is_still_on_time() -> None:
    assert grace(timedelta(minutes=30)) == timedelta(minutes=3)
