"""The rules about the rota ahead, at their edges; the clock stands at noon of 1 April 2026, a Wednesday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.diagnostics import Diagnostic
from opsbook.lint.catalog import Selection
from opsbook.lint.check import check

Findings = Callable[..., tuple[Diagnostic, ...]]
PEOPLE = {
    f"rotations/people/{name}.yaml": f"name: {name}\ntimezone: {zone}\n"
    for name, zone in (
        ("ana", "Europe/Berlin"),
        ("ben", "Europe/Berlin"),
        ("chi", "Europe/Berlin"),
        ("raj", "Asia/Singapore"),
    )
}
FOLDERS = {
    "o": "rotations/overrides",
    "p": "rotations/people",
    "e": "policies/escalation",
    "c": "policies",
}
EVERY_DAY = "[mon, tue, wed, thu, fri, sat, sun]"
LIMITS = 'night: {from: "22:00", to: "06:00"}\nweekend: [sat, sun]\n'


def rotation(*versions: str, windows: str = "", more: str = "") -> str:
    hours = f"    windows: [{windows}]\n" if windows else ""
    lines = "".join(f"      - {{{each}}}\n" for each in versions)
    return f"timezone: Europe/Berlin\n{more}layers:\n  - name: a\n{hours}    versions:\n{lines}"


WEEKLY = rotation("starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]")
"""On 1 April it is ana's week; ben has the one from 6 April on."""


def cover(start: str, end: str, on: str, more: str = "", of: str = "r") -> str:
    return f"rotation: {of}\nreason: why\ncovers:\n  - {{from: {start}, to: {end}, on: [{on}]{more}}}\n"


def said(findings: Findings, rule: str, before: dict[str, str] | None = None, **files: str) -> list[str]:
    """What a rule says, as `file:line message`; `r` is a rotation, `o_x` an override and `p_x` a person."""
    return [
        f"{each.location.path.rpartition('/')[2]}:{each.location.start.line} {each.message}"
        for each in findings(rule, PEOPLE | placed(files), before=before and placed(before))
    ]


