"""A draft says what the record knows, asks for the rest, and becomes a page that no rule complains of."""

from __future__ import annotations

from datetime import UTC, datetime

from opsbook.authoring.postmortem import agenda, digest, draft, drafted, sent, synced
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.lint.catalog import Selection
from opsbook.lint.check import check

ID = "2026-03-02-checkout-5xx"
FOLDER = f"incidents/2026/{ID}"
RECORD = """\
title: Checkout answers <b>502</b>
severity: SEV1
services: [checkout]
summary: A configuration change removed half of the pool.
impact: {users_affected: 12000, description: Orders failed at the payment step}
contributing_factors: [configuration-change]
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, text: "Change reached production"}
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, roles: {incident-commander: ana}, text: D}
  - {at: 2026-03-02T09:20Z, type: decision, roles: {incident-commander: ben}, text: "Fail over first"}
  - {at: 2026-03-02T10:20Z, update: {audience: internal}, text: "Still looking"}
  - {at: 2026-03-02T10:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:50Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-check: {title: Check the pool, owner: chi, due: 2026-03-16, status: open}
"""
EARLIER = """\
title: Checkout is slow
severity: SEV2
services: [checkout]
timeline:
  - {at: 2026-02-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
  - {at: 2026-02-02T10:14Z, milestone: resolved, text: "Resolved"}
action_items:
  canary: {title: Add a canary, owner: ben, due: 2026-02-20, status: open}
"""


def book(**more: str) -> Book:
    return Book(
        Memory(
            {
                "opsbook.toml": 'timezone = "Europe/Berlin"\n',
                f"{FOLDER}/incident.yaml": RECORD,
                "incidents/2026/2026-02-02-slow/incident.yaml": EARLIER,
                "incidents/2026/2026-01-02-doors/incident.yaml": EARLIER.replace("checkout]", "doors]"),
                **{f"{FOLDER}/{name.replace('_', '.')}": text for name, text in more.items()},
            }
        )
    )


def page(author: str | None = "ana") -> str:
    the_book = book()
    return draft(the_book, the_book.read(f"{FOLDER}/incident.yaml"), author)


def test_a_draft_says_what_the_record_knows() -> None:
    text = page()
    assert text.startswith(
        "---\nstatus: draft\nauthors: [ana]\n---\n\n# Checkout answers &lt;b&gt;502&lt;/b&gt;\n"
    )
    for words in (
        "A configuration change removed half of the pool.",
        "- 12,000 people affected",
        "- configuration-change",
        "- 4m from the beginning to the first sign",
        "- incident commander: ana, then ben",
        "- The word to internal at 11:20 came 36m late",
        "| 10:02 | **Started** | Change reached production |",
        "| Check the pool | chi | 2026-03-16 | open |",
    ):
        assert words in text


def test_earlier_incidents_with_unfinished_work_come_first() -> None:
    text = page()
    first = text.index("## Earlier incidents like this one")
    assert first < text.index("## Summary")
    assert (
        "- [Checkout is slow](../2026-02-02-slow/incident.yaml), 2026-02-02: "
        "service checkout, word checkout\n"
        "    - not done: Add a canary (`canary`, ben, due 2026-02-20)\n"
    ) in text


def test_a_draft_is_a_page_that_no_rule_refuses() -> None:
    the_book = book(postmortem_md=page(None))
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    subject = f"{FOLDER}/postmortem.md"
    found, _ = check(the_book, lambda: Selection(the_book.settings, "strict"), at, subjects=[subject])
    assert [(each.name, each.message) for each in found.diagnostics] == []


def test_its_blocks_are_refreshed_and_nothing_else_changes() -> None:
    text = page().replace("\n", "\r\n").replace("Change reached", "Somebody typed over")
    the_book = book(postmortem_md=text)
    incident = the_book.read(f"{FOLDER}/incident.yaml")
    change = synced(the_book, the_book.read(f"{FOLDER}/postmortem.md"), incident)
    assert change.texts()[0][1] == page().replace("\n", "\r\n")
    the_book = book(postmortem_md=page())
    assert not synced(
        the_book, the_book.read(f"{FOLDER}/postmortem.md"), the_book.read(f"{FOLDER}/incident.yaml")
    )


def test_a_review_fills_its_time_and_names_what_is_worth_a_word() -> None:
    the_book = book()
    for minutes in (15, 45, 60, 90):
        items = agenda(the_book, the_book.read(f"{FOLDER}/incident.yaml"), minutes)
        assert sum(item.minutes for item in items) == minutes
        assert all(item.minutes > 0 for item in items)
    by_title = {item.title: item.lines for item in items}
    assert "10:20 decided: Fail over first" in by_title["Walk-through"]
    assert "1h without an entry, 10:20 to 11:20: what happened then?" in by_title["Walk-through"]
    assert by_title["What went wrong"] == (
        "the word to internal at 11:20 came 36m late",
        "no word to public from 10:14 to the end at 11:50",
    )
    assert "Still open from 2026-02-02-slow: canary" in by_title["Actions"]


def test_each_reader_gets_a_text_for_them_and_no_name() -> None:
    the_book = book()
    incident = the_book.read(f"{FOLDER}/incident.yaml")
    texts = {
        reader: digest(the_book, incident, reader) for reader in ("engineering", "support", "leadership")
    }
    assert "What made it possible: configuration-change" in texts["engineering"]
    assert "Can it come back: yes, until the work below is done" in texts["support"]
    assert "How many: 12,000" in texts["leadership"]
    for text in texts.values():
        assert text.startswith("Subject: [SEV1] Checkout answers <b>502</b>\n")
        assert not {"ana", "ben", "chi"} & {*text.replace(",", " ").replace(")", " ").split()}


def test_whom_it_was_sent_to_is_noted_in_the_page() -> None:
    the_book = book(postmortem_md=page())
    change = sent(the_book.read(f"{FOLDER}/postmortem.md"), "all: hands", datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert "distribution:\n" in change.texts()[0][1] or "distribution: [" in change.texts()[0][1]
    after = book(postmortem_md=change.texts()[0][1]).read(f"{FOLDER}/postmortem.md").content
    assert [(each.to, each.at.isoformat()) for each in after.distribution] == [
        ("all: hands", "2026-03-05T09:00:00+00:00")
    ]


def test_a_draft_is_one_new_page() -> None:
    the_book = book()
    change = drafted(the_book, the_book.read(f"{FOLDER}/incident.yaml"), "ana")
    assert [source.path for source, _ in change.texts()] == [f"{FOLDER}/postmortem.md"]
