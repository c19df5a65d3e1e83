"""What a rotation promises and does not keep; nobody twice, away, asleep or by surprise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval, write_instant
from opsbook.oncall.coverage import (
    Pair,
    away,
    double_bookings,
    gaps,
    night_handoffs,
    pairs,
    promised,
    takeovers,
)
from opsbook.oncall.schedule import plan, shifts

ALL_WEEK = "[mon, tue, wed, thu, fri, sat, sun]"
DAYS = "[mon, tue, wed, thu, fri]"
PEOPLE = {
    f"rotations/people/{name}.yaml": f"name: {name}\ntimezone: {zone}\n"
    for name, zone in (
        ("ana", "Europe/Berlin"),
        ("ben", "Europe/Berlin"),
        ("raj", "Asia/Singapore"),
    )
}
WEEKLY = "{name: weekly, versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]}"


def book(**files: str) -> Book:
    """Rotations and overrides by id, people beside them; policies as `p_NAME`."""
    places = {
        (
            f"policies/escalation/{name[2:]}.yaml"
            if name.startswith("p_")
            else f"rotations/overrides/{name}.yaml"
            if text.startswith("rotation:")
            else f"rotations/{name}.yaml"
        ): text
        for name, text in files.items()
    }
    return Book(Memory({"opsbook.toml": "", **PEOPLE, **places}))


def rotation(*layers: str, zone: str = "Europe/Berlin") -> str:
    return f"timezone: {zone}\nlayers: [{', '.join(layers)}]\n"


def layer(start: str, end: str, days: str = ALL_WEEK, more: str = "", name: str = "a") -> str:
    windows = f'[{{days: {days}, from: "{start}", to: "{end}"}}]'
    versions = "[{starts: 2026-01-05 09:00, members: [ana]}]"
    return f"{{name: {name}, windows: {windows}, {more}versions: {versions}}}"


def override(covers: str) -> str:
    return f"rotation: r\nreason: why not\ncovers: [{covers}]\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def between(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def told(found: list[Interval]) -> list[str]:
    return [" – ".join(map(write_instant, each)) for each in found]


MARCH = between("2026-03-02T00:00Z", "2026-03-09T00:00Z")


# ── gaps ──────────────────────────────────────────────────────────────────────────────────


def test_hours_that_no_layer_names_are_not_promised() -> None:
    found = plan(book(r=rotation(layer("09:00", "17:00", DAYS))), "r")
    assert gaps(found, MARCH) == []
    assert told(promised(found, MARCH))[:2] == [
        "2026-03-02T08:00Z – 2026-03-02T16:00Z",
        "2026-03-03T08:00Z – 2026-03-03T16:00Z",
    ]


def test_a_lunch_break_within_a_layer_is_no_gap_and_a_hole_between_two_layers_is() -> None:
    lunch = (
        f'{{name: a, windows: [{{days: {DAYS}, from: "08:00", to: "12:00"}}, '
        f'{{days: {DAYS}, from: "13:00", to: "17:00"}}], '
        "versions: [{starts: 2026-01-05 08:00, members: [ana]}]}"
    )
    assert gaps(plan(book(r=rotation(lunch)), "r"), MARCH) == []
    two = rotation(layer("08:00", "12:00", "[mon]"), layer("13:00", "17:00", "[mon]"))
    assert told(gaps(plan(book(r=two), "r"), MARCH)) == ["2026-03-02T11:00Z – 2026-03-02T12:00Z"]


def test_a_long_hole_between_two_layers_is_meant() -> None:
    two = rotation(layer("08:00", "12:00", "[mon]"), layer("15:00", "17:00", "[mon]"))
    assert gaps(plan(book(r=two), "r"), MARCH) == []


def test_regions_that_meet_leave_an_hour_open_in_the_weeks_when_their_clocks_disagree() -> None:
    """New York ends at 03:00, 09:00 in Berlin, but 08:00 in three weeks of spring and one of autumn."""
    regions = rotation(
        layer("20:00", "03:00", DAYS, "timezone: America/New_York, ", name="americas"),
        layer("09:00", "17:00", "[tue, wed, thu, fri, sat]", name="europe"),
    )
    found = gaps(plan(book(r=regions), "r"), between("2026-02-01T00:00Z", "2027-01-01T00:00Z"))
    assert {each.length for each in found} == {timedelta(hours=1)}
    days = [each.start.date().isoformat() for each in found]
    assert (days[0], days[14], len(days)) == ("2026-03-10", "2026-03-28", 20)
    assert days[15:] == [f"2026-10-{day}" for day in (27, 28, 29, 30, 31)]


def test_an_override_that_removes_everybody_leaves_a_gap() -> None:
    cover = override("{from: 2026-03-03T10:00Z, to: 2026-03-03T12:30Z, on: []}")
    assert told(gaps(plan(book(r=rotation(WEEKLY), o=cover), "r"), MARCH)) == [
        "2026-03-03T10:00Z – 2026-03-03T12:30Z"
    ]


def test_a_pause_of_a_roster_is_a_gap_and_its_end_is_none() -> None:
    def versions(*last: str) -> str:
        return (
            "{name: a, versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana]}, "
            + ", ".join(("{starts: 2026-03-04 09:00, members: []}", *last))
            + "]}"
        )

    assert gaps(plan(book(r=rotation(versions())), "r"), MARCH) == []
    paused = rotation(versions("{starts: 2026-03-05 09:00, members: [ben]}"))
    assert told(gaps(plan(book(r=paused), "r"), MARCH)) == ["2026-03-04T08:00Z – 2026-03-05T08:00Z"]


def test_a_turn_of_nobody_is_a_gap() -> None:
    empty = "{name: a, versions: [{starts: 2026-03-02 09:00, every: 1d, members: [ana, [], ben]}]}"
    assert told(gaps(plan(book(r=rotation(empty)), "r"), MARCH))[0] == "2026-03-03T08:00Z – 2026-03-04T08:00Z"


def test_a_rotation_that_has_not_begun_promises_nothing() -> None:
    later = "{name: a, versions: [{starts: 2026-06-01 09:00, members: [ana]}]}"
    assert promised(plan(book(r=rotation(later)), "r"), MARCH) == []


# ── nobody twice ──────────────────────────────────────────────────────────────────────────


def test_rotations_stand_behind_each_other_that_follow_or_that_one_alert_goes_through() -> None:
    policy = (
        "levels:\n"
        "- {page: [{rotation: a}], escalate_after: 5m}\n"
        "- {page: [{rotation: b}, {person: ana}], when: {hours: day}, escalate_after: 5m}\n"
        "- {page: [{rotation: c}], when: {outside: day}, escalate_after: 5m}\n"
        'hours: {day: {timezone: UTC, windows: [{days: [mon], from: "09:00", to: "17:00"}]}}\n'
    )
    found = book(
        a=rotation(WEEKLY), b=rotation(WEEKLY), c=rotation(WEEKLY), d="follows: a\noffset: 1\n", p_p=policy
    )
    assert pairs(found) == [Pair("a", "d", None), Pair("a", "b", "p"), Pair("a", "c", "p")]


def test_levels_for_other_severities_are_no_pair() -> None:
    policy = (
        "levels:\n"
        "- {page: [{rotation: a}], when: {severity: [SEV0]}, escalate_after: 5m}\n"
        "- {page: [{rotation: b}], when: {severity: [SEV1, SEV2]}, escalate_after: 5m}\n"
    )
    assert pairs(book(a=rotation(WEEKLY), b=rotation(WEEKLY), p_p=policy)) == []


def test_whoever_takes_over_the_first_while_being_second_is_there_twice() -> None:
    cover = override("{from: 2026-03-03T10:00Z, to: 2026-03-03T12:00Z, on: [ben]}")
    found = book(r=rotation(WEEKLY), s="follows: r\noffset: 1\n", o=cover)
    both = [shifts(plan(found, id), MARCH) for id in ("r", "s")]
    doubles = double_bookings(*both)
    assert told([each.interval for each in doubles]) == ["2026-03-03T10:00Z – 2026-03-03T12:00Z"]
    assert [(each.person, each.first.reason[0]) for each in doubles] == [("ben", "o")]


# ── nobody away, asleep or by surprise ────────────────────────────────────────────────────


def test_a_shift_in_an_absence_is_found_by_the_days_of_the_persons_zone() -> None:
    absence = "absences: [{from: 2026-03-05, to: 2026-03-05}]\n"
    found = book(r=rotation(WEEKLY))
    ana = {"rotations/people/ana.yaml": "name: A\ntimezone: Asia/Singapore\n" + absence}
    moved = Book(Memory(ana, below=found.tree))
    assert told([each.interval for each in away(moved, shifts(plan(moved, "r"), MARCH))]) == [
        "2026-03-04T16:00Z – 2026-03-05T16:00Z"
    ]


@pytest.mark.parametrize(
    ("start", "who"),
    [
        ("22:00", []),
        ("06:00", []),
        ("02:00", ["ana", "ben"]),
        ("23:30", ["ana", "ben"]),
        ("09:00", []),
    ],
)
def test_a_handoff_wakes_whoever_sleeps_where_they_live(start: str, who: list[str]) -> None:
    nightly = WEEKLY.replace("09:00", start)
    found = book(r=rotation(nightly))
    week = between("2026-03-02T12:00Z", "2026-03-09T12:00Z")
    wakes = night_handoffs(found, found.on_call, shifts(plan(found, "r"), week), week)
    assert [each.person for each in wakes] == who


def test_a_handoff_at_noon_in_berlin_is_at_night_elsewhere() -> None:
    layer = "{name: a, versions: [{starts: 2026-01-05 18:00, every: 1w, members: [ana, raj]}]}"
    found = book(r=rotation(layer))
    week = between("2026-03-02T12:00Z", "2026-03-10T12:00Z")
    wakes = night_handoffs(found, found.on_call, shifts(plan(found, "r"), week), week)
    assert [(each.person, each.comes, write_instant(each.at)) for each in wakes] == [
        ("raj", False, "2026-03-02T17:00Z"),
        ("raj", True, "2026-03-09T17:00Z"),
    ]


def test_a_takeover_is_what_somebody_did_not_have_before() -> None:
    before = book(r=rotation(WEEKLY))
    cover = override("{from: 2026-03-03T10:00Z, to: 2026-03-03T12:00Z, on: [ben]}")
    after = book(r=rotation(WEEKLY), o=cover)
    found = takeovers(plan(before, "r"), plan(after, "r"), MARCH)
    assert [(each.person, *told([each.interval])) for each in found] == [
        ("ben", "2026-03-03T10:00Z – 2026-03-03T12:00Z")
    ]
    assert takeovers(plan(after, "r"), plan(after, "r"), MARCH) == []


def test_a_thousand_overlapping_overrides_end_in_an_answer() -> None:
    start = at("2026-03-02T00:00Z")
    covers = ", ".join(
        f"{{from: {write_instant(start + timedelta(minutes=n))}, to: 2027-03-02T00:00Z, "
        f"on: [{'ana' if n % 2 else 'raj'}], instead_of: [{'raj' if n % 2 else 'ana'}]}}"
        for n in range(1000)
    )
    found = plan(book(r=rotation(WEEKLY), o=override(covers)), "r")
    assert gaps(found, Interval(start, start + timedelta(weeks=52))) == []
