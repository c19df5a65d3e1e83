"""The commands of a response: one line, no question, nothing lost, and a record that can be read."""

from __future__ import annotations

import errno
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsbook.book import facts
from opsbook.book.snapshot import Book
from opsbook.book.tree import WorkTree
from opsbook.cli.main import run
from opsbook.cli.responding import level_named, role_named, when

ID = "2026-11-23-cards-declined"
PATH = f"incidents/2026/{ID}/incident.yaml"
RECORD = """\
title: Cards are declined
severity: SEV1
services: [payments-api]
roles: {incident-commander: ben}
timeline:
  - {at: 2026-11-23T09:02Z, milestone: started, text: "Declines rise"}
  - {at: 2026-11-23T09:10Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-11-23T09:11Z, roles: {incident-commander: ben}, text: "ben commands"}
"""
PEOPLE = {"ana": "Europe/Berlin", "ben": "Asia/Singapore", "chi": "UTC"}
Out = pytest.CaptureFixture[str]
Typed = Callable[..., int]


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book with an open incident, in git, in which we are at 10:30 in Berlin."""
    root = tmp_path / "book"
    for path, text in {
        "opsbook.toml": 'timezone = "Europe/Berlin"\n',
        PATH: RECORD,
        "policies/services/payments-api.yaml": "name: Payments\nteam: pay\n",
        "rotations/teams/pay.yaml": "name: Pay\nmembers: [ana, ben, chi]\n",
        **{f"rotations/people/{id}.yaml": f"name: {id}\ntimezone: {zone}\n" for id, zone in PEOPLE.items()},
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for step in ("init -q -b main", "config user.name Ana", "config user.email ana@example.com",
                 "add -A", "commit -q -m Begin"):  # fmt: skip
        subprocess.run(["git", "-C", str(root), *step.split()], check=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("OPSBOOK_AT", "2026-11-23T09:30:00Z")
    return root


def added(root: Path) -> list[str]:
    """The lines of the record that were not there."""
    return [line for line in (root / PATH).read_text().splitlines() if line not in RECORD.splitlines()]


# ── what is written ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("log rolled back 4812", 'text: "rolled back 4812"'),
        ("log --finding one bank", 'type: finding, text: "one bank"'),
        ("log --action --by ben drained", 'type: action, by: ben, text: "drained"'),
        ("log --paged chi", 'page: {person: chi}, text: "chi paged"'),
        ("log --runbook x --result failed", 'runbook: {id: x, result: failed}, text: "Followed x: failed"'),
        ("log x --service payments-api=down", 'services: {payments-api: down}, text: "x"'),
        ("log x --evidence https://a.b/?c,d", 'text: "x", evidence: ["https://a.b/?c,d"]'),
        ("ack", 'milestone: acknowledged, text: "Acknowledged"'),
        ("mitigate drained north", 'milestone: mitigated, text: "drained north"'),
        ("resolve", 'milestone: resolved, text: "Resolved"'),
        ("reopen", 'milestone: reopened, text: "It is back"'),
        ("decide --mitigate now", 'type: decision, choice: mitigate, text: "now"'),
        ("decide --investigate why", 'type: decision, choice: investigate, text: "why"'),
    ],
)
def test_one_line_is_added_and_no_other_changes(book: Path, typed: str, said: str) -> None:
    assert run(typed.split()) == 0
    text = (book / PATH).read_text()
    assert text == f"{RECORD}  - {{at: 2026-11-23T09:30Z, {said}}}\n"


def test_the_top_follows_severity_and_role(book: Path) -> None:
    assert run(["severity", "p0", "worse"]) == 0
    assert run(["role", "ic", "chi"]) == 0
    assert (
        (book / PATH)
        .read_text()
        .startswith(
            "title: Cards are declined\nseverity: SEV0\nservices: [payments-api]\n"
            "roles: {incident-commander: chi}\n"
        )
    )
    assert run(["role", "ic", "--vacate"]) == 0
    assert "\nroles: {}\n" in (book / PATH).read_text()


def test_who_types_is_said_in_each_entry(book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    run(["log", "a"])
    run(["log", "b"])
    assert capsys.readouterr().err.count("who you are is not known") == 1
    assert run(["setup", "--as", "ana"]) == 0
    run(["log", "c"])
    monkeypatch.setenv("OPSBOOK_PERSON", "chi")
    run(["log", "d"])
    run(["log", "e", "--by", "ben"])
    assert [line.partition("Z, ")[2] for line in added(book)] == [
        'text: "a"}', 'text: "b"}', 'by: ana, text: "c"}', 'by: chi, text: "d"}', 'by: ben, text: "e"}'
    ]  # fmt: skip


def test_evidence_is_copied_under_a_name_that_is_free(book: Path, tmp_path: Path) -> None:
    graph = tmp_path / "gr aph (1).png"
    graph.write_bytes(b"\x89PNG\xff")
    assert run(["log", "x", "--evidence", str(graph)]) == 0
    graph.write_bytes(b"other")
    assert run(["log", "y", "--evidence", str(graph)]) == 0
    folder = (book / PATH).parent / "evidence"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "gr-aph-1-.png": b"\x89PNG\xff",
        "gr-aph-1--2.png": b"other",
    }
    assert "evidence: [evidence/gr-aph-1--2.png]" in added(book)[1]


class Piped(io.TextIOWrapper):
    """Something that another program prints."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))


TOKEN = "ghp_" + "8Qw3nZr6TkY1bVc5Lx0MhJd7Fa2SgE4UiPo9"


def test_what_is_piped_becomes_evidence_without_its_secrets(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(f"a \xff\r\ntoken={TOKEN}\n".encode("latin-1")))
    assert run(["log", "-", "what it said"]) == 0
    (file,) = ((book / PATH).parent / "evidence").iterdir()
    assert file.read_bytes() == b"a \xff\r\ntoken=ghp_" + b"*" * 36 + b"\n"
    assert "masked on line 2: a GitHub token (ghp_…)\n" in capsys.readouterr().err
    assert added(book)[0].endswith(f'text: "what it said", evidence: [evidence/{file.name}]}}')


