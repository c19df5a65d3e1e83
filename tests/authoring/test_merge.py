"""A merge of two changes of an incident is what both mean, in the words and layout of both."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.authoring.merge import Conflict, merge
from opsbook.book import yaml

BASE = """\
# yaml-language-server: $schema=../../../schemas/incident.json
title: Checkout answers 502
severity: SEV2   # so far
services: [checkout]
roles: {incident-commander: ana}
timeline:
  # the alert came first
  - {at: 2026-03-02T09:02Z, milestone: started, text: "Pool shrank"}
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}

action_items:
  pool-check:
    title: Check the pool   # before a change is promoted
    status: open
  canary: {title: Add a canary, status: open}
"""
DECLARED = 'severity: SEV2, text: "Declared"}\n'


def entry(minute: int, text: str, more: str = "") -> str:
    return f'  - {{at: 2026-03-02T09:{minute:02}Z, {more}text: "{text}"}}\n'


def with_entry(line: str, base: str = BASE) -> str:
    return base.replace(DECLARED, DECLARED + line)


def data(text: str) -> Any:
    return yaml.read(text).data


def test_entries_of_both_sides_stand_in_order_of_time_and_everything_else_as_it_was() -> None:
    ours, theirs = with_entry(entry(30, "ours")), with_entry(entry(20, "theirs"))
    expected = BASE.replace(DECLARED, DECLARED + entry(20, "theirs") + entry(30, "ours"))
    assert merge(BASE, ours, theirs) == (expected, ())
    assert merge(BASE, theirs, ours) == (expected, ())


def test_comments_come_along_with_what_they_stand_above() -> None:
    ours = with_entry("  # said on the bridge\n" + entry(30, "ours"))
    theirs = with_entry(entry(20, "theirs")).replace(
        "# the alert came first", "# the alert came first of all"
    )
    assert merge(BASE, ours, theirs).text == BASE.replace(
        DECLARED, DECLARED + entry(20, "theirs") + "  # said on the bridge\n" + entry(30, "ours")
    ).replace("first\n", "first of all\n")


def test_a_comment_after_a_dash_stays_there() -> None:
    base = (
        "title: X\ntimeline:\n"
        "  - # by the bot - not by hand\n    at: 2026-03-02T09:02Z\n    text: a\n"
        "  -   # - in between\n    # more of it\n    at: 2026-03-02T09:05Z\n    text: b\n"
    )
    ours, theirs = base + entry(30, "ours"), base.replace("text: b\n", "text: b\n    by: ana\n")
    expected = theirs + entry(30, "ours")
    assert merge(base, ours, theirs).text == merge(base, theirs, ours).text == expected


def test_the_same_entry_on_both_sides_is_one_however_its_time_is_written() -> None:
    ours, theirs = (
        with_entry(entry(30, "both")),
        with_entry(entry(30, "both").replace("09:30Z", "10:30+01:00")),
    )
    assert len(data(merge(BASE, ours, theirs).text)["timeline"]) == 3


def test_an_edited_entry_is_edited_and_not_doubled() -> None:
    ours = BASE.replace('"Pool shrank"', '"The pool shrank to 20"')
    theirs = with_entry(entry(20, "theirs"))
    merged = merge(BASE, ours, theirs)
    assert [each["text"] for each in data(merged.text)["timeline"]] == [
        "The pool shrank to 20", "Declared", "theirs",
    ]  # fmt: skip


def test_two_fields_of_one_entry_go_together() -> None:
    ours = BASE.replace('"Pool shrank"', '"The pool shrank"')
    theirs = BASE.replace("milestone: started,", "milestone: started, approximate: true,")
    first = data(merge(BASE, ours, theirs).text)["timeline"][0]
    assert first == {
        "at": "2026-03-02T09:02Z", "milestone": "started", "approximate": True, "text": "The pool shrank",
    }  # fmt: skip


def test_one_field_changed_to_different_things_is_a_conflict_that_shows_both() -> None:
    ours, theirs = (BASE.replace("answers 502", words) for words in ("is slow", "is down"))
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == (Conflict(("title",), "Checkout is slow", "Checkout is down"),)
    assert (
        "<<<<<<< ours\ntitle: Checkout is slow\n=======\ntitle: Checkout is down\n>>>>>>> theirs\nseverity:"
        in merged.text
    )


def test_what_one_side_deleted_and_the_other_changed_stays() -> None:
    ours = BASE.replace(entry(2, "Pool shrank", "milestone: started, "), "")
    theirs = BASE.replace('"Pool shrank"', '"The pool shrank"')
    assert data(merge(BASE, ours, theirs).text)["timeline"][0]["text"] == "The pool shrank"


def test_what_one_side_deleted_and_the_other_left_alone_is_gone() -> None:
    ours = BASE.replace("  # the alert came first\n" + entry(2, "Pool shrank", "milestone: started, "), "")
    theirs = with_entry(entry(20, "theirs"))
    texts = [each["text"] for each in data(merge(BASE, ours, theirs).text)["timeline"]]
    assert texts == ["Declared", "theirs"]


def test_the_top_follows_from_the_merged_timeline() -> None:
    ours = with_entry(entry(30, "worse", "severity: SEV1, ")).replace(
        "severity: SEV2   #", "severity: SEV1   #"
    )
    theirs = with_entry(entry(20, "worst", "severity: SEV0, roles: {incident-commander: ben}, "))
    theirs = theirs.replace("severity: SEV2   #", "severity: SEV0   #").replace(
        "commander: ana}\nt", "commander: ben}\nt"
    )
    ours = ours.replace("commander: ana}\nt", "commander: chi}\nt")
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    assert (data(merged.text)["severity"], data(merged.text)["roles"]) == (
        "SEV1",
        {"incident-commander": "ben"},
    )


def test_the_top_follows_too_where_one_side_moved_it_away_and_back() -> None:
    ours = with_entry(
        entry(30, "worse", "severity: SEV1, roles: {incident-commander: chi}, ")
        + entry(40, "not so bad", "severity: SEV2, roles: {incident-commander: ana}, ")
    )
    theirs = with_entry(entry(20, "worst", "severity: SEV0, roles: {incident-commander: ben}, "))
    theirs = theirs.replace("severity: SEV2   # so far", "severity: SEV0   # they say").replace(
        "commander: ana}\nt", "commander: ben}\nt"
    )
    for merged in (merge(BASE, ours, theirs), merge(BASE, theirs, ours)):
        assert merged.conflicts == ()
        assert "severity: SEV2   # so far\n" in merged.text
        assert "\nroles: {incident-commander: ana}\n" in merged.text


def test_a_severity_that_neither_side_has_at_the_top_follows_as_well() -> None:
    levels = [entry(30 - n, f"{n}", f"severity: SEV{n}, ") for n in (3, 1, 0)]
    base = with_entry("".join(levels)).replace("severity: SEV2   #", "severity: SEV0   #")
    base = base.replace("declared, severity: SEV2,", "declared,")
    ours = base.replace(levels[2], "").replace("severity: SEV0   #", "severity: SEV1   #")
    merged = merge(base, ours, base.replace(levels[1], ""))
    assert data(merged.text)["severity"] == "SEV3"


def test_what_somebody_wrote_at_the_top_by_hand_stays_where_no_timeline_says_it() -> None:
    ours = BASE.replace("severity: SEV2   #", "severity: SEV3   #")
    assert data(merge(BASE, ours, with_entry(entry(20, "theirs"))).text)["severity"] == "SEV3"


@pytest.mark.parametrize(
    ("ours", "theirs", "status"),
    [
        ("in-progress", "done\n    done_on: 2026-03-09", "done"),
        ("in-progress", "declined\n    reason: no", "declined"),
    ],
)
def test_an_action_item_that_both_moved_is_the_further_along(ours: str, theirs: str, status: str) -> None:
    one, other = (
        BASE.replace("status: open\n  canary", f"status: {each}\n  canary") for each in (ours, theirs)
    )
    merged = merge(BASE, one, other)
    assert merged.conflicts == ()
    assert data(merged.text)["action_items"]["pool-check"]["status"] == status
    assert "title: Check the pool   # before a change is promoted\n" in merged.text


def test_done_against_declined_is_a_conflict() -> None:
    one = BASE.replace("status: open\n  canary", "status: done\n    done_on: 2026-03-09\n  canary")
    other = BASE.replace("status: open\n  canary", "status: declined\n    reason: no\n  canary")
    assert [each.pointer for each in merge(BASE, one, other).conflicts] == [
        ("action_items", "pool-check", "status")
    ]


def test_lists_of_names_are_merged_as_sets() -> None:
    ours = BASE.replace("[checkout]", "[checkout, payments-api]")
    theirs = BASE.replace("[checkout]", "[door-scan]")
    assert data(merge(BASE, ours, theirs).text)["services"] == ("door-scan", "payments-api")


def test_a_timeline_that_one_side_writes_in_one_line_is_merged_all_the_same() -> None:
    base = 'title: X\ntimeline: [{at: 2026-03-02T09:02Z, text: "a"}]\n'
    ours = base.replace('"a"}', '"a"}, {at: 2026-03-02T09:04Z, text: "b"}')
    theirs = (
        "title: X\ntimeline:\n- at: 2026-03-02T09:02Z\n  text: a\n"
        "- at: 2026-03-02T09:03Z\n  text: |\n    c\n    d\n"
    )
    assert [each["text"] for each in data(merge(base, ours, theirs).text)["timeline"]] == ["a", "c\nd\n", "b"]


def test_line_ends_stay_what_they_were() -> None:
    base, ours, theirs = (
        each.replace("\n", "\r\n") for each in (BASE, with_entry(entry(30, "o")), with_entry(entry(20, "t")))
    )
    text = merge(base, ours, theirs).text
    assert text.count("\n") == text.count("\r\n") == BASE.count("\n") + 2


# ── laws ──────────────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(["pool", "rolled back", "5xx: up", "it's #1", "ok", "ä ö", "a, b", "{x}", "yes"])
INSTANTS = st.integers(0, 9).map(lambda minute: f"2026-03-02T09:{minute:02}Z")
ENTRIES = st.fixed_dictionaries(
    {"at": INSTANTS, "text": st.sampled_from(["rolled back", "5xx: up", "it's #1", "ä ö", "{x, y}", "yes"])},
    optional={"by": st.sampled_from(["ana", "ben"]), "severity": st.sampled_from(["SEV1", "SEV2"])},
)
RECORDS = st.fixed_dictionaries(
    {
        "title": WORDS,
        # Entries that tell one another apart: of two that are the same nobody can say which was edited.
        "timeline": st.lists(INSTANTS, max_size=4).map(
            lambda at: [{"at": each, "text": f"{'abcd'[i] * 9} {i}"} for i, each in enumerate(sorted(at))]
        ),
    },
    optional={
        "services": st.lists(st.sampled_from(["checkout", "doors", "api"]), unique=True),
        "summary": WORDS,
        "action_items": st.dictionaries(
            st.sampled_from(["one", "two"]),
            st.fixed_dictionaries({"title": WORDS}, optional={"owner": st.sampled_from(["ana", "ben"])}),
        ),
    },
)


@st.composite
def changed(draw: st.DrawFn, record: dict[str, Any]) -> dict[str, Any]:
    """What a person makes of a record: entries added, edited and taken away, fields set."""
    side = copy.deepcopy(record)
    for kind in draw(
        st.lists(st.sampled_from(["add", "add", "edit", "take", "item", "service", "top"]), max_size=4)
    ):
        line = side["timeline"]
        if kind == "add":
            line.append(draw(ENTRIES))
            line.sort(key=lambda each: each["at"])
        elif kind == "edit" and line:
            draw(st.sampled_from(line))["by"] = draw(st.sampled_from(["chi", "dan"]))
        elif kind == "take" and line:
            line.pop(draw(st.integers(0, len(line) - 1)))
        elif kind == "item":
            item = side.setdefault("action_items", {}).setdefault(draw(st.sampled_from(["one", "three"])), {})
            item["title"] = draw(WORDS)
        elif kind == "service":
            side["services"] = sorted({*side.get("services", ()), draw(st.sampled_from(["doors", "mail"]))})
        else:
            side["summary"] = draw(WORDS)
    return side


def written(record: dict[str, Any], style: int) -> str:
    """A record in one of several layouts."""
    lines = [f"# style {style}\n"] if style % 2 else []
    for key, value in record.items():
        if key == "timeline" and value and style != 3:
            lines.append("timeline:\n")
            dash = "- " if style == 1 else "  - "
            for each in value:
                if style == 2:
                    inner = [f"{k}: {json.dumps(v)}\n" for k, v in each.items()]
                    lines.append(dash + (" " * len(dash)).join(inner))
                else:
                    lines.append(f"{dash}{{{', '.join(f'{k}: {json.dumps(v)}' for k, v in each.items())}}}\n")
        elif key == "action_items" and value and style:
            lines.append("action_items:\n")
            for id, item in value.items():
                lines += [f"  {id}:\n", *(f"    {k}: {json.dumps(v)}\n" for k, v in item.items())]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}\n")
    return "".join(lines)


@st.composite
def situations(draw: st.DrawFn, sides: int) -> list[str]:
    base = draw(RECORDS)
    styles = draw(st.lists(st.integers(0, 3), min_size=sides + 1, max_size=sides + 1))
    records = [base, *(draw(changed(base)) for _ in range(sides))]
    return [written(record, style) for record, style in zip(records, styles, strict=True)]


def entries(text: str) -> list[str]:
    return [json.dumps(each, sort_keys=True) for each in data(text)["timeline"]]


@given(situations(2))
def test_a_merge_does_not_ask_who_came_first(texts: list[str]) -> None:
    base, ours, theirs = texts
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert {each.pointer for each in one.conflicts} == {each.pointer for each in other.conflicts}
    if not one.conflicts:
        assert one.text == other.text


@given(situations(2))
def test_merging_again_changes_nothing(texts: list[str]) -> None:
    base, ours, theirs = texts
    assert merge(base, ours, ours) == merge(base, ours, base) == (ours, ())
    once = merge(base, ours, theirs)
    if not once.conflicts:
        assert data(merge(base, once.text, theirs).text) == data(once.text)
        assert data(merge(base, ours, once.text).text) == data(once.text)


@given(situations(3))
def test_three_sides_are_merged_in_any_order(texts: list[str]) -> None:
    base, a, b, c = texts
    ab, bc = merge(base, a, b), merge(base, b, c)
    if ab.conflicts or bc.conflicts:
        return
    left, right = merge(base, ab.text, c), merge(base, a, bc.text)
    if not (left.conflicts or right.conflicts):
        assert data(left.text) == data(right.text)


@given(situations(2))
def test_no_entry_is_lost_and_none_is_made_up(texts: list[str]) -> None:
    base, ours, theirs = (entries(text) for text in texts)
    merged = merge(*texts)
    if merged.conflicts:
        return
    found = entries(merged.text)
    for each in {*ours, *theirs}:
        new = max(ours.count(each), theirs.count(each)) > base.count(each)
        if new or min(ours.count(each), theirs.count(each)) >= max(base.count(each), 1):
            assert each in found or _edited(each, merged.text)
    assert [each["at"] for each in data(merged.text)["timeline"]] == sorted(
        each["at"] for each in data(merged.text)["timeline"]
    )


@st.composite
def agreeing(draw: st.DrawFn, sides: int) -> list[str]:
    """A record whose top says what its timeline says, and what several people make of it."""
    base = draw(RECORDS)
    records = [base, *(copy.deepcopy(base) for _ in range(sides))]
    for number, record in enumerate(records):
        line = record["timeline"]
        for each in draw(st.lists(MOVES, max_size=3)):
            line.append(each | {"text": f"{'wxyz'[number]} {len(line)}"})
        line.sort(key=lambda each: each["at"])
        if number == 0:
            for record in records[1:]:
                record["timeline"] = copy.deepcopy(line)
        elif line and draw(st.booleans()):
            line.pop(draw(st.integers(0, len(line) - 1)))
    for record in records:
        record |= top(record["timeline"])
    styles = draw(st.lists(st.integers(0, 3), min_size=sides + 1, max_size=sides + 1))
    return [written(record, style) for record, style in zip(records, styles, strict=True)]


MOVES = st.fixed_dictionaries(
    {"at": INSTANTS},
    optional={
        "severity": st.sampled_from(["SEV1", "SEV2", "SEV3"]),
        "roles": st.dictionaries(
            st.sampled_from(["ic", "scribe"]), st.sampled_from(["ana", "ben", ["ana", "chi"]])
        ),
    },
)


def top(timeline: Any) -> dict[str, Any]:
    """What the top of a record says after a timeline."""
    found: dict[str, Any] = {}
    for each in timeline:
        found |= {"severity": each["severity"]} if "severity" in each else {}
        found |= {"roles": found.get("roles", {}) | each["roles"]} if each.get("roles") else {}
    return found


@given(agreeing(2))
def test_a_record_agrees_with_itself_after_a_merge_of_two_that_do(texts: list[str]) -> None:
    base, ours, theirs = texts
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert one.conflicts == other.conflicts == ()
    assert one.text == other.text
    found = data(one.text)
    told = top(found["timeline"])  # what nobody tells any more, its entry being taken away, may stay
    assert told.get("severity") in (None, found.get("severity"))
    assert found.get("roles", {}) == found.get("roles", {}) | data(json.dumps(told)).get("roles", {})
    assert data(merge(base, one.text, theirs).text) == found


@given(agreeing(3))
def test_three_records_that_agree_with_themselves_are_merged_in_any_order(texts: list[str]) -> None:
    base, a, b, c = texts
    left = merge(base, merge(base, a, b).text, c)
    right = merge(base, a, merge(base, b, c).text)
    assert data(left.text) == data(right.text)


def _edited(entry: str, merged: str) -> bool:
    """Whether an entry that one side has stands in the merge with what the other side made of it."""
    words = json.loads(entry)
    return any(
        all(each.get(key) == value for key, value in words.items() if key != "by")
        for each in data(merged)["timeline"]
    )
