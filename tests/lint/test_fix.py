"""Fixes converge, bring nothing new, and touch only what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.diagnostics import Diagnostic, Level
from opsbook.edits import Edit, Fix
from opsbook.errors import UserError
from opsbook.lint.check import Report
from opsbook.lint.session import Session
from opsbook.text import Location, Source, Span

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RUNBOOK = "runbooks/failover.md"
BOOK = {
    "opsbook.toml": "",
    INCIDENT: (
        "title:   'Checkout answers 502'   # odd spaces stay\r\n"
        "severity: SEV2   # was wrong from the start\r\n"
        "timeline:\r\n\r\n"
        '  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}\r\n'
    ),
    RUNBOOK: "\ufeff# Failover\n\n## Steps\n\n1. Look:\n\n   ```bash\n   $ uptime\n   $ df -h\n   ```\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    return tmp_path


def fixed(root: Path, *paths: str) -> Session:
    session = Session(root, NOW, cache=False)
    changes, _ = session.fix(paths, session.check(paths), unsafe=False)
    session.write(changes)
    return session


def test_a_fix_changes_the_characters_it_means_and_no_other(root: Path) -> None:
    fixed(root)
    assert (root / INCIDENT).read_bytes().decode() == BOOK[INCIDENT].replace("SEV2", "SEV1")
    mended = BOOK[RUNBOOK].replace("\ufeff", "").replace("$ ", "")
    assert (root / RUNBOOK).read_bytes().decode() == mended


def test_a_second_run_changes_nothing(root: Path) -> None:
    fixed(root)
    session = Session(root, NOW, cache=False)
    changes, _ = session.fix((), session.check(), unsafe=True)
    assert changes == []


def test_fixing_brings_no_new_finding(root: Path) -> None:
    before = {(each.code, each.message) for each in Session(root, NOW, cache=False).check().diagnostics}
    fixed(root)
    after = {(each.code, each.message) for each in Session(root, NOW, cache=False).check().diagnostics}
    assert after < before


def test_only_the_named_paths_are_mended(root: Path) -> None:
    fixed(root, RUNBOOK)
    assert (root / INCIDENT).read_bytes().decode() == BOOK[INCIDENT]
    assert (root / RUNBOOK).read_bytes().decode() != BOOK[RUNBOOK]


def test_a_file_that_changed_meanwhile_is_not_written_over(root: Path) -> None:
    session = Session(root, NOW, cache=False)
    changes, _ = session.fix((), session.check(), unsafe=False)
    (root / INCIDENT).write_text("title: somebody else was here\n")
    with pytest.raises(UserError, match="changed while"):
        session.write(changes)
    assert (root / INCIDENT).read_text() == "title: somebody else was here\n"


@pytest.mark.parametrize("meanwhile", ["title: somebody else was here\n", None])
def test_where_one_of_the_files_changed_meanwhile_none_is_written(root: Path, meanwhile: str | None) -> None:
    session = Session(root, NOW, cache=False)
    changes, _ = session.fix((), session.check(), unsafe=False)
    assert [before.path for before, _ in changes] == [INCIDENT, RUNBOOK]
    (root / RUNBOOK).unlink()
    if meanwhile is not None:
        (root / RUNBOOK).write_text(meanwhile)
    with pytest.raises(UserError, match="nothing was written"):
        session.write(changes)
    assert (root / INCIDENT).read_bytes().decode() == BOOK[INCIDENT]
    assert {file.name for file in root.rglob("*") if file.is_file()} <= {
        "opsbook.toml", "incident.yaml", "failover.md",
    }  # fmt: skip


def test_where_writing_stops_half_way_it_says_what_was_written(root: Path) -> None:
    session = Session(root, NOW, cache=False)
    changes, _ = session.fix((), session.check(), unsafe=False)
    (root / "runbooks").rename(root / "elsewhere")
    (root / "runbooks").mkdir()
    (root / RUNBOOK).mkdir()
    with pytest.raises(UserError, match=r"cannot write runbooks/failover.md: .*; nothing was written"):
        session.write(changes)
    assert (root / INCIDENT).read_bytes().decode() == BOOK[INCIDENT]


def test_a_written_file_keeps_its_permissions(root: Path) -> None:
    (root / RUNBOOK).chmod(0o640)
    fixed(root)
    assert (root / RUNBOOK).stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in (root / "runbooks").iterdir()) == ["failover.md"]


POSTMORTEM = INCIDENT.replace("incident.yaml", "postmortem.md")
UNCLOSED = "# A\n\n<!-- opsbook:timeline -->\n\n## Root cause\n\nBy hand.\n\n<!-- /opsbook -->\n"


@pytest.mark.parametrize("text", [UNCLOSED, "# A\n\nSee <!-- opsbook:timeline -->\nx\n\n<!-- /opsbook -->\n"])
def test_what_somebody_wrote_into_a_block_by_hand_stays(root: Path, text: str) -> None:
    (root / POSTMORTEM).write_text(text)
    fixed(root)
    assert (root / POSTMORTEM).read_text() == text


def test_a_severity_in_a_block_scalar_is_left_to_a_person(root: Path) -> None:
    text = BOOK[INCIDENT].replace("SEV2   # was wrong from the start", ">-\r\n  SEV2")
    (root / INCIDENT).write_bytes(text.encode())
    fixed(root)
    assert (root / INCIDENT).read_bytes().decode() == text


def diagnosed(path: str, text: str, found: str, replacement: str) -> Diagnostic:
    """A diagnostic with a fix that replaces something."""
    at = text.index(found)
    where = Location(Source(path, text), Span(at, at + len(found)))
    fix = Fix(f"write `{replacement}`", (Edit(where, replacement),))
    return Diagnostic("INC003", "wrong_severity", Level.ERROR, where, "x", fix=fix)


def test_a_fix_that_would_make_a_record_unreadable_is_left_out_and_the_others_are_made(root: Path) -> None:
    session = Session(root, NOW, cache=False)
    text = BOOK[INCIDENT]
    bad, good = diagnosed(INCIDENT, text, "SEV2", "[SEV1"), diagnosed(INCIDENT, text, "odd", "even")
    changes, _ = session.fix((), Report((bad, good), (), 2), unsafe=False)
    written = {before.path: after for before, after in changes}
    assert written[INCIDENT] == text.replace("odd", "even").replace("SEV2", "SEV1")  # by the real fix
    assert list(session.refused) == [(INCIDENT, "write `[SEV1`")]


def test_fixes_that_only_together_make_a_record_unreadable_are_left_out(root: Path) -> None:
    (root / INCIDENT).write_text("title: A\n# x\n# y\n")
    session = Session(root, NOW, cache=False)
    text = (root / INCIDENT).read_text()
    fixes = [diagnosed(INCIDENT, text, each, "summary: B") for each in ("# x", "# y")]
    changes, _ = session.fix((INCIDENT,), Report(tuple(fixes), (), 1), unsafe=False)
    assert changes == []
    assert list(session.refused) == [(INCIDENT, "write `summary: B`")]
