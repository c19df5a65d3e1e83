"""What has a clock, as of an instant: what it is, whose, and how late."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.lint.catalog import catalog
from opsbook.metrics.agenda import Item, agenda, due_by, of_person, of_team
from opsbook.metrics.clocks import ANSWERED_BY
from opsbook.model.time import instant

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
SEVERITIES = """\
levels:
  SEV1: {name: Major, definition: Hurts, postmortem: full, action_items_within: 30d, updates: {internal: 30m}}
  SEV3: {name: Minor, definition: Itches, postmortem: note}
clocks:
  - {postmortem: draft, within: 24h, from: resolved, severity: SEV1}
  - {postmortem: review, within: 48h, from: resolved, severity: SEV1}
  - {postmortem: published, within: 7d, from: resolved}
  - {update: customers, within: 72h, from: resolved, severity: SEV1}
"""
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\nreview_in = "6 months"\n',
    "policies/severities.yaml": SEVERITIES,
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\n",
    "rotations/teams/doors.yaml": "name: Doors\nmembers: [ben, eva]\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben]\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Madrid\nuntil: 2026-03-20\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: Europe/Berlin\n",
    "rotations/people/eva.yaml": "name: Eva\ntimezone: Europe/Berlin\n",
}
OPEN = """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, roles: {incident-commander: ben}, text: "Go"}
"""
RESOLVED = OPEN + '  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}\n'
TOLD = RESOLVED + '  - {at: 2026-03-03T10:10Z, update: {audience: customers}, text: "What broke"}\n'
WORK = """\
action_items:
  pool-size:
    title: Check the pool size
    owner: ana
    due: 2026-03-16