def placed(files: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, text in files.items():
        kind, _, id = name.partition("_")
        path = f"{FOLDERS[kind]}/{id.replace('_', '-')}.yaml" if id else f"rotations/{name}.yaml"
        found[path] = text
    return found


# ── coverage_gap ──────────────────────────────────────────────────────────────────────────


def test_each_override_that_empties_hours_is_one_finding_beside_the_rotations_own(findings: Findings) -> None:
    empty = rotation("starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, []]")
    found = said(findings, "coverage_gap", r=empty, o_x=cover("2026-04-02T10:00Z", "2026-04-02T12:30Z", ""))
    assert found == [
        "x.yaml:4 nobody is on call on Thu 2 Apr 2026 12:00 to 14:30 Europe/Berlin: 150 minutes",
        ("r.yaml:2 nobody is on call on Mon 13 Apr 2026 09:00 to Mon 20 Apr 09:00 Europe/Berlin, "
         "and 3 times more: 40,320 minutes"),
    ]  # fmt: skip


def test_a_gap_that_is_over_or_far_away_is_no_finding(findings: Findings) -> None:
    past = cover("2026-03-02T10:00Z", "2026-03-02T12:30Z", "")
    far = cover("2026-09-02T10:00Z", "2026-09-02T12:30Z", "")
    assert said(findings, "coverage_gap", r=WEEKLY, o_past=past, o_far=far) == []


def test_what_cannot_be_read_has_no_gap(findings: Findings) -> None:
    assert said(findings, "coverage_gap", r="follows: s\n", s="follows: r\n", t="follows: nowhere\n") == []


# ── double_booking ────────────────────────────────────────────────────────────────────────


def test_a_rotation_of_one_that_another_follows_is_there_twice(findings: Findings) -> None:
    alone = rotation("starts: 2026-01-05 09:00, every: 1w, members: [ana]")
    (found,) = said(findings, "double_booking", r=alone, s="follows: r\noffset: 1\n")
    assert found.startswith("s.yaml:1 `ana` is on call in `r` and in `s` at once on Wed 1 Apr 2026 02:00 to")


def test_rotations_that_follow_are_not_said_again_by_the_policy_that_pages_both(findings: Findings) -> None:
    policy = (
        "levels:\n  - {page: [{rotation: r}], escalate_after: 5m}\n"
        "  - {page: [{rotation: s}], escalate_after: 5m}\n"
    )
    alone = rotation("starts: 2026-01-05 09:00, every: 1w, members: [ana]")
    found = said(findings, "double_booking", r=alone, s="follows: r\noffset: 1\n", e_p=policy)
    assert [each.partition(":")[0] for each in found] == ["s.yaml"]


# ── nights ────────────────────────────────────────────────────────────────────────────────


def test_a_night_shift_that_begins_with_the_night_wakes_nobody(findings: Findings) -> None:
    nights = rotation(
        "starts: 2026-01-05 22:00, every: 1w, members: [ana, ben]",
        windows=f'{{days: {EVERY_DAY}, from: "22:00", to: "06:00"}}',
    )
    assert said(findings, "night_handoff", r=nights) == []


def test_where_nights_are_not_promised_away_a_night_shift_is_no_finding(findings: Findings) -> None:
    assert said(findings, "night_shift", r=WEEKLY) == []
    assert len(said(findings, "night_shift", r=rotation(
        "starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]", more="nights: false\n"
    ))) == 2  # fmt: skip


def test_an_hour_that_reaches_into_somebodys_night_is_named_in_their_zone(findings: Findings) -> None:
    late = rotation(
        "starts: 2026-01-05 09:00, every: 1w, members: [raj]",
        windows='{days: [mon], from: "09:00", to: "17:00"}', more="nights: false\n",
    )  # fmt: skip
    (found,) = said(findings, "night_shift", r=late)
    assert found == (
        "r.yaml:7 `raj` is on call in their night on Mon 6 Apr 2026 22:00 to 23:00 Asia/Singapore, "
        "and 12 times more"
    )


# ── back_to_back_weeks ────────────────────────────────────────────────────────────────────

THREE = rotation("starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]")
"""On 1 April it is ana's week; ben and chi follow."""


@pytest.mark.parametrize(
    ("start", "end", "on", "found"),
    [
        ("2026-04-06T07:00Z", "2026-04-13T07:00Z", "chi", ["chi"]),
        ("2026-04-06T07:00Z", "2026-04-13T07:00Z", "raj", []),
        ("2026-04-11T07:00Z", "2026-04-13T07:00Z", "chi", []),
        ("2026-04-13T07:00Z", "2026-04-27T07:00Z", "raj", []),
    ],
)
def test_a_week_next_to_ones_own_is_a_second_one_and_a_weekend_is_not(
    findings: Findings, start: str, end: str, on: str, found: list[str]
) -> None:
    messages = said(findings, "back_to_back_weeks", r=THREE, o_x=cover(start, end, on))
    assert [each.split("`")[1] for each in messages] == found


def test_evenings_of_others_do_not_break_a_second_week(findings: Findings) -> None:
    evenings = (
        THREE + "  - name: evenings\n"
        '    windows: [{days: [mon, tue, wed, thu, fri], from: "17:00", to: "09:00"}]\n'
        "    versions: [{starts: 2026-01-05 17:00, every: 1 shift, members: [raj, eva]}]\n"
    )
    swap = cover("2026-04-06T07:00Z", "2026-04-13T07:00Z", "chi", ", instead_of: [ben]")
    assert len(said(findings, "back_to_back_weeks", r=evenings, o_x=swap)) == 1


def test_how_many_weeks_are_too_many_is_the_policys(findings: Findings) -> None:
    swap = cover("2026-04-06T07:00Z", "2026-04-13T07:00Z", "chi")
    for weeks, found in (("weeks_in_a_row: 2\n", 0), ("weeks_in_a_row: 1\n", 1), ("", 0)):
        assert len(said(findings, "back_to_back_weeks", r=THREE, o_x=swap, c_on_call=LIMITS + weeks)) == found


# ── absent_on_call ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2026-04-06", "2026-04-06", 1),
        ("2026-04-13", "2026-04-13", 0),  # nine hours of a morning of handover
        ("2026-06-01", "2026-06-05", 0),  # two months ahead
        ("2026-03-23", "2026-03-27", 0),  # over
    ],
)
def test_an_absence_needs_somebody_else_in_the_four_weeks_before(
    findings: Findings, start: str, end: str, found: int
) -> None:
    ben = PEOPLE["rotations/people/ben.yaml"] + f"absences:\n  - {{from: {start}, to: {end}}}\n"
    assert len(said(findings, "absent_on_call", r=WEEKLY, p_ben=ben)) == found


