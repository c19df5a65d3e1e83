"""Opsgenie's rotations become layers, or rotations of their own where they are on call at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.errors import UserError
from opsbook.importing.opsgenie_schedule import read
from opsbook.importing.schedule import Named

from . import oracle
from .rotas import AT, FEW, PEOPLE, ZONES, differences, files, imported, on, zoned


def person(id: str) -> dict[str, Any]:
    return {"type": "user", "id": id, "username": f"{id}@example.com"}


def rotation(**said: Any) -> dict[str, Any]:
    return {
        "id": "r1", "name": "Weekly", "startDate": "2026-01-05T09:00:00+01:00", "type": "weekly", "length": 1,
        "participants": [person("ana"), person("ben")],
    } | said  # fmt: skip


def schedule(*rotations: dict[str, Any], **said: Any) -> dict[str, Any]:
    about = {"id": "s1", "name": "Payments", "timezone": "Europe/Berlin", "enabled": True}
    return {"data": about | {"rotations": list(rotations)} | said}


def restricted(start: int, end: int) -> dict[str, Any]:
    hours = {"startHour": start, "startMin": 0, "endHour": end, "endMin": 0}
    return {"type": "time-of-day", "restriction": hours}


def text(book: Any, path: str = "rotations/payments.yaml") -> str:
    found: str = book.read(path).source.text
    return found


def test_rotations_that_never_meet_are_layers_of_one_rotation() -> None:
    days = rotation(name="Days", timeRestriction=restricted(8, 20))
    nights = rotation(id="r2", name="Nights", type="daily", timeRestriction=restricted(20, 8))
    result, book = imported(read, files(schedule(days, nights)))
    assert text(book).endswith(
        "  - name: Days\n"
        "    windows:\n"
        '      - {days: [mon, tue, wed, thu, fri, sat, sun], from: "08:00", to: "20:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}\n"
        "  - name: Nights\n"
        "    windows:\n"
        '      - {days: [mon, tue, wed, thu, fri, sat, sun], from: "20:00", to: "08:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-01-05 09:00, every: 1d, members: [ana, ben]}\n"
    )
    assert result.left == ()


def test_rotations_that_are_on_call_at_once_are_rotations_of_their_own() -> None:
    _, book = imported(read, files(schedule(rotation(name="First"), rotation(id="r2", name="Second"))))
    assert book.names("rotation") == ("payments-first", "payments-second")


def test_a_weekday_restriction_over_the_weekend_is_windows_of_a_day() -> None:
    weekend = {
        "startDay": "friday",
        "startHour": 18,
        "startMin": 0,
        "endDay": "monday",
        "endHour": 9,
        "endMin": 30,
    }
    restriction = {"type": "weekday-and-time-of-day", "restrictions": [weekend]}
    _, book = imported(read, files(schedule(rotation(timeRestriction=restriction))))
    assert (
        '      - {days: [fri, sat], from: "18:00", to: "18:00"}\n'
        '      - {days: [sun], from: "18:00", to: "09:30"}\n'
    ) in text(book)


def test_a_participant_that_is_no_person_is_nobody_until_somebody_says_who() -> None:
    team = {"type": "team", "id": "t1", "name": "Platform"}
    members = rotation(participants=[person("ana"), team, {"type": "none"}])
    result, book = imported(read, files(schedule(members)))
    assert "members: [ana, [], []]" in text(book)
    assert [each.what for each in result.left] == [
        "team `Platform` is no person: nobody is on in its turns, or name one with --person"
    ]
    _, book = imported(read, files(schedule(members)), named=Named({"Platform": "eva"}))
    assert "members: [ana, eva, []]" in text(book)


def test_an_override_of_one_rotation_leaves_the_others_alone() -> None:
    days = rotation(name="Days", timeRestriction=restricted(8, 20))
    nights = rotation(id="r2", name="Nights", timeRestriction=restricted(20, 8))
    override = {
        "_parent": {"id": "s1"}, "alias": "a1", "user": person("eva"), "rotations": [{"id": "r2"}],
        "startDate": "2026-12-01T00:00:00+01:00", "endDate": "2026-12-02T00:00:00+01:00",
    }  # fmt: skip
    _, book = imported(read, files(schedule(days, nights), {"data": [override]}))
    assert text(book, "rotations/overrides/2026-11-23-payments-overrides.yaml").endswith(
        "  - {from: 2026-12-01T00:00+01:00, to: 2026-12-01T08:00+01:00, on: [eva]}\n"
        "  - {from: 2026-12-01T20:00+01:00, to: 2026-12-02T00:00+01:00, on: [eva]}\n"
    )


def test_what_is_over_and_what_was_switched_off_is_said() -> None:
    past = {"user": person("eva"), "startDate": "2026-01-01T00:00:00Z", "endDate": "2026-01-02T00:00:00Z"}
    old = rotation(name="Old", endDate="2026-06-01T00:00:00Z")
    result, _ = imported(
        read, files(schedule(rotation(), old, enabled=False, ownerTeam={"name": "Pay"}), {"data": [past]})
    )
    assert [(each.place, each.what) for each in result.left] == [
        ("0.json: data", "the schedule was switched off"),
        ("0.json: data.rotations[1]", "rotation `Old` ended on 2026-06-01"),
        ("1.json: data[0]", "overrides that were over by 2026-11-23: 1"),
        ("Opsgenie schedule s1", "team `Pay` is not in the book; --team names one that is"),
    ]


RESTRICTION = "0.json: data.rotations[0].timeRestriction"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"type": "yearly"}, "0.json: data.rotations[0].type `yearly` is no `hourly`, `daily` or `weekly`"),
        (
            {"timeRestriction": {"type": "time-of-day", "restriction": {}}},
            f"{RESTRICTION}.restriction has no `startHour`",
        ),
        ({"timeRestriction": {"type": "time-of-day"}}, f"{RESTRICTION} has no `restriction`"),
        (
            {"participants": [{"type": "user"}]},
            "0.json: data.rotations[0].participants[0] has neither `id` nor `username`",
        ),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_place(said: Any, message: str) -> None:
    with pytest.raises(UserError) as error:
        imported(read, files(schedule(rotation(**said))))
    assert error.value.message == message
    with pytest.raises(UserError, match="holds no schedule with `rotations`"):
        imported(read, files({"data": []}))


# ── against the oracle ────────────────────────────────────────────────────────────────────

hours = st.sampled_from([0, 6, 9, 12, 20])
days = st.sampled_from(oracle.OPSGENIE_DAYS)
restrictions = st.one_of(
    st.none(),
    st.builds(restricted, hours, hours),
    st.builds(
        lambda edges: {
            "type": "weekday-and-time-of-day",
            "restrictions": [
                {
                    "startDay": first,
                    "startHour": start,
                    "startMin": 30,
                    "endDay": last,
                    "endHour": end,
                    "endMin": 0,
                }
                for first, start, last, end in edges
            ],
        },
        st.lists(st.tuples(days, hours, days, hours), min_size=1, max_size=3),
    ),
)
starts = st.builds(
    lambda day, hour: datetime(2026, 1, 1, hour) + timedelta(days=day), st.integers(0, 500), hours
)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    zone = draw(st.sampled_from(ZONES))
    rotations = []
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["hourly", "daily", "weekly"]))
        members = [person(id) for id in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4))]
        said = rotation(
            id=f"r{number}", name=f"r{number}", startDate=zoned(draw(starts), zone), type=kind,
            length=12 if kind == "hourly" else draw(st.integers(1, 3)), participants=members,
        )  # fmt: skip
        restriction = draw(restrictions)
        rotations.append(said | ({"timeRestriction": restriction} if restriction else {}))
    overrides = []
    for _ in range(draw(st.integers(0, 3))):
        start = AT.replace(minute=0) + timedelta(hours=draw(st.integers(-50, 300)))
        end = start + timedelta(hours=draw(st.integers(60, 200)))
        one = {
            "user": person(draw(st.sampled_from(PEOPLE))),
            "startDate": start.isoformat(),
            "endDate": end.isoformat(),
        }
        of = draw(st.lists(st.sampled_from(rotations), max_size=1))
        overrides.append(one | {"rotations": [{"id": each["id"]} for each in of]})
    return schedule(*rotations, timezone=zone), overrides


@FEW
@given(schedules())
def test_the_shifts_of_rotations_and_overrides_are_those_of_the_export(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    answer, overrides = made
    _, book = imported(read, files(answer, {"data": overrides}))

    def expected(at: datetime) -> set[str]:
        return oracle.opsgenie(answer["data"], overrides, at)

    assert differences(expected, on(book)) == []
