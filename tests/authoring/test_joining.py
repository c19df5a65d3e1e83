"""Two incidents are one: what goes over, what stays, and that a second time there is nothing to do."""

from __future__ import annotations

import pytest

from opsbook.authoring.joining import Joined, joined
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError

OLD, NEW, THIRD = "2026-03-02-tills", "2026-03-02-checkout", "2026-02-01-before"
DECLARED = (
    "- {at: 2026-03-02T09:05Z, milestone: declared, severity: SEV3, roles: {lead: ana}, text: Declared}"
)
GRAPH = "- {at: 2026-03-02T09:10Z, services: {tills: down, checkout: down}, text: Graph, evidence: [evidence/g.png]}"  # noqa: E501
BOOK: dict[str, str | bytes] = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    f"incidents/2026/{OLD}/incident.yaml": f"""\
title: Tills hang
services: {{tills: down, checkout: degraded}}
alerts: [A, B]
contributing_factors: [no-canary]
timeline:
  - {{at: 2026-03-02T09:00Z, milestone: detected, by: ana, text: "Seen, {OLD}/look is what we do"}}
  {DECLARED}
  {GRAPH}
  - {{at: 2026-03-02T09:20Z, text: "Both know this"}}
action_items:
  look:
    title: Look at it
    owner: ana
    due: 2026-03-16
    evidence: [evidence/g.png]
  check:
    title: Check it, here
  done: {{title: Done, status: done, done_on: 2026-03-03}}
""",
    f"incidents/2026/{OLD}/evidence/g.png": b"one",
    f"incidents/2026/{OLD}/evidence/unnamed.txt": b"x",
    f"incidents/2026/{NEW}/incident.yaml": """\
title: Checkout is down   # a comment
services: [checkout]
alerts: [A]
timeline:
  - {at: 2026-03-02T08:59Z, services: {checkout: degraded}, text: "First"}
  - at: 2026-03-02T09:20Z
    text: Both know this
  - {at: 2026-03-02T10:00Z, milestone: resolved, text: "Over"}
action_items:
  check: {title: Another check}
""",
    f"incidents/2026/{NEW}/evidence/g.png": b"another",
    f"incidents/2026/{THIRD}/incident.yaml": f"""\
title: Before
related: [{OLD}, {NEW}]
duplicate_of: {OLD}
summary: "{OLD}/look, {OLD}/check and {OLD}/done"
""",
    "runbooks/a.md": f"# A\n\nSince {OLD}/check and {OLD}.\n",
}  # fmt: skip


def join(files: dict[str, str | bytes], old: str = OLD, new: str = NEW) -> Joined:
    book = Book(Memory(files))
    duplicate, into = book.find("incident", old), book.find("incident", new)
    assert duplicate is not None
    assert into is not None
    return joined(book, duplicate, into)


def after(files: dict[str, str | bytes], done: Joined) -> dict[str, str | bytes]:
    texts = {source.path: text for source, text in done.change.texts()}
    return {**files, **texts, **done.change.files}


def test_what_a_duplicate_knows_goes_over_and_it_stays_as_history() -> None:
    done = join(BOOK)
    assert {source.path: text for source, text in done.change.texts()} == {
        f"incidents/2026/{NEW}/incident.yaml": f"""\
title: Checkout is down   # a comment
services: [checkout, tills]
contributing_factors:
  - no-canary
alerts: [A, B]
timeline:
  - {{at: 2026-03-02T08:59Z, services: {{checkout: degraded}}, text: "First"}}
  - {{at: 2026-03-02T09:00Z, by: ana, text: "Seen, {NEW}/look is what we do"}}
  - {{at: 2026-03-02T09:05Z, text: "Declared"}}
  - {{at: 2026-03-02T09:10Z, services: {{tills: down}}, text: "Graph", evidence: [evidence/g-2.png]}}
  - at: 2026-03-02T09:20Z
    text: Both know this
  - {{at: 2026-03-02T10:00Z, milestone: resolved, text: "Over"}}
action_items:
  check: {{title: Another check}}
  look: {{title: "Look at it", owner: ana, due: 2026-03-16, evidence: [evidence/g-2.png]}}
  check-2: {{title: "Check it, here"}}
""",
        f"incidents/2026/{OLD}/incident.yaml": f"""\
title: Tills hang
services: {{tills: down, checkout: degraded}}
alerts: [A, B]
contributing_factors: [no-canary]
timeline:
  - {{at: 2026-03-02T09:00Z, milestone: detected, by: ana, text: "Seen, {NEW}/look is what we do"}}
  {DECLARED}
  {GRAPH}
  - {{at: 2026-03-02T09:20Z, text: "Both know this"}}
action_items:
  done: {{title: Done, status: done, done_on: 2026-03-03}}
duplicate_of: {NEW}
""",
        f"incidents/2026/{THIRD}/incident.yaml": f"""\
title: Before
related: [{NEW}]
duplicate_of: {NEW}
summary: "{NEW}/look, {NEW}/check-2 and {OLD}/done"
""",
        "runbooks/a.md": f"# A\n\nSince {NEW}/check-2 and {OLD}.\n",
    }  # fmt: skip
    assert done.change.files == {f"incidents/2026/{NEW}/evidence/g-2.png": b"one"}
    assert (done.entries, done.items) == (3, {"look": "look", "check": "check-2"})


def test_a_second_time_there_is_nothing_to_do() -> None:
    files = after(BOOK, join(BOOK))
    assert not join(files).change


def test_what_was_logged_since_goes_over_the_next_time() -> None:
    files = after(BOOK, join(BOOK))
    path = f"incidents/2026/{OLD}/incident.yaml"
    more = '  - {at: 2026-03-02T09:15Z, text: "Later", evidence: [evidence/g.png]}\naction_items:'
    done = join({**files, path: str(files[path]).replace("action_items:", more)})
    assert (done.entries, done.change.files) == (1, {})
    ((source, text),) = done.change.texts()
    assert text == source.text.replace(
        "  - at: 2026-03-02T09:20Z",
        '  - {at: 2026-03-02T09:15Z, text: "Later", evidence: [evidence/g-2.png]}\n  - at: 2026-03-02T09:20Z',
    )


def test_work_that_both_have_is_one() -> None:
    item = "action_items:\n  look: {title: Look}\n"
    files = {
        f"incidents/2026/{id}/incident.yaml": f"title: {id[-3:]}\ntimeline: []\n{item}" for id in (OLD, NEW)
    }
    done = join(dict(files))
    assert {source.path: text for source, text in done.change.texts()} == {
        f"incidents/2026/{OLD}/incident.yaml": f"title: lls\ntimeline: []\nduplicate_of: {NEW}\n"
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (OLD, OLD, f"`{OLD}` cannot be a duplicate of itself"),
        (NEW, THIRD, f"`{THIRD}` is a duplicate of `{OLD}`"),
        (THIRD, NEW, f"`{THIRD}` is a duplicate of `{OLD}`"),
    ],
)
def test_no_circles_and_no_chains(old: str, new: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        join(BOOK, old, new)
    assert error.value.message == message
