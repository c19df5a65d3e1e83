"""Overrides against their rotation, its people and one another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
FILES = {
    "rotations/primary.yaml": "timezone: Europe/Berlin\nlayers:\n  - name: weekly\n    versions:\n"
    "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, [ben, chi]]}\n"
    "      - {starts: 2026-09-07 09:00, members: []}\n",
    "rotations/secondary.yaml": "follows: primary\noffset: 1\n",
} | {
    f"rotations/people/{name}.yaml": f"name: {name}\ntimezone: Asia/Singapore\n"
    for name in ("ana", "ben", "chi", "dan")
}


def said(findings: Findings, rule: str, *covers: str, **more: str) -> list[str]:
    """What a rule says of an override with these covers: `from to, and more`."""
    lines = [
        f"  - {{from: {start}, to: {end}, {rest}}}\n"
        for start, end, rest in (each.split(" ", 2) for each in covers)
    ]
    rotation = more.pop("rotation", "primary")
    text = f"rotation: {rotation}\nreason: why\ncovers:\n" + "".join(lines)
    files = FILES | {
        f"rotations/people/{id}.yaml": FILES[f"rotations/people/{id}.yaml"] + each
        for id, each in more.items()
    }
    return [each.message for each in findings(rule, files | {"rotations/overrides/x.yaml": text})]


WEEK = "2026-03-09T09:00+01:00 2026-03-16T09:00+01:00 "


def test_a_cover_outside_the_life_of_its_rotation_is_told_when_that_is(findings: Findings) -> None:
    before = "2025-12-29T09:00+01:00 2026-01-05T09:00+01:00 on: [ana]"
    after = "2026-09-07T09:00+02:00 2026-09-14T09:00+02:00 on: [ana]"
    astride = "2026-01-04T09:00+01:00 2026-01-05T09:01+01:00 on: [ana]"
    assert said(findings, "stray_override", before, after, astride) == [
        "ends before `primary` begins, at 2026-01-05T08:00Z",
        "begins after `primary` ended, at 2026-09-07T07:00Z",
    ]


def test_whoever_is_replaced_is_a_member_then_or_put_on_by_another_cover(findings: Findings) -> None:
    assert said(findings, "stray_override", WEEK + "on: [ana], instead_of: [chi]") == []
    assert said(findings, "stray_override", WEEK + "on: [ana], instead_of: [dan]") == [
        "`dan` is not in `primary` in that time"
    ]
    chain = WEEK + "on: [dan], instead_of: [ana]", WEEK + "on: [ben], instead_of: [dan]"
    assert said(findings, "stray_override", *chain) == []
    assert said(findings, "stray_override", WEEK + "on: [ana], instead_of: [nobody]") == []


def test_in_a_rotation_that_follows_another_its_members_count(findings: Findings) -> None:
    def stray(whom: str) -> list[str]:
        return said(
            findings, "stray_override", WEEK + f"on: [ana], instead_of: [{whom}]", rotation="secondary"
        )

    assert stray("ben") == []
    assert stray("dan") == ["`dan` is not in `secondary` in that time"]


@pytest.mark.parametrize(
    ("absence", "away"),
    [
        ("2026-05-04, to: 2026-05-04", False),  # from 15:00 there
        ("2026-05-05, to: 2026-05-05", True),
        ("2026-05-11, to: 2026-05-12", True),  # from 18:00 on the 10th in Berlin
        ("2026-05-12, to: 2026-05-12", False),
        ("2026-05-03, to: 2026-05-05", True),
        ("2026-05-02, to: 2026-05-03", False),
    ],
)
def test_an_absence_counts_by_the_persons_days_and_for_half_a_day(
    findings: Findings, absence: str, away: bool
) -> None:
    cover = "2026-05-04T09:00+02:00 2026-05-11T09:00+02:00 on: [ana]"
    found = said(findings, "absent_in_override", cover, ana=f"absences: [{{from: {absence}}}]\n")
    assert bool(found) == away


def test_a_short_cover_counts_whole_and_one_that_is_over_not_at_all(findings: Findings) -> None:
    absence = "absences: [{from: 2026-03-01, to: 2026-05-30}]\n"
    evening = "2026-05-04T18:00+02:00 2026-05-04T20:00+02:00 on: [ana]"
    assert len(said(findings, "absent_in_override", evening, ana=absence)) == 1
    assert said(findings, "absent_in_override", WEEK + "on: [ana]", ana=absence) == []


def test_whoever_leaves_before_a_cover_ends_cannot_take_it(findings: Findings) -> None:
    cover = "2026-05-04T09:00+02:00 2026-05-11T09:00+02:00 on: [dan]"
    assert said(findings, "departed_member", cover, dan="until: 2026-05-08\n") == [
        "`dan` is there until 2026-05-08"
    ]
    assert said(findings, "departed_member", cover, dan="until: 2026-05-11\n") == []
    assert said(findings, "departed_member", WEEK + "on: [dan]", dan="until: 2026-03-01\n") == []  # over


def test_covers_that_leave_each_other_alone_may_begin_together(findings: Findings) -> None:
    both = WEEK + "on: [dan], instead_of: [ben]", WEEK + "on: [ana], instead_of: [chi]"
    assert said(findings, "tied_overrides", *both) == []
    assert said(findings, "tied_overrides", WEEK + "on: [dan], instead_of: []", both[0]) == []
    assert len(said(findings, "tied_overrides", both[0], WEEK + "on: [ana]")) == 1
    assert len(said(findings, "tied_overrides", both[0], WEEK + "on: [ben], instead_of: [ana]")) == 1
    assert (
        said(findings, "tied_overrides", WEEK + "on: [ana]", WEEK.replace("09T09", "09T10") + "on: [ben]")
        == []
    )


@pytest.mark.parametrize(
    ("at", "foreign"),
    [
        ("2026-07-06T09:00+02:00", False),
        ("2026-07-06T07:00Z", False),
        ("2026-07-06T07:00+00:00", True),
        ("2026-07-06T09:00+01:00", True),
        ("2026-10-25T02:30+02:00", False),
        ("2026-10-25T02:30+01:00", False),
        ("'2026-07-06 09:00+01:00'", True),
    ],
)
def test_an_offset_is_the_zones_at_that_instant(findings: Findings, at: str, foreign: bool) -> None:
    text = f"rotation: primary\nreason: why\ncovers:\n  - from: {at}\n"
    text += "    to: 2026-12-07T09:00+01:00\n    on: [ana]\n"
    found = findings("foreign_offset", FILES | {"rotations/overrides/x.yaml": text})
    assert [each.location.text for each in found] == [at] * foreign


def test_both_readings_of_a_foreign_offset_are_offered(findings: Findings) -> None:
    text = "rotation: secondary\nreason: why\ncovers:\n"
    text += "  - {from: 2026-03-29T02:30+02:00, to: 2026-07-06T09:00+01:00, on: []}\n"
    first, second = findings("foreign_offset", FILES | {"rotations/overrides/x.yaml": text})
    assert second.message == "`+01:00` is not the offset of Europe/Berlin then: `+02:00` is"
    assert second.hint == (
        "write `2026-07-06T09:00+02:00` if that time of day is meant, "
        "`2026-07-06T10:00+02:00` if that instant is"
    )
    assert first.hint == (
        "write `2026-03-29T03:00+02:00` if that time of day is meant, "
        "`2026-03-29T01:30+01:00` if that instant is"
    )


def test_a_member_who_will_have_left_when_a_version_begins_is_reported_before(findings: Findings) -> None:
    versions = (
        "timezone: UTC\nlayers:\n  - name: all\n    versions:\n"
        "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}\n"
        "      - {starts: 2026-06-01 09:00, every: 1w, members: [ana, dan]}\n"
    )
    gone = {
        f"rotations/people/{id}.yaml": FILES[f"rotations/people/{id}.yaml"] + "until: 2026-05-31\n"
        for id in ("ben", "dan")
    }
    files = FILES | {"rotations/primary.yaml": versions} | gone
    found = findings("departed_member", files)
    assert [(each.location.start.line, each.location.text) for each in found] == [(6, "dan")]
    later = findings("departed_member", files, datetime(2026, 7, 1, tzinfo=UTC))
    assert [each.location.start.line for each in later] == [6]  # the first version is over


def test_a_team_names_who_is_there(findings: Findings) -> None:
    team = {"rotations/teams/payments.yaml": "name: P\nmembers: [ana, ben]\nlead: ben\n"}
    left = {"rotations/people/ben.yaml": FILES["rotations/people/ben.yaml"] + "until: 2026-03-01\n"}
    found = findings("departed_member", FILES | team | left)
    assert [each.location.text for each in found if "teams" in each.location.path] == ["ben", "ben"]
    ended = {"rotations/teams/payments.yaml": "name: P\nmembers: [ana, ben]\nuntil: 2026-03-02\n"}
    found = findings("departed_member", FILES | ended | left)
    assert [each.location.path for each in found] == ["rotations/primary.yaml"]


def test_a_shadow_and_a_rotation_to_come_may_have_one_person(findings: Findings) -> None:
    version = "{starts: 2026-01-05 09:00, every: 1w, members: [ana]}"
    one = f"timezone: UTC\nlayers: [{{name: all, versions: [{version}]}}]\n"
    policy = "levels: [{page: [{rotation: secondary}], escalate_after: 5m}]\n"
    files = FILES | {"rotations/primary.yaml": one}
    assert findings("one_person_rotation", files) == ()
    files["policies/escalation/p.yaml"] = policy  # through the one that follows it
    assert [each.message for each in findings("one_person_rotation", files)] == [
        "nobody but `ana` is ever on"
    ]
    assert findings("one_person_rotation", files, datetime(2026, 1, 5, 8, tzinfo=UTC)) == ()
    files["rotations/primary.yaml"] = one.replace(", every: 1w, members: [ana]", ", members: [ana, ben]")
    assert [each.hint[:9] for each in findings("one_person_rotation", files)] == ["say in a "]


def test_a_cover_that_ends_with_the_last_day_needs_nobody_after_it(findings: Findings) -> None:
    last_day = "until: 2026-04-10\n"  # over at midnight in Singapore, 18:00 in Berlin
    fits = "2026-04-06T09:00+02:00 2026-04-10T18:00+02:00 on: [dan]"
    late = "2026-04-06T09:00+02:00 2026-04-10T18:01+02:00 on: [dan]"
    assert said(findings, "departed_member", fits, dan=last_day) == []
    assert said(findings, "departed_member", late, dan=last_day) == ["`dan` is there until 2026-04-10"]
