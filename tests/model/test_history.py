"""What follows from a timeline."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opsbook.model.incident import Incident


def incident(*entries: str, **top: object) -> Incident:
    """An incident with entries like `09:14 declared` or `09:20 ic=ana,ben`."""
    timeline: list[dict[str, object]] = []
    for entry in entries:
        time, _, word = entry.partition(" ")
        said: dict[str, object] = {"at": f"2026-03-02T{time}Z", "text": "x"}
        role, given, people = word.partition("=")
        if given:
            said["roles"] = {role: [person for person in people.split(",") if person]}
        elif word:
            said["milestone"] = word
        timeline.append(said)
    return Incident.model_validate({"title": "x", "timeline": timeline, **top})


def at(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{time}").replace(tzinfo=UTC)


def test_a_role_given_anew_ends_the_tenure_of_the_one_before() -> None:
    history = incident("09:00 ic=ana", "09:20", "09:30 ic=ben", "10:00 ic=").history
    assert history.tenures["ic"] == [
        (("ana",), at("09:00"), at("09:30"), 0),
        (("ben",), at("09:30"), at("10:00"), 2),
        ((), at("10:00"), None, 3),
    ]


@pytest.mark.parametrize(
    ("time", "people"),
    [("08:59", None), ("09:00", ("ana",)), ("09:29", ("ana",)), ("09:30", ("ben", "cleo")), ("10:00", None)],
)
def test_a_role_is_held_from_its_entry_up_to_the_next(time: str, people: tuple[str, ...] | None) -> None:
    history = incident("09:00 ic=ana", "09:30 ic=ben,cleo", "10:00 ic=").history
    assert history.roles_at(at(time)).get("ic") == people


def test_the_times_decide_and_not_the_order_of_the_file() -> None:
    history = incident("09:30 ic=ben", "09:00 ic=ana").history
    assert [(held.people, held.place) for held in history.tenures["ic"]] == [(("ana",), 1), (("ben",), 0)]


def test_a_role_that_only_the_top_mentions_is_held_all_along() -> None:
    history = incident("09:00 ic=ana", roles={"ic": "ben", "scribe": "cleo"}).history
    assert history.tenures["scribe"] == [(("cleo",), None, None, None)]
    assert history.roles_at(at("08:00")) == {"scribe": ("cleo",)}
    assert history.roles_at(at("09:00")) == {"ic": ("ana",), "scribe": ("cleo",)}


def test_a_reopening_begins_a_round_and_the_first_of_each_milestone_counts() -> None:
    history = incident(
        "09:00 declared", "09:30 mitigated", "09:40 mitigated", "10:00 reopened", "10:30 mitigated"
    )
    assert history.history.rounds == [{"declared": 0, "mitigated": 1}, {"reopened": 3, "mitigated": 4}]
