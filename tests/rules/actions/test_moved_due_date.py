"""Dates that are put off, in every way that a record allows, and in a repository as people use it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.lint.session import Session

Findings = Callable[..., tuple[Diagnostic, ...]]

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RECORD = """\
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check: {title: Check the pool size, owner: ana, due: 2026-03-16%s}
"""
THEN = RECORD % ""


def moved(findings: Findings, now: str, then: str = THEN) -> list[str]:
    return [each.message for each in findings("moved_due_date", {PATH: now}, before={PATH: then})]


@pytest.mark.parametrize(
    "now",
    [
        THEN,
        THEN.replace("2026-03-16", "2026-03-15"),
        THEN.replace("2026-03-16", "2026-04-13, status: done, done_on: 2026-03-20"),
        RECORD.replace("2026-03-16", "2026-04-13")
        % ", moved: [{from: 2026-03-16, to: 2026-04-13, reason: The freeze}]",
    ],
    ids=["unchanged", "earlier", "done late", "with a reason"],
)
def test_nothing_is_said_of(findings: Findings, now: str) -> None:
    assert moved(findings, now) == []


def test_a_reason_for_an_earlier_delay_does_not_excuse_the_next(findings: Findings) -> None:
    reason = ", moved: [{from: 2026-03-16, to: 2026-03-23, reason: The freeze}]"
    then = RECORD.replace("2026-03-16", "2026-03-23") % reason
    now = RECORD.replace("2026-03-16", "2026-03-30") % reason
    assert moved(findings, now, then) == [
        "`pool-size-check` was due on 2026-03-23 and is now due on 2026-03-30"
    ]


def test_taking_the_date_out_gives_the_item_the_policy_s(findings: Findings) -> None:
    now = THEN.replace(", due: 2026-03-16", "")
    assert moved(findings, now) == ["`pool-size-check` was due on 2026-03-16 and is now due on 2026-04-01"]


def test_taking_the_date_out_where_the_policy_has_none_puts_it_off_for_ever(findings: Findings) -> None:
    now = THEN.replace(", due: 2026-03-16", "").replace("milestone: resolved", "milestone: mitigated")
    assert moved(findings, now) == ["`pool-size-check` was due on 2026-03-16, and now never"]


def test_a_new_record_and_a_new_item_have_moved_nothing(findings: Findings) -> None:
    assert findings("moved_due_date", {PATH: THEN}) == ()
    assert moved(findings, THEN, THEN.replace("pool-size-check", "another")) == []


def test_a_record_that_could_not_be_read_before_says_nothing(findings: Findings) -> None:
    assert moved(findings, THEN.replace("03-16", "04-16"), "title: [") == []


# ── in a repository ───────────────────────────────────────────────────────────────────────


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "core.hooksPath=/")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_text(THEN)
    (tmp_path / "opsbook.toml").touch()
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "book")
    return tmp_path


def found(root: Path, *paths: str, base: str | None = None, staged: bool = False) -> list[str]:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    session = Session(root, now, select=["moved_due_date"], base=base, staged=staged, cache=False)
    return [f"{each.location.path} {each.message}" for each in session.check(paths).diagnostics]


LATER = "`pool-size-check` was due on 2026-03-16 and is now due on 2026-04-16"


def test_the_work_tree_is_compared_with_the_merge_base(root: Path) -> None:
    git(root, "switch", "-qc", "change")
    (root / PATH).write_text(THEN.replace("03-16", "04-16"))
    assert found(root) == []
    for paths in ((), (PATH,)):
        assert found(root, *paths, base="main") == [f"{PATH} {LATER}"]


def test_what_is_staged_is_compared_with_the_last_commit(root: Path) -> None:
    (root / PATH).write_text(THEN.replace("03-16", "04-16"))
    assert found(root, staged=True) == []
    git(root, "add", "-A")
    assert found(root, staged=True) == [f"{PATH} {LATER}"]
    assert found(root, PATH, staged=True) == [f"{PATH} {LATER}"]


def test_a_renamed_folder_is_followed(root: Path) -> None:
    folder, renamed = Path(PATH).parent, Path(PATH).parent.with_name("2026-03-02-checkout-down")
    git(root, "mv", str(folder), str(renamed))
    assert found(root, staged=True) == []
    (root / renamed / "incident.yaml").write_text(THEN.replace("03-16", "04-16"))
    git(root, "add", "-A")
    assert found(root, staged=True) == [f"{renamed}/incident.yaml {LATER}"]


def test_before_the_first_commit_there_is_nothing_to_compare_with(root: Path) -> None:
    git(root, "update-ref", "-d", "HEAD")
    assert found(root, staged=True) == []
