"""What is done with an action item changes its lines and no other, and keeps what was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from opsbook.authoring import actions
from opsbook.authoring.change import Change
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError
from opsbook.metrics.follow_up import review_day

ID = "2026-03-02-checkout-5xx"
PATH = f"incidents/2026/{ID}/incident.yaml"
TEXT = """\
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:14Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-check:
    title: Check the pool   # before a change is promoted
    owner: chi
    due: 2026-03-16
    status: open
  canary: {title: Add a canary, owner: ben, status: in-progress}
"""


def book(text: str = TEXT) -> Book:
    return Book(Memory({"opsbook.toml": "", PATH: text}))


def after(change: Change) -> str:
    return change.texts()[0][1]


def item(text: str, id: str) -> dict[str, Any]:
    found = book(text).read(PATH).content.action_items[id]
    return found.model_dump(exclude_unset=True, mode="json")


def test_done_says_when_and_what_shows_it() -> None:
    work = actions.named(book(), f"{ID}/pool-check")
    text = after(actions.done(work, date(2026, 3, 10), ("https://example.com/1", "https://example.com/2")))
    assert text.startswith(TEXT.partition("    status")[0])
    found = item(text, "pool-check")
    assert (found["status"], found["done_on"]) == ("done", "2026-03-10")
    assert found["evidence"] == ["https://example.com/1", "https://example.com/2"]
    assert "# before a change is promoted" in text


def test_an_item_that_is_put_off_keeps_the_day_it_was_due_and_why() -> None:
    text = after(
        actions.postponed(actions.named(book(), "pool-check"), date(2026, 4, 13), "vendor ships late")
    )
    found = item(text, "pool-check")
    assert found["due"] == "2026-04-13"
    assert found["moved"] == [{"from": "2026-03-16", "to": "2026-04-13", "reason": "vendor ships late"}]


def test_a_day_that_only_the_policy_set_is_kept_too() -> None:
    work = actions.named(book(), "canary")
    assert work.due == date(2026, 4, 1)
    found = item(after(actions.postponed(work, date(2026, 5, 1), "x")), "canary")
    assert found["moved"] == [{"from": "2026-04-01", "to": "2026-05-01", "reason": "x"}]


@pytest.mark.parametrize("to", [date(2026, 3, 16), date(2026, 3, 1)])
def test_putting_off_is_to_a_later_day(to: date) -> None:
    with pytest.raises(UserError, match="is due on 2026-03-16, which is not before"):
        actions.postponed(actions.named(book(), "pool-check"), to, "x")


def test_a_declined_item_says_why() -> None:
    found = item(after(actions.declined(actions.named(book(), "canary"), 'too: "dear" # now')), "canary")
    assert (found["status"], found["reason"]) == ("declined", 'too: "dear" # now')


def test_an_item_gets_another_owner_and_is_begun() -> None:
    assert item(after(actions.assigned(actions.named(book(), "canary"), "dan")), "canary")["owner"] == "dan"
    assert (
        item(after(actions.started(actions.named(book(), "pool-check"))), "pool-check")["status"]
        == "in-progress"
    )


@pytest.mark.parametrize("base", [TEXT, TEXT.partition("action_items")[0], "title: X\n", "{title: X}\n"])
def test_a_new_item_is_added_wherever_there_is_none_yet(base: str) -> None:
    incident = book(base).read(PATH)
    change, id = actions.added(incident, "Größe des Pools: prüfen, #1", {"owner": "chi", "due": "2026-03-20"})
    assert id == "groe-des-pools-prufen-1"
    assert item(after(change), id) == {
        "title": "Größe des Pools: prüfen, #1", "owner": "chi", "due": "2026-03-20", "status": "open",
    }  # fmt: skip


def test_two_items_of_one_title_have_two_ids() -> None:
    assert actions.added(book().read(PATH), "Canary", {})[1] == "canary-2"


def test_what_is_over_is_not_done_again() -> None:
    done = after(actions.done(actions.named(book(), "canary"), date(2026, 3, 3), ()))
    with pytest.raises(UserError, match="is done already"):
        actions.declined(actions.named(book(done), "canary"), "x")


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UserError) as error:
        actions.named(book(), f"{ID}/pool")
    assert error.value.hint == "it has pool-check, canary"
    with pytest.raises(UserError, match="no action item `nothing`"):
        actions.named(book(), "nothing")


def test_a_remedy_is_rated_beside_what_it_does() -> None:
    text = after(actions.rated(actions.named(book(), "pool-check"), "stronger"))
    assert text == TEXT.replace("    owner: chi\n", "    strength: stronger\n    owner: chi\n")


def test_a_finished_remedy_is_reviewed_and_judged() -> None:
    work = actions.named(book(), "pool-check")
    text = after(actions.done(work, date(2026, 3, 10), (), date(2026, 6, 15)))
    work = actions.named(book(text), f"{ID}/pool-check")
    assert review_day(work.item) == date(2026, 6, 15)
    text = after(actions.judged(work, "effective", date(2026, 6, 12), 'it "refused" two\nchanges: good'))
    found = actions.named(book(text), f"{ID}/pool-check").item
    assert found.verdict is not None
    assert found.verdict.model_dump(mode="json") == {
        "reviewed_on": "2026-06-12",
        "result": "effective",
        "reason": 'it "refused" two changes: good',
    }
    assert review_day(found) is None


def test_only_what_is_done_can_be_judged() -> None:
    with pytest.raises(UserError, match="is open: only what is done can be judged"):
        actions.judged(actions.named(book(), "pool-check"), "ineffective", date(2026, 6, 12), "x")
    broken = TEXT.replace(
        "status: in-progress", "verdict: {reviewed_on: 2026-06-12, result: effective, reason: x}"
    )
    (problem,) = book(broken).read(PATH).problems
    assert problem.message == "a `verdict` on what is `open`: it needs `status: done`"


def test_all_that_somebody_has_left_to_do_goes_to_somebody_else_and_what_is_done_stays() -> None:
    other = "incidents/2026/2026-03-03-other/incident.yaml"
    theirs = TEXT.replace("owner: ben, status: in-progress", "owner: chi, status: done, done_on: 2026-03-09")
    there = Book(Memory({"opsbook.toml": "", PATH: TEXT, other: theirs}))
    change, found = actions.reassigned(there, "chi", "eva")
    assert [each.name for each in found] == [f"{ID}/pool-check", "2026-03-03-other/pool-check"]
    texts = {source.path: text for source, text in change.texts()}
    eva = "    owner: eva\n"
    assert texts == {
        PATH: TEXT.replace("    owner: chi\n", eva),
        other: theirs.replace("    owner: chi\n", eva),
    }
    assert actions.reassigned(there, "gil", "eva") == (Change("action items of gil are eva's"), [])
