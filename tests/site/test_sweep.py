"""What a site asks of all incidents and post-mortems at once is what others ask of each of them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.book.facts import marks
from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import WorkTree
from opsbook.metrics.agenda import clocks
from opsbook.metrics.rows import rows
from opsbook.site.survey import Survey
from opsbook.site.sweep import sweep

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOOKS = [ROOT, *(ROOT / "tests/books" / name for name in ("broken", "busy"))]


@pytest.mark.parametrize("root", BOOKS, ids=lambda root: root.name)
def test_what_is_asked_at_once_is_what_is_asked_alone(root: Path) -> None:
    swept, alone = load(root), load(root)
    sweep(swept, AT)
    assert (rows(swept), marks(swept), clocks(swept)) == (rows(alone), marks(alone), clocks(alone))
    one, other = Survey(swept), Survey(alone)
    assert (one.by_path, one.uses, one.runs, one.restricted) == (
        other.by_path, other.uses, other.runs, other.restricted,
    )  # fmt: skip


def test_a_record_that_goes_meanwhile_is_passed_over(tmp_path: Path) -> None:
    for folder in ("incidents", "policies", "rotations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    gone, *others = sorted(path.parent for path in tmp_path.glob("incidents/*/*/incident.yaml"))
    book = Book(WorkTree(tmp_path))
    book.tree.paths("incidents")
    shutil.rmtree(gone)
    sweep(book, AT)
    assert [row.id for row in rows(book).rows] == [folder.name for folder in others]
