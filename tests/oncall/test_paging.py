"""Whom alerts page before and after a change: against asking the escalation at every minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.model.time import Interval
from opsbook.oncall.diff import Diff, diff
from opsbook.oncall.escalation import Roster, pages
from opsbook.oncall.paging import Paged, Paging, at_minutes
from opsbook.oncall.proof import Failure, Unmet

from .test_diff import AT, FILES, POLICY, SATURDAY, SWAP, WITHIN, book, changed, cover, stretch

MINUTE = timedelta(minutes=1)
SEVERITIES = ("SEV0", "SEV1", "SEV2", "SEV3")
HOURS = (
    "hours: {business: {timezone: Europe/Berlin, windows: "
    '[{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]}}\n'
)


def policy(text: str) -> dict[str, str | None]:
    return {"policies/escalation/money.yaml": text}


def only(found: Paged) -> Paging:
    (paging,) = found.pagings
    return paging


def whom(
    found: Paging,
) -> list[tuple[Interval, dict[timedelta, tuple[str, ...]], dict[timedelta, tuple[str, ...]]]]:
    return [(each.interval, at_minutes(each.before), at_minutes(each.after)) for each in found.pieces]


def test_a_swap_pages_the_other_person_for_alerts_from_as_much_earlier_as_a_page_may_come_later() -> None:
    found = only(changed(SWAP).paged)
    five = 5 * MINUTE
    assert (found.services, found.severities) == (("checkout",), SEVERITIES)
    assert whom(found) == [
        (SATURDAY, {0 * MINUTE: ("ben",), five: ("ana",)}, {0 * MINUTE: ("chi",), five: ("ana",)})
    ]


def test_a_level_more_pages_more_people_at_every_instant() -> None:
    found = changed(policy(POLICY + "  - {page: [{person: chi}], escalate_after: 5m}\n"))
    assert found.changes == ()
    paging = only(found.paged)
    assert all(15 * MINUTE in after and 15 * MINUTE not in before for _, before, after in whom(paging))
    covered = sum((each.interval.length for each in paging.pieces), timedelta())
    assert covered == sum((each.length for each in found.paged.tried), timedelta())


def test_a_level_for_some_severities_is_said_of_these_alone() -> None:
    level = "  - {page: [{person: chi}], when: {severity: [SEV0]}, escalate_after: 5m}\n"
    assert only(changed(policy(POLICY + level)).paged).severities == ("SEV0",)


def test_the_members_of_a_team_are_whom_it_pages() -> None:
    team = POLICY + "  - {page: [{team: payments}], escalate_after: 5m}\n"
    before = {**FILES, **policy(team)}
    after = {**before, "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben]\n"}
    found = only(diff(book(before), book(after), AT, WITHIN).paged)
    assert {each[1][15 * MINUTE] for each in whom(found)} == {("ana", "ben", "chi")}
    assert {each[2][15 * MINUTE] for each in whom(found)} == {("ana", "ben")}


def test_a_service_that_changes_its_policy_pages_by_the_other_one() -> None:
    service = "name: Checkout\nteam: payments\nescalation: other\n"
    other = "levels: [{page: [{person: chi}], escalate_after: 5m}]\n"
    found = changed({"policies/services/checkout.yaml": service, "policies/escalation/other.yaml": other})
    assert {tuple(after.items()) for _, _, after in whom(only(found.paged))} == {((0 * MINUTE, ("chi",)),)}


def test_a_proof_that_fails_now_and_did_not_is_said_with_when() -> None:
    off = cover("2026-12-05T09", "2026-12-06T09", "")
    alone = {**FILES, **policy("levels: [{page: [{rotation: primary}], escalate_after: 5m}]\n")}
    found = diff(book(alone), book({**alone, "rotations/overrides/off.yaml": off}), AT, WITHIN).paged
    assert {each.severity for each in found.failures} == set(SEVERITIES)
    assert found.failures[0] == Failure("money", "SEV0", SATURDAY, "nobody", "nobody is paged")
    known = diff(
        book({**alone, "rotations/overrides/off.yaml": off}),
        book({**alone, "rotations/overrides/off.yaml": "# why\n" + off}),
        AT,
        WITHIN,
    )
    assert known.empty


def test_a_limit_that_becomes_stricter_makes_proofs_fail_though_nobody_else_is_paged() -> None:
    slow = "levels: [{page: [{team: payments}], escalate_after: 5m}]\n"
    before, after = {**FILES, **policy(slow)}, {**FILES, **policy(slow + "pages_at_most: 1\n")}
    found = diff(book(before), book(after), AT, WITHIN).paged
    assert found.pagings == ()
    assert {each.wrong for each in found.failures} == {"crowd"}


def test_a_test_of_a_policy_that_fails_now_and_did_not_is_said() -> None:
    tests = "tests: [{at: 2026-12-05T12:00+01:00, pages: {0m: {rotation: primary}}}]\n"
    before = {**FILES, **policy(POLICY + tests)}
    turned = POLICY.replace("primary", "x").replace("secondary", "primary").replace("x", "secondary")
    found = diff(book(before), book({**FILES, **policy(turned + tests)}), AT, WITHIN).paged
    assert found.unmet == (
        Unmet("money", 0, "0m", "0m: rotation `secondary` is paged, expected rotation `primary`"),
    )
    new = diff(book({**FILES, **policy(turned)}), book({**FILES, **policy(turned + tests)}), AT, WITHIN)
    assert len(new.paged.unmet) == 1


@pytest.mark.parametrize("rotation", ["primary", "secondary"])
def test_a_policy_that_does_not_page_the_rotation_that_is_asked_about_is_left_out(rotation: str) -> None:
    alone = {**FILES, **policy("levels: [{page: [{rotation: primary}], escalate_after: 5m}]\n")}
    found = diff(book(alone), book({**alone, **SWAP}), AT, WITHIN, rotation).paged
    assert bool(found.pagings) == (rotation == "primary")


# ── against the escalation itself ─────────────────────────────────────────────────────────

levels = st.lists(
    st.sampled_from(
        [
            "{page: [{rotation: primary}], escalate_after: 5m}",
            "{page: [{rotation: secondary}], escalate_after: 20m}",
            "{page: [{team: payments}], when: {severity: [SEV0, SEV2]}, escalate_after: 10m}",
            "{page: [{person: chi}], when: {hours: business}, escalate_after: 15m}",
            "{page: [{person: ana}], when: {outside: business}, escalate_after: 1h}",
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
texts = st.builds(
    lambda levels, repeat: f"levels: [{', '.join(levels)}]\nrepeat: {repeat}\n{HOURS}",
    levels,
    st.integers(0, 1),
)
NEAR = stretch("2026-12-04T06:00", "2026-12-07T12:00")


@settings(max_examples=20)
@given(texts, texts, st.booleans())
def test_at_every_minute_an_alert_pages_whom_the_comparison_says(
    before: str, after: str, swapped: bool
) -> None:
    then = book({**FILES, **policy(before)})
    now = book({**FILES, **policy(after), **(SWAP if swapped else {})})
    found: Diff = diff(then, now, AT, NEAR)
    one, other = Roster(then, NEAR), Roster(now, NEAR)
    at = NEAR.start
    while at < NEAR.end - timedelta(hours=4):
        for severity in SEVERITIES:
            told = [
                (at_minutes(piece.before), at_minutes(piece.after))
                for paging in found.paged.pagings
                if severity in paging.severities
                for piece in paging.pieces
                if piece.interval.covers(at)
            ]
            asked = tuple(at_minutes(pages(roster, "money", severity, at)) for roster in (one, other))
            same = {k: {*v} for k, v in asked[0].items()} == {k: {*v} for k, v in asked[1].items()}
            assert told == ([] if same else [asked]), (at, severity)
        at += 7 * MINUTE


def test_an_alert_of_the_last_day_is_compared_too() -> None:
    sunday = Interval(AT, SATURDAY.end)
    found = only(diff(book(FILES), book({**FILES, **SWAP}), AT, sunday).paged)
    assert [each.interval for each in found.pieces] == [SATURDAY]


def test_a_service_that_had_no_policy_and_one_that_has_none_any_more_are_compared() -> None:
    without = "name: Checkout\nteam: payments\n"
    alone = {**FILES, "policies/services/checkout.yaml": without}
    come, gone = (
        diff(book(alone), book(FILES), AT, NEAR).paged,
        diff(book(FILES), book(alone), AT, NEAR).paged,
    )
    assert whom(only(come))[0][1:] == ({}, {0 * MINUTE: ("ben",), 5 * MINUTE: ("ana",)})
    assert [each[2] for each in whom(only(gone))] == [{} for _ in only(gone).pieces]
    assert (come.failures, gone.failures) == ((), ())


def test_nothing_is_said_of_a_policy_that_one_side_cannot_read_but_that() -> None:
    found = changed(policy("levels: ["))
    assert (found.paged[:3], found.unreadable) == (((), (), ()), ("policies/escalation/money.yaml",))