def test_a_file_that_becomes_evidence_stays_as_it_is_and_its_secrets_are_said(
    book: Path, tmp_path: Path, capsys: Out
) -> None:
    dump = tmp_path / "env dump.txt"
    dump.write_text(f"a\ntoken={TOKEN}\n{TOKEN}\n")
    assert run(["log", "x", "--evidence", str(dump)]) == 0
    assert ((book / PATH).parent / "evidence/env-dump.txt").read_bytes() == dump.read_bytes()
    err = capsys.readouterr().err
    assert TOKEN not in err
    assert err.splitlines()[-3:] == [
        f"{dump}:2 holds what looks like a GitHub token (ghp_…)",
        f"{dump}:3 holds what looks like a GitHub token (ghp_…)",
        (
            "evidence is kept as it is: `opsbook undo` takes it back, "
            f"`opsbook log - < '{dump}'` keeps it with its secrets masked"
        ),
    ]


def test_in_a_file_that_is_no_text_nobody_looks_for_secrets(book: Path, tmp_path: Path, capsys: Out) -> None:
    image = tmp_path / "graph.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n\0\0" + TOKEN.encode())
    assert run(["log", "x", "--evidence", str(image)]) == 0
    assert "ghp_" not in capsys.readouterr().err


def test_more_than_a_megabyte_is_kept_aside_unless_it_is_forced(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(b"line\n" * 300_000))
    assert run(["log", "-"]) == 2
    err = capsys.readouterr().err
    aside = Path(err.partition("at most: see ")[2].partition("\n")[0])
    assert aside.read_bytes() == b"line\n" * 300_000
    aside.unlink()
    assert added(book) == []
    monkeypatch.setattr(sys, "stdin", Piped(b"line\n" * 300_000))
    assert run(["log", "-", "--force"]) == 0
    assert 'text: "Output: line"' in added(book)[0]


# ── which incident ────────────────────────────────────────────────────────────────────────


def declare(title: str, *more: str) -> str:
    assert run(["declare", title, *more]) == 0
    words = title.lower().replace(" ", "-")
    return f"2026-11-23-{words}"


def entries(root: Path, id: str) -> int:
    return (root / f"incidents/2026/{id}/incident.yaml").read_text().count("  - {at: ")


def test_the_incident_is_that_of_the_branch_then_of_the_clone_then_the_only_one(
    book: Path, capsys: Out
) -> None:
    second = declare("Doors stay shut")
    assert run(["log", "for the one declared here"]) == 0
    assert entries(book, second) == 2
    subprocess.run(["git", "symbolic-ref", "HEAD", f"refs/heads/incident/{ID}"], check=True)
    assert run(["log", "for the branch"]) == 0
    assert len(added(book)) == 1
    assert run(["log", "for the one that is named", "-i", second]) == 0
    assert entries(book, second) == 3
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    (book / ".git/opsbook/current").unlink()
    assert run(["log", "for which?"]) == 2
    assert capsys.readouterr().err.endswith(
        f"error: 2 incidents could be meant; say which\n  -i {ID}\n  -i {second}\n"
        '  to paste:\n    - {at: 2026-11-23T09:30Z, text: "for which?"}\n'
    )
    assert run(["close", "--false-alarm", "-i", second]) == 0
    assert run(["log", "for the only one"]) == 0
    assert len(added(book)) == 2


def test_a_linked_work_tree_knows_what_its_clone_knows(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["setup", "--as", "ana"]) == 0
    other = tmp_path / "linked"
    subprocess.run(["git", "worktree", "add", "-q", "-b", f"incident/{ID}", str(other)], check=True)
    monkeypatch.chdir(other)
    assert run(["log", "from beside"]) == 0
    assert 'by: ana, text: "from beside"' in (other / PATH).read_text()


def test_what_a_command_read_is_not_remembered_of_what_somebody_wrote_since(book: Path) -> None:
    asking = Book(WorkTree(book))
    asking.read(PATH)
    (book / PATH).write_text(f"{RECORD}  - {{at: 2026-11-23T09:20Z, milestone: resolved, text: Done}}\n")
    facts.standing(asking)
    assert facts.standing(Book(WorkTree(book))) == {ID: "resolved"}


@pytest.mark.parametrize("folder", ["temp/temp-1", "read/readme", "x/x"])
def test_a_record_in_a_folder_of_no_year_is_nobodys(book: Path, folder: str) -> None:
    known = facts.standing(Book(WorkTree(book)))
    (book / "incidents" / folder).mkdir(parents=True)
    (book / "incidents" / folder / "incident.yaml").write_text(RECORD)
    assert facts.standing(Book(WorkTree(book))) == known


def test_an_old_incident_that_is_reopened_shows_and_a_closed_one_does_not(book: Path, capsys: Out) -> None:
    old = book / "incidents/2024/2024-01-02-old/incident.yaml"
    old.parent.mkdir(parents=True)
    closed = 'title: Old\ntimeline:\n  - {at: 2024-01-02T09:00Z, milestone: closed, text: "x"}\n'
    old.write_text(closed)
    os.utime(old, (1_700_000_000, 1_700_000_000))
    for _ in range(2):
        assert facts.standing(Book(WorkTree(book))) == {ID: "investigating"}
    old.write_text(closed + '  - {at: 2026-11-23T09:00Z, milestone: reopened, text: "y"}\n')
    assert facts.standing(Book(WorkTree(book))) == {"2024-01-02-old": "investigating", ID: "investigating"}
    old.write_text("title: [\n")
    assert facts.standing(Book(WorkTree(book))) == {"2024-01-02-old": "unreadable", ID: "investigating"}
    assert run([]) == 0
    assert "2024-01-02-old/incident.yaml:1:8 cannot be read: `[` is opened here" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["kind: false-alarm\n", "kind: near-miss\n", f"duplicate_of: {ID}\n"])
def test_what_is_no_incident_is_never_the_current_one(book: Path, more: str) -> None:
    other = book / "incidents/2026/2026-11-22-other/incident.yaml"
    other.parent.mkdir()
    other.write_text(f"title: Other\n{more}")
    assert facts.standing(Book(WorkTree(book))) == {ID: "investigating"}


def test_a_tree_over_the_work_tree_is_seen_where_it_differs(book: Path) -> None:
    facts.standing(Book(WorkTree(book)))
    over = Book(WorkTree(book)).with_texts({
        PATH: RECORD + '  - {at: 2026-11-23T09:20Z, milestone: mitigated, text: "x"}\n',
        "incidents/2026/2026-11-22-apart/incident.yaml": "title: On a branch\n",
    })  # fmt: skip
    assert facts.standing(over) == {"2026-11-22-apart": "triage", ID: "mitigated"}
    assert facts.standing(Book(WorkTree(book))) == {ID: "investigating"}


