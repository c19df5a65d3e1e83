"""What whoever takes over must know, as of an instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyromark
import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval, instant
from opsbook.oncall.answers import Handoff
from opsbook.oncall.briefing import Briefing, briefing
from opsbook.output.handoff import data, markdown

ROTATION = """\
team: payments
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-03-02 09:00, every: 1w, members: [ana, ben]}
"""
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/primary.yaml": ROTATION,
    "rotations/desk.yaml": ROTATION.replace("team: payments\n", "").replace("[ana, ben]", "[eva, fay]"),
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben, chi]\n",
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "policies/escalation/money.yaml": "levels: [{page: [{rotation: primary}], escalate_after: 5m}]\n",
    "policies/escalation/all.yaml": "levels: [{page: [{policy: money}], escalate_after: 5m}]\n",
    "policies/services/checkout.yaml": "name: Checkout\nteam: shop\nescalation: money\n",
    "policies/services/refunds.yaml": "name: Refunds\nteam: shop\nescalation: all\n",
    "policies/services/ledger.yaml": "name: Ledger\nteam: payments\n",
    "policies/services/search.yaml": "name: Search\nteam: shop\n",
}
MONDAY = "2026-03-16T07:55Z"
"""Five minutes before ben hands over to ana."""


def at(text: str) -> datetime:
    return instant(text)


def brief(when: str = MONDAY, rotation: str = "primary", **files: str) -> Briefing:
    return briefing(book(**files), rotation, at(when))


def book(**files: str) -> Book:
    places = {"o": "rotations/overrides/o.yaml", "log": "rotations/pages/2026-03.csv"}
    extra = {
        places.get(key, f"incidents/2026/2026-03-{key[1:]}-x/incident.yaml"): text
        for key, text in files.items()
        if "/" not in key
    }
    return Book(Memory(FILES | extra | {key: text for key, text in files.items() if "/" in key}))


def incident(*entries: str, more: str = "", services: str = "[checkout]", severity: str = "SEV2") -> str:
    lines = "".join(f'  - {{at: {entry}, text: "x"}}\n' for entry in entries)
    return f"title: It hangs\nseverity: {severity}\nservices: {services}\ntimeline:\n{lines}{more}"


DECLARED, RESOLVED = "2026-03-10T09:00Z, milestone: declared", "2026-03-10T10:30Z, milestone: resolved"

# ── which handoff ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("when", "handoff", "since", "end"),
    [
        ("2026-03-16T07:55Z", "2026-03-16T08:00Z", "2026-03-09T08:00Z", "2026-03-23T08:00Z"),
        ("2026-03-16T08:00Z", "2026-03-16T08:00Z", "2026-03-09T08:00Z", "2026-03-23T08:00Z"),
        ("2026-03-16T10:00Z", "2026-03-16T08:00Z", "2026-03-09T08:00Z", "2026-03-23T08:00Z"),
        ("2026-03-16T10:01Z", "2026-03-23T08:00Z", "2026-03-16T08:00Z", "2026-03-30T07:00Z"),
        ("2026-03-19T10:00Z", "2026-03-23T08:00Z", "2026-03-16T08:00Z", "2026-03-30T07:00Z"),
        ("2026-03-02T09:00Z", "2026-03-09T08:00Z", "2026-02-23T09:00Z", "2026-03-16T08:00Z"),
    ],
)
def test_it_is_the_next_handoff_or_the_one_of_just_now(when: str, handoff: str, since: str, end: str) -> None:
    found = brief(when)
    assert found.handoff is not None
    assert (found.handoff.at, found.since, found.turn) == (
        at(handoff), at(since), Interval(at(handoff), at(end)),
    )  # fmt: skip


def test_where_turns_are_short_just_now_is_shorter() -> None:
    hourly = {"rotations/primary.yaml": ROTATION.replace("1w", "1h")}
    after = [brief(f"2026-03-16T08:{minute}Z", **hourly).handoff for minute in ("30", "31")]
    assert [each and each.at for each in after] == [at("2026-03-16T08:00Z"), at("2026-03-16T09:00Z")]


def test_who_hands_over_to_whom_and_who_follows() -> None:
    found = brief()
    assert found.handoff == Handoff(at("2026-03-16T08:00Z"), ("ben",), ("ana",))
    assert found.following == Handoff(at("2026-03-23T08:00Z"), ("ana",), ("ben",))


def test_where_nobody_hands_over_it_is_about_a_week() -> None:
    alone = {"rotations/primary.yaml": ROTATION.replace("[ana, ben]", "[ana]")}
    found = brief(**alone)
    assert (found.handoff, found.following) == (None, None)
    assert (found.since, found.turn.length) == (at("2026-03-09T07:55Z"), timedelta(weeks=1))
    assert "Nobody hands over within a year." in markdown(book(**alone), found)


# ── what was ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("services", "ours"),
    [("[checkout]", True), ("[refunds]", True), ("[ledger]", True), ("[search]", False), ("[]", True)],
)
def test_it_is_about_services_that_page_the_rotation_or_are_the_teams_or_nobody_knows(
    services: str, ours: bool
) -> None:
    assert bool(brief(i10=incident(DECLARED, services=services)).open) == ours
    assert bool(brief(i10=incident(DECLARED, RESOLVED, services=services)).recent) == ours


def test_what_is_open_comes_worst_first_and_however_old() -> None:
    found = brief(
        i01=incident("2025-03-10T09:00Z, milestone: declared"),
        i02=incident(DECLARED, "2026-03-10T09:30Z, milestone: mitigated", severity="SEV1"),
        i03=incident(DECLARED, RESOLVED),
        i04=incident("2026-03-10T09:00Z", severity="SEV9"),
        i05=incident(DECLARED, more="duplicate_of: 2026-03-01-x\n"),
        i06=incident(DECLARED, more="kind: drill\n"),
        i07=incident("2026-03-16T07:56Z, milestone: declared"),
    )
    assert [each.id for each in found.open] == ["2026-03-02-x", "2026-03-01-x", "2026-03-04-x"]
    assert [each.id for each in found.recent] == ["2026-03-03-x", "2026-03-06-x"]


def test_what_was_declared_before_and_resolved_since_is_told() -> None:
    old = "2026-03-01T09:00Z, milestone: declared"
    assert brief(i01=incident(old, RESOLVED)).recent
    assert not brief(i01=incident(old, "2026-03-02T09:00Z, milestone: resolved")).recent


def test_pages_are_those_of_whoever_was_on_call_and_of_these_incidents() -> None:
    log = "at,person,service,alert,acknowledged,outcome\n" + "".join(
        f"{row}\n"
        for row in (
            "2026-03-09T07:59Z,ana,,Before,,",
            "2026-03-09T08:00Z,ben,,Slow,,false-alarm",
            "2026-03-10T08:00Z,ana,,NotOn,,",
            "2026-03-12T01:00Z,ben,,Slow,,",
        )
    )
    paged = incident(DECLARED, "2026-03-10T09:05Z, page: {person: chi, alert: Errors}")
    other = incident(DECLARED, "2026-03-10T09:05Z, page: {person: chi, alert: Other}", services="[search]")
    found = brief(log=log, i10=paged, i11=other)
    assert [(page.person, page.alert) for page in found.pages] == [
        ("ben", "Slow"), ("chi", "Errors"), ("ben", "Slow"),
    ]  # fmt: skip
    text = markdown(book(log=log, i10=paged), found)
    assert "- 3 pages, 1 at night, 1 for nothing, to ben (2) and chi: Slow (2), Errors\n" in text


# ── what is owed ──────────────────────────────────────────────────────────────────────────


def items(*lines: str) -> str:
    return "action_items:\n" + "".join(f"  {line}\n" for line in lines)


def test_follow_ups_are_the_teams_that_are_overdue_or_fall_due_in_the_turn() -> None:
    owned = items(
        "late: {title: A, owner: chi, due: 2026-03-15}",
        "today: {title: B, owner: payments, due: 2026-03-16}",
        "soon: {title: C, owner: ben, due: 2026-03-23}",
        "later: {title: D, owner: ben, due: 2026-03-24}",
        "theirs: {title: E, owner: zoe, due: 2026-03-01}",
        "nobodys: {title: F, due: 2026-03-01}",
        "done: {title: G, owner: ana, due: 2026-03-01, status: done, done_on: 2026-03-01}",
    )
    found = brief(i10=incident(DECLARED, RESOLVED, more=owned))
    assert [(each.id, each.overdue) for each in found.follow_ups] == [
        ("nobodys", True), ("late", True), ("today", False), ("soon", False),
    ]  # fmt: skip
    elsewhere = brief(i10=incident(DECLARED, RESOLVED, services="[search]", more=owned))
    assert [each.id for each in elsewhere.follow_ups] == ["late", "today", "soon"]


def test_what_a_comment_answers_is_not_owed_while_that_holds() -> None:
    owned = items(
        "late: {title: A, owner: chi, due: 2026-03-15}  # opsbook: ignore[ACT002] vendor until=2026-03-16",
        "never: {title: B, owner: chi, due: 2026-03-15}  # opsbook: ignore[overdue_action_item] agreed",
    )
    record = incident(DECLARED, RESOLVED, more=owned)
    assert brief(i10=record).follow_ups == ()
    assert [each.id for each in brief("2026-03-17T07:55Z", i10=record).follow_ups] == ["late"]


POSTMORTEM = "incidents/2026/2026-03-10-x/postmortem.md"


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        (None, ("draft", True)),
        ("---\nstatus: draft\n---\n# x\n", ("review", True)),
        ("---\nstatus: in-review\nreview_at: 2026-03-12T09:00Z\n---\n# x\n", ("published", False)),
        ("---\nstatus: published\nreview_at: 2026-03-12T09:00Z\npublished_on: 2026-03-13\n---\n# x\n", None),
        ("---\nstatus: published\nreview_at: 2026-03-12T09:00Z\n---\n# x\n", None),
        ("---\nstatus: draft  # opsbook: ignore[PM005] nobody who was there is left\n---\n# x\n", None),
    ],
)
def test_of_a_post_mortem_the_first_stage_that_is_missing_is_owed(
    page: str | None, missing: tuple[str, bool] | None
) -> None:
    clocks = "".join(
        f"  - {{postmortem: {stage}, within: {within}, from: resolved}}\n"
        for stage, within in (("draft", "24h"), ("review", "48h"), ("published", "10d"))
    )
    policy = "levels:\n  SEV1: {name: Bad, definition: Bad, postmortem: full}\nclocks:\n" + clocks
    files = {"policies/severities.yaml": policy} | ({POSTMORTEM: page} if page else {})
    found = brief(i10=incident(DECLARED, RESOLVED, severity="SEV1"), **files)
    assert [(each.stage, each.overdue) for each in found.postmortems] == ([missing] if missing else [])


# ── what lies ahead ───────────────────────────────────────────────────────────────────────


def test_whoever_is_away_in_the_next_turn_is_told_and_first_who_is_on_call_then() -> None:
    away = "name: {}\ntimezone: Europe/Berlin\nabsences: [{{from: {}, to: {}}}]\n"
    found = brief(
        **{
            "rotations/people/ana.yaml": away.format("Ana", "2026-03-18", "2026-03-19"),
            "rotations/people/ben.yaml": away.format("Ben", "2026-03-10", "2026-03-16"),
            "rotations/people/chi.yaml": away.format("Chi", "2026-03-24", "2026-03-30"),
            "rotations/people/eva.yaml": away.format("Eva", "2026-03-18", "2026-03-19"),
        }
    )
    assert [tuple(each) for each in found.away] == [
        ("ana", date(2026, 3, 18), date(2026, 3, 19), True),
        ("ben", date(2026, 3, 10), date(2026, 3, 16), False),
    ]


def test_clocks_that_change_in_the_next_turn_are_told_for_the_rotation_and_for_who_is_on() -> None:
    raj = {"rotations/people/ben.yaml": "name: Ben\ntimezone: America/New_York\n"}
    berlin = brief("2026-03-23T07:00Z")
    assert [(each.at, each.zone, each.by) for each in berlin.clocks] == [
        (at("2026-03-29T01:00Z"), "Europe/Berlin", timedelta(hours=1))
    ]
    assert "- Clocks in Europe/Berlin go forward by 1h, Sun 29 Mar 02:00\n" in markdown(book(), berlin)
    new_york = brief("2026-03-02T09:00Z", **raj)
    assert [(each.at, each.zone) for each in new_york.clocks] == []
    assert new_york.turn.end == at("2026-03-16T08:00Z")


def test_overrides_of_the_next_four_weeks_are_told() -> None:
    covers = "".join(
        f"  - {{from: {start}, to: {end}, on: [chi]{more}}}\n"
        for start, end, more in (
            ("2026-03-09T08:00Z", "2026-03-16T08:00Z", ""),
            ("2026-03-18T08:00Z", "2026-03-19T08:00Z", ", instead_of: [ana]"),
            ("2026-04-12T08:00Z", "2026-04-13T08:00Z", ", instead_of: []"),
            ("2026-04-13T08:00Z", "2026-04-14T08:00Z", ""),
        )
    )
    found = brief(o=f"rotation: primary\nreason: a trip\ncovers:\n{covers}")
    assert [each.reason.cover for each in found.overrides] == [1, 2]
    text = markdown(book(), found)
    assert "- **chi** instead of **Ana Ruiz**, Wed 18 Mar 09:00 to Thu 19 Mar 09:00: a trip (`o`)\n" in text
    assert "- **chi** as well, Sun 12 Apr 10:00" in text


# ── the page ──────────────────────────────────────────────────────────────────────────────


def test_where_there_is_nothing_it_says_so_plainly() -> None:
    assert (
        markdown(book(), brief())
        == """\
