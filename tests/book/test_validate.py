"""What is wrong with a value is said in words, at its place, with what was most likely meant."""

from __future__ import annotations

from typing import Any

import pytest

from opsbook.book.kinds import KINDS, kind
from opsbook.book.snapshot import Book
from opsbook.book.subset import Problem
from opsbook.book.tree import Memory
from opsbook.book.validate import complaints, found, model_at, nearest
from opsbook.book.yaml import read
from opsbook.model.incident import Entry, Impact, Incident, Update
from opsbook.model.rotation import Rotation, Version, Window

PLACES = {each.name: each.place.replace("{year}", "2026").replace("**/", "") for each in KINDS}


def wrong(name: str, text: str) -> list[tuple[str, str, str, str]]:
    """Rule, what is written at the place, message and hint, for everything wrong with a record."""
    path = PLACES[name].replace("{id}", "2026-03-02-x")
    document = Book(Memory({path: text})).read(path)

    def told(problem: Problem) -> tuple[str, str, str, str]:
        return problem.rule, document.span(problem.span).text, problem.message, problem.hint

    return [told(problem) for problem in document.problems]


# ── messages and places ───────────────────────────────────────────────────────────────────

KINDS_OF_INCIDENT = "`incident`, `drill`, `near-miss` or `false-alarm`"
STATES = "`operational`, `degraded`, `partial-outage` or `down`"
LIST = "write it as a list: `[one, two]`"
QUOTE = "put it in double quotes"
BARE = "write `true` or `false` without quotes"
IDS = "ids are letters, digits, `-`, `_` and `.`"
A_DURATION = "a duration like `90m` or `1h30m`"
AN_INSTANT = "write `2026-03-02T09:02Z`"
DONE = "`status: done` needs `done_on`, the day it was done"
WRONG_VALUES = [
    # what is written, where, the message, the hint
    ("summary: 5", "5", "found the number `5`, expected text", QUOTE),
    ("summary: true", "true", "found `true`, expected text", QUOTE),
    ("summary: [x]", "[x]", "found a list, expected text", ""),
    ('summary: " "', '" "', "empty, expected text", ""),
    ("security: yes", "yes", "found `yes`, expected `true` or `false`", BARE),
    ("kind: drll", "drll", f"found `drll`, expected {KINDS_OF_INCIDENT}", "did you mean `drill`?"),
    ("kind: 1", "1", f"found the number `1`, expected {KINDS_OF_INCIDENT}", ""),
    ("tags: é, ü", "é, ü", "found `é, ü`, expected a list", LIST),
    ("tags: {}", "{}", "found an empty mapping, expected a list", ""),
    ("tags: [a, 1.5]", "1.5", "found the number `1.5`, expected text", QUOTE),
    ("impact: much", "much", "found `much`, expected a mapping", ""),
    ("impact: {users_affected: many}", "many", "found `many`, expected a whole number", ""),
    ("impact: {users_affected: 1.5}", "1.5", "found the number `1.5`, expected a whole number", ""),
    ("impact: {users_affected: -1}", "-1", "found the number `-1`, expected at least 0", ""),
    ("severity: SEV 1", "SEV 1", "`SEV 1` is no id", IDS),
    ("services: [checkout, a/b]", "a/b", "`a/b` is no id", IDS),
    ("services: [{a: b}]", "[{a: b}]", "found a list, expected a list of names", ""),
    ("services: {api: up}", "up", f"found `up`, expected {STATES}", ""),
    ("roles: {lead: [ana, 5]}", "5", "found the number `5`, expected text", QUOTE),
    ("roles: {lead: 5}", "5", "found the number `5`, expected a list", ""),
    ("roles: {the lead: ana}", "the lead", "`the lead` is no id", IDS),
    ("links: {chat: null}", "null", "found nothing, expected text", ""),
    ("recovery: {rto: 90}", "90", f"found the number `90`, expected {A_DURATION}", ""),
    ("recovery: {rto: {}}", "{}", f"found an empty mapping, expected {A_DURATION}", ""),
    ("timeline: [5]", "5", "found the number `5`, expected a mapping", ""),
    ("timeline: [{at: 09:02, text: y}]", "09:02", f"`09:02` is no instant: {AN_INSTANT}", ""),
    ("action_items: {one: {title: y, status: done}}", "one", DONE, ""),
]


