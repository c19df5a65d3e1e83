"""Who shares an id, and that it is noticed when somebody joins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.diagnostics import Diagnostic
from opsbook.lint.catalog import Selection
from opsbook.lint.check import evaluate

Findings = Callable[..., tuple[Diagnostic, ...]]
ANA = "name: Ana Ruiz\ntimezone: Europe/Berlin\n"
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_records_of_different_kinds_may_share_an_id(findings: Findings) -> None:
    files = {
        "rotations/people/platform.yaml": ANA,
        "rotations/teams/platform.yaml": "name: Platform\nmembers: [platform]\n",
        "runbooks/platform.md": "# Platform\n",
    }
    assert findings("duplicate_id", files) == ()


def test_each_of_three_names_the_others(findings: Findings) -> None:
    files = {f"runbooks/{folder}/failover.md": "# Failover\n" for folder in "abc"}
    found = findings("duplicate_id", files)
    assert [each.message for each in found] == [
        "`runbooks/b/failover.md` has the id `failover` too",
        "`runbooks/a/failover.md` has the id `failover` too",
        "`runbooks/a/failover.md` has the id `failover` too",
    ]
    assert [[each.location.path for each in found[0].related]] == [
        ["runbooks/b/failover.md", "runbooks/c/failover.md"]
    ]


def test_ids_that_differ_in_case_say_so(findings: Findings) -> None:
    found = findings("duplicate_id", {"rotations/people/ana.yaml": ANA, "rotations/people/ANA.yaml": ANA})
    assert [each.message for each in found] == [
        "`ANA` and `ana` differ only in case",
        "`ana` and `ANA` differ only in case",
    ]


def test_a_remembered_outcome_ends_when_a_namesake_comes_and_not_when_a_stranger_does() -> None:
    files = {"opsbook.toml": "", "runbooks/a/failover.md": "# Failover\n"}
    book = Book(Memory(files))
    (outcome,) = evaluate(book, Selection(book.settings), NOW, ["runbooks/a/failover.md"]).values()

    def holds(*more: str) -> bool:
        other = Book(Memory(files | dict.fromkeys(more, "# Another\n")))
        return all(other.version(key) == book.version(key) for key in outcome.reads)

    assert holds("runbooks/b/restart.md")
    assert not holds("runbooks/b/failover.md")
    assert not holds("runbooks/b/Failover.md")
