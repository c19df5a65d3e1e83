"""`opsbook handoff`: the page, what git knows, and saying that one took over."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from opsbook.cli.main import run

ROTATION = """\
team: payments
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-03-02 09:00, every: 1w, members: [ana, [ben, chi], dan]}
"""
RUNBOOK = "---\nkind: procedure\nowner: payments\n---\n# Fail over the *database*\n"
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/primary.yaml": ROTATION,
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben, chi, dan]\n",
    "runbooks/failover.md": RUNBOOK,
    "runbooks/old.md": RUNBOOK,
    "runbooks/search.md": RUNBOOK.replace("payments", "search"),
    **{
        f"rotations/people/{id}.yaml": f"name: {id.title()} Ruiz\ntimezone: Europe/Berlin\n"
        for id in ("ana", "ben", "chi", "dan")
    },
}
AT = "2026-03-09T08:10Z"
"""Ten minutes after ana handed over to ben and chi."""
RECORD = "rotations/handoffs/2026-03-09-0800-primary.yaml"

Out = pytest.CaptureFixture[str]


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    root = tmp_path / "book"
    for path, text in BOOK.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def handoff(book: Path, *words: str, at: str = AT) -> int:
    return run(["-C", str(book), "handoff", "primary", "--at", at, *words])


def commit(book: Path, at: str) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        command = ["git", "-C", str(book), *who, *words]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | dates)


# ── the page ──────────────────────────────────────────────────────────────────────────────


def test_runbooks_of_the_team_that_changed_since_the_last_handoff_are_told(book: Path, capsys: Out) -> None:
    (book / "runbooks/failover.md").unlink()
    commit(book, "2026-02-20T12:00:00Z")
    (book / "runbooks/failover.md").write_text(RUNBOOK)
    (book / "runbooks/old.md").write_text(RUNBOOK + "\nMore.\n")
    (book / "runbooks/search.md").write_text(RUNBOOK.replace("payments", "search") + "\nMore.\n")
    commit(book, "2026-03-05T12:00:00Z")
    assert handoff(book) == 0
    assert capsys.readouterr().out.endswith("""\
## Runbooks

- New Thu 5 Mar 13:00: Fail over the database (`failover`)
- Changed Thu 5 Mar 13:00: Fail over the database (`old`)
""")
    assert handoff(book, at="2026-03-30T08:00Z") == 0
    assert capsys.readouterr().out.endswith("## Runbooks\n\nNo runbook changed.\n")


def test_a_shallow_clone_says_that_it_does_not_know(book: Path, tmp_path: Path, capsys: Out) -> None:
    commit(book, "2026-02-20T12:00:00Z")
    (book / "runbooks/old.md").write_text(RUNBOOK + "\nMore.\n")
    commit(book, "2026-03-05T12:00:00Z")
    command = ["git", "clone", "-q", "--depth", "1", book.as_uri(), str(tmp_path / "clone")]
    subprocess.run(command, check=True, capture_output=True)
    assert handoff(tmp_path / "clone") == 0
    assert "Which changed is not known" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("handoff", "primry"), "did you mean `primary`?"),
        (("handoff", "loop"), "rotation `loop` follows itself"),
        (("handoff", "loop", "--ack"), "rotation `loop` follows itself"),
        (("handoff", "primary", "--note", "x"), "go with --ack"),
        (("handoff", "primary", "--by", "ben"), "go with --ack"),
        (("handoff", "primary", "--commit"), "go with --ack"),
        (("handoff", "primary", "--ack", "--json"), "leave out --json"),
    ],
)
def test_wrong_use_says_what_is_wrong(book: Path, words: tuple[str, ...], said: str, capsys: Out) -> None:
    (book / "rotations/loop.yaml").write_text("follows: loop\n")
    assert run(["-C", str(book), *words]) == 2
    assert said in capsys.readouterr().err


# ── who took over ─────────────────────────────────────────────────────────────────────────


def test_whoever_took_over_is_written_down_and_told_and_what_was_agreed_on_is_told_next_time(
    book: Path, capsys: Out
) -> None:
    assert handoff(book, "--ack", "--by", "ben", "--note", 'Watch the "queue"\n: # x') == 0
    assert capsys.readouterr().out == f"primary: ben took over: {RECORD}\n"
    assert (book / RECORD).read_text() == (
        "# yaml-language-server: $schema=../../schemas/handoff.json\n"
        "rotation: primary\nat: 2026-03-09T08:00Z\nby: ben\nacknowledged: 2026-03-09T08:10Z\n"
        'note: "Watch the \\"queue\\"\\n: # x"\n'
    )
    assert run(["-C", str(book), "check", RECORD, "--at", AT]) == 0
    capsys.readouterr()
    assert handoff(book) == 0
    assert 'Taken over by **Ben Ruiz**, Mon 9 Mar 09:10: Watch the "queue"' in capsys.readouterr().out
    assert handoff(book, "--json", at="2026-03-16T07:00Z") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["taken_over"], found["agreed"]["by"]) == (None, "ben")


def test_where_one_person_comes_on_it_is_them_and_saying_so_twice_changes_nothing(
    book: Path, capsys: Out
) -> None:
    for expected in ("primary: dan took over: rotations/handoffs/", "primary: dan took over already\n"):
        assert handoff(book, "--ack", at="2026-03-16T07:30Z") == 0
        assert capsys.readouterr().out.startswith(expected)
    (record,) = (book / "rotations/handoffs").iterdir()
    assert record.name == "2026-03-16-0800-primary.yaml"


@pytest.mark.parametrize(
    ("words", "at", "said"),
    [
        ((), AT, "`ben` and `chi` come on together"),
        (("--by", "dan"), AT, "`dan` is not on call from 2026-03-09T08:00Z, `ben` and `chi` is"),
        (("--by", "zoe"), AT, "`zoe` is not on call"),
        ((), "2026-03-01T00:00Z", "nobody hands over `primary` within two hours, or did within a year"),
    ],
)
def test_nobody_takes_over_who_is_not_on_call_then(
    book: Path, words: tuple[str, ...], at: str, said: str, capsys: Out
) -> None:
    assert handoff(book, "--ack", *words, at=at) == 2
    assert said in capsys.readouterr().err
    assert not (book / "rotations/handoffs").exists()


def test_in_git_it_is_a_commit(book: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-C", str(book), *words]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout

    commit(book, "2026-03-01T12:00:00Z")
    git("config", "user.name", "Ben")
    git("config", "user.email", "ben@example.com")
    assert handoff(book, "--ack", "--by", "ben") == 0
    assert git("log", "-1", "--format=%s", "--name-only") == f"primary: ben took over\n\n{RECORD}\n"


def test_late_is_better_than_never(book: Path) -> None:
    assert handoff(book, "--ack", "--by", "chi", at="2026-03-13T12:00Z") == 0
    assert (book / RECORD).exists()


def test_what_somebody_else_said_is_not_written_over(book: Path, capsys: Out) -> None:
    assert handoff(book, "--ack", "--by", "ben") == 0
    before = (book / RECORD).read_bytes()
    assert handoff(book, "--ack", "--by", "chi") == 2
    assert "`ben` said that they took over" in capsys.readouterr().err
    assert (book / RECORD).read_bytes() == before


def test_a_dry_run_shows_the_record_and_writes_nothing(book: Path, capsys: Out) -> None:
    assert handoff(book, "--ack", "--by", "ben", "--dry-run") == 0
    assert "+by: ben\n" in capsys.readouterr().out
    assert not (book / RECORD).exists()