def test_what_an_override_gives_to_somebody_who_is_away_is_said_by_the_other_rule(findings: Findings) -> None:
    chi = PEOPLE["rotations/people/chi.yaml"] + "absences:\n  - {from: 2026-04-06, to: 2026-04-12}\n"
    given = cover("2026-04-06T07:00Z", "2026-04-13T07:00Z", "chi")
    assert said(findings, "absent_on_call", r=WEEKLY, p_chi=chi, o_x=given) == []


# ── unfair_share ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("every", "members", "who"),
    [
        ("1w", "[ana, ben]", []),
        ("1w", "[ana, ben, chi, raj, eva, fay, gil, hana]", []),
        ("12h", "[ana, ben]", ["ben"]),
        ("1d", "[ana, ben, chi, raj, eva, fay, gil]", ["fay"]),
        ("1w", "[ana, ana, ben]", []),
    ],
)
def test_what_never_moves_through_the_week_is_unfair(
    findings: Findings, every: str, members: str, who: list[str]
) -> None:
    text = rotation(f"starts: 2026-01-05 09:00, every: {every}, members: {members}")
    assert [each.split("`")[1] for each in said(findings, "unfair_share", r=text)] == who


def test_swaps_that_nobody_swaps_back_add_up(findings: Findings) -> None:
    weeks = ("04-06", "04-13"), ("04-27", "05-04"), ("05-18", "05-25")
    taken = {
        f"o_{number}": cover(f"2026-{start}T07:00Z", f"2026-{end}T07:00Z", "ana")
        for number, (start, end) in enumerate(weeks)
    }
    (found,) = said(findings, "unfair_share", r=THREE, **taken)
    assert found == (
        "r.yaml:5 `ana` has 336 hours of weekends in the twelve weeks from 2026-04-01, a fair share is 192"
    )


def test_a_layer_whose_members_change_in_these_weeks_is_not_looked_at(findings: Findings) -> None:
    text = rotation(
        "starts: 2026-01-05 09:00, every: 12h, members: [ana, ben]",
        "starts: 2026-05-04 09:00, every: 12h, members: [ana, ben, chi]",
    )
    assert said(findings, "unfair_share", r=text) == []


# ── sudden_takeover ───────────────────────────────────────────────────────────────────────


def test_an_override_that_begins_within_the_notice_is_a_question(findings: Findings) -> None:
    soon, late = (cover(f"2026-04-{day}T07:00Z", f"2026-04-{day}T17:00Z", "chi") for day in ("03", "10"))
    assert said(findings, "sudden_takeover", {"r": WEEKLY, "o_x": late}, r=WEEKLY, o_x=soon) == [
        "x.yaml:4 puts `chi` from Fri 3 Apr 2026 09:00 Europe/Berlin on call, with less notice than 7d"
    ]


def test_whoever_comes_back_on_because_an_override_is_gone_is_asked_too(findings: Findings) -> None:
    soon, late = (cover(f"2026-04-{day}T07:00Z", f"2026-04-{day}T17:00Z", "chi") for day in ("03", "10"))
    assert said(findings, "sudden_takeover", {"r": WEEKLY, "o_x": soon}, r=WEEKLY, o_x=late) == [
        "r.yaml:5 puts `ana` from Fri 3 Apr 2026 09:00 Europe/Berlin on call, with less notice than 7d"
    ]