# ── when ──────────────────────────────────────────────────────────────────────────────────

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "typed", "expected"),
    [
        ("2026-11-23T02:10:00+00:00", "03:02", "2026-11-23T02:02:00+00:00"),
        ("2026-11-23T02:10:00+00:00", "3:10", "2026-11-23T02:10:00+00:00"),
        ("2026-11-23T02:10:00+00:00", "03:02:17", "2026-11-23T02:02:17+00:00"),
        ("2026-11-22T23:10:00+00:00", "23:50", "2026-11-22T22:50:00+00:00"),  # just before midnight
        ("2026-11-23T02:10:00+00:00", "2026-11-22T10:00Z", "2026-11-22T10:00:00+00:00"),
        ("2026-10-25T01:45:00+00:00", "02:30", "2026-10-25T01:30:00+00:00"),  # the second of two
        ("2026-10-25T00:45:00+00:00", "02:30", "2026-10-25T00:30:00+00:00"),  # the first of two
        ("2026-03-29T02:00:00+00:00", "02:30", "2026-03-29T01:00:00+00:00"),  # there was none
    ],
)
def test_a_time_of_day_is_the_last_moment_at_which_a_clock_showed_it(
    now: str, typed: str, expected: str
) -> None:
    assert when(typed, datetime.fromisoformat(now), BERLIN) == datetime.fromisoformat(expected)


def test_a_time_is_on_the_clock_of_whoever_types(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["log", "in Berlin", "--at", "10:20"])
    monkeypatch.setenv("OPSBOOK_PERSON", "ben")
    run(["log", "in Singapore", "--at", "17:21"])
    assert [line[9:26] for line in added(book)] == ["2026-11-23T09:20Z", "2026-11-23T09:21Z"]


def test_a_time_that_was_yesterday_is_said_so(book: Path, capsys: Out) -> None:
    run(["log", "early", "--at", "10:31"])
    assert "10:31 was last on Sun 22 Nov" in capsys.readouterr().err


# ── never in the way ──────────────────────────────────────────────────────────────────────


