"""What a pull request does is said once, in one comment, and nothing in it is more than words."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyromark
import pytest
from tests.forge.server import Forge

from opsbook.errors import UserError
from opsbook.output.pull_request import (
    COMMENT,
    SUMMARY,
    TITLES,
    Report,
    Section,
    markdown,
    read,
    section,
    written,
)

Run = Callable[..., tuple[int, str, str]]
ID = "2026-03-02-checkout-5xx"
EARLIER = "2026-02-10-checkout-slow"
PATH = f"incidents/2026/{ID}/incident.yaml"
FILES = {
    "opsbook.toml": 'timezone = "UTC"\n',
    "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\n",
    "rotations/primary.yaml": """\
timezone: UTC
layers: [{name: weekly, versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]}]
""",
    f"incidents/2026/{EARLIER}/incident.yaml": """\
title: Checkout is slow
severity: SEV3
alerts: [CheckoutErrorRate]
timeline:
  - {at: 2026-02-10T09:02Z, milestone: declared, severity: SEV3, text: "Declared"}
  - {at: 2026-02-10T10:02Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size: {title: Check the pool, owner: ana, due: 2026-03-20}
  gone-tomorrow: {title: Nobody did it, owner: ana, due: 2026-03-10}
""",
}
NEW = """\
title: "Checkout @everybody ${{ secrets.X }} <img src=x> ##[error] #1"
severity: SEV1
alerts: [CheckoutErrorRate]
timeline:
  - {at: 2026-03-02T09:02Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T08:02Z, text: "Out of order"}
"""
AT = ("--at", "2026-03-02T09:30Z")


@pytest.fixture
def book(write: Callable[[dict[str, str]], Path]) -> Path:
    """A book whose branch `change` declares an incident, finishes an item and gives away a week."""
    root = write(FILES)
    git("switch", "-q", "-c", "change")
    (root / PATH).parent.mkdir(parents=True)
    (root / PATH).write_text(NEW)
    edit(root, f"incidents/2026/{EARLIER}/incident.yaml", "03-20}", "03-20, status: in-progress}")
    edit(root, "rotations/primary.yaml", "[ana, ben]", "[ben, ana]")
    git("add", ".")
    git("commit", "-q", "-m", "a change")
    return root


def edit(root: Path, path: str, old: str, new: str) -> None:
    (root / path).write_text((root / path).read_text().replace(old, new))


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)


def test_a_report_says_what_changes_in_words(
    book: Path, opsbook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch)
    code, out, err = opsbook("ci", "report", "--base", "main", *AT)
    assert (code, err) == (0, "")
    assert out.startswith("## opsbook: what this change does\n\n### What changes\n\n")
    for line in (
        f"- incident `{EARLIER}` is edited: `pool-size` open → in-progress\n",
        f"- incident `{ID}` is new: severity SEV1, status investigating, 2 timeline entries\n",
        "- rotation `primary` is edited\n",
    ):
        assert line in out
    assert "- new: error `INC001` " in out
    assert f"- `{ID}` is like `{EARLIER}` (alert CheckoutErrorRate" in out
    assert "not finished: `pool-size`, `gone-tomorrow`" in out
    assert "### On call\n\n" in out
    assert "### Clocks\n\n- starts: " in out
    assert "#<!-- -->" in out or "@<!-- -->" in out
    for hostile in ("<img", "##[", "@everybody"):
        assert hostile not in re.sub(r"`[^`]*`", "", out)


def test_what_is_mended_is_said_to_be_gone(book: Path, opsbook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch)
    git("branch", "-f", "main", "change")
    edit(book, PATH, "  - {at: 2026-03-02T08:02Z", "  - {at: 2026-03-02T09:12Z")
    _, out, _ = opsbook("ci", "report", "--base", "main", *AT)
    assert "0 findings new, 1 gone" in out
    assert "- gone: error `INC001` " in out


def test_a_change_of_no_record_is_said_in_a_line(
    write: Callable[[dict[str, str]], Path], opsbook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch)
    root = write(FILES)
    (root / "notes.txt").write_text("x")
    assert opsbook("ci", "report", *AT)[:2] == (
        0,
        "## opsbook: what this change does\n\nNo record changes.\n",
    )


def test_without_anything_to_compare_with_it_says_so(
    write: Callable[[dict[str, str]], Path], opsbook: Run
) -> None:
    write(FILES)
    code, out, err = opsbook("ci", "report", "--base", "nowhere", *AT)
    assert (code, out, err.startswith("error: ")) == (2, "", True)


def test_the_report_travels_as_data_and_becomes_one_comment(book: Path, forge: Forge, program: Run) -> None:
    """The two workflows, end to end: one reads the change, the other writes."""
    head = git("rev-parse", "HEAD")
    forge.branches["change"] = head
    pull = forge.pull_of("change", "a change")
    forge.runs = ["2026-03-02T06:00:00Z"]
    file = str(book.parent / "report.json")
    options = ("--base", "main", "--comment-file", file, "--pull-request", str(pull["number"]))
    code, _, err = program("ci", "report", *options, *AT, GITHUB_TOKEN="", GH_TOKEN="")
    assert (code, err) == (0, "")
    say = ("ci", "comment", file, "--head", head, *AT)
    assert program(*say) == (0, "#1: commented\n", "")
    (comment,) = forge.comments[1]
    assert comment["body"].startswith("<!-- opsbook:report -->\n## opsbook: what this change does\n")
    assert "\nWhat is overdue was last looked at on `2026-03-02T06:00Z`\n" in comment["body"]
    assert program(*say) == (0, "#1: the comment is up to date\n", "")
    forge.runs = []
    assert program(*say) == (0, "#1: the comment is brought up to date\n", "")
    assert len(forge.comments[1]) == 1
    assert "has not succeeded yet: nobody is told what is overdue" in forge.comments[1][0]["body"]


@pytest.fixture
def pull(forge: Forge) -> dict[str, Any]:
    forge.branches["change"] = "d" * 40
    return forge.pull_of("change", "a change")


def put(folder: Path, **said: Any) -> str:
    data = {"schema": 1, "pull_request": 1, "head": "d" * 40, "sections": []} | said
    (folder / "report.json").write_text(json.dumps(data))
    return str(folder / "report.json")


LINES = {"title": "What changes", "lines": ["incident `x` is new"], "more": 0}


def test_a_report_of_another_pull_request_or_an_older_commit_is_not_shown(
    tmp_path: Path, forge: Forge, pull: dict[str, Any], opsbook: Run
) -> None:
    forge.branches["other"] = "e" * 40
    forge.pull_of("other", "somebody else's")
    file = put(tmp_path, pull_request=2, sections=[LINES])
    assert opsbook("ci", "comment", file, "--head", "d" * 40)[0] == 0
    file = put(tmp_path, sections=[LINES])
    assert opsbook("ci", "comment", file, "--head", "c" * 40)[0] == 0
    pull["state"] = "closed"
    assert opsbook("ci", "comment", file, "--head", "d" * 40)[0] == 0
    assert forge.wrote == []


def test_where_nothing_is_to_say_nobody_is_told(
    tmp_path: Path, forge: Forge, pull: dict[str, Any], opsbook: Run
) -> None:
    out = opsbook("ci", "comment", put(tmp_path), "--head", "d" * 40)[1]
    assert (out, forge.wrote) == ("#1: no record changes, and nothing to say\n", [])


def test_only_our_own_comment_is_changed(
    tmp_path: Path, forge: Forge, pull: dict[str, Any], opsbook: Run
) -> None:
    theirs = {"id": 7, "body": "<!-- opsbook:report -->\nmine", "user": {"login": "mallory", "id": 9}}
    forge.comments[1] = [theirs]
    file = put(tmp_path, sections=[LINES])
    assert opsbook("ci", "comment", file, "--head", "d" * 40)[1] == "#1: commented\n"
    assert theirs["body"].endswith("mine")
    assert len(forge.comments[1]) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema": 1}',
        json.dumps({"schema": 2, "pull_request": 1, "head": "d" * 40, "sections": []}).encode(),
        *(
            json.dumps({"schema": 1, "pull_request": 1, "head": "d" * 40, "sections": []} | wrong).encode()
            for wrong in (
                {"pull_request": True}, {"pull_request": "1"}, {"pull_request": -1}, {"pull_request": 10**12},
                {"head": "main"}, {"head": "d" * 39 + "\n"}, {"head": None},
                {"sections": [{"title": "# Mine", "lines": [], "more": 0}]},
                {"sections": [{"title": "Clocks", "lines": "text", "more": 0}]},
                {"sections": [{"title": "Clocks", "lines": [1], "more": 0}]},
                {"sections": [{"title": "Clocks", "lines": ["x"] * 101, "more": 0}]},
                {"sections": [{"title": "Clocks", "lines": [], "more": "many"}]},
                {"sections": [{"title": "Clocks", "lines": [], "more": 0}] * 6},
            )
        ),
        b'{"schema": 1, "pull_request": 1, "padding": "' + b"x" * 1_000_000 + b'"}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(UserError):
        read(content)


@pytest.mark.parametrize(
    "words",
    [
        "@everybody", "#1", "<img src=x onerror=alert(1)>", "[link](javascript:alert(1))", "![](https://e.vil/x)",
        "| a | b |", "# head", "</details>", "<!-- opsbook:report -->", "##[error]", "a\n::set-output::b",
        "www.evil.example", "\u202edlrow", "**bold**", "~~~", "`" * 3,
    ],
)  # fmt: skip
def test_a_line_is_words_and_nothing_else(words: str) -> None:
    report = Report(1, "d" * 40, (Section("What changes", (words,)),))
    text = markdown(read(written(report).encode()), COMMENT)
    (line,) = [each for each in text.splitlines() if each.startswith("- ")]
    shown = pyromark.html(line)
    assert re.fullmatch(r"<ul>\n<li>[^<]*(?:(?:<!-- -->|<code>[^<]*</code>)[^<]*)*</li>\n</ul>\n", shown)
    assert not any(mark in line for mark in ("##[", "\n::", "www.", "@everybody", "#1"))


def test_it_fits_whatever_there_is_to_say() -> None:
    sections = tuple(section(title, (f"{n} {'é@#' * 300}" for n in range(5_000))) for title in TITLES)
    report = Report(1, "d" * 40, sections)
    assert len(written(report).encode()) < 1_000_000
    assert sections[0].more == 4_900
    for room, most in ((COMMENT, 65_536), (SUMMARY, 1_048_576)):
        text = markdown(report, room, "last")
        assert len(text.encode()) < most
        assert text.endswith("last\n")
    assert read(written(report).encode()).number == 1