@pytest.mark.parametrize(("text", "at", "message", "hint"), WRONG_VALUES)
def test_a_wrong_value_is_shown_where_it_stands_with_what_was_expected(
    text: str, at: str, message: str, hint: str
) -> None:
    assert wrong("incident", f"title: Checkout\n{text}") == [("invalid_value", at, message, hint)]


def test_a_value_left_out_behind_its_key_is_nothing() -> None:
    assert wrong("incident", "title:") == [("invalid_value", "", "found nothing, expected text", "")]


UPDATE = "timeline: [{at: 2026-03-02T09:02Z, text: y, update: {audience: public, stge: resolved}}]"
PAGES = "tests: [{at: 2026-03-04T03:00Z, pages: {0m: {rotation: a}, 5m: {team: b, rotatoin: c}}}]"
WINDOWS = "windows: [{days: [mon], from: '09:00', to: '10:00', dais: [tue]}]"
VERSIONS = "versions: [{starts: 2026-01-05 09:00, members: [a], evry: 1w}]"


@pytest.mark.parametrize(
    ("name", "text", "key", "meant"),
    [
        ("incident", "title: y\nsumary: x", "sumary", "summary"),
        ("incident", "title: x\nactionitems: {}", "actionitems", "action_items"),
        ("incident", f"title: x\n{UPDATE}", "stge", "stage"),
        ("incident", "title: x\naction_items: {a: {title: y, ownr: ana}}", "ownr", "owner"),
        ("incident", "title: x\nimpact: {éé: 1}", "éé", ""),
        ("escalation", f"levels: []\n{PAGES}", "rotatoin", "rotation"),
        ("escalation", f"levels: []\nhours: {{office: {{timezone: UTC, {WINDOWS}}}}}", "dais", "days"),
        ("rotation", f"timezone: UTC\nlayers: [{{name: a, {VERSIONS}}}]", "evry", "every"),
        (
            "severities",
            "levels: {SEV1: {name: a, definition: b, postmortm: full}}",
            "postmortm",
            "postmortem",
        ),
    ],
)
def test_an_unknown_key_at_any_depth_is_told_what_it_may_mean(
    name: str, text: str, key: str, meant: str
) -> None:
    known = "known here: `description`, `users_affected`, `regions`, `data_loss`"
    hint = f"did you mean `{meant}`?" if meant else known
    assert wrong(name, text) == [("unknown_key", key, f"unknown key `{key}`", hint)]


COVER = "{to: 2026-03-16T09:00Z, on: [a]}"
ENTRY = "{at: 2026-03-02T09:02Z}"
TOLD = "timeline: [{at: 2026-03-02T09:02Z, text: y, update: {stage: resolved}}]"
SAYS = "What happened, in Markdown; the first line is the headline."
ITEM = "action_items:\n  pool: {owner: ana}"


@pytest.mark.parametrize(
    ("name", "text", "at", "key", "hint"),
    [
        ("incident", "tags: [x]", "tags", "title", "What customers would say is wrong, in one line."),
        ("incident", f"title: x\ntimeline:\n  - {ENTRY}", ENTRY, "text", SAYS),
        ("incident", f"title: x\n{TOLD}", "update", "audience", "Who is told."),
        ("incident", f"title: x\n{ITEM}", "pool", "title", "What will be different when it is done."),
        ("team", "name: Payments", "name", "members", "Who is in it."),
        ("override", f"rotation: a\nreason: b\ncovers: [{COVER}]", COVER, "from", "When it begins."),
        ("severities", "levels: {S1: {name: a}}", "S1", "definition", "When an incident is of this level."),
    ],
)
def test_a_missing_key_is_reported_at_what_lacks_it_with_what_it_is_for(
    name: str, text: str, at: str, key: str, hint: str
) -> None:
    assert wrong(name, text) == [("missing_key", at, f"`{key}` is missing", hint)]


