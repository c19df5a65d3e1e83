"""`opsbook runbook`: what is printed, and that a page cannot do anything to a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsbook.cli.main import run


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    (tmp_path / "opsbook.toml").write_text("")
    (tmp_path / "runbooks/db").mkdir(parents=True)
    (tmp_path / "runbooks/db/failover.md").write_text(
        "---\n# yaml-language-server: $schema=x\nowner: a\n---\n"
        "# Fail over\n\n```sh\n# a comment\n<!-- x -->\n```\n"
    )
    return tmp_path


def test_piped_it_is_the_page_as_it_is_written(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(book), "runbook", "fail", "over"]) == 0
    assert capsys.readouterr() == (
        "runbooks/db/failover.md\n---\nowner: a\n---\n# Fail over\n\n```sh\n# a comment\n<!-- x -->\n```\n",
        "",
    )


def test_a_page_that_cannot_be_read_is_found_and_shown(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "runbooks/broken.md").write_bytes(b"---\nowner: [\n---\n# \x1b[2J\xff ::error::x ##[group]\n")
    assert run(["-C", str(book), "runbook", "broken"]) == 0
    out = capsys.readouterr().out
    assert "\\u001b[2J\ufffd" in out
    assert "\x1b" not in out
    assert "##[" not in out


def test_another_that_fits_as_well_is_named(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (book / "runbooks/db-restore.md").write_text("# Restore\n")
    (book / "runbooks/db-backup.md").write_text("# Back up\n")
    assert run(["-C", str(book), "runbook", "db"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("runbooks/db-backup.md\n")
    assert said.err == "or did you mean db-restore?\n"
    assert run(["-C", str(book), "runbook", "--list", "db"]) == 0
    assert capsys.readouterr().out == "db-backup   Back up\ndb-restore  Restore\n"


def test_a_word_that_is_nowhere_is_said(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(book), "runbook", "\x1b[2Jzebra"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: no runbook fits `")
    assert "\x1b" not in err
