"""`opsbook new` and `opsbook open`: the first text of a record, and a record in the editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsbook.cli.main import run

AT = "2026-11-30T09:00Z"


@pytest.fixture
def book(quiet: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A book as `opsbook init` writes it."""
    assert run(["init", str(tmp_path), "--timezone", "Europe/Berlin", "--at", AT]) == 0
    capsys.readouterr()
    return tmp_path


def new(book: Path, *words: str) -> int:
    return run(["-C", str(book), "new", *words, "--at", AT])


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("runbook", "data/disk-slow"), "runbooks/data/disk-slow.md"),
        (("runbook", "DiskSlow", "--kind", "alert"), "runbooks/DiskSlow.md"),
        (("runbook", "renew", "--kind", "procedure", "--service", "example-service"), "runbooks/renew.md"),
        (("rotation", "weekend"), "rotations/weekend.yaml"),
        (("service", "billing"), "policies/services/billing.yaml"),
        (("person", "kim", "--timezone", "Asia/Tokyo"), "rotations/people/kim.yaml"),
        (("team", "billing", "--on", "sam"), "rotations/teams/billing.yaml"),
        (("escalation", "nights"), "policies/escalation/nights.yaml"),
        (
            ("override", "swap", "--on", "sam", "--rotation", "platform-primary"),
            "rotations/overrides/2026-11-30-swap.yaml",
        ),
        (("holidays", "germany"), "rotations/holidays/germany.yaml"),
        (("incident", "slow-pages"), "incidents/2026/2026-11-30-slow-pages/incident.yaml"),
    ],
)
def test_a_new_record_passes_the_check(
    book: Path, words: tuple[str, ...], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(book, *words) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    text = (book / path).read_text()
    schema = text.partition("$schema=")[2].partition("\n")[0]
    assert (book / path).parent.joinpath(schema).resolve().is_file()
    assert run(["-C", str(book), "check", path, "--at", AT]) == 0, capsys.readouterr().out


def test_an_incident_that_only_its_post_mortem_tells_of_gets_its_title_and_its_day(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = book / "incidents/2026/2026-03-02-queue"
    folder.mkdir()
    (folder / "postmortem.md").write_text("---\nstatus: draft\n---\n# The queue: full\n")
    assert run(["-C", str(book), "check", "--select", "PM017", "--at", AT]) == 1
    assert "`opsbook new incident 2026-03-02-queue` begins it" in capsys.readouterr().out
    assert new(book, "incident", "2026-03-02-queue") == 0
    text = (folder / "incident.yaml").read_text()
    assert '\ntitle: "The queue: full"\n' in text
    assert "  - {at: 2026-03-01T23:00Z, approximate: true, milestone: detected, text: " in text
    assert run(["-C", str(book), "check", "--select", "PM017", "--at", AT]) == 0


@pytest.mark.parametrize(("kind", "lines"), [("incident", 5), ("alert", 4), ("procedure", 3)])
def test_of_a_fresh_runbook_each_line_is_said_that_is_still_the_form_s(
    book: Path, kind: str, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(book, "runbook", "slow", "--kind", kind, "--title", "The disk (of orders) is slow") == 0
    place = book / "runbooks/slow.md"
    capsys.readouterr()

    def said() -> list[str]:
        assert run(["-C", str(book), "check", "runbooks/slow.md", "--format", "concise", "--at", AT]) == 0
        return [line for line in capsys.readouterr().out.splitlines() if "RUN023" in line]

    assert len(said()) == lines
    front, body = place.read_text().split("\n---\n")
    own = [line if line[:1] in "#<" else f"{line} (ours)" for line in body.split("\n")]
    place.write_text("\n---\n".join((front, "\n".join(own))))
    assert said() == []


def test_a_title_is_data_wherever_it_stands(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title = 'No: "quotes" # here\n\x1b[2J {@TEAM@}'
    assert new(book, "incident", "odd", "--title", title) == 0
    assert new(book, "runbook", "odd", "--title", f"{title} <script>") == 0
    assert run(["-C", str(book), "check", "incidents/2026/2026-11-30-odd", "--at", AT]) == 0
    assert "<script>" not in (book / "runbooks/odd.md").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runbook", "disk-full"), "error: there is a record `disk-full` of kind runbook already\n"),
        (("runbook", "DISK-full"), "error: there is a record `DISK-full` of kind runbook already\n"),
        (("runbook", "../../x"), "error: `../../x` is no id of a record of kind runbook\n"),
        (("runbook", "a/.b/c"), "error: `a/.b/c` is no id of a record of kind runbook\n"),
        (("runbook", "README"), "error: `README` is no id of a record of kind runbook\n"),
        (("incident", "2026-02-30-x"), "error: `2026-02-30` is no day\n"),
        (("person", "a/b"), "error: `a/b` is no id\n"),
        (("person", "\x1b[2J"), "error: ` [2J` is no id\n"),
        (("service", "x", "--team", "platfrom"), "error: no team `platfrom` in this book\n  did you mean"),
        (("override", "x", "--rotation", "platform-primary"), "error: who? Nobody is named\n"),
        (("override", "x", "--on", "sam"), "error: which rotation? There are platform-primary, platform-sec"),
        (("rotation", "x", "--timezone", "Berlin"), "error: --timezone: `Berlin` is no IANA time zone"),
    ],
)
def test_what_is_not_known_is_asked_for_and_nothing_is_written_over(
    book: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(file.read_bytes() for file in book.rglob("*.*") if file.is_file())
    assert new(book, *words) == 2
    assert capsys.readouterr().err.startswith(said)
    assert sorted(file.read_bytes() for file in book.rglob("*.*") if file.is_file()) == before


def test_an_option_that_goes_with_another_kind_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(book, "person", "kim", "--kind", "alert") == 2
    assert "--kind goes with no person; it has --timezone" in capsys.readouterr().err


def test_the_editor_gets_the_file(book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "# seen" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    assert new(book, "person", "kim", "--edit") == 0
    assert (book / "rotations/people/kim.yaml").read_text().endswith("# seen\n")
    assert run(["-C", str(book), "open", "sam"]) == 0
    assert (book / "rotations/people/sam.yaml").read_text().endswith("# seen\n")


def test_an_editor_that_fails_is_said(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISUAL", "false")
    assert run(["-C", str(book), "open", "sam"]) == 2
    assert "set $VISUAL or $EDITOR; the file is rotations/people/sam.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ("disk-full", "runbooks/disk-full.md"),
        ("Disk-Full", "runbooks/disk-full.md"),
        ("team/platform", "rotations/teams/platform.yaml"),
        ("2026-11-20-example-slow-pages", "incidents/2026/2026-11-20-example-slow-pages/incident.yaml"),
        ("severities", "policies/severities.yaml"),
    ],
)
def test_the_path_of_a_record_is_printed(
    book: Path, record: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(book), "open", record, "--print"]) == 0
    assert capsys.readouterr().out == f"{book}/{path}\n"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("platform", "2 records are called `platform`; say which\n  it is `team/platform` or `escalation/"),
        ("disk-ful", "no record is called `disk-ful`\n  did you mean `disk-full`?\n"),
        ("teams/platform", "`teams` is no kind of record\n"),
        ("../etc/passwd", "`../etc` is no kind of record\n"),
        ("person/..", "no record is called `..`\n"),
    ],
)
def test_what_cannot_be_opened_is_said(
    book: Path, record: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(book), "open", record]) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")