HALF_HOURLY = "levels: {SEV1: {name: a, definition: b, updates: {public: 1:30}}}"
PUBLIK = "levels: {SEV1: {name: a, definition: b, updates: {publik: 30m}}}"
AUDIENCES = "`internal`, `executives`, `customers`, `public` or `regulator`"
PAGED = "at: 2026-03-02T09:02Z, text: y, page: {person: ana}"
TWO_ENTRIES = "`update` and `page` in one entry: write two entries"
AT_FIVE = "levels: []\ntests: [{at: 2026-03-04T03:00Z, pages: {5: {person: a}}}]"


@pytest.mark.parametrize(
    ("name", "text", "at", "message"),
    [
        ("severities", HALF_HOURLY, "1:30", "`1:30` could be hours or minutes: write `90m` or `1h30m`"),
        ("severities", PUBLIK, "publik", f"found `publik`, expected {AUDIENCES}"),
        ("escalation", AT_FIVE, "5", "`5` is no duration: write `90m`, `1h30m`, `5d` or `2w`"),
        ("holidays", "2026-02-30: Never", "2026-02-30", "`2026-02-30` does not exist in the calendar"),
        ("incident", "title: x\nlinks: {war room: y}", "war room", "`war room` is no id"),
        ("incident", f"title: x\ntimeline: [{{{PAGED}, update: {{audience: public}}}}]", "page", TWO_ENTRIES),
    ],
)
def test_a_wrong_key_is_shown_at_the_key_and_a_wrong_value_at_the_value(
    name: str, text: str, at: str, message: str
) -> None:
    assert [each[:3] for each in wrong(name, text)] == [("invalid_value", at, message)]


def test_everything_wrong_is_reported_at_once() -> None:
    text = "severty: SEV1\nimpact: {users_affected: -1}\ntimeline: [{at: 09:02, text: ''}]\n"
    assert sorted(each[2] for each in wrong("incident", text)) == [
        "`09:02` is no instant: write `2026-03-02T09:02Z`",
        "`title` is missing",
        "empty, expected text",
        "found the number `-1`, expected at least 0",
        "unknown key `severty`",
    ]


def test_a_list_is_not_called_empty_because_an_item_is_wrong() -> None:
    text = "timezone: UTC\nlayers: [{name: a, versions: [{starts: 09:00, members: [b]}]}]"
    assert [each[2] for each in wrong("rotation", text)] == [
        "`09:00` is no wall time: write `2026-01-05 09:00`"
    ]
    text = "timezone: UTC\nlayers: [{name: a, versions: []}]"
    assert [each[2] for each in wrong("rotation", text)] == ["found an empty list, expected at least one"]


def test_pointers_hold_no_step_that_is_not_written() -> None:
    data = read("title: x\nservices: [a b]\nroles: {lead: a b}\nlinks: {c d: 5}\n").data
    _, found_wrong = complaints(Incident, data)
    assert [(each.pointer, each.on_key) for each in found_wrong] == [
        (("services", "a b"), True),
        (("roles", "lead", 0), False),
        (("links", "c d"), True),
        (("links", "c d"), False),
    ]


# ── every kind ────────────────────────────────────────────────────────────────────────────

WELL = {
    "attestations": "attestations: [{what: alert-audit, day: 2026-10-06, by: ana}]",
    "incident": "title: x",
    "postmortem": "---\nstatus: draft\n---\n# x\n",
    "runbook": "---\nowner: payments\n---\n# x\n",
    "person": "name: Ana\ntimezone: Europe/Madrid",
    "team": "name: Payments\nmembers: [ana]",
    "holidays": "2026-12-25: Christmas",
    "override": "rotation: a\nreason: b\n"
    "covers: [{from: 2026-03-09T09:00+01:00, to: 2026-03-16T09:00+01:00, on: []}]",
    "rotation": "timezone: UTC\nlayers: [{name: a, versions: [{starts: 2026-01-05 09:00, members: [ana]}]}]",
    "service": "name: Checkout\nteam: payments",
    "escalation": "levels: [{page: [{person: ana}], escalate_after: 5m}]",
    "communication": "Dear customer",
    "handoff": "rotation: a\nat: 2026-03-09T08:00Z\nby: ana\nacknowledged: 2026-03-09T08:05Z",
    "severities": "levels: {SEV1: {name: Major, definition: Much is down}}",
    "roles": "roles: {lead: {name: Lead}}",
    "on-call": 'night: {from: "22:00", to: "06:00"}\nweekend: [sat, sun]',
    "targets": "targets: {mtta: {metric: time_to_acknowledge, at_most: 5m}}",
    "tools": "tools: {pager: {name: P, purpose: paging, best_for: a, choose_when: b, cost: c, "
    "as_of: 2026-01-01, source: d}}",
}