"""
PAGE = "---\nstatus: draft\nauthors: [eva, ben]\n---\n# Checkout answers 502\n"
NOON = "2026-03-20T11:00Z"


def due(when: str = NOON, incident: str = "", postmortem: str = "", **files: str) -> list[Item]:
    """The agenda of the book with an incident, its post-mortem, and other files by path."""
    records = {"incident.yaml": incident, "postmortem.md": postmortem}
    written = {f"{FOLDER}/{name}": text for name, text in records.items() if text}
    return agenda(Book(Memory(FILES | written | files)), instant(when))


def said(items: list[Item]) -> list[str]:
    return [f"{each.text} | {', '.join(each.owners) or 'nobody'} | {each.team}" for each in items]


def test_an_empty_book_owes_nothing() -> None:
    assert due() == []


def test_an_open_incident_owes_the_next_update_of_whoever_speaks_for_it() -> None:
    (item,) = due("2026-03-02T09:30Z", OPEN)
    assert said([item]) == ["Update internal | ben | payments"]
    assert (item.due, item.late, item.overdue) == (
        instant("2026-03-02T09:44Z"),
        timedelta(minutes=-14),
        False,
    )
    assert (item.record, item.title) == ("2026-03-02-checkout-5xx", "Checkout answers 502")
    assert item.place == f"{FOLDER}/incident.yaml:5"
    spoken = OPEN.replace("{incident-commander: ben}", "{incident-commander: ben, communications-lead: eva}")
    assert said(due("2026-03-02T09:44Z", spoken)) == ["Update internal | eva | doors"]
    assert due("2026-03-02T09:44Z", OPEN)[0].overdue


def test_a_drill_owes_nobody_an_update_and_no_postmortem() -> None:
    assert due(incident=RESOLVED + "kind: drill\n") == []


def test_what_is_over_owes_a_draft_first_and_the_details() -> None:
    assert said(due(incident=RESOLVED)) == [
        "Draft the post-mortem | ben | payments",
        "Tell customers the full details | ben | payments",
    ]


def test_a_draft_is_due_at_the_first_of_the_clocks_and_then_each_stage_has_its_own() -> None:
    (item,) = due(incident=TOLD)
    assert (item.what, item.due, item.place) == (
        "draft",
        instant("2026-03-03T10:10Z"),
        f"{FOLDER}/incident.yaml:2",
    )
    review, publication = due(incident=TOLD, postmortem=PAGE)
    assert (review.what, review.due, review.owners) == (
        "review",
        instant("2026-03-04T10:10Z"),
        ("eva", "ben"),
    )
    assert review.place == f"{FOLDER}/postmortem.md:2"
    assert (publication.what, publication.due) == ("publication", date(2026, 3, 9))
    assert publication.over == instant("2026-03-09T23:00Z"), "when the day is over in Berlin"


@pytest.mark.parametrize(
    ("front", "left"),
    [
        ("review_at: 2026-03-04T09:00Z", ["publication"]),
        ("published_on: 2026-03-05", ["review"]),
        ("review_at: 2026-03-04T09:00Z\npublished_on: 2026-03-05", []),
    ],
)
def test_a_stage_that_is_reached_is_not_asked_for(front: str, left: list[str]) -> None:
    page = PAGE.replace("status: draft", f"status: draft\n{front}")
    assert [each.what for each in due(incident=TOLD, postmortem=page)] == left


def test_the_facilitator_sees_to_the_review() -> None:
    page = PAGE.replace("status: draft", "status: draft\nfacilitator: ben")
    assert said(due(incident=TOLD, postmortem=page))[0] == "Review the post-mortem | ben | payments"


def test_a_small_incident_owes_two_sentences() -> None:
    small = TOLD.replace("SEV1", "SEV3")
    assert said(due(incident=small)) == ["Sum it up in two sentences | ben | payments"]
    assert due(incident=small + "summary: A chart renamed a key.\n") == []


def test_work_is_due_on_its_day_or_on_that_of_the_policy_and_late_when_the_day_is_over() -> None:
    (item,) = due("2026-03-16T22:59Z", RESOLVED + WORK)[2:]
    assert (item.record, item.due, item.overdue) == (
        "2026-03-02-checkout-5xx/pool-size",
        date(2026, 3, 16),
        False,
    )
    assert item.place == f"{FOLDER}/incident.yaml:11"
    (item,) = (each for each in due("2026-03-16T23:00Z", RESOLVED + WORK) if each.what == "action-item")
    assert item.overdue
    undated = RESOLVED + WORK.replace("    due: 2026-03-16\n", "")
    (item,) = (each for each in due(incident=undated) if each.what == "action-item")
    assert (item.due, item.place) == (date(2026, 4, 1), f"{FOLDER}/incident.yaml:8")


@pytest.mark.parametrize("end", ["status: done\n    done_on: 2026-03-10", "status: declined\n    reason: no"])
def test_work_that_is_finished_is_gone(end: str) -> None:
    assert due(incident=OPEN.replace("SEV1", "SEV3") + WORK + f"    {end}\n") == []


def test_who_left_owns_nothing_and_is_said_to_be_gone() -> None:
    drill = OPEN + "kind: drill\n" + WORK
    (item,) = due("2026-03-20T22:59Z", drill)
    assert (item.owners, item.gone) == (("ana",), ())
    (item,) = due("2026-03-20T23:00Z", drill)
    assert (item.owners, item.gone, item.owner, item.team) == ((), ("ana",), None, "payments")


@pytest.mark.parametrize(
    ("owner", "service", "team"),
    [
        ("doors", "checkout", "doors"),
        ("ben", "checkout", "payments"),
        ("ben", "nothing-known", "doors"),
        ("eva", "checkout", "doors"),
        ("nobody-known", "checkout", "payments"),
        ("nobody-known", "nothing-known", None),
    ],
)
def test_it_falls_to_the_team_of_its_owner_else_of_its_service(
    owner: str, service: str, team: str | None
) -> None:
    drill = (OPEN + "kind: drill\n" + WORK).replace("owner: ana", f"owner: {owner}")
    (item,) = due(incident=drill.replace("[checkout]", f"[{service}]"))
    assert item.team == team


def test_what_is_done_is_looked_at_again_when_it_says_so() -> None:
    done = "    status: done\n    done_on: 2026-03-10\n    review_on: 2026-06-15\n"
    drill = (OPEN + "kind: drill\n" + WORK).replace("ana", "ben") + done
    (item,) = due(incident=drill)
    assert said([item]) == ["See whether it holds: Check the pool size | ben | payments"]
    assert (item.what, item.due, item.place) == (
        "effectiveness-review", date(2026, 6, 15), f"{FOLDER}/incident.yaml:14",
    )  # fmt: skip
    judged = "    verdict: {reviewed_on: 2026-06-01, result: effective, reason: It held}\n"
    assert due(incident=drill + judged) == []


def test_an_item_says_who_is_told_when_it_is_overdue() -> None:
    policy = SEVERITIES.replace("postmortem: full,", "postmortem: full, tell_when_overdue: [eva, doors],")
    items = due(incident=RESOLVED + WORK, **{"policies/severities.yaml": policy})
    assert [each.told for each in items if each.what == "action-item"] == [("eva", "doors")]


def test_a_rule_file_has_suppressions_that_end_too() -> None:
    rules = "groups:\n  - name: a\n    rules:\n      # opsbook: ignore[ALR001] later until=2026-04-30\n"
    rules += "      - {alert: PoolEmpty, expr: up == 0}\n"
    settings = FILES["opsbook.toml"] + 'alerts = ["alerts/*.yaml"]\n'
    (item,) = due(**{"alerts/checkout.yaml": rules, "opsbook.toml": settings})
    assert (item.text, item.due, item.place) == (
        "Decide again about ALR001: later", date(2026, 4, 30), "alerts/checkout.yaml:4",
    )  # fmt: skip


def test_a_runbook_is_looked_at_again_when_it_says_so_or_the_settings_do() -> None:
    page = "---\nowner: doors\nlast_updated: 2025-09-20\n---\n# Make room on a full disk\n"
    (item,) = due(**{"runbooks/disk-full.md": page})
    assert (item.what, item.record, item.title) == ("runbook-review", "disk-full", "Make room on a full disk")
    assert (item.due, item.owners, item.overdue) == (date(2026, 3, 20), ("doors",), False)
    (item,) = due(**{"runbooks/disk-full.md": page.replace("last_", "review_in: 90d\nlast_")})
    assert (item.due, item.place, item.overdue) == (date(2025, 12, 19), "runbooks/disk-full.md:3", True)
    assert due(**{"runbooks/disk-full.md": page.replace("last_updated: 2025-09-20\n", "")}) == []


def test_a_runbook_is_tested_so_long_after_it_was_followed_or_else_looked_at() -> None:
    page = "---\nowner: doors\nlast_updated: 2026-01-20\ntest_in: 2 months\n---\n# Disk\n"
    runbook = {"runbooks/disk-full.md": page}
    (item,) = (each for each in due(**runbook) if each.what == "runbook-test")
    assert said([item]) == ["Test the runbook in a drill | doors | doors"]
    assert (item.record, item.due, item.place) == ("disk-full", date(2026, 3, 20), "runbooks/disk-full.md:4")
    drill = OPEN + '  - {at: 2026-03-02T09:20Z, runbook: {id: disk-full}, text: "Followed"}\nkind: drill\n'
    (item,) = (each for each in due(incident=drill, **runbook) if each.what == "runbook-test")
    assert item.due == date(2026, 5, 2)
    assert [
        each.what for each in due(**{"runbooks/disk-full.md": page.replace("test_in: 2 months\n", "")})
    ] == ["runbook-review"]


def test_a_suppression_with_an_end_is_decided_again_by_who_keeps_the_record() -> None:
    comment = "    # opsbook: ignore[ACT002] the vendor ships in April until=2026-04-30\n"
    record = OPEN + "kind: drill\n" + WORK.replace("    due", f"{comment}    due").replace("ana", "eva")
    (item,) = due(incident=record)
    assert said([item]) == ["Decide again about ACT002: the vendor ships in April | eva | doors"]
    assert (item.due, item.record, item.overdue) == (date(2026, 4, 30), "2026-03-02-checkout-5xx", False)
    assert [each.what for each in due("2026-05-01T09:00Z", record)] == ["action-item", "suppression"]
    page = "---\nowner: doors\n---\n# Disk\n\n<!-- opsbook: ignore[RUN006] soon until=2026-04-30 -->\n"
    (item,) = due(**{"runbooks/disk-full.md": page})
    assert (item.owners, item.place) == (("doors",), "runbooks/disk-full.md:6")


@pytest.mark.parametrize(("what", "names"), ANSWERED_BY.items())
def test_what_answers_an_item_are_rules_by_code_and_name(what: str, names: tuple[str, ...]) -> None:
    codes = names[::2]
    assert [catalog()[code].name for code in codes] == list(names[1::2]), what


@pytest.mark.parametrize(
    ("incident", "postmortem"),
    [
        (
            TOLD.replace(
                "severity: SEV1\n", "severity: SEV1  # opsbook: ignore[PM001] merged into another\n"
            ),
            "",
        ),
        (TOLD + "duplicate_of: 2026-03-01-other\n", ""),
        (TOLD, PAGE.replace("draft", "draft  # opsbook: ignore[PM005, late_publication] nobody is left")),
    ],
    ids=["a draft", "a duplicate", "its stages"],
)
def test_what_a_comment_answers_is_not_asked_for_again(incident: str, postmortem: str) -> None:
    assert due(incident=incident, postmortem=postmortem) == []


def test_an_answer_that_ended_answers_nothing() -> None:
    comment = "severity: SEV1  # opsbook: ignore[PM001] until=2026-03-19 soon\n"
    record = TOLD.replace("severity: SEV1\n", comment)
    assert [each.what for each in due("2026-03-19T11:00Z", record)] == ["suppression"]
    assert [each.what for each in due("2026-03-20T11:00Z", record)] == ["draft", "suppression"]


def test_a_record_that_cannot_be_read_owes_nothing_that_anybody_knows() -> None:
    assert (
        due(incident="title: [", postmortem="---\nstatus: [\n---\n", **{"runbooks/a.md": "---\n[\n---\n"})
        == []
    )


def test_the_longest_overdue_comes_first_and_can_be_asked_for_by_team_person_and_time() -> None:
    runbook = "---\nowner: doors\nlast_updated: 2025-12-20\nreview_in: 90d\n---\n# Disk\n"
    items = due(incident=RESOLVED + WORK, **{"runbooks/disk-full.md": runbook})
    assert [each.what for each in items] == ["draft", "update", "action-item", "runbook-review"]
    assert items == sorted(items, key=lambda each: -each.late)
    assert [each.what for each in of_team(items, "doors")] == ["runbook-review"]
    assert [each.what for each in of_person(items, "ben")] == ["draft", "update"]
    berlin = ZoneInfo("Europe/Berlin")
    late = [each.what for each in due_by(items, date(2026, 3, 19), berlin)]
    assert late == ["draft", "update", "action-item"]
    assert due_by(items, date(2026, 3, 20), berlin) == items


# ── a year ────────────────────────────────────────────────────────────────────────────────

YEAR = [instant("2026-01-01T05:00Z") + timedelta(days=day) for day in range(366)]


def year() -> Book:
    """A book of twelve incidents, one a month, each with something else left to do."""
    files = dict(FILES)
    for month in range(1, 13):
        day = f"2026-{month:02}-02"
        folder = f"incidents/2026/{day}-checkout-5xx"
        record = [OPEN, RESOLVED, TOLD][month % 3] + WORK
        files[f"{folder}/incident.yaml"] = record.replace("2026-03-", f"2026-{month:02}-")
        if month % 2:
            files[f"{folder}/postmortem.md"] = PAGE
        files[f"runbooks/r{month}.md"] = f"---\nlast_updated: {day}\nreview_in: {month}0d\n---\n# R{month}\n"
    return Book(Memory(files))


def test_moved_forward_day_by_day_through_a_year_each_item_becomes_overdue_exactly_once() -> None:
    book = year()
    mornings: dict[tuple[str, str, str], list[tuple[datetime, Item]]] = {}
    for at in YEAR:
        for each in agenda(book, at):
            mornings.setdefault((each.what, each.record, each.text), []).append((at, each))
    kinds = {what for what, _, _ in mornings}
    assert kinds == {"update", "draft", "review", "publication", "action-item", "runbook-review"}
    for key, states in mornings.items():
        (over,) = {each.over for _, each in states}
        assert [at for at, each in states if not each.overdue] == [at for at in YEAR if at < over], key
        assert [at for at, each in states if each.overdue] == [at for at in YEAR if at >= over], key


def test_what_was_answered_in_the_example_book_comes_back_when_the_answer_ends_and_stays() -> None:
    book, start = load(Path(__file__).parents[2]), instant("2026-11-23T09:30Z")
    late: dict[tuple[str, str, str], list[bool]] = {}
    for week in range(53):
        for each in agenda(book, start + timedelta(weeks=week)):
            late.setdefault((each.what, each.record, each.text), []).append(each.overdue)
    assert len(late) > 10
    assert all(states == sorted(states) for states in late.values())
    answered = late[
        "action-item", "2026-07-09-organiser-key-in-public/keys-expire", "A key lives for a year at most"
    ]
    assert set(answered) == {True}
    assert len(answered) == 47, "from the first week of January on"


# ── what is remembered ────────────────────────────────────────────────────────────────────

BENS = PAGE.replace("eva, ben", "ben")
TEXTS: dict[str, tuple[str, ...]] = {
    "opsbook.toml": (
        'timezone = "Asia/Tokyo"\nreview_in = "6 months"\nalerts = ["alerts/*.yaml"]\n',
        'timezone = "Europe/Berlin"\nreview_in = "90d"\nalerts = ["alerts/*.yaml"]\n',
        'timezone = "Europe/Berlin"\nreview_in = "6 months"\n',
    ),
    "policies/severities.yaml": (
        SEVERITIES.replace("7d", "6d"),
        SEVERITIES.replace("7d", "3 business days"),
    ),
    "policies/services/checkout.yaml": ("name: Checkout\nteam: doors\n", "name: [\n"),
    "rotations/teams/payments.yaml": (
        "name: Payments\nmembers: [eva]\n",
        "name: Payments\nmembers: [ana, ben]\nuntil: 2026-03-19\n",
        "name: [\n",
    ),
    "rotations/people/ana.yaml": ("name: Ana\ntimezone: Europe/Madrid\nuntil: 2026-03-19\n", "name: [\n"),
    "policies/attestations.yaml": (
        "attestations:\n  - {what: alert-audit, day: 2026-01-15, by: ana}\n",
        "attestations:\n  - {what: recovery-drills, day: 2026-02-02, by: ben}\n",
    ),
    "alerts/pool.yaml": ("groups:\n  - {name: pool, rules: []}\n",),
    "runbooks/pool.md": ("---\nlast_updated: 2026-01-05\ntest_in: 61d\nowner: ana\n---\n# Pool\n",),
    f"{FOLDER}/incident.yaml": (OPEN, RESOLVED + WORK, "title: [\n"),
    f"{FOLDER}/postmortem.md": (BENS.replace("draft", "published"), PAGE),
}
WHOLE = FILES | {
    "opsbook.toml": FILES["opsbook.toml"] + 'alerts = ["alerts/*.yaml"]\n',
    "policies/attestations.yaml": "attestations:\n  - {what: recovery-drills, day: 2026-02-01, by: ben}\n",
    "alerts/pool.yaml": "groups:\n  - {name: pool, rules: []}  # opsbook: ignore[ALR001] until=2026-03-25\n",
    "runbooks/pool.md": "---\nlast_updated: 2026-01-05\ntest_in: 60d\nowner: ana\n---\n# Pool\n",
    f"{FOLDER}/incident.yaml": TOLD + WORK,
    f"{FOLDER}/postmortem.md": BENS,
}


def test_what_is_remembered_of_texts_is_what_they_say(quiet: None, tmp_path: Path) -> None:
    files, root = dict[str, str](WHOLE), tmp_path / "book"

    def write(path: str, text: str | None) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            (root / path).unlink()
            del files[path]
        else:
            files[path] = text
            (root / path).write_text(text)

    for path, text in WHOLE.items():
        write(path, text)
    said = agenda(Book(Memory(files)), instant(NOON))
    for path, texts in TEXTS.items():
        for text in (*texts, *([None] if path != "opsbook.toml" else [])):
            for each in (text, WHOLE[path]):
                write(path, each)
                time.sleep(0.06)  # so that the file system's clock has moved on, and what is read is kept
                afresh = agenda(Book(Memory(files)), instant(NOON))
                assert agenda(load(root), instant(NOON)) == afresh, (path, each)
                assert agenda(load(root), instant(NOON)) == afresh, (path, each)
                assert each is None or (afresh == said) == (each == WHOLE[path]), (path, each)