def test_without_a_base_or_a_change_of_the_rota_nobody_is_surprised(findings: Findings) -> None:
    soon = cover("2026-04-03T07:00Z", "2026-04-03T17:00Z", "chi")
    assert said(findings, "sudden_takeover", r=WEEKLY, o_x=soon) == []
    assert said(findings, "sudden_takeover", {"r": WEEKLY}, r=WEEKLY, o_x=soon) == []


def test_what_is_over_is_a_record_and_no_surprise(findings: Findings) -> None:
    then, now = (cover("2026-03-31T07:00Z", "2026-04-01T07:00Z", who) for who in ("ana", "chi"))
    assert said(findings, "sudden_takeover", {"r": WEEKLY, "o_x": then}, r=WEEKLY, o_x=now) == []


def test_a_new_rotation_and_a_change_of_other_records_surprise_nobody(findings: Findings) -> None:
    ben = {"p_ben": "name: Benjamin\ntimezone: Europe/Berlin\n"}
    assert said(findings, "sudden_takeover", ben, r=WEEKLY) == []


# ── too_long_on_call, long_turn ───────────────────────────────────────────────────────────


def test_without_a_limit_a_week_on_call_is_no_fault(findings: Findings) -> None:
    assert said(findings, "too_long_on_call", r=WEEKLY) == []


def test_shifts_of_two_rotations_that_touch_are_one_stretch(findings: Findings) -> None:
    early, late = (
        rotation(f"starts: 2026-01-05 {start}, members: [ana]",
                 windows=f'{{days: [thu], from: "{start}", to: "{end}"}}')
        for start, end in (("06:00", "14:00"), ("14:00", "22:00"))
    )  # fmt: skip
    limit = LIMITS + "hours_in_a_row: 12h\n"
    assert said(findings, "too_long_on_call", early=early, late=late, c_on_call=limit) == [
        ("late.yaml:6 `ana` is on call for 16 hours without a break, on Thu 2 Apr 2026 06:00 to 22:00 "
         "Europe/Berlin, and 12 times more"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("every: 2w, members: [ana, ben]", 0),
        ("every: 15d, members: [ana, ben]", 1),
        ("every: 1 month, members: [ana, ben]", 1),
        ("every: 1 month, members: [ana]", 0),
        ("members: [ana, ben]", 0),
    ],
)
def test_a_turn_of_more_than_two_weeks_is_long(findings: Findings, version: str, found: int) -> None:
    assert len(said(findings, "long_turn", r=rotation(f"starts: 2026-01-05 09:00, {version}"))) == found


# ── pages ─────────────────────────────────────────────────────────────────────────────────

TARGET = {"policies/targets.yaml": "targets: {n: {metric: pages_per_night, count_at_most: 1}}\n"}
HEAD = "at,person,service,alert,acknowledged,outcome\n"


def night(*pages: str) -> str:
    lines = "".join(f'  - {{at: {at}, page: {{person: ana}}, text: "x"}}\n' for at in pages)
    return f"title: x\nseverity: SEV3\ntimeline:\n{lines}"


def pages(findings: Findings, files: dict[str, str]) -> list[str]:
    found = findings("too_many_pages", PEOPLE | TARGET | files)
    return [f"{each.location.path.rpartition('/')[2]}:{each.location.start.line}" for each in found]


def test_pages_of_an_incident_and_of_the_log_add_up(findings: Findings) -> None:
    incident = {"incidents/2026/2026-03-30-x/incident.yaml": night("2026-03-30T21:00Z")}
    earlier = {"rotations/pages/2026-03.csv": HEAD + "2026-03-30T20:30Z,ana,,,,\n"}
    later = {"rotations/pages/2026-03.csv": HEAD + "2026-03-31T01:30Z,ana,,,,\n"}
    assert pages(findings, incident | earlier) == ["incident.yaml:4"]
    assert pages(findings, incident | later) == ["2026-03.csv:2"]


