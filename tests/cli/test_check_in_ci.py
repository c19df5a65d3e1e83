"""`opsbook check` where a machine reads what it prints: a forge, a runner, another program."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from opsbook.cli.main import run

INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
BAD = "title: x\ntimeline:\n  - {at: 2026-03-02T09:06Z, text: a}\n  - {at: 2026-03-02T08:06Z, text: b}\n"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose folder `operations` is a book; outside of the book is where we are."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "OPSBOOK_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "outcomes"))
    found = tmp_path / "top"
    (found / "operations" / INCIDENT).parent.mkdir(parents=True)
    (found / "operations/opsbook.toml").write_text("")
    (found / "operations" / INCIDENT).write_text(BAD)
    subprocess.run(["git", "init", "--quiet", found], check=True)
    monkeypatch.chdir(found)
    return found


def check(*arguments: str) -> int:
    return run(["check", "--select", "INC001", "--at", "2026-04-01T00:00Z", *arguments])


def test_a_path_leads_to_its_book_where_there_is_none_around(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(f"operations/{INCIDENT}", "--format", "concise") == 1
    assert capsys.readouterr().out.startswith(f"{INCIDENT}:4:10: error[INC001] ")
    subprocess.run(["git", "add", "."], check=True)
    assert check("--staged", f"operations/{INCIDENT}") == 1
    assert run(["check"]) == 2


@pytest.mark.parametrize("style", ["github", "sarif", "junit", "markdown"])
def test_a_forge_is_told_paths_from_the_top_of_the_repository(
    top: Path, style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check("operations", "--format", style) == 1
    assert f"operations/{INCIDENT}" in capsys.readouterr().out


def test_annotations_come_with_a_job_summary(
    top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = top / "summary.md"
    summary.write_text("## another step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert check("operations", "--format", "full") == 1
    assert summary.read_text() == "## another step\n"
    assert check("operations", "--format", "github") == 1
    assert check("operations", "--format", "markdown", "--output", "report.md") == 1
    assert summary.read_text() == "## another step\n" + (top / "report.md").read_text()


def test_a_report_that_cannot_be_written_is_said_so(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("operations", "--output", "nowhere/report") == 2
    assert capsys.readouterr().err == "error: cannot write `nowhere/report`: No such file or directory\n"


def test_a_file_name_that_is_not_utf8_can_be_reported(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = os.fsencode(top / "operations/policies") + b"/\xff.yaml"
    os.makedirs(os.path.dirname(odd))
    Path(os.fsdecode(odd)).write_text("a: 1\n")
    for style in ("full", "concise", "json", "github", "sarif", "junit", "markdown"):
        assert run(["check", "operations", "--format", style, "--output", "report"]) == 1
        assert "udcff" in (top / "report").read_text() or "%FF" in (top / "report").read_text()


def test_a_patch_gives_a_runner_no_orders_and_still_applies(
    top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = top / "operations"
    (book / INCIDENT).write_bytes(b"\xef\xbb\xbf" + b"title: x\nsummary: |\n  ::add-mask::x\n  ##[error]y\n")
    monkeypatch.chdir(book)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run(["check", "--diff"]) == 1
    first, *patch, last = capsys.readouterr().out.splitlines(keepends=True)
    token = first.removeprefix("::stop-commands::").strip()
    assert len(token) == 32
    assert last == f"::{token}::\n"
    assert "   ::add-mask::x\n" in patch
    text = "".join([first, *patch, last])
    subprocess.run(["git", "apply", "--directory", "operations"], cwd=top, input=text, text=True, check=True)
    assert (book / INCIDENT).read_bytes().startswith(b"title")


def test_json_is_one_line_of_ascii_for_no_runner_to_obey(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (top / "operations" / INCIDENT).write_text(
        BAD.replace("title: x", 'title: "##[error]é"') + "nam\u00e9: x\n"
    )
    assert run(["check", "operations", "--format", "json"]) == 1
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed)["diagnostics"][0]["message"].startswith("unknown key `namé`")


def test_settings_of_a_stranger_give_a_runner_no_orders(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (top / "operations/opsbook.toml").write_text('"a\\n::error::x" = 1\n"##[error]y" = 1\n')
    assert run(["check", "operations"]) == 2
    printed = capsys.readouterr().err
    assert "##[" not in printed
    assert [line for line in printed.splitlines() if line.lstrip().startswith("::")] == []