@pytest.mark.parametrize("name", PLACES)
def test_the_least_that_a_record_of_a_kind_must_say_is_enough(name: str) -> None:
    assert wrong(name, WELL[name]) == []


TWO_AT_ONCE = "timeline: [{at: 2026-03-02T09:02Z, text: y, page: {person: a}, runbook: {id: b}}]"
CLOCK = "within: 1h, from: resolved"
BROKEN = [
    ("incident", "title: x", "title: [x]"),
    ("incident", "title: x", "title: x\nsummary: 1"),
    ("incident", "title: x", f"title: x\n{TWO_AT_ONCE}"),
    ("incident", "title: x", "title: x\naction_items: {a: {title: b, status: declined}}"),
    ("incident", "title: x", "title: x\nclosure: {metrics_at_baseline: true}"),
    ("postmortem", "status: draft", "status: drafted"),
    ("postmortem", "status: draft", "distribution: [{to: all}]"),
    ("postmortem", "status: draft", "review_at: 2026-03-02"),
    ("runbook", "owner: payments", "owner: [payments]"),
    ("runbook", "owner: payments", "last_updated: 2026-02-29"),
    ("runbook", "owner: payments", "last_reviewed_on: yesterday"),
    ("runbook", "owner: payments", "review_in: 6 moths"),
    ("runbook", "owner: payments", "variables: {a: 5}"),
    ("person", "timezone: Europe/Madrid", ""),
    ("person", "timezone: Europe/Madrid", "timezone: Madrid/Europe"),
    ("person", "timezone: Europe/Madrid", "timezone: UTC\nabsences: [{from: 2026-07-02, to: 2026-07-01}]"),
    ("team", "members: [ana]", "members: []"),
    ("team", "members: [ana]", "members: [ana]\ntier: 4"),
    ("holidays", "Christmas", '""'),
    ("holidays", "2026-12-25", "25 December"),
    ("override", "on: []", "off: []"),
    ("override", "to: 2026-03-16T09:00+01:00", "to: 2026-03-09T09:00+01:00"),
    ("override", "covers: [{", "reasons: [{"),
    ("rotation", "timezone: UTC\n", ""),
    ("rotation", "members: [ana]", "members: ana"),
    ("rotation", "members: [ana]", "members: [[[ana]]]"),
    ("rotation", "members: [ana]", "members: [ana], every: 0 shifts"),
    ("rotation", "versions: [{", "windows: [], versions: [{"),
    ("rotation", "layers: [{", "follows: primary\nlayers: [{"),
    ("rotation", "timezone: UTC", "timezone: UTC\noffset: 1"),
    ("rotation", "members: [ana]}", "members: [ana]}, {starts: 2026-01-05 09:00, members: []}"),
    ("service", "team: payments", "team: [payments]"),
    ("service", "team: payments", "team: payments\ndepends_on: checkout"),
    ("escalation", "person: ana", "person: ana, team: b"),
    ("escalation", "person: ana", ""),
    ("escalation", "escalate_after: 5m", "escalate_after: 5"),
    ("escalation", "levels: [{", "repeat: -1\nlevels: [{"),
    ("escalation", "levels: [{", "fallback: ana\nlevels: [{"),
    ("severities", "{SEV1: {name: Major, definition: Much is down}}", "{}"),
    ("severities", "levels:", f"clocks: [{{postmortem: draft, update: public, {CLOCK}}}]\nlevels:"),
    ("severities", "levels:", f"clocks: [{{{CLOCK}}}]\nlevels:"),
    ("severities", "levels:", "questions: {a: {ask: b, if_yes: c}}\nlevels:"),
    ("severities", "name: Major", "name: Major, response: {business_hours: page}"),
    ("roles", "{lead: {name: Lead}}", "{}"),
    ("roles", "name: Lead", "name: Lead, duties: lead"),
    ("handoff", "by: ana", "by: [ana]"),
    ("handoff", "2026-03-09T08:05Z", "2026-03-09"),
    ("on-call", '"22:00"', "22"),
    ("on-call", "[sat, sun]", "[sat, sun]\nnotice: a week"),
    ("on-call", "[sat, sun]", "[]"),
    ("targets", "at_most: 5m", ""),
    ("targets", "at_most: 5m", "at_most: 5m, trend: falling"),
    ("targets", "at_most: 5m", "share_at_least: 1.5"),
    ("targets", "at_most: 5m", "share_at_least: .nan"),
    ("targets", "time_to_acknowledge", "mtta"),
    ("tools", "purpose: paging", "purpose: pagers"),
    ("tools", "as_of: 2026-01-01", "as_of: 2026"),
    ("attestations", "by: ana", ""),
    ("attestations", "day: 2026-10-06", "day: yesterday"),
    ("attestations", "what: alert-audit", "what: [alert-audit]"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "part", "instead"), BROKEN)
