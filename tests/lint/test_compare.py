"""`--base`: what a change brings is judged, what was there before is told apart."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.diagnostics import Diagnostic, Level
from opsbook.errors import UserError
from opsbook.lint.check import Report
from opsbook.lint.compare import digests
from opsbook.lint.session import Session
from opsbook.text import Location, Source, Span

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 10, 12, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
OTHER = "incidents/2026/2026-03-03-mail-late/incident.yaml"
RECORD = """\
title: Checkout answers 502
services: [checkout]
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T08:31Z, text: "Failed over"}
action_items:
  pool-size-check: {title: Check the pool size, owner: ana, due: 2026-03-16}
"""
BOOK = {
    "opsbook.toml": "",
    INCIDENT: RECORD,
    OTHER: RECORD.replace("Checkout answers 502", "Mail is late"),
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
}


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "book")
    git(tmp_path, "switch", "-qc", "change")
    return tmp_path


def check(root: Path, now: datetime = NOW) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What the change brings, and what was there before."""
    found = Session(root, now, base="main", cache=False).check().diagnostics
    return [each for each in found if not each.before], [each for each in found if each.before]


def seen(diagnostic: Diagnostic) -> tuple[str, Level, str]:
    return diagnostic.code, diagnostic.level, diagnostic.location.path


def test_what_was_there_before_is_advice_and_no_more(root: Path) -> None:
    new, before = check(root)
    assert new == []
    assert {(each.code, each.level, each.location.path) for each in before} == {
        ("INC001", Level.ADVICE, INCIDENT),
        ("INC001", Level.ADVICE, OTHER),
    }


def test_a_finding_that_moved_by_lines_is_not_new(root: Path) -> None:
    (root / INCIDENT).write_text("# a comment\n\n" + RECORD)
    assert check(root)[0] == []


PAGE = """\
# Make room on a full disk

## Steps

1. Remove old logs.

```bash
$ df --human-readable /var
```
"""
MOVED = "incidents/2026/2026-03-02-checkout-down/incident.yaml"


def move(root: Path, old: str, new: str) -> None:
    (root / new).parent.mkdir(parents=True, exist_ok=True)
    git(root, "mv", old, new)


def test_a_renamed_folder_and_lines_inserted_above_bring_nothing_new(root: Path) -> None:
    move(root, INCIDENT, MOVED)
    (root / MOVED).write_text("# a comment\n" * 20 + RECORD)
    new, before = check(root)
    assert new == []
    assert ("INC001", Level.ADVICE, MOVED) in {seen(each) for each in before}


def test_what_a_change_adds_to_a_record_that_it_renames_is_new(root: Path) -> None:
    move(root, INCIDENT, MOVED)
    fault = '  - {at: 2026-03-02T08:31Z, text: "Failed over"}\n'
    (root / MOVED).write_text(RECORD.replace(fault, fault + fault))
    new, _ = check(root)
    assert [seen(each) for each in new] == [("INC001", Level.ERROR, MOVED)]


def test_a_moved_page_brings_its_findings_along_whatever_its_sections_are_called(root: Path) -> None:
    (root / "runbooks").mkdir()
    (root / "runbooks/disk-full.md").write_text(PAGE)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a runbook")
    git(root, "branch", "-qf", "main")
    there = [seen(each)[0] for each in check(root)[1]]
    move(root, "runbooks/disk-full.md", "runbooks/storage/disk-full.md")
    (root / "runbooks/storage/disk-full.md").write_text(PAGE.replace("## Steps", "Words.\n\n## Procedure"))
    new, before = check(root)
    assert new == []
    assert sorted(seen(each)[0] for each in before) == sorted(there)
    assert "RUN011" in there


def test_a_record_that_is_only_renamed_is_not_touched(root: Path) -> None:
    move(root, INCIDENT, MOVED)
    new, before = check(root, LATER)
    assert new == []
    assert ("ACT002", Level.ADVICE, MOVED, "time") in {(*seen(each), each.before) for each in before}


def test_paths_of_renamed_records_are_compared_with_what_they_were(root: Path) -> None:
    move(root, INCIDENT, MOVED)
    found = Session(root, NOW, base="main", cache=False).check([str(root / MOVED)]).diagnostics
    assert [(each.code, each.before) for each in found] == [("INC001", "base")]


def test_a_staged_rename_brings_nothing_new(root: Path) -> None:
    move(root, INCIDENT, MOVED)
    found = Session(root, NOW, staged=True, cache=False).check().diagnostics
    assert [each for each in found if not each.before] == []


def test_the_same_fault_once_more_is_new(root: Path) -> None:
    fault = '  - {at: 2026-03-02T08:31Z, text: "Failed over"}\n'
    (root / INCIDENT).write_text(RECORD.replace(fault, fault + fault))
    new, _ = check(root)
    assert [(each.code, each.level) for each in new] == [("INC001", Level.ERROR)]


def test_a_reference_broken_by_deleting_its_target_elsewhere_is_new(root: Path) -> None:
    (root / "policies/services/checkout.yaml").unlink()
    new, _ = check(root)
    assert [(each.code, each.location.path) for each in new] == [("REF001", INCIDENT), ("REF001", OTHER)]


def test_what_time_alone_brings_stays_an_error_only_where_the_change_touches_the_record(root: Path) -> None:
    (root / INCIDENT).write_text(RECORD.replace("502", "503"))
    git(root, "commit", "-qam", "another title")
    new, before = check(root, LATER)
    assert [(each.code, each.level, each.location.path) for each in new] == [
        ("ACT002", Level.ERROR, INCIDENT)
    ]
    assert ("ACT002", Level.ADVICE, OTHER, "time") in {(*seen(each), each.before) for each in before}
    assert ("INC001", Level.ADVICE, OTHER, "base") in {(*seen(each), each.before) for each in before}


def test_without_a_base_what_time_brings_is_an_error(root: Path) -> None:
    found = Session(root, LATER, cache=False).check().diagnostics
    assert sum(each.code == "ACT002" and each.level is Level.ERROR for each in found) == 2


def test_a_base_that_moved_on_is_compared_where_the_change_left_it(root: Path) -> None:
    (root / INCIDENT).write_text(RECORD.replace("checkout]", "chekout]"))
    git(root, "commit", "-qam", "a slip")
    git(root, "switch", "-q", "main")
    (root / OTHER).unlink()
    git(root, "commit", "-qam", "gone on main")
    git(root, "switch", "-q", "change")
    new, _ = check(root)
    assert [each.message for each in new] == ["no service `chekout`"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~99"])
def test_a_revision_that_is_not_there_is_said_so(root: Path, revision: str) -> None:
    with pytest.raises(UserError, match=r"no commit|is no revision"):
        Session(root, NOW, base=revision, cache=False).check()
    assert not (root / "x").exists()


def test_a_digest_is_the_same_after_its_page_moved_and_where_the_book_is_a_folder() -> None:
    marks = set()
    for folder, path in (("", "runbooks/a.md"), ("", "runbooks/storage/a.md"), ("docs/", "runbooks/a.md")):
        place = Location(Source(path, "# A\n"), Span(2, 3))
        found = Diagnostic("RUN001", "rule", Level.ERROR, place, f"`{path}` has no owner")
        report = Report((found,), (), 1).below(folder)
        marks |= set(digests(report.diagnostics, report.folder))
    assert len(marks) == 1