@pytest.mark.parametrize("person", ["ben", "nobody"])
def test_pages_to_others_by_day_or_long_ago_do_not_count(findings: Findings, person: str) -> None:
    log = f"2026-03-31T01:30Z,{person},,,,\n2026-03-30T12:30Z,ana,,,,\n2026-02-03T01:30Z,ana,,,,\n"
    old = {"rotations/pages/2026-02.csv": HEAD + "2026-02-03T01:30Z,ana,,,,\n2026-02-03T02:30Z,ana,,,,\n"}
    incident = {"incidents/2026/2026-03-30-x/incident.yaml": night("2026-03-30T21:00Z")}
    assert pages(findings, incident | old | {"rotations/pages/2026-03.csv": HEAD + log}) == []


def test_without_a_target_no_night_is_too_loud(findings: Findings) -> None:
    loud = {"incidents/2026/2026-03-30-x/incident.yaml": night(*["2026-03-30T21:00Z"] * 9)}
    assert findings("too_many_pages", PEOPLE | loud) == ()
    assert pages(findings, loud) == ["incident.yaml:5"]


# ── nobody crashes ────────────────────────────────────────────────────────────────────────


def test_a_year_of_a_thousand_overlapping_overrides_ends(findings: Findings) -> None:
    lines = "".join(
        f"  - {{from: 2026-04-{1 + n // 48 % 28:02}T{n // 2 % 24:02}:{n % 2 * 30:02}Z, "
        f"to: 2027-04-01T00:00Z, on: [{('ana', 'ben', 'chi')[n % 3]}], "
        f"instead_of: [{('ben', 'chi', 'ana')[n % 3]}]}}\n"
        for n in range(1000)
    )
    files = {"r": WEEKLY, "o_x": f"rotation: r\nreason: why\ncovers:\n{lines}"}
    for rule in ("coverage_gap", "back_to_back_weeks", "unfair_share", "night_handoff", "double_booking"):
        assert len(said(findings, rule, **files)) < 1000


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WEEKLY.replace("Europe/Berlin", "Europe/Berln"), "1:11"),
        (WEEKLY.replace("09:00", "25:00"), "5:18"),
        (WEEKLY.replace("[ana, ben]", "[]"), None),
        (WEEKLY.replace("[ana, ben]", "[[], []]"), None),
        (WEEKLY + "      - {starts: 2025-01-05 09:00, members: [ana]}\n", "3:5"),
        (WEEKLY.replace("1w", "0w"), "5:43"),
    ],
)
def test_what_is_no_rotation_is_said_with_its_place_and_breaks_nothing_else(
    findings: Findings, text: str, place: str | None
) -> None:
    service = {"policies/services/s.yaml": "name: S\nteam: t\nescalation: p\n"}
    policy = {"policies/escalation/p.yaml": "levels: [{page: [{rotation: r}], escalate_after: 5m}]\n"}
    files = PEOPLE | service | policy | placed({"r": text, "s": "follows: r\noffset: 1\n"})
    book = Book(Memory({"opsbook.toml": "", **files}))
    selection = Selection(book.settings, "strict")
    report, _ = check(book, lambda: selection, datetime(2026, 4, 1, 12, tzinfo=UTC))
    found = [
        f"{each.location.start.line}:{each.location.start.column}"
        for each in report.diagnostics
        if each.location.path == "rotations/r.yaml" and each.code == "DOC015"
    ]
    assert found == ([place] if place else [])


def test_an_override_that_ends_before_it_begins_is_said_with_its_place(findings: Findings) -> None:
    backwards = cover("2026-04-03T07:00Z", "2026-04-02T07:00Z", "chi")
    found = findings("invalid_value", PEOPLE | placed({"r": WEEKLY, "o_x": backwards}))
    assert [(each.location.path, each.location.start.line) for each in found] == [
        ("rotations/overrides/x.yaml", 4)
    ]
