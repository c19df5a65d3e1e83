"""`opsbook calendar`: whose it is, what git says of it, and what it refuses."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest

from opsbook.cli.main import run

ROTATION = """\
team: payments
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
"""
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/primary.yaml": ROTATION,
    "rotations/secondary.yaml": "follows: primary\noffset: 1\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben]\n",
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": 'name: "Ben\\nBEGIN:VALARM\\u001b, ; \\\\N"\ntimezone: Europe/Berlin\n',
}
BEN = "Ben\\u000aBEGIN:VALARM\\u001b, ; \\N"
AT = "2026-02-02T12:00Z"


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / "book" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / path).write_text(text)
    return tmp_path / "book"


def calendar(book: Path, *words: str, at: str = AT) -> int:
    return run(["-C", str(book), "calendar", "--at", at, *words])


def events(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[icalendar.Event]:
    capsys.readouterr()
    assert calendar(book, *words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return list(icalendar.Calendar.from_ical(out).walk("VEVENT"))


def git(book: Path, *words: str, at: str = "2026-01-10T12:00:00Z") -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    dates = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": at}
    subprocess.run(
        ["git", "-C", str(book), *who, *words], check=True, capture_output=True, env=os.environ | dates
    )


def commit(book: Path, at: str) -> None:
    if not (book / ".git").exists():
        git(book, "init", "-q", "-b", "main")
    git(book, "add", "-A")
    git(book, "commit", "-qm", "x", at=at)


def summaries(found: list[icalendar.Event]) -> set[str]:
    return {str(each["SUMMARY"]) for each in found}


def test_it_is_of_everything_of_a_rotation_of_a_team_or_of_a_person(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    primary = {
        "Ana Ruiz on call, primary",
        f"{BEN} on call, primary",
        f"Handoff of primary: Ana Ruiz to {BEN}",
        f"Handoff of primary: {BEN} to Ana Ruiz",
    }
    both = primary | {each.replace("primary", "secondary") for each in primary}
    assert summaries(events(book, capsys)) == both
    assert summaries(events(book, capsys, "--rotation", "primary")) == primary
    assert summaries(events(book, capsys, "--team", "payments")) == primary
    assert summaries(events(book, capsys, "--person", "ana", "--rotation", "primary")) == {
        each for each in primary if "Ana" in each
    }


def test_it_is_thirteen_weeks_unless_other_days_are_asked_for(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    starts = [each["DTSTART"].dt for each in events(book, capsys, "--rotation", "primary")]
    assert (min(starts), max(starts)) == (
        datetime(2026, 1, 26, 8, tzinfo=UTC),
        datetime(2026, 4, 27, 7, tzinfo=UTC),
    )
    week = events(book, capsys, "--rotation", "primary", "--from", "2026-03-03", "--to", "2026-03-03")
    assert [(each["DTSTART"].dt, each["DTEND"].dt) for each in week] == [
        (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC))
    ]


def test_git_says_when_it_changed_last_whoever_makes_it(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def changed() -> tuple[datetime, int]:
        found = events(book, capsys)
        (at,) = {each["LAST-MODIFIED"].dt for each in found}
        (number,) = {each["SEQUENCE"] for each in found}
        return at, number

    at = datetime(2026, 2, 2, 12, tzinfo=UTC)
    without_git, _ = changed()
    commit(book, "2026-01-10T12:00:00Z")
    first, number = changed()
    (book / "incidents").mkdir()
    (book / "incidents/notes.txt").write_text("x")
    commit(book, "2026-01-11T12:00:00Z")
    assert changed() == (first, number)
    (book / "rotations/primary.yaml").write_text(ROTATION.replace("[ana, ben]", "[ben, ana]"))
    uncommitted, _ = changed()
    commit(book, "2026-01-12T12:00:00Z")
    assert (without_git, first, uncommitted) == (at, datetime(2026, 1, 10, 12, tzinfo=UTC), at)
    assert changed() == (datetime(2026, 1, 12, 12, tzinfo=UTC), number + 2 * 24 * 60)


def test_what_a_merge_brought_changed_when_it_was_merged(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(book, "2026-01-10T12:00:00Z")
    git(book, "switch", "-qc", "change")
    (book / "rotations/secondary.yaml").write_text("follows: primary\noffset: 2\n")
    commit(book, "2026-01-11T12:00:00Z")
    git(book, "switch", "-q", "main")
    (book / "rotations/primary.yaml").write_text(ROTATION + "\n")
    commit(book, "2026-01-12T12:00:00Z")
    git(book, "merge", "-q", "--no-ff", "-m", "x", "change", at="2026-01-14T12:00:00Z")
    (at,) = {each["LAST-MODIFIED"].dt for each in events(book, capsys)}
    assert at == datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize("since", ["HEAD~1", "2026-01-11T00:00Z"])
def test_what_the_book_had_at_a_revision_or_an_instant_and_has_no_more_is_cancelled(
    book: Path, since: str, capsys: pytest.CaptureFixture[str]
) -> None:
    override = book / "rotations/overrides/2026-02-10-swap.yaml"
    override.parent.mkdir()
    override.write_text(
        "rotation: primary\nreason: a swap\n"
        "covers: [{from: 2026-02-09T09:00+01:00, to: 2026-02-16T09:00+01:00, on: [ana]}]\n"
    )
    commit(book, "2026-01-10T12:00:00Z")
    override.unlink()
    (book / "rotations/secondary.yaml").unlink()
    commit(book, "2026-01-12T12:00:00Z")
    found = events(book, capsys, "--since", since, "--to", "2026-02-15", "--from", "2026-02-05")
    gone = {(str(each["SUMMARY"]), each["DTSTART"].dt.day) for each in found if each["STATUS"] == "CANCELLED"}
    assert gone == {
        ("Cancelled: Ana Ruiz on call, primary", 9),
        (f"Cancelled: {BEN} on call, secondary", 2),
        (f"Cancelled: Handoff of secondary: {BEN} to Ana Ruiz", 9),
        ("Cancelled: Ana Ruiz on call, secondary", 9),
    }
    assert {(str(each["SUMMARY"])) for each in found if each["STATUS"] == "CONFIRMED"} == {
        "Ana Ruiz on call, primary",
        f"{BEN} on call, primary",
        f"Handoff of primary: Ana Ruiz to {BEN}",
    }


def test_it_is_written_whole_into_a_file_and_says_nothing(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = book / "oncall.ics"
    assert calendar(book, "--output", str(file)) == 0
    assert calendar(book) == 0
    assert file.read_bytes().decode() == capsys.readouterr().out
    assert [each.name for each in book.glob("*.ics")] == ["oncall.ics"]
    assert [each.name for each in book.glob(".oncall*")] == []
    assert calendar(book, "--output", "/dev/null") == 0
    assert calendar(book, "--output", str(book / "nowhere/oncall.ics")) == 2
    assert "nowhere/oncall.ics`: No such file or directory" in capsys.readouterr().err


def test_a_link_stays_a_link_to_the_file_that_is_written(book: Path) -> None:
    (book / "public.ics").write_text("x")
    (book / "link.ics").symlink_to("public.ics")
    assert calendar(book, "--output", str(book / "link.ics")) == 0
    assert (book / "link.ics").is_symlink()
    assert (book / "public.ics").read_text().startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rotation", "primry"), "did you mean `primary`?"),
        (("--team", "doors"), "no team `doors`"),
        (("--person", "zoe"), "no person `zoe`"),
        (("--from", "soon"), "--from: `soon` is no date"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "--to 2026-02-01 is before --from 2026-02-02"),
        (("--to", "2999-12-31"), "is longer than 3 years"),
        (("--from", "2999-12-31"), None),
        (("--from", "1900-01-01", "--to", "1900-01-31"), None),
        (("--since", "main"), "is in no git repository"),
        (("--since", "--output=x"), "`--output=x` is no revision"),
    ],
)
def test_wrong_use_says_what_is_wrong(
    book: Path, words: tuple[str, ...], said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--output=x" in words:
        commit(book, "2026-01-10T12:00:00Z")
    assert calendar(book, *words) == (2 if said else 0)
    assert (said or "") in capsys.readouterr().err


def test_a_rotation_that_cannot_be_read_is_named_and_the_others_are_written(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "rotations/loop.yaml").write_text("follows: loop\n")
    assert calendar(book) == 0
    out, err = capsys.readouterr()
    assert "loop: rotation `loop` follows itself" in err
    assert "Ana Ruiz on call" in out
