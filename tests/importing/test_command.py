"""`opsbook import`, as it is typed: what is written, what is refused, and what hostile text becomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsbook.cli.main import run


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "book"
    (root / "rotations/people").mkdir(parents=True)
    (root / "opsbook.toml").write_text('timezone = "Europe/Berlin"\n')
    (root / "rotations/people/ana.yaml").write_text("name: Ana\ntimezone: Europe/Berlin\n")
    monkeypatch.chdir(root)
    monkeypatch.setenv("OPSBOOK_AT", "2026-11-23T09:30Z")
    return root


def export(root: Path, said: Any) -> str:
    (root.parent / "export.json").write_text(json.dumps(said))
    return "../export.json"


def schedule(name: str, user: str = "Ana", **said: Any) -> dict[str, Any]:
    layer = {
        "name": name, "start": "2026-01-05T09:00:00Z", "rotation_virtual_start": "2026-01-05T09:00:00Z",
        "rotation_turn_length_seconds": 604_800, "users": [{"user": {"id": "P1", "summary": user}}],
    }  # fmt: skip
    return {"schedule": {"id": "S1", "name": name, "time_zone": "UTC", "schedule_layers": [layer]} | said}


def files(root: Path) -> list[str]:
    return sorted(str(each.relative_to(root.parent)) for each in root.parent.rglob("*.yaml"))


def test_an_import_writes_records_that_the_check_passes(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "pagerduty-schedule", export(book, schedule("Primary", "Zoe"))]) == 0
    assert files(book) == [
        "book/rotations/people/ana.yaml", "book/rotations/people/zoe.yaml", "book/rotations/primary.yaml",
    ]  # fmt: skip
    capsys.readouterr()
    run(["check", "--format", "concise"])
    assert [line.split(": ")[1] for line in capsys.readouterr().out.splitlines() if "ROT" in line] == []


def test_a_dry_run_writes_nothing_and_its_output_is_the_patch(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "pagerduty-schedule", export(book, schedule("Primary")), "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("--- a/rotations/primary.yaml\n+++ b/rotations/primary.yaml\n@@")
    assert printed.err.startswith("would write 1 record\n")
    assert files(book) == ["book/rotations/people/ana.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "../../../etc/passwd", "/tmp/x", "..", "a\nb: c", 'say "hi" # no', "'", "{a: [b", "- x", "null",
        "true", "1e3", "2026-01-01", "&a *a", "!!python/object:x", "%YAML 1.1", "---", "README", "=1+1",
        "\x1b]0;title\x07", "##[error]x", "::error::x", "\u202eesrever", "\ud800", "\x00", "a\tb", "  ",
        "\u2028\u0085\ufeff", "<script>alert(1)</script>", "[x](javascript:1)", "x" * 1_000_000,
        "🟥 é 漢字", "`rm -rf`",
    ],
)  # fmt: skip
def test_hostile_text_stays_text(book: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    said = schedule(text, text, description=text, teams=[{"summary": text}])
    assert run(["import", "pagerduty-schedule", export(book, said)]) == 0
    printed = capsys.readouterr()
    assert all(sign.isprintable() or sign == "\n" for sign in printed.out + printed.err)
    assert "##[" not in printed.out
    written = files(book)
    assert all(each.startswith("book/rotations/") for each in written)
    run(["check", "--format", "concise"])
    assert "[DOC" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "../export.json:1:2: not JSON: expecting property name enclosed in double quotes"),
        ('{"a": 1, "a": 2}', "../export.json: key a stands twice in one object"),
        ('{"a": NaN}', "../export.json: NaN is no JSON"),
        ("[" * 100_000, "../export.json: nested too deep"),
        ("1" * 5000, "../export.json: Exceeds the limit (4300 digits)"),
        ("", "../export.json:1:1: not JSON: expecting value"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(
    book: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (book.parent / "export.json").write_text(text)
    assert run(["import", "opsgenie-schedule", "../export.json"]) == 2
    assert capsys.readouterr().err.startswith(f"error: {message}")


def test_who_is_who_is_read_from_a_file_and_from_the_line(book: Path) -> None:
    (book.parent / "people.yaml").write_text("zoe: ana\nP1: someone-else\n")
    where = export(book, schedule("Primary", "Zoe"))
    assert (
        run(["import", "pagerduty-schedule", where, "--people", "../people.yaml", "--person", "P1=ana"]) == 0
    )
    assert files(book)[1:] == ["book/rotations/primary.yaml", "people.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--person", "zoe"], "--person: `zoe` has no `=`"),
        (["--person", "zoe=a/b"], "--person: `a/b` is no id"),
        (["--as", "../x"], "--as: `../x` is no id"),
        (["--timezone", "Mars"], "--timezone: `Mars` is no IANA time zone: did you mean `Europe/Paris`?"),
        (["--team", "nobody"], "no team `nobody` in this book"),
    ],
)
def test_what_is_typed_wrong_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(["import", "pagerduty-schedule", export(book, schedule("Primary")), *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {message}\n")
    assert files(book) == ["book/rotations/people/ana.yaml"]
