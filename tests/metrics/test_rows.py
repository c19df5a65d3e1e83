"""What is kept of incidents between runs is what a fresh reading finds, whatever was changed."""

from __future__ import annotations

import marshal
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, Without, WorkTree
from opsbook.metrics.durations import durations
from opsbook.metrics.rows import Rows, rows

EXAMPLE = Path(__file__).parents[2]
AS_OF = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
RECORD = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example book, with a cache of its own."""
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    for folder in ("incidents", "policies", "rotations"):
        shutil.copytree(EXAMPLE / folder, tmp_path / "book" / folder)
    (tmp_path / "book/opsbook.toml").write_text('timezone = "Europe/Berlin"\n')
    return tmp_path / "book"


def read(root: Path) -> Rows:
    return rows(Book(WorkTree(root)))


def plain(root: Path) -> Rows:
    """The same without anything that is kept."""
    texts = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.suffix in (".yaml", ".md", ".toml")
    }
    return rows(Book(Memory(texts)))


def test_a_row_says_what_the_record_says(root: Path) -> None:
    book = Book(WorkTree(root))
    found = {row.id: row for row in rows(book).rows}
    for incident in book.incidents:
        assert found[incident.id].durations(AS_OF) == durations(incident.content, AS_OF)
        assert found[incident.id].counts == incident.content.counts


def test_what_is_kept_is_what_a_fresh_reading_finds(root: Path) -> None:
    assert read(root) == read(root) == plain(root)


def test_an_edit_a_new_incident_and_a_deletion_show(root: Path) -> None:
    read(root)
    record = root / RECORD
    record.write_text(record.read_text().replace("milestone: mitigated", "milestone: resolved"))
    shutil.copytree(root / "incidents/2025", root / "incidents/2024")
    for folder in (root / "incidents/2024").iterdir():
        folder.rename(folder.parent / folder.name.replace("2025", "2024"))
    shutil.rmtree(root / "incidents/2026/2026-11-21-sent-back-in-the-queue")
    assert read(root) == plain(root)


def test_another_policy_and_another_zone_show(root: Path) -> None:
    read(root)
    policy = root / "policies/severities.yaml"
    policy.write_text(policy.read_text().replace("action_items_within: 30d", "action_items_within: 3d"))
    assert read(root) == plain(root)
    (root / "opsbook.toml").write_text('timezone = "Pacific/Auckland"\n')
    assert read(root) == plain(root)


def test_a_fresh_clone_reads_no_record_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(root)
    shutil.copytree(root, root.parent / "again")
    shutil.rmtree(root)
    shutil.copytree(root.parent / "again", root)  # other times, the same bytes
    book = Book(WorkTree(root))
    monkeypatch.setattr(Book, "read", None)  # whoever parses a record fails
    assert rows(book) == before


@pytest.mark.parametrize("kept", [True, False])
def test_of_a_book_without_some_records_the_others_are_not_read_again(
    kept: bool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read(root)
    gone = {
        RECORD,
        RECORD.replace("incident.yaml", "postmortem.md"),
        "incidents/2026/2026-01-01-x/incident.yaml",
    }
    if kept:
        monkeypatch.setattr(Book, "read", None)
    else:
        monkeypatch.setenv("OPSBOOK_CACHE_DIR", f"{root.parent / 'other'}")
    found = rows(Book(Without(WorkTree(root), gone)))
    assert found.rows == tuple(row for row in before.rows if row.id != "2026-03-02-checkout-5xx")
    assert found.postmortems.keys() == before.postmortems.keys() - {"2026-03-02-checkout-5xx"}
    assert found.unreadable == ()


def test_a_record_that_nobody_can_read_is_named(root: Path) -> None:
    (root / RECORD).write_text("title: [\n")
    assert read(root).unreadable == ("2026-03-02-checkout-5xx",)
    assert read(root) == plain(root)


def test_a_service_that_only_the_timeline_says_was_hurt_counts(root: Path) -> None:
    (row,) = (row for row in read(root).rows if row.id == "2026-03-02-checkout-5xx")
    assert "checkout" in row.services


def test_what_an_older_opsbook_kept_in_another_layout_counts_as_not_there(root: Path, tmp_path: Path) -> None:
    before = read(root)
    (kept,) = (tmp_path / "cache").glob("opsbook-metrics-*")
    payload = marshal.dumps((("0.1.0", ""), {}))
    kept.write_bytes(crc32(payload).to_bytes(4, "big") + payload)
    assert read(root) == before
