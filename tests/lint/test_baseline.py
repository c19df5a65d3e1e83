"""The baseline: what was wrong on the day a book began is known, and the file may only shrink."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.cli.main import run
from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint import baseline
from opsbook.lint.check import Report
from opsbook.lint.session import Session
from opsbook.text import Location, Source, Span

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
FILE = "opsbook-baseline.jsonl"
DISK = """\
# Make room on a full disk

## Steps

1. Remove old logs.

```bash
$ journalctl --vacuum-size=200M
```

```bash
$ df --human-readable /var
```
"""


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """No setting of this machine."""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with old runbooks."""
    root = tmp_path / "book"
    for path, text in {
        "opsbook.toml": 'default_runbook_kind = "alert"\n',
        "runbooks/disk/disk-full.md": DISK,
        "runbooks/disk/disk-slow.md": DISK.replace("full", "slow"),
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def opsbook(book: Path, *words: str) -> int:
    return run(["-C", str(book), *words, "--at", "2026-04-01T12:00Z"])


def new(book: Path) -> list[str]:
    """What a check finds beside what the baseline knows, as `id CODE`."""
    found = Session(book, NOW, cache=False).check().diagnostics
    return sorted(f"{Path(each.location.path).stem} {each.code}" for each in found if not each.before)


def rows(book: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (book / FILE).read_text().splitlines()]


def commit(book: Path) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-qm", "x", "--allow-empty")):
        subprocess.run(["git", "-C", str(book), *words], check=True, capture_output=True)


def test_from_the_day_it_is_written_only_what_is_new_fails(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opsbook(book, "check") == 1
    assert opsbook(book, "baseline") == 0
    assert opsbook(book, "check") == 0
    capsys.readouterr()
    (book / "runbooks/new.md").write_text(DISK)
    assert opsbook(book, "check", "--format", "concise") == 1
    printed = capsys.readouterr().out
    assert "runbooks/new.md:1:1" in printed
    assert "disk-full" not in printed
    assert printed.endswith("of the baseline left, 0% mended\n")


def test_without_it_everything_is_reported(book: Path) -> None:
    opsbook(book, "baseline")
    assert opsbook(book, "check") == 0
    assert opsbook(book, "check", "--no-baseline") == 1


def test_lines_inserted_above_and_a_moved_page_change_nothing(book: Path) -> None:
    opsbook(book, "baseline")
    page = book / "runbooks/disk/disk-full.md"
    page.write_text(page.read_text().replace("1. Remove", "Think first.\n\n" * 20 + "1. Remove"))
    (book / "runbooks/disk").rename(book / "runbooks/storage")
    assert new(book) == []


def test_a_renamed_record_brings_its_findings_along(book: Path) -> None:
    opsbook(book, "baseline")
    (book / "runbooks/disk/disk-full.md").rename(book / "runbooks/disk/no-room.md")
    assert new(book) == []
    (book / "runbooks/disk/copy.md").write_text(DISK)
    assert len({each.split()[0] for each in new(book)}) == 1, "there is room for one of the two"


def test_the_same_fault_twice_counts_twice(book: Path) -> None:
    opsbook(book, "baseline")
    page = book / "runbooks/disk/disk-full.md"
    page.write_text(page.read_text() + "\n```bash\n$ df --human-readable /var\n```\n")
    assert new(book) == ["disk-full RUN011"]


def test_what_is_mended_is_taken_out_and_what_is_new_never_put_in(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opsbook(book, "baseline")
    before = len(rows(book))
    page = book / "runbooks/disk/disk-full.md"
    page.write_text(page.read_text().replace("$ ", ""))
    (book / "runbooks/new.md").write_text(DISK)
    capsys.readouterr()
    assert opsbook(book, "baseline", "--check") == 1
    assert "no longer found" in capsys.readouterr().err
    assert opsbook(book, "baseline") == 0
    assert "2 taken out" in capsys.readouterr().out
    assert len(rows(book)) == before - 1, "two prompts of one page are one line"
    assert {each.split()[0] for each in new(book)} == {"new"}
    assert opsbook(book, "baseline", "--check") == 0


def test_what_is_accepted_later_says_why(book: Path) -> None:
    opsbook(book, "baseline")
    (book / "runbooks/new.md").write_text(DISK)
    assert opsbook(book, "baseline", "--accept") == 2
    assert new(book) != []
    because = ("--accept", "--because", "copied from the old wiki")
    assert opsbook(book, "baseline", *because, "--select", "RUN011", "runbooks/new.md") == 0
    assert "new RUN011" not in new(book)
    assert new(book) != []
    assert opsbook(book, "baseline", *because) == 0
    assert new(book) == []
    assert {row.get("because") for row in rows(book)[1:]} == {None, "copied from the old wiki"}
    assert opsbook(book, "baseline") == 0
    assert {row.get("because") for row in rows(book)[1:]} == {None, "copied from the old wiki"}


def test_a_line_put_in_by_hand_is_found_against_the_base(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opsbook(book, "baseline")
    commit(book)
    assert opsbook(book, "baseline", "--check", "--base", "main") == 0
    (book / "runbooks/new.md").write_text(DISK)
    (book / FILE).unlink()
    opsbook(book, "baseline")
    capsys.readouterr()
    assert opsbook(book, "baseline", "--check", "--base", "main") == 1
    assert "runbook/new: this change puts RUN011 in without a reason" in capsys.readouterr().err


def test_fix_mends_what_the_baseline_knows_too(book: Path) -> None:
    opsbook(book, "baseline")
    assert opsbook(book, "check", "--fix") == 0
    assert "$" not in (book / "runbooks/disk/disk-full.md").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("{}\n", "no key `begun`"),
        ('{"begun": "2026-04-01", "findings": 1}\n<<<<<<< HEAD\n', ":2: a merge conflict"),
        ('{"begun": "2026-04-01", "findings": 1}\n[]\n', ":2: found [], expected an object"),
        ('{"begun": "2026-04-01", "findings": 1}\n{"record": 1}\n', "no key `within`"),
        ("\x00", ":1: not JSON"),
    ],
)
def test_a_broken_baseline_is_wrong_use_and_says_where(
    book: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / FILE).write_text(text)
    assert opsbook(book, "check") == 2
    assert said in capsys.readouterr().err


def test_what_a_rule_marks_is_kept_as_a_hash(book: Path) -> None:
    page = book / "runbooks/disk/disk-full.md"
    page.write_text(DISK + "\nAsk <b>hunter2</b>.\n")
    opsbook(book, "baseline")
    assert "hunter2" not in (book / FILE).read_text()


# ── laws ──────────────────────────────────────────────────────────────────────────────────

PATHS = st.sampled_from([f"runbooks/{name}.md" for name in "abc"])
FINDINGS = st.lists(
    st.builds(
        lambda path, code, within, words: Diagnostic(
            code,
            "rule",
            Level.WARNING,
            Location(Source(path, words), Span(0, len(words))),
            "m",
            within=within,
        ),
        PATHS,
        st.sampled_from(["RUN001", "RUN002"]),
        st.sampled_from(["", "Steps"]),
        st.sampled_from(["x", "y"]),
    ),
    max_size=12,
)


def report(found: list[Diagnostic]) -> Report:
    return Report(tuple(found), (), 3)


@given(FINDINGS)
def test_what_was_put_in_is_known_in_any_order(found: list[Diagnostic]) -> None:
    begun = baseline.begin(report(found), Level.WARNING, NOW.date())
    judged = baseline.compare(report(found[::-1]), begun, whole=True)
    assert all(each.before for each in judged.diagnostics)
    assert judged.burndown == (len(found), len(found), 0)


@given(FINDINGS, FINDINGS)
def test_a_baseline_only_shrinks_whatever_is_found(first: list[Diagnostic], later: list[Diagnostic]) -> None:
    begun = baseline.begin(report(first), Level.WARNING, NOW.date())
    judged = baseline.compare(report(later), begun, whole=True)
    shrunk = baseline.shrink(begun, judged)
    assert shrunk.left <= begun.left
    assert shrunk.left == sum(bool(each.before) for each in judged.diagnostics)
    assert baseline.grown(shrunk, begun) == []
    again = baseline.compare(report(later), shrunk, whole=True)
    assert [each.before for each in again.diagnostics] == [each.before for each in judged.diagnostics]
    assert baseline.shrink(shrunk, again) == shrunk


@given(FINDINGS, FINDINGS)
def test_what_is_written_is_read_again(first: list[Diagnostic], later: list[Diagnostic]) -> None:
    from opsbook.book.tree import Memory

    made = baseline.accept(baseline.begin(report(first), Level.WARNING, NOW.date()), later, "because")
    assert baseline.read(Memory({FILE: baseline.write(made)})) == made
    assert made.left == len(first) + len(later)