def test_findings_are_next_steps_and_refuse_nothing(book: Path, capsys: Out) -> None:
    assert run(["log", "paging", "--paged", "zoe"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{ID}  10:30:00 CET  paging\n"
    assert "next no person `zoe`" in err


@pytest.mark.parametrize("words", [["log", "still here"], ["mitigate"], ["show"], ["timeline"], ["close"]])
def test_an_open_incident_that_cannot_be_read_is_named_and_no_second_one_is_asked_for(
    book: Path, words: list[str], capsys: Out
) -> None:
    (book / PATH).write_text(RECORD + "<<<<<<< HEAD\n=======\n>>>>>>> x\n")
    assert run(words) == 2
    lines = capsys.readouterr().err.splitlines()
    line = RECORD.count("\n") + 1
    said = f"error: {PATH}:{line}:1 cannot be read: a merge conflict that nobody resolved"
    at = lines.index(said)
    assert lines[at + 1] == f"  `opsbook check {PATH}` says how to mend it"
    assert "declare" not in "".join(lines)
    other = book / "incidents/2024/2024-01-02-old/incident.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("title: [\n")
    assert run(words) == 2
    err = capsys.readouterr().err
    assert "error: no incident that can be read is open\n  incidents/2024/2024-01-02-old/" in err
    assert f"\n  {said.removeprefix('error: ')}; `opsbook check" in err


@pytest.mark.parametrize("words", [["log", "still here"], ["update", "-a", "internal", "--record", "x"]])
def test_where_one_open_incident_is_taken_it_is_said_once_that_another_could_not_be_read(
    book: Path, words: list[str], capsys: Out
) -> None:
    other = book / "incidents/2026/2026-11-23-doors-shut/incident.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("title: [\n")
    path = other.relative_to(book)
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{ID}  10:30:00 CET")
    said = f"passed over, though it may be open: {path}:1:8 cannot be read: `[` is opened here"
    assert err.count(said) == 1
    assert f"`opsbook check {path}` says how to mend it" in err
    assert run([*words, "-i", ID]) == 0
    assert "passed over" not in capsys.readouterr().err


@pytest.mark.parametrize(("severity", "said"), [("SEV1", True), ("SEV4", False)])
def test_that_nobody_commands_is_said_where_the_policy_asks_for_a_commander(
    book: Path, severity: str, *, said: bool, capsys: Out
) -> None:
    without = RECORD.replace("roles: {incident-commander: ben}\n", "", 1).replace("SEV1", severity)
    (book / PATH).write_text(without.replace("  - {at: 2026-11-23T09:11Z", "# ", 1))
    assert run([]) == 0
    out = capsys.readouterr().out
    assert "  investigating for 20m" in out
    assert (", no commander\n" in out) is said


def test_a_rotation_that_cannot_be_read_is_said_beside_who_is_on_call(book: Path, capsys: Out) -> None:
    (book / "rotations/broken.yaml").write_text("timezone: UTC\nlayers: 5\n")
    assert run([]) == 0
    assert "rotations/broken.yaml:2:9 cannot be read: found the number `5`" in capsys.readouterr().err


def test_an_old_finding_is_not_said_again(book: Path, capsys: Out) -> None:
    run(["log", "paging", "--paged", "zoe"])
    capsys.readouterr()
    run(["log", "more"])
    assert "zoe" not in capsys.readouterr().err


def test_a_record_that_cannot_be_read_is_not_touched_and_the_entry_is_printed(
    book: Path, capsys: Out
) -> None:
    (book / PATH).write_text(RECORD + "<<<<<<< HEAD\n=======\n>>>>>>> x\n")
    before = (book / PATH).read_bytes()
    assert run(["log", "still here", "-i", ID]) == 2
    assert (book / PATH).read_bytes() == before
    err = capsys.readouterr().err
    assert "cannot be read" in err
    assert '  to paste:\n    - {at: 2026-11-23T09:30Z, text: "still here"}\n' in err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["log"], "an entry without words"),
        (["log", "--finding", "--action", "x"], "write two entries"),
        (["log", "--paged", "a b"], "`a b` is no id"),
        (["log", "x", "--service", "a=dwn"], "did you mean `down`?"),
        (["log", "x", "--at", "25:00"], "`25:00` is no instant"),
        (["log", "x", "--evidence", "nowhere.png"], "cannot read `nowhere.png`: No such file or directory"),
        (["decide"], "Missing argument 'TEXT...'"),
        (["role", "scribe"], "who takes the role?"),
        (["severity", "a b"], "`a b` is no id"),
        (["close"], "--metrics-at-baseline --no-customer-reports"),
        (["close", "--duplicate-of", ID], "is no duplicate of itself"),
        (["declare", " \u200b\n"], "an incident without a title"),
        (["setup", "--as", "../x"], "is no id of a person"),
        (["classify"], "not answered: "),
        (["classify", "--answers", "nowhere"], "cannot read `nowhere`"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    book: Path, typed: list[str], said: str, capsys: Out
) -> None:
    assert run(typed) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert (book / PATH).read_text() == RECORD


HOSTILE = [
    "../../../etc/passwd",
    'quotes " and \' and `ticks`',
    "two\nlines\r\nand three",
    "::set-output name=x::y\n##[error]z",
    "\x1b]0;owned\x07\x1b[2J",
    "}, milestone: closed, x: {",
    "- &a *a !!python/object:os {{ x }} # no : yes",
    "\u202egnp.exe \u2066 \ufeff \u200b",
    "é" * 300 + " " + "x" * 300,
    "事故 🔥",
    "\x00\x85\u2028\ud800 y",
    "---\nid: x\n...",
    "yes", "null", "0x10", "~", "2026-11-23", "=", "%TAG", "|", ">-", "@x", "`x`", "? x", "!x", ": x", "#x",
]  # fmt: skip


def unprintable(text: str) -> list[str]:
    return [character for character in text if not (character.isprintable() or character == "\n")]


@pytest.mark.parametrize("words", HOSTILE)
def test_any_title_gives_a_record_that_can_be_read_in_the_folder_of_incidents(
    book: Path, words: str, capsys: Out
) -> None:
    assert run(["declare", "--", words]) == 0
    out, err = capsys.readouterr()
    assert unprintable(out + err) == []
    ((id, _),) = [each for each in facts.standing(Book(WorkTree(book))).items() if each[0] != ID]
    document = Book(WorkTree(book)).find("incident", id)
    assert document is not None
    assert document.readable
    if "\ud800" not in words:
        assert document.content.title == " ".join(words.split())
    assert len(f"#incident-{id}") <= 80
    assert id.isascii()
    assert id == id.lower()


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_are_one_line_that_says_them(book: Path, words: str, capsys: Out) -> None:
    assert run(["log", "--", words]) == 0
    assert run(["show"]) == 0
    assert run(["timeline"]) == 0
    assert run([]) == 0
    out, err = capsys.readouterr()
    assert unprintable(out + err) == []
    assert "\n::" not in out + err
    assert "##[" not in out + err
    (line,) = added(book)
    assert line.isprintable()
    document = Book(WorkTree(book)).find("incident", ID)
    assert document is not None
    if "\ud800" not in words:
        assert document.content.timeline[-1].text == words.strip()


def test_a_hostile_name_of_a_file_stays_in_evidence(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "\u202e--rm -rf;`x`\n::error::.sh"
    file.write_text("x")
    assert run(["log", "x", "--evidence", str(file)]) == 0
    (kept,) = ((book / PATH).parent / "evidence").iterdir()
    assert kept.name == "rm--rf-x-error-.sh"


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        (
            ["update", "--audience", "internal", "--stage", "identified", "--next", "30m", "--record", "hi"],
            [
                (
                    "  - {at: 2026-11-23T09:30Z, update: {audience: internal, stage: identified, "
                    'next_update: 2026-11-23T10:00Z}, text: "hi", '
                    "evidence: [evidence/update-internal-20261123T093000Z.md]}"
                )
            ],
        ),
        (
            ["log", "--paged", "ben", "--service", "payments-api=down"],
            [
                (
                    "  - {at: 2026-11-23T09:30Z, services: {payments-api: down}, page: {person: ben}, "
                    'text: "ben paged"}'
                )
            ],
        ),
        (
            ["severity", "SEV0", "all cards"],
            ["severity: SEV0", '  - {at: 2026-11-23T09:30Z, severity: SEV0, text: "all cards"}'],
        ),
        (
            ["role", "scribe", "ana"],
            [
                "roles: {incident-commander: ben, scribe: ana}",
                '  - {at: 2026-11-23T09:30Z, roles: {scribe: ana}, text: "ana is scribe"}',
            ],
        ),
        (
            ["close", "--false-alarm"],
            ["kind: false-alarm", '  - {at: 2026-11-23T09:30Z, milestone: closed, text: "False alarm"}'],
        ),
    ],
)
def test_what_cannot_be_written_is_printed_with_all_that_it_says(
    book: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch, typed: list[str], lines: list[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert run(typed) == 2
    out, err = capsys.readouterr()
    assert err.partition(f"to paste into {PATH}:\n")[2].splitlines() == [f"  {each}" for each in lines]
    assert ("hi" in out) == (typed[0] == "update"), "the message is there to be sent"
    assert (book / PATH).read_text() == RECORD


def test_where_people_meet_is_said_once_it_is_known_and_taken_back_with_its_entry(
    book: Path, capsys: Out
) -> None:
    assert run(["severity", "SEV1", "still"]) == 0
    before = (book / PATH).read_text()
    room = "https://meet.example.com/x"
    assert run(["log", "All in one room", "--link", f"war_room={room}", "--link", "chat=https://c.d"]) == 0
    text = (book / PATH).read_text()
    assert f'\nlinks: {{war_room: "{room}", chat: "https://c.d"}}\ntimeline:\n' in text
    assert text.endswith(f'text: "All in one room (war_room: {room}, chat: https://c.d)"}}\n')
    assert run(["undo"]) == 0
    assert (book / PATH).read_text() == before
    assert run(["log", "--link", f"war_room={room}"]) == 0
    assert added(book)[-1].endswith(f'text: "war_room: {room}"}}')
    capsys.readouterr()
    assert run(["log", "--link", "war_room=https://ghp_" + "8Qw3nZr6TkY1bVc5Lx0MhJd7Fa2SgE4UiPo9@x.y"]) == 0
    assert "masked a GitHub token" in capsys.readouterr().err
    assert "8Qw3nZr6" not in (book / PATH).read_text()
    assert run(["log", "--link", "war_room"]) == 2
    assert "--link `war_room` says no address" in capsys.readouterr().err


def test_two_updates_of_one_moment_are_kept_beside_each_other(book: Path) -> None:
    for words in ("first", "second"):
        assert run(["update", "-a", "internal", "--record", words]) == 0
    kept = sorted((book / PATH).parent.glob("evidence/*"))
    assert [file.name for file in kept] == [
        "update-internal-20261123T093000Z-2.md", "update-internal-20261123T093000Z.md",
    ]  # fmt: skip
    assert ["second" in file.read_text() for file in kept] == [True, False]


def test_an_update_whose_incident_nobody_knows_is_printed_as_one(book: Path, capsys: Out) -> None:
    declare("Doors stay shut")
    (book / ".git/opsbook/current").unlink()
    assert run(["update", "-a", "internal", "--record", "hi"]) == 2
    assert '- {at: 2026-11-23T09:30Z, update: {audience: internal}, text: "hi"}' in capsys.readouterr().err


# ── closing, undoing ──────────────────────────────────────────────────────────────────────


ATTESTED = ["close", "--metrics-at-baseline", "--no-customer-reports"]


def test_the_stable_time_runs_from_the_last_mitigation_and_a_reopening_begins_it_anew(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    assert run(ATTESTED) == 2
    assert "nobody said that it was mitigated" in capsys.readouterr().err
    run(["mitigate", "--at", "10:15"])
    run(["mitigate", "--at", "10:20"])
    monkeypatch.setenv("OPSBOOK_AT", "2026-11-23T09:49:59Z")
    assert run(ATTESTED) == 2
    assert "it must be stable for 30m, until 10:50 CET" in capsys.readouterr().err
    run(["reopen", "--at", "10:40"])
    run(["mitigate", "--at", "10:45"])
    monkeypatch.setenv("OPSBOOK_AT", "2026-11-23T09:50:00Z")
    assert run(ATTESTED) == 2
    assert "until 11:15 CET" in capsys.readouterr().err
    assert run([*ATTESTED, "--because", "the event is over"]) == 0
    assert (book / PATH).read_text().endswith(
        "closure: {metrics_at_baseline: true, no_customer_reports: true, because: \"the event is over\"}\n"
    )  # fmt: skip


def test_who_closes_what_came_back_hears_that_it_was_not_mitigated_since(book: Path, capsys: Out) -> None:
    for typed in (["mitigate", "--at", "10:15"], ["resolve", "--at", "10:20"], ["reopen", "--at", "10:25"]):
        assert run(typed) == 0
    assert run(ATTESTED) == 2
    assert "nobody said that it was mitigated since it was reopened at 10:25 CET" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "said"), [("mitigate", "mitigated"), ("resolve", "resolved")])
def test_what_is_reached_already_is_written_again_only_with_a_text(
    book: Path, capsys: Out, typed: str, said: str
) -> None:
    run([typed, "--at", "10:20", "-i", ID])
    text = (book / PATH).read_text()
    capsys.readouterr()
    assert run([typed, "-i", ID]) == 0
    assert capsys.readouterr() == (
        "",
        f"already {said} at 10:20 CET, nothing was written: with a text it is another entry\n",
    )
    assert (book / PATH).read_text() == text
    assert run([typed, "-i", ID, "in the south too"]) == 0
    run(["reopen", "-i", ID, "--at", "10:30"])
    text = (book / PATH).read_text()
    assert run([typed, "-i", ID]) == 0
    assert (book / PATH).read_text() != text


def test_a_closed_one_can_be_reopened_without_its_name_in_the_clone_that_declared_it(book: Path) -> None:
    id = declare("Doors stay shut")
    run(["close", "--false-alarm", "-i", id])
    assert run(["reopen", "-i", id]) == 0
    assert facts.standing(Book(WorkTree(book)))[ID] == "investigating"


@pytest.mark.parametrize(
    "typed",
    [
        ["log", "x"],
        ["severity", "SEV0", "x"],
        ["role", "incident-commander", "chi"],
        ["role", "scribe", "ana"],
        ["role", "incident-commander", "--vacate"],
        [*ATTESTED, "--because", "x"],
        ["log", "x", "--at", "10:05"],
    ],
)
def test_undo_leaves_the_record_as_it_was(book: Path, typed: list[str]) -> None:
    assert run(typed) == 0
    assert (book / PATH).read_text() != RECORD
    assert run(["undo"]) == 0
    assert (book / PATH).read_text() == RECORD


def test_undo_takes_back_what_this_clone_wrote_last_and_nothing_twice(book: Path, capsys: Out) -> None:
    run(["log", "mine", "--at", "10:05"])
    text = (book / PATH).read_text()
    (book / PATH).write_text(f'{text}  - {{at: 2026-11-23T09:40Z, text: "a colleague\'s"}}\n')
    assert run(["undo"]) == 0
    assert [line[-20:] for line in added(book)] == [', text: "a colleague\'s"}'[-20:]]
    capsys.readouterr()
    assert run(["undo"]) == 2
    assert capsys.readouterr().err == (
        "error: undo goes one step back only\n"
        "  `opsbook undo --correct` writes an entry that corrects the one before\n"
    )
    assert run(["undo", "--correct"]) == 0
    assert "was a mistake: a colleague's" in (book / PATH).read_text()


def test_undo_takes_back_no_older_entry_than_what_this_clone_did_last(book: Path, capsys: Out) -> None:
    run(["log", "rolled back"])
    text = (book / PATH).read_text()
    assert run(["new", "person", "zoe"]) == 0
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    capsys.readouterr()
    assert run(["undo"]) == 2
    assert capsys.readouterr().err == (
        "error: the last that this clone did was no entry: zoe: new person\n"
        f"  `git revert {commit}` takes it back\n"
    )
    assert run(["new", "person", "yuki", "--no-commit"]) == 0
    capsys.readouterr()
    assert run(["undo"]) == 2
    assert "it is not committed: `rm rotations/people/yuki.yaml` takes it back" in capsys.readouterr().err
    assert (book / PATH).read_text() == text
    run(["log", "and again"])
    assert run(["undo"]) == 0
    assert (book / PATH).read_text() == text


def test_what_is_to_be_shared_and_not_committed_is_wrong_use(book: Path, capsys: Out) -> None:
    assert run(["log", "rolled back", "--push", "--no-commit"]) == 2
    assert "--push shares commits, and --no-commit makes none" in capsys.readouterr().err
    assert (book / PATH).read_text() == RECORD


def test_what_a_book_commits_nothing_of_is_written_and_not_shared(book: Path, capsys: Out) -> None:
    (book / "opsbook.toml").write_text('timezone = "Europe/Berlin"\ncommit = false\n')
    assert run(["log", "rolled back", "--push"]) == 1
    assert "not shared: nothing is committed here\n" in capsys.readouterr().err
    assert len(added(book)) == 1


def test_undo_takes_back_the_last_of_no_other_incident(book: Path, capsys: Out) -> None:
    other = declare("Doors stay shut")
    run(["log", "-i", ID, "the later one", "--at", "10:20"])
    run(["log", "-i", ID, "the last one", "--at", "10:05"])
    run(["log", "-i", other, "opened by hand"])
    text = (book / PATH).read_text()
    capsys.readouterr()
    assert run(["undo", "-i", ID]) == 2
    assert capsys.readouterr().err == (
        f"error: the last that this clone wrote is an entry of {other}\n"
        f"  `opsbook undo` takes it back, `opsbook undo --correct -i {ID}` corrects the last of this one\n"
    )
    assert run(["undo"]) == 0
    capsys.readouterr()
    assert run(["undo", "-i", ID]) == 2
    assert capsys.readouterr().err.startswith("error: undo goes one step back only\n")
    assert (book / PATH).read_text() == text


def test_undo_takes_nothing_back_where_what_was_done_last_could_not_be_noted(book: Path, capsys: Out) -> None:
    run(["log", "rolled back"])
    (book / f".git/opsbook/last.{os.getpid()}").mkdir()
    assert run(["log", "slow again"]) == 0
    longer = (book / PATH).read_text()
    capsys.readouterr()
    assert run(["undo"]) == 2
    assert "what this clone did last is not known" in capsys.readouterr().err
    assert (book / PATH).read_text() == longer


def test_a_declaration_is_kept(book: Path, capsys: Out) -> None:
    id = declare("Doors stay shut")
    assert run(["undo"]) == 2
    assert "--false-alarm" in capsys.readouterr().err
    assert entries(book, id) == 1


def test_a_correction_says_again_what_held_before(book: Path) -> None:
    run(["severity", "SEV0", "x"])
    run(["role", "ic", "chi"])
    assert run(["undo", "--correct"]) == 0
    assert added(book)[-1].endswith(
        'roles: {incident-commander: ben}, text: "Correction: what was logged at 09:30Z was a mistake: '
        'chi is incident-commander"}'
    )
    assert "\nroles: {incident-commander: ben}\n" in (book / PATH).read_text()


def test_what_was_pushed_is_corrected_and_not_taken_back(book: Path, tmp_path: Path, capsys: Out) -> None:
    run(["log", "seen by all"])
    remote = tmp_path / "remote"
    for step in (
        f"init -q --bare {remote}", f"remote add origin {remote}", "add -A", "commit -q -m x --allow-empty",
        "push -q origin HEAD:main", "fetch -q origin",
    ):  # fmt: skip
        subprocess.run(["git", *step.split()], check=True, capture_output=True)
    assert run(["undo"]) == 2
    assert "`seen by all` was pushed: others have read it" in capsys.readouterr().err
    assert run(["undo", "--correct"]) == 0
    assert len(added(book)) == 2
    run(["log", "not yet"])
    assert run(["undo"]) == 0


# ── declaring ─────────────────────────────────────────────────────────────────────────────


def test_a_record_is_in_the_layout_of_the_house(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOOK_PERSON", "ana")
    options = "-s p1 --service payments-api --commander ben --alert Declines --kind drill --at 10:12"
    assert run(["declare", "Cards: half of them fail", *options.split()]) == 0
    assert (book / "incidents/2026/2026-11-23-cards-half-of-them-fail/incident.yaml").read_text() == (
        "# yaml-language-server: $schema=../../../schemas/incident.json\n"
        'title: "Cards: half of them fail"\n'
        "severity: SEV1\n"
        "kind: drill\n"
        "services: [payments-api]\n"
        "roles: {incident-commander: ben}\n"
        "alerts: [Declines]\n"
        "timeline:\n"
        "  - {at: 2026-11-23T09:12Z, milestone: declared, severity: SEV1, roles: {incident-commander: ben}, "
        'by: ana, text: "Declared, a drill"}\n'
    )


def test_the_same_title_twice_is_two_incidents(book: Path) -> None:
    for number in ("", "-2", "-3"):
        assert run(["declare", "Cards declined!"]) == 0
        assert (book / f"incidents/2026/{ID}{'-2' if not number else f'-{int(number[1:]) + 1}'}").is_dir()


def test_the_day_is_that_of_the_book(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOOK_AT", "2026-12-31T23:30:00Z")
    assert run(["declare", "x"]) == 0
    assert (book / "incidents/2027/2027-01-01-x/incident.yaml").is_file()


def test_what_a_program_wants_to_know_is_json(book: Path, capsys: Out) -> None:
    assert run(["declare", "x", "-s", "SEV1", "--service", "payments-api", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["id"] == "2026-11-23-x"
    assert found["channel"] == "#incident-2026-11-23-x"
    assert found["roles_open"] == ["incident-commander", "subject-matter-expert"]
    assert [(each["id"], each["common"]["services"]) for each in found["looks_like"]] == [
        (ID, ["payments-api"])
    ]


BEFORE = """\
title: Cards are declined at the box office
severity: SEV2
services: [payments-api]
timeline:
  - {at: 2026-09-01T09:00Z, milestone: declared, text: "Declared"}
  - {at: 2026-09-01T09:30Z, milestone: mitigated, text: "\\e[31mSwitched ##[error] provider"}
  - {at: 2026-09-01T10:00Z, milestone: closed, text: "Closed"}
action_items:
  second-provider: {title: "Fail over \\e[2J by itself", owner: ana}
"""


def test_what_happened_before_is_told_with_what_ended_it_and_what_it_left_undone(
    book: Path, capsys: Out
) -> None:
    place = book / "incidents/2026/2026-09-01-cards/incident.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(BEFORE)
    assert run(["declare", "Cards are declined at the door", "--service", "payments-api"]) == 0
    said = capsys.readouterr()
    assert f"looks like {ID} (service payments-api, words cards, declined; open for 28m)" in said.err
    assert "before    2026-09-01-cards: service payments-api, words cards, declined\n" in said.out
    assert "            mitigated: \\u001b[31mSwitched ##\\u005berror] provider\n" in said.out
    assert run(["show", "2026-11-23-cards-are-declined-at-the-door", "--similar"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("2026-09-01-cards  ")
    assert "not done: Fail over \\u001b[2J by itself (ana)\n" in told
    assert ID in told
    assert run(["show", "2026-11-23-cards-are-declined-at-the-door", "--similar", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["similar"]
    assert [(each["id"], each["unfinished"]) for each in found] == [
        ("2026-09-01-cards", ["second-provider"]),
        (ID, []),
    ]


def test_nothing_before_is_said_as_that(book: Path, capsys: Out) -> None:
    assert run(["show", ID, "--similar"]) == 0
    assert capsys.readouterr().out == f"no earlier incident is like {ID}\n"


def on_a_terminal(typed: list[str], answers: list[str]) -> str:
    """What is shown where somebody answers questions at a terminal."""
    above, below = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "opsbook", *typed],
        env=os.environ | {"TERM": "dumb", "PYTHONPATH": str(Path(__file__).parents[2] / "tooling")},
        stdin=below, stdout=below, stderr=below,
    )  # fmt: skip
    os.close(below)
    shown = b""
    for each in answers:
        while not shown.rstrip().endswith((b"]:", b"?:", b"now?:")):
            shown += os.read(above, 1)
        os.write(above, f"{each}\n".encode())
        shown += os.read(above, len(each) + 2)
    try:
        while piece := os.read(above, 4096):
            shown += piece
    except OSError:
        pass
    child.wait()
    os.close(above)
    return shown.decode()


def test_on_a_terminal_a_missing_severity_is_asked_for_and_enter_skips(book: Path) -> None:
    shown = on_a_terminal(["declare", "asked"], ["n", "y", "?"])
    assert "declared at SEV0" in shown
    shown = on_a_terminal(["declare", "skipped"], [""])
    assert "declared, severity not known yet" in shown
    shown = on_a_terminal(["declare", "quiet", "--no-input"], [])
    assert "declared, severity not known yet" in shown


def test_on_a_terminal_the_closing_criteria_are_asked_for(book: Path) -> None:
    run(["mitigate", "--at", "10:00"])
    shown = on_a_terminal(["close"], ["y", "n"])
    assert "a closing criterion is not met" in shown
    shown = on_a_terminal(["close"], ["y", "y"])
    assert "Closed" in shown
    assert facts.standing(Book(WorkTree(book))) == {}


# ── names ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("incident-commander", "incident-commander"), ("IC", "incident-commander"),
        ("cl", "communications-lead"), ("sme", "subject-matter-expert"), ("commander", "incident-commander"),
        ("comm", "communications-lead"),
        ("scribe", "scribe"), ("e", "e"), ("driver", "driver"),
    ],
)  # fmt: skip
def test_a_role_may_be_typed_short(book: Path, typed: str, meant: str) -> None:
    assert role_named(Book(WorkTree(book)), typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sev1", "SEV1"), ("P0", "SEV0"), ("Major", "SEV1"), ("x", "x"),
        ("sev 1", "SEV1"), ("sev-1", "SEV1"), ("major degradation", "SEV1"),
    ],
)  # fmt: skip
def test_a_severity_may_be_typed_by_its_other_names(book: Path, typed: str, meant: str) -> None:
    assert level_named(Book(WorkTree(book)), typed) == meant


# ── start-up ──────────────────────────────────────────────────────────────────────────────

HEAVY = frozenset(
    [
        "pydantic", "yaml", "pyromark", "rich", "rich_click", "jinja2", "git", "ruamel", "icalendar",
        "importlib.metadata", "subprocess", "tempfile",
    ]
)  # fmt: skip
LOADED = """
import sys
from opsbook.cli.main import run
code = run(sys.argv[1:])
print(code, *sys.modules, file=sys.stderr)
"""


def loaded(*typed: str) -> set[str]:
    """The heavy packages that a command imports."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "tooling"), "OPSBOOK_PERSON": "ana"}
    command = [sys.executable, "-P", "-c", LOADED, *typed]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=True)
    code, *names = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return {*names} & HEAVY


def test_a_command_of_the_night_loads_only_what_it_uses(book: Path) -> None:
    assert loaded() == {"pydantic"}
    assert loaded("show") == {"pydantic"}
    assert loaded("timeline") == {"pydantic"}
    writing = {"pydantic", "yaml", "subprocess"}
    assert loaded("log", "x") == writing
    assert loaded("mitigate") == writing
    assert loaded("declare", "x") == writing
    assert loaded("declare", "y", "--service", "payments-api") == writing


def test_what_is_due_is_said_without_a_look_into_records_that_read_as_they_did(book: Path) -> None:
    assert "pydantic" in loaded("due")
    assert loaded("due") == set()


# ── telling ───────────────────────────────────────────────────────────────────────────────


def test_what_is_told_as_json_holds_the_record(book: Path, capsys: Out) -> None:
    assert run(["show", ID, "--json"]) == 0
    found: Any = json.loads(capsys.readouterr().out)
    assert (found["id"], found["status"], found["record"]["severity"]) == (ID, "investigating", "SEV1")
    assert run(["timeline", ID, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found["record"]["timeline"]


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_no_line_of_a_story_is_wider_than_the_terminal_unless_a_word_is(
    book: Path, columns: str, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    run(["log", "many words " * 40])
    capsys.readouterr()
    assert run(["timeline", ID]) == 0
    wide = [line for line in capsys.readouterr().out.splitlines() if len(line) > max(int(columns), 60)]
    assert wide == []


def test_the_overview_of_an_empty_book_is_calm(book: Path, capsys: Out) -> None:
    (book / PATH).unlink()
    assert run([]) == 0
    assert capsys.readouterr().out == "no open incident\n"


def test_the_clock_is_utc_inside(book: Path) -> None:
    assert when(None, datetime(2026, 1, 1, tzinfo=UTC), BERLIN) == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_token_that_was_pasted_is_masked_in_the_record_and_in_the_commit(book: Path, capsys: Out) -> None:
    assert run(["log", "rotated AKIA" + "Q3EGRIRZ7XPLMN2B", "at the console"]) == 0
    assert "masked an AWS access key in what you typed" in capsys.readouterr().err
    log = subprocess.run(["git", "log", "-p", "-1"], capture_output=True, text=True, check=True).stdout
    assert "Q3EGRIRZ7" not in log
    assert "at the console" in log


def test_names_that_a_declaration_gets_wrong_are_its_next_steps(book: Path, capsys: Out) -> None:
    assert run(["declare", "Slow", "-s", "SEV1", "--service", "payment-api", "--no-input"]) == 0
    assert "did you mean `payments-api`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "meant", "then"),
    [
        ("SEV9", "there are SEV0, SEV1, SEV2, SEV3.", "LEVEL"),
        ("SVE1", "did you mean `SEV1`?", "SEV1"),
    ],
)
def test_a_severity_that_is_no_level_is_said_first_and_kept_as_it_was_typed(
    book: Path, level: str, meant: str, then: str, capsys: Out
) -> None:
    note = (
        f"note no severity `{level}`: {meant} "
        f"It is kept as you said it, until `opsbook severity {then}` says another"
    )
    assert run(["setup", "--as", "ana"]) == 0
    capsys.readouterr()
    id = declare("Doors stay shut", "-s", level, "--no-input")
    out, err = capsys.readouterr()
    assert out.startswith(f"{id}  declared at {level}, which is no level\n")
    assert "next      opsbook severity LEVEL\n" in out
    assert err.splitlines()[0] == note
    assert err.count(f"no severity `{level}`") == 1
    assert f"\nseverity: {level}\n" in (book / f"incidents/2026/{id}/incident.yaml").read_text()
    assert run(["severity", level, "worse", "-i", ID]) == 0
    assert capsys.readouterr().err.splitlines()[0] == note
    assert added(book)[-1] == f'  - {{at: 2026-11-23T09:30Z, severity: {level}, by: ana, text: "worse"}}'


@pytest.mark.parametrize("words", [["show"], ["timeline"]])
def test_which_incident_is_told_is_said_as_in_every_other_command(
    book: Path, words: list[str], capsys: Out
) -> None:
    other = declare("Doors stay shut")
    capsys.readouterr()
    told = []
    for which in ([ID], ["-i", ID], ["--incident", ID], [ID, "-i", ID]):
        assert run([*words, *which]) == 0
        told.append(capsys.readouterr().out)
    assert "Declines rise" in told[0]
    assert told == [told[0]] * 4
    assert run([*words, ID, "-i", other]) == 2
    assert "ID or -i ID: name one incident" in capsys.readouterr().err


def test_a_post_mortem_is_drafted_of_the_incident_that_is_named_in_either_way(book: Path) -> None:
    assert run(["postmortem", "-i", ID]) == 0
    assert (book / PATH).with_name("postmortem.md").exists()


def test_of_a_name_that_no_incident_has_those_are_said_that_have_it_in_theirs(
    book: Path, capsys: Out
) -> None:
    for number in range(12):
        declare(f"Gate {number} shut")
    capsys.readouterr()
    assert run(["show", "declined"]) == 0  # the only one that is open and has the word in its name
    assert run(["close", "--false-alarm", "-i", ID]) == 0
    capsys.readouterr()
    assert run(["show", "declined"]) == 0, "whoever reads may name one that is over"
    assert capsys.readouterr().out.startswith(f"{ID}\n")
    assert run(["log", "-i", "declined", "x"]) == 2, "whoever writes means one that is open"
    assert f"  did you mean `{ID}`?\n" in capsys.readouterr().err
    assert run(["show", "gate"]) == 2
    newest = sorted((f"2026-11-23-gate-{number}-shut" for number in range(12)), reverse=True)
    assert f"  there are {', '.join(newest[:10])} and 2 more\n" in capsys.readouterr().err


def test_an_incident_is_meant_by_a_part_of_its_name_that_only_it_has(book: Path) -> None:
    assert run(["log", "-i", "cards", "rolled back"]) == 0
    assert added(book) == ['  - {at: 2026-11-23T09:30Z, text: "rolled back"}']


def test_a_post_mortem_is_drafted_of_what_was_resolved_last_closed_or_not(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    folder = (book / PATH).parent
    assert run(["postmortem"]) == 2
    assert "error: no incident that is over lacks a post-mortem" in capsys.readouterr().err
    later = declare("Doors stay shut")
    assert run(["resolve", "-i", later]) == 0
    monkeypatch.setenv("OPSBOOK_AT", "2026-11-23T10:30Z")
    assert run(["resolve", "-i", ID]) == 0
    closes = ["close", "--metrics-at-baseline", "--no-customer-reports", "--because", "it is", "-i", ID]
    assert run(closes) == 0
    capsys.readouterr()
    assert run(["postmortem"]) == 0
    assert capsys.readouterr().out.startswith(f"{PATH.removesuffix('incident.yaml')}postmortem.md  drafted\n")
    assert (folder / "postmortem.md").exists()
    assert run(["postmortem"]) == 0
    assert (folder.parent / later / "postmortem.md").exists()
    assert run(["postmortem"]) == 2


def test_a_milestone_of_what_is_closed_is_said_to_be_odd(book: Path, capsys: Out) -> None:
    closed = '  - {at: 2026-11-23T09:20Z, milestone: closed, text: "Closed"}\n'
    (book / PATH).write_text(RECORD + closed)
    assert run(["mitigate", "-i", ID, "again"]) == 0
    assert "was closed before: `opsbook reopen` where it began again, or `undo`" in capsys.readouterr().err


def test_what_cannot_be_shared_is_written_and_committed_all_the_same(book: Path, capsys: Out) -> None:
    assert run(["log", "rolled back", "--push"]) == 0
    assert "this clone has no remote" in capsys.readouterr().err
    assert added(book) == ['  - {at: 2026-11-23T09:30Z, text: "rolled back"}']


def test_an_incident_is_open_from_the_command_that_declares_it(book: Path, capsys: Out) -> None:
    assert run(["declare", "Doors will not open", "--service", "payments-api", "--no-input"]) == 0
    found = Book(WorkTree(book))
    assert facts.standing(found)["2026-11-23-doors-will-not-open"] == "investigating"
    capsys.readouterr()
    assert run(["declare", "Doors are shut", "--service", "payments-api", "--no-input"]) == 0
    assert "looks like 2026-11-23-doors-will-not-open" in capsys.readouterr().err
