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
