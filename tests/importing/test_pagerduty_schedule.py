"""PagerDuty's layers and events become rotations with the same shifts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.errors import UserError
from opsbook.importing.pagerduty_schedule import read
from opsbook.importing.schedule import Asked, Named

from . import oracle
from .rotas import AT, FEW, PEOPLE, ZONES, differences, files, imported, on, zoned

HOURS = st.sampled_from([0, 6, 9, 12, 20])
"""Hours at which no clock changes, and no shift that is generated here ends in one that comes twice."""


def user(id: str) -> dict[str, Any]:
    return {"user": {"id": id, "type": "user_reference", "summary": id.title()}}


def layer(**said: Any) -> dict[str, Any]:
    return {
        "id": "PLAYER1", "name": "Weekly", "start": "2025-06-02T09:00:00+02:00", "end": None,
        "rotation_virtual_start": "2025-06-02T09:00:00+02:00", "rotation_turn_length_seconds": 604_800,
        "users": [user("ana"), user("ben"), user("chi")], "restrictions": [],
    } | said  # fmt: skip


def schedule(*layers: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {
        "schedule": {
            "id": "PSCHED1",
            "name": "Payments",
            "time_zone": "Europe/Berlin",
            "schedule_layers": list(layers),
        }
        | said
    }


def text(book: Any, path: str = "rotations/payments.yaml") -> str:
    found: str = book.read(path).source.text
    return found


def test_a_weekly_layer_is_a_weekly_layer() -> None:
    result, book = imported(read, files(schedule(layer(), description="First to be paged")))
    assert text(book) == (
        "# yaml-language-server: $schema=../schemas/rotation.json\n"
        "description: First to be paged\n"
        "timezone: Europe/Berlin\n"
        "x-source: PagerDuty schedule PSCHED1\n"
        "layers:\n"
        "  - name: Weekly\n"
        "    versions:\n"
        "      - {starts: 2025-06-02 09:00, every: 1w, members: [ana, ben, chi]}\n"
    )
    assert result.left == ()


def test_the_layer_on_top_stands_first_in_the_answer_and_last_in_the_rotation() -> None:
    night = daily(20, 12)
    top = layer(name="Nights", rotation_turn_length_seconds=86_400, restrictions=[night], users=[user("dan")])
    _, book = imported(read, files(schedule(top, layer())))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["Weekly", "Nights"]
    _, book = imported(read, files(schedule(top, layer())), Asked(AT, bottom_first=True))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["Nights", "Weekly"]


def test_the_order_of_layers_is_the_one_that_the_final_schedule_fits() -> None:
    night = daily(20, 12)
    top = layer(name="Nights", rotation_turn_length_seconds=86_400, restrictions=[night], users=[user("dan")])
    entries = [
        {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T19:00:00Z", **user("chi")},
        {"start": "2026-11-23T19:00:00Z", "end": "2026-11-24T07:00:00Z", **user("dan")},
        {"start": "2026-11-24T07:00:00Z", "end": "2026-11-24T19:00:00Z", **user("chi")},
    ]
    final = {"name": "Final Schedule", "rendered_schedule_entries": entries}
    _, book = imported(read, files(schedule(layer(users=[user("chi")]), top, final_schedule=final)))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["Weekly", "Nights"]
    assert not list(book.overrides)


def test_what_pagerduty_works_out_itself_wins_over_the_layers() -> None:
    entries = [
        {"start": "2026-11-23T08:00:00Z", "end": "2026-11-28T08:00:00Z", **user("chi")},
        {"start": "2026-11-28T08:00:00Z", "end": "2026-11-30T08:00:00Z", **user("dan")},
    ]
    final = {"name": "Final Schedule", "rendered_schedule_entries": entries}
    result, book = imported(read, files(schedule(layer(users=[user("chi")]), final_schedule=final)))
    assert "  - {from: 2026-11-28T09:00+01:00, to: 2026-11-30T09:00+01:00, on: [dan]}\n" in text(
        book, "rotations/overrides/2026-11-23-payments-exceptions.yaml"
    )
    assert result.rotas[0][1].compared == (AT, datetime(2026, 11, 30, 8, tzinfo=UTC))


def test_a_layer_that_ended_is_left_out_and_said() -> None:
    old = layer(name="Old", end="2026-01-05T09:00:00+01:00")
    result, book = imported(read, files(schedule(layer(), old)))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["Weekly"]
    assert [each.what for each in result.left] == ["layer `Old` ended on 2026-01-05"]
    assert result.left[0].place == "0.json: schedule.schedule_layers[1]"


def test_a_layer_that_began_in_the_middle_of_a_turn_begins_with_its_first_whole_one() -> None:
    result, book = imported(read, files(schedule(layer(start="2025-06-04T14:23:45+02:00"))))
    assert "{starts: 2025-06-09 09:00, every: 1w, members: [ben, chi, ana]}" in text(book)
    assert [each.what for each in result.left] == [
        "its first turn, which ended on 2025-06-09 09:00, was under way when it began"
    ]


def test_a_layer_that_will_begin_in_the_middle_of_a_turn_keeps_the_rest_of_it() -> None:
    _, book = imported(read, files(schedule(layer(start="2027-06-02T14:00:00+02:00"))))
    assert text(book).endswith(
        "      - {starts: 2027-06-02 14:00, members: [chi]}\n"
        "      - {starts: 2027-06-07 09:00, every: 1w, members: [ana, ben, chi]}\n"
    )


def test_people_are_found_by_account_name_or_id_and_new_ones_get_a_record_without_their_address() -> None:
    people = {
        "opsbook.toml": "",
        "rotations/people/a.yaml": "name: Ana K\ntimezone: Asia/Kolkata\naccounts: {pager: P1}\n",
        "rotations/people/b.yaml": "name: Ben Hart\ntimezone: Asia/Kolkata\n",
    }
    users = [
        {"user": {"id": "P1", "summary": "Anna"}},
        {"user": {"id": "P2", "summary": "BEN HART"}},
        {"user": {"id": "P3", "summary": "Zoë Weiß"}},
    ]
    known = {
        "users": [{"id": "P3", "name": "Zoë Weiß", "email": "zoe@example.com", "time_zone": "America/Lima"}]
    }
    _, book = imported(read, files(schedule(layer(users=users)), known), texts=people)
    assert "members: [a, b, zoe-weiss]" in text(book)
    assert text(book, "rotations/people/zoe-weiss.yaml") == (
        "# yaml-language-server: $schema=../../schemas/person.json\n"
        "name: Zoë Weiß\ntimezone: America/Lima\naccounts: {pager: P3}\n"
    )


def test_the_command_line_says_who_is_who_and_who_is_nobody() -> None:
    named = Named({"BEN": "eva", "Chi": ""})
    _, book = imported(read, files(schedule(layer())), named=named)
    assert "members: [ana, eva, []]" in text(book)


def test_a_rotation_that_is_there_is_never_changed() -> None:
    _, book = imported(read, files(schedule(layer())))
    there = {"opsbook.toml": "", "rotations/Payments.yaml": text(book)}
    with pytest.raises(UserError, match="there is a rotation `payments` already"):
        imported(read, files(schedule(layer())), texts=there)
    _, book = imported(read, files(schedule(layer())), named=Named({}, "Payments-2"), texts=there)
    assert book.has("rotation", "Payments-2")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({}, "0.json holds no `schedule`"),
        ([], "0.json is no object"),
        (schedule(), "0.json: schedule has no layers"),
        (
            schedule(layer(), time_zone="Eastern Time (US & Canada)"),
            "0.json: schedule.time_zone `Eastern Time (US & Canada)` is no IANA time zone",
        ),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_place(answer: Any, message: str) -> None:
    with pytest.raises(UserError) as error:
        imported(read, files(answer))
    assert error.value.message == message


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"rotation_turn_length_seconds": "7d"},
            "rotation_turn_length_seconds `7d` is no whole number from 60 to 3162240000",
        ),
        ({"start": "soon"}, "start `soon` is no date and time"),
        ({"users": [{"user": {}}]}, "users[0].user has no `id`"),
        (
            {"restrictions": [{"type": "monthly_restriction"}]},
            "restrictions[0].type `monthly_restriction` is no restriction that is known",
        ),
    ],
)
def test_a_layer_of_another_shape_is_refused_with_its_place(said: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as error:
        imported(read, files(schedule(layer(**said))))
    assert error.value.message == f"0.json: schedule.schedule_layers[0].{message}"


def test_a_zone_that_is_unknown_can_be_said() -> None:
    from zoneinfo import ZoneInfo

    asked = Asked(AT, ZoneInfo("America/New_York"))
    _, book = imported(read, files(schedule(layer(), time_zone="Eastern Time (US & Canada)")), asked)
    assert "timezone: America/New_York\n" in text(book)


# ── layers, against the oracle ────────────────────────────────────────────────────────────


def daily(hour: int, length: int) -> dict[str, Any]:
    start = f"{hour:02}:00:00"
    return {"type": "daily_restriction", "start_time_of_day": start, "duration_seconds": 3600 * length}


def weekly(day: int, hour: int, length: int) -> dict[str, Any]:
    return daily(hour, length) | {"type": "weekly_restriction", "start_day_of_week": day}


restrictions = st.one_of(
    st.builds(daily, st.sampled_from([6, 9, 18]), st.sampled_from([3, 12, 24])),
    st.builds(weekly, st.integers(1, 7), st.sampled_from([6, 9, 18]), st.sampled_from([10, 12, 24, 39, 63])),
)
starts = st.builds(
    lambda day, hour: datetime(2026, 1, 1, hour) + timedelta(days=day), st.integers(0, 700), HOURS
)


@st.composite
def layers(draw: st.DrawFn, zone: str) -> dict[str, Any]:
    virtual = draw(starts)
    start = max(virtual, draw(starts))
    end = draw(st.one_of(st.none(), starts))
    return layer(
        start=zoned(start, zone),
        end=zoned(end, zone) if end and end > start else None,
        rotation_virtual_start=zoned(virtual, zone),
        rotation_turn_length_seconds=3600 * draw(st.sampled_from([12, 24, 72, 168, 336])),
        users=[user(id) for id in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4))],
        restrictions=draw(st.lists(restrictions, max_size=3)),
    )


@st.composite
def schedules(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    zone = draw(st.sampled_from(ZONES))
    found = schedule(*draw(st.lists(layers(zone), min_size=1, max_size=3)), time_zone=zone)
    overrides = []
    for _ in range(draw(st.integers(0, 4))):
        start = AT.replace(minute=0) + timedelta(hours=draw(st.integers(-100, 500)))
        end = start + timedelta(hours=draw(st.integers(1, 200)))
        overrides.append(
            {"start": start.isoformat(), "end": end.isoformat(), **user(draw(st.sampled_from(PEOPLE)))}
        )
    return found, overrides


def layers_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["schedule"]["schedule_layers"]
    return found


@FEW
@given(schedules())
def test_the_shifts_of_layers_and_overrides_are_those_of_the_export(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    answer, overrides = made
    if all(layer["end"] and datetime.fromisoformat(layer["end"]) <= AT for layer in layers_of(answer)):
        return
    _, book = imported(read, files(answer, {"overrides": overrides}))

    def expected(at: datetime) -> set[str]:
        return oracle.pagerduty_2(answer["schedule"], overrides, at)

    assert differences(expected, on(book)) == []


# ── events, against the oracle ────────────────────────────────────────────────────────────


def member(id: str | None) -> dict[str, Any]:
    return {"type": "user_member", "user_id": id} if id else {"type": "empty_member"}


def event(rule: str, start: str, end: str, *members: str | None, **said: Any) -> dict[str, Any]:
    strategy = {
        "type": "rotating_member_assignment_strategy", "shifts_per_member": said.pop("per", 1),
        "members": [member(id) for id in members],
    }  # fmt: skip
    return {
        "id": "E1", "name": "Weekdays", "start_time": {"date_time": start, "time_zone": "Europe/Berlin"},
        "end_time": {"date_time": end, "time_zone": "Europe/Berlin"}, "effective_since": start,
        "effective_until": None, "recurrence": [rule], "assignment_strategy": strategy,
    } | said  # fmt: skip


def version_3(*events: dict[str, Any]) -> dict[str, Any]:
    rotations = [{"id": f"R{number}", "events": [each]} for number, each in enumerate(events)]
    return {
        "schedule": {"id": "PV3", "name": "Payments", "time_zone": "Europe/Berlin", "rotations": rotations}
    }


def test_an_event_on_weekdays_is_a_layer_in_shifts() -> None:
    weekdays = event(
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "2026-06-01T09:00:00+02:00",
        "2026-06-01T17:00:00+02:00",
        "ana",
        "ben",
        None,
        per=2,
    )
    _, book = imported(read, files(version_3(weekdays)))
    assert text(book).endswith(
        "  - name: Weekdays\n"
        "    windows:\n"
        '      - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-06-01 09:00, every: 2 shifts, members: [ana, ben, []]}\n"
    )
    assert not list(book.overrides)


def test_events_that_meet_become_rotations_of_their_own() -> None:
    one, other = (
        event("RRULE:FREQ=WEEKLY", "2026-06-01T09:00:00+02:00", "2026-06-08T09:00:00+02:00", id, name=name)
        for id, name in (("ana", "first"), ("ben", "second"))
    )
    _, book = imported(read, files(version_3(one, other)))
    assert book.names("rotation") == ("payments-first", "payments-second")


def test_an_override_replaces_one_member_of_one_rotation() -> None:
    one = event("RRULE:FREQ=WEEKLY", "2026-06-01T09:00:00+02:00", "2026-06-08T09:00:00+02:00", "ana", "ben")
    override = {
        "rotation_id": "R0", "start_time": "2026-12-01T08:00:00Z", "end_time": "2026-12-02T08:00:00Z",
        "overridden_member": member("ben"), "overriding_member": member("eva"),
    }  # fmt: skip
    _, book = imported(read, files(version_3(one), {"overrides": [override]}))
    assert (
        "  - {from: 2026-12-01T09:00+01:00, to: 2026-12-02T09:00+01:00, on: [eva], instead_of: [ben]}\n"
        in text(book, "rotations/overrides/2026-11-23-payments-overrides.yaml")
    )


@FEW
@given(
    st.sampled_from(["DAILY", "WEEKLY"]), st.integers(1, 3),
    st.lists(st.sampled_from(oracle.WEEKDAYS), max_size=5, unique=True),
    starts, st.sampled_from([8, 12, 24, 48, 63, 72, 168]),
    st.lists(st.sampled_from([*PEOPLE, None]), min_size=1, max_size=4), st.integers(1, 3), starts,
)  # fmt: skip
def test_the_shifts_of_events_are_those_of_the_export(
    freq: str, interval: int, days: list[str], start: datetime, hours: int,
    members: list[str | None], per: int, since: datetime,
) -> None:  # fmt: skip
    rule = f"RRULE:FREQ={freq};INTERVAL={interval}" + (f";BYDAY={','.join(days)}" if days else "")
    parts = (
        {"FREQ": freq, "INTERVAL": interval, "BYDAY": days, "WKST": "MO"}
        if days
        else {"FREQ": freq, "INTERVAL": interval, "WKST": "MO"}
    )
    begins, ends = (zoned(each, "Europe/Berlin") for each in (start, start + timedelta(hours=hours)))
    one = event(rule, begins, ends, *members, per=per, effective_since=zoned(since, "Europe/Berlin"))
    _, book = imported(read, files(version_3(one)))
    days = oracle.occurrences(parts, start)
    counted = {day: n for day, n in days.items() if datetime.combine(day, start.time()) >= since} or days
    before = min(counted.values(), default=0)

    def expected(at: datetime) -> set[str]:
        shown = oracle.wall(at, "Europe/Berlin")
        on_now = oracle.going_on(counted, start, timedelta(hours=hours), shown)
        found = {members[(days[day] - before) // per % len(members)] for day in on_now}
        return {person for person in found if person}

    assert differences(expected, on(book)) == []
