"""Links on a real disk and in a real repository: said, never followed."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.lint.session import Session

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book beside a folder of other people's runbooks."""
    root = tmp_path / "book"
    (root / INCIDENT / "evidence").mkdir(parents=True)
    (root / "opsbook.toml").touch()
    (root / INCIDENT / "incident.yaml").write_text("title: Checkout answers 502\n")
    (root / "runbooks").mkdir()
    outside = tmp_path / "wiki"
    outside.mkdir()
    (outside / "failover.md").write_text("# Failover\n")
    return root


def found(book: Path, *paths: str, staged: bool = False) -> list[str]:
    session = Session(book, NOW, select=["symbolic_link"], staged=staged, cache=False)
    return [_path(each) for each in session.check(paths).diagnostics]


def _path(diagnostic: Diagnostic) -> str:
    assert diagnostic.name == "symbolic_link"
    assert diagnostic.location.source.text == ""
    return diagnostic.location.path


@pytest.mark.parametrize(
    "link",
    [
        "runbooks/failover.md",
        "runbooks/wiki",
        "incidents/2025",
        "incidents/2026/2026-03-03-search-slow",
        f"{INCIDENT}/postmortem.md",
        "rotations",
        "policies/strange.yaml",
    ],
)
def test_a_link_in_the_place_of_records_is_reported(book: Path, link: str) -> None:
    (book / link).parent.mkdir(parents=True, exist_ok=True)
    (book / link).symlink_to(book.parent / "wiki")
    assert found(book) == [link]
    assert found(book, link) == [link]


@pytest.mark.parametrize("link", [f"{INCIDENT}/evidence/log.txt", f"{INCIDENT}/logs", "runbooks/picture.png"])
def test_a_link_that_hides_no_record_is_let_be(book: Path, link: str) -> None:
    (book / link).symlink_to(book.parent / "wiki" / "failover.md")
    assert found(book) == []
    assert found(book, link) == []


def test_a_link_below_a_folder_that_was_asked_for_is_reported(book: Path) -> None:
    (book / "runbooks" / "failover.md").symlink_to("/etc/passwd")
    assert found(book, "runbooks") == ["runbooks/failover.md"]
    assert found(book, "incidents") == []


def test_a_staged_link_is_judged_as_one_and_not_by_what_it_says(book: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(book)], check=True)
    (book / "runbooks" / "failover.md").symlink_to(book.parent / "wiki" / "failover.md")
    (book / INCIDENT / "postmortem.md").symlink_to(book.parent / "wiki" / "failover.md")
    subprocess.run(["git", "-C", str(book), "add", "."], check=True)
    assert found(book, staged=True) == [f"{INCIDENT}/postmortem.md", "runbooks/failover.md"]


def test_a_remembered_link_is_forgotten_when_a_file_takes_its_place(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    runbook = book / "runbooks" / "failover.md"

    def names() -> list[str]:
        report = Session(book, NOW, select=["documents"]).check()
        return [each.name for each in report.diagnostics]

    runbook.symlink_to(book.parent / "wiki" / "failover.md")
    assert names() == names() == ["symbolic_link"]
    runbook.unlink()
    assert names() == []
    runbook.write_text("---\n# Failover\n")
    assert names() == ["unclosed_front_matter"]