# Handoff of primary

**ben** hands over to **Ana Ruiz**, Mon 16 Mar 09:00 (Europe/Berlin, 08:00 UTC).
The turn ends Mon 23 Mar 09:00, then **ben**.

## Open

Nothing is open.

## Since Mon 9 Mar 09:00

No incidents, and no pages.

## Owed

Nothing is overdue, and nothing falls due before Mon 23 Mar.

## Ahead

Until Mon 23 Mar nobody is away and no clock changes; no override in the next four weeks.

## Runbooks

- Which changed is not known: this is no git repository, or a shallow clone of one.
"""
    )


HOSTILE = "<img src=x> [a](javascript:x) @all #1 `x` | **b** \\x1b[31m\\n## Owned\\n- x \\u202e ##[error]x"


def test_what_records_say_stays_text() -> None:
    title = f'"{HOSTILE}"'
    more = items(f"late: {{title: {title}, owner: chi, due: 2026-03-15}}")
    texts = {
        "i10": incident(DECLARED, more=more).replace("It hangs", title),
        "i11": incident(DECLARED, RESOLVED).replace("It hangs", title),
        "rotations/people/ana.yaml": f"name: {title}\ntimezone: Europe/Berlin\n",
        "o": f"rotation: primary\nreason: {title}\n"
        "covers: [{from: 2026-03-18T08:00Z, to: 2026-03-19T08:00Z, on: [chi]}]\n",
        "log": 'at,person,service,alert,acknowledged,outcome\n2026-03-10T08:00Z,ben,,"<b>@all #1",,\n',
    }
    text = markdown(book(**texts), brief(**texts))
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Handoff of primary", "## Open", "## Since Mon 9 Mar 09:00", "## Owed", "## Ahead",
        "## Runbooks",
    ]  # fmt: skip
    for sign in ("<img", "<b>", "@all", "#1", "\x1b", "\u202e", "##[", " **b**"):
        assert sign not in text
    page = pyromark.html(text)
    assert {each.split(">")[0] for each in page.split("<")[1:]} <= {
        *("h1", "/h1", "h2", "/h2", "p", "/p", "ul", "/ul", "li", "/li"),
        *("strong", "/strong", "code", "/code", "!-- --"),
    }
    assert all(ord(c) < 32 or c.isprintable() for c in text)


def test_a_long_list_ends_with_how_many_more_there_are() -> None:
    many = items(*(f"i{n}: {{title: A{n}, owner: chi, due: 2026-03-01}}" for n in range(13)))
    texts = {"i10": incident(DECLARED, RESOLVED, more=many)}
    text = markdown(book(**texts), brief(**texts))
    assert text.count("**Overdue** since Sun 1 Mar") == 10
    assert "- and 3 more\n" in text


def test_json_says_the_same() -> None:
    found = brief()
    assert data(book(), found) == {
        "rotation": "primary",
        "timezone": "Europe/Berlin",
        "handoff": {"at": "2026-03-16T08:00Z", "from": ["ben"], "to": ["ana"]},
        "taken_over": None,
        "agreed": None,
        "since": "2026-03-09T08:00Z",
        "until": "2026-03-23T08:00Z",
        "then": ["ben"],
        "open": [], "recent": [], "pages": [], "postmortems": [], "follow_ups": [], "away": [],
        "clock_changes": [], "overrides": [],
        "runbooks": None,
    }  # fmt: skip
