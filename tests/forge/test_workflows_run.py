"""The scripts of the workflows, run by a shell as a runner would, against a GitHub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.forge import test_ci_overdue, test_ci_report, test_from_issue
from tests.forge.server import Forge

ROOT = Path(__file__).parents[2]
OURS, THEIRS = ROOT / ".github/workflows", ROOT / "tooling/opsbook/starter/dot-github/workflows"
Write = Callable[[dict[str, str]], Path]


def script(path: Path, words: str) -> str:
    """The one script of a workflow that calls this."""
    document = YAML(typ="safe", pure=True).load(path)
    runs = [step.get("run", "") for job in document["jobs"].values() for step in job["steps"]]
    (found,) = [each for each in runs if words in each]
    return found


def play(text: str, folder: Path, **environment: str) -> str:
    """Run a script as the runner does; what it adds to the summary of the job."""
    temporary = folder.parent / "runner"
    for name in ("opsbook", "opsbook-venv"):
        program = temporary / name / "bin/opsbook"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m opsbook "$@"\n')
        program.chmod(0o755)
    summary = temporary / "summary"
    summary.write_text("")
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"RUNNER_TEMP": str(temporary), "GITHUB_STEP_SUMMARY": str(summary)} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return summary.read_text()


@pytest.mark.parametrize("path", [OURS / "due.yml", THEIRS / "opsbook-due.yml"], ids=["ours", "theirs"])
def test_what_is_overdue_is_said(write: Write, forge: Forge, path: Path) -> None:
    book = write(test_ci_overdue.FILES)
    text, at = script(path, "ci overdue"), "2026-02-20T06:00Z"
    assert play(text, book, OPSBOOK_AT=at) == "platform  #1 opened: 1 thing\n"
    assert play(text, book, OPSBOOK_AT=at) == "nothing to change\n"


@pytest.mark.parametrize("path", [OURS / "due.yml", THEIRS / "opsbook-due.yml"], ids=["ours", "theirs"])
def test_a_run_that_fails_is_red(write: Write, forge: Forge, path: Path) -> None:
    forge.cannot = {"new_issue"}
    with pytest.raises(AssertionError, match="GitHub refuses"):
        play(script(path, "ci overdue"), write(test_ci_overdue.FILES), OPSBOOK_AT="2026-02-20T06:00Z")


@pytest.mark.parametrize(
    "path", [OURS / "declare.yml", THEIRS / "opsbook-declare.yml"], ids=["ours", "theirs"]
)
def test_an_issue_becomes_a_pull_request(write: Write, forge: Forge, tmp_path: Path, path: Path) -> None:
    event = test_from_issue.event(tmp_path, '`touch x` $(touch x) "; touch x #')
    book = write(test_from_issue.FILES)
    play(script(path, "ci from-issue"), book, GITHUB_EVENT_PATH=event)
    assert len(forge.pulls) == 1
    assert not (book / "x").exists()


@pytest.mark.parametrize(
    ("check", "report"),
    [(OURS / "check.yml", OURS / "report.yml"), (THEIRS / "opsbook.yml", THEIRS / "opsbook-report.yml")],
    ids=["ours", "theirs"],
)
def test_one_workflow_reads_the_change_and_the_other_comments(
    write: Write, forge: Forge, check: Path, report: Path
) -> None:
    book = write(test_ci_report.FILES)
    git = test_ci_report.git
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("switch", "-q", "-c", "change")
    (book / test_ci_report.PATH).parent.mkdir(parents=True)
    (book / test_ci_report.PATH).write_text(test_ci_report.NEW)
    git("add", ".")
    git("commit", "-q", "-m", "a change")
    head = git("rev-parse", "HEAD")
    forge.branches["change"] = head
    forge.pull_of("change", "a change")
    said = {"BASE": "main", "HEAD": head, "NUMBER": "1", "OPSBOOK_AT": "2026-03-02T09:30Z"}
    offline = {"GITHUB_TOKEN": "", "GH_TOKEN": ""}
    summary = play(script(check, "ci report"), book, **said, **offline)
    assert "### What changes\n" in summary
    runner = book.parent / "runner"
    (runner / "report").mkdir()
    (runner / "report.json").rename(runner / "report/report.json")  # as the artifact does
    assert json.loads((runner / "report/report.json").read_text())["pull_request"] == 1
    elsewhere = book.parent / "elsewhere"
    elsewhere.mkdir()
    for _ in range(2):
        play(script(report, "ci comment"), elsewhere, **said)
    assert [each["body"].count("### What changes\n") for each in forge.comments[1]] == [1]
