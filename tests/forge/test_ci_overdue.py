"""One issue per team says what is overdue, and is written when that changes and on no other day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.forge.server import Fault, Forge

from opsbook.authoring.splice import Put, edits
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.cli.ci import keep_overdue
from opsbook.edits import apply
from opsbook.forge.github import GitHub

Run = Callable[..., tuple[int, str, str]]
ID = "2026-01-02-checkout-5xx"
PATH = f"incidents/2026/{ID}/incident.yaml"
RECORD = """\
title: "Checkout @everybody answers <b>502</b>"
severity: SEV3
services: [checkout]
timeline:
  - {at: 2026-01-02T09:00Z, milestone: declared, severity: SEV3, text: "Declared"}
  - {at: 2026-01-02T10:00Z, milestone: resolved, text: "Resolved"}
action_items:
  first: {title: "First #1", owner: chi, due: 2026-02-10}
  second: {title: Second, owner: chi, due: 2026-03-01}
  third: {title: Third, owner: ben, due: 2026-02-20}
"""
FILES = {
    "opsbook.toml": 'timezone = "UTC"\n',
    "policies/severities.yaml": """\
levels:
  SEV3: {name: n, definition: d, tell_when_overdue: [gil]}
""",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\naccounts: {github: '@ben-kestrel'}\n",
    "rotations/people/chi.yaml": "name: Chi\ntimezone: UTC\naccounts: {github: chi-kestrel}\n",
    "rotations/people/gil.yaml": "name: Gil\ntimezone: UTC\naccounts: {github: 'no login <b>'}\n",
    "rotations/teams/platform.yaml": "name: Platform\nmembers: [chi, gil]\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ben]\n",
    PATH: RECORD,
}


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T06:00+00:00")


@pytest.fixture
def github(forge: Forge) -> GitHub:
    return GitHub(forge.name, forge.environment())


def kept(github: GitHub, files: dict[str, str], day: str) -> list[str]:
    return list(keep_overdue(github, Book(Memory(files)), at(day)))


def test_a_teams_issue_says_what_whose_and_since_when_and_mentions_who_should_know(
    forge: Forge, github: GitHub
) -> None:
    assert kept(github, FILES, "2026-02-20") == ["platform  #1 opened: 1 thing"]
    assert forge.issues[1]["title"] == "Overdue: Platform"
    assert forge.issues[1]["body"].startswith(
        "1 thing is overdue.\n\n"
        f"- **2026-02-10** First #<!-- -->1 · chi (platform) · `{ID}/first`\n\n@chi-kestrel\n"
    )
    assert forge.issues[1]["body"].endswith("\n<!-- opsbook:overdue platform -->\n")


def test_the_next_morning_nothing_is_written(forge: Forge, github: GitHub) -> None:
    kept(github, FILES, "2026-02-20")
    forge.issues[1]["body"] = (
        forge.issues[1]["body"].replace("\n", "\r\n").rstrip()
    )  # as the forge may keep it
    forge.asked.clear()
    assert kept(github, FILES, "2026-02-20") == []
    assert kept(github, FILES, "2026-02-12") == []
    assert forge.wrote == []


def test_it_is_closed_when_nothing_is_overdue_and_opened_again(forge: Forge, github: GitHub) -> None:
    kept(github, FILES, "2026-02-20")
    done = FILES | {
        PATH: RECORD.replace("due: 2026-02-10", "due: 2026-02-10, status: done, done_on: 2026-02-20")
    }
    assert kept(github, done, "2026-02-20") == ["platform  #1 closed: nothing is overdue"]
    assert forge.issues[1]["body"] == "Nothing is overdue.\n\n<!-- opsbook:overdue platform -->\n"
    assert kept(github, done, "2026-02-20") == []
    assert kept(github, FILES, "2026-02-20") == ["platform  #1 reopened: 1 thing"]


def test_an_issue_that_was_opened_without_an_answer_is_found_again(forge: Forge, github: GitHub) -> None:
    forge.faults = [Fault("POST", "/issues$", hang_up=True, after=True)]
    with pytest.raises(Exception, match="it may have been done"):
        kept(github, FILES, "2026-02-20")
    assert kept(github, FILES, "2026-02-20") == []
    assert len(forge.issues) == 1


@pytest.mark.parametrize(
    ("visibility", "private", "shown"),
    [
        ("internal", True, True),
        ("internal", False, False),
        ("public", False, True),
        ("restricted", True, False),
    ],
)
def test_what_must_not_be_seen_is_counted(
    forge: Forge, github: GitHub, visibility: str, private: bool, shown: bool
) -> None:
    forge.private = private
    kept(github, FILES | {PATH: f"{RECORD}visibility: {visibility}\n"}, "2026-02-20")
    body = forge.issues[1]["body"]
    assert ("First" in body, "And 1 of incidents that are not shown here." in body) == (shown, not shown)
    assert ("@chi-kestrel" in body) is shown


def test_a_year_goes_by_and_each_change_is_written_once(forge: Forge, github: GitHub) -> None:
    """Day after day; items are finished, put off and handed over on the way."""
    changes: dict[str, list[tuple[str, str, str]]] = {
        "2026-02-25": [("first", "status", "done"), ("first", "done_on", "2026-02-25")],
        "2026-03-20": [("second", "due", "2026-05-04")],
        "2026-05-12": [("second", "owner", "ben")],
        "2026-06-01": [("third", "status", "declined"), ("third", "reason", "dear")],
        "2026-07-01": [("second", "status", "done"), ("second", "done_on", "2026-07-01")],
    }
    files, told, day = dict(FILES), [], at("2026-01-02")
    for _ in range(365):
        for id, key, value in changes.get(f"{day:%Y-%m-%d}", ()):
            document = Book(Memory(files)).read(PATH)
            (edit,) = edits(document, [Put(("action_items", id, key), value)])
            files[PATH] = apply(files[PATH], [(edit.location.span, edit.replacement)])
        told += [f"{day:%m-%d} {line}" for line in kept(github, files, f"{day:%Y-%m-%d}")]
        day += timedelta(days=1)
    assert told == [
        "02-11 platform  #1 opened: 1 thing",
        "02-21 payments  #2 opened: 1 thing",
        "02-25 platform  #1 closed: nothing is overdue",
        "03-02 platform  #1 reopened: 1 thing",
        "03-20 platform  #1 closed: nothing is overdue",
        "05-05 platform  #1 reopened: 1 thing",
        "05-12 payments  #2 brought up to date: 2 things",
        "05-12 platform  #1 closed: nothing is overdue",
        "06-01 payments  #2 brought up to date: 1 thing",
        "07-01 payments  #2 closed: nothing is overdue",
    ]
    assert len(forge.wrote) == len(told) + 1  # and the label
    assert Counter(each["state"] for each in forge.issues.values()) == {"closed": 2}


def test_the_command_does_it(write: Callable[[dict[str, str]], Path], forge: Forge, opsbook: Run) -> None:
    write(FILES)
    command = ("ci", "overdue", "--at", "2026-02-20T06:00Z")
    assert opsbook(*command) == (0, "platform  #1 opened: 1 thing\n", "")
    assert opsbook(*command) == (0, "nothing to change\n", "")
    forge.cannot = {"issues"}
    code, out, err = opsbook(*command)
    assert (code, out) == (2, "")
    assert err.startswith("error: GitHub refuses: Resource not accessible by integration\n")


def test_a_dry_run_asks_nobody(
    write: Callable[[dict[str, str]], Path], opsbook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    write(FILES)
    code, out, _ = opsbook("ci", "overdue", "--dry-run", "--at", "2026-02-20T06:00Z")
    assert (code, out.startswith("# Overdue: Platform\n\n1 thing is overdue.\n")) == (0, True)


def test_more_than_two_weekdays_without_a_run_are_too_many() -> None:
    from opsbook.metrics.follow_up import neglected

    friday = datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert [neglected(friday, friday + timedelta(days=n)) for n in range(7)] == [False] * 5 + [True] * 2


def test_hundreds_of_things_fit_into_an_issue(forge: Forge, github: GitHub) -> None:
    items: Any = "".join(
        f'  item-{n}: {{title: "{"word @x " * 40}", owner: chi, due: 2026-02-10}}\n' for n in range(900)
    )
    kept(github, FILES | {PATH: RECORD + items}, "2026-02-20")
    body = forge.issues[1]["body"]
    assert len(body) < 65_536
    assert "more items; `opsbook due` shows them" in body
    assert body.endswith("<!-- opsbook:overdue platform -->\n")