def test_a_record_that_says_too_little_or_the_wrong_thing_is_refused(
    name: str, part: str, instead: str
) -> None:
    assert WELL[name].count(part) == 1
    broken = wrong(name, WELL[name].replace(part, instead))
    assert broken
    assert {rule for rule, *_ in broken} <= {"invalid_value", "missing_key", "unknown_key"}


def test_no_kind_goes_without_a_broken_record() -> None:
    assert {name for name, *_ in BROKEN} == {each.name for each in KINDS if each.model}


@pytest.mark.parametrize(
    ("name", "key"), [("incident", "timeline"), ("team", "members"), ("severities", "clocks")]
)
def test_what_may_be_left_out_may_not_be_written_and_be_nothing(name: str, key: str) -> None:
    text = WELL[name].replace(f"{key}: [ana]", "") + f"\n{key}:\n"
    assert wrong(name, text) == [("invalid_value", "", "found nothing, expected a list", "")]


# ── parts ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (True, "`true`"),
        (5, "the number `5`"),
        (0.5, "the number `0.5`"),
        ("é `x`\n", "`é 'x' `"),
        ("x" * 100, f"`{'x' * 59}…`"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping"),
        ((), "an empty list"),
        (("a",), "a list"),
    ],
)
def test_a_value_is_named_as_a_person_would(value: Any, said: str) -> None:
    assert found(value) == said


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("titel", "title"),
        ("TITLE", "title"),
        ("services", "services"),
        ("xyz", None),
        ("", None),
        ("t" * 9_999, None),
    ],
)
def test_the_nearest_name_is_the_one_meant_or_none(word: str, meant: str | None) -> None:
    assert nearest(word, ["services", "title", "timeline"]) == meant


@pytest.mark.parametrize(
    ("model", "pointer", "expected"),
    [
        (Incident, (), Incident),
        (Incident, ("timeline",), None),
        (Incident, ("timeline", 3), Entry),
        (Incident, ("timeline", 3, "update"), Update),
        (Incident, ("impact",), Impact),
        (Incident, ("title",), None),
        (Incident, ("nothing", "there"), None),
        (Incident, ("roles", "lead"), None),
        (Rotation, ("layers", 0, "versions", 1), Version),
        (Rotation, ("layers", 0, "windows", 0), Window),
        (kind("holidays").model, ("2026-12-25",), None),
    ],
)
def test_the_model_that_describes_a_place_is_found(model: Any, pointer: Any, expected: Any) -> None:
    assert model_at(model, pointer) is expected
