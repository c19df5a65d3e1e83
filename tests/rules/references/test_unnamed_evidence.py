"""What counts as naming a file of an incident's evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
ID = "2026-03-02-checkout-5xx"
FOLDER = f"incidents/2026/{ID}"
RESOLVED = '  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}\n'


def said(findings: Findings, evidence: str, text: str = "", page: str = "", end: str = RESOLVED) -> list[str]:
    record = f"title: Checkout\ntimeline:\n  - {{at: 2026-03-02T09:14Z, text: 'Seen. {text}'}}\n{end}"
    files = {f"{FOLDER}/incident.yaml": record, f"{FOLDER}/postmortem.md": f"# Checkout\n\n{page}\n"}
    files |= {f"{FOLDER}/evidence/{name}": "" for name in evidence.split(", ")}
    return [each.message for each in findings("unnamed_evidence", files)]


@pytest.mark.parametrize(
    ("evidence", "text", "page"),
    [
        ("pool.png", "[the pool](evidence/pool.png)", ""),
        ("pool.png", "See evidence/pool.png.", ""),
        ("pool.png", "pool.png shows it", ""),
        ("pool.png", "", "![the pool](evidence/pool.png)"),
        ("the pool.png", "", "![the pool](evidence/the%20pool.png)"),
        ("gr\u00f6\u00dfe.txt", "evidence/gro\u0308\u00dfe.txt", ""),
        ("dumps/a.txt, dumps/b.txt", "see evidence/dumps/", ""),
        ("dumps/a.txt, dumps/b.txt", "", "[the dumps](evidence/dumps)"),
        ("a.txt, dumps/b.txt", "all is in evidence/", ""),
        ("a.txt, dumps/b.txt", "evidence/*.txt", ""),
        ("README.md, dumps/index.html", "", ""),
        (".gitkeep, .cache/pool.png", "", ""),
    ],
)
def test_evidence_that_somebody_names_passes(findings: Findings, evidence: str, text: str, page: str) -> None:
    assert said(findings, evidence, text, page) == []


def test_evidence_that_nobody_names_is_reported_once(findings: Findings) -> None:
    assert said(findings, "a.txt") == ["nothing names `evidence/a.txt`"]
    assert said(findings, "a.txt, b.txt, c.txt", "evidence/b.txt") == [
        "nothing names `evidence/a.txt` and 1 more of its files"
    ]


def test_naming_one_file_does_not_name_the_folder(findings: Findings) -> None:
    assert said(findings, "dumps/a.txt", "evidence/pool.png") == ["nothing names `evidence/dumps/a.txt`"]


def test_while_the_incident_lasts_there_is_other_work_to_do(findings: Findings) -> None:
    assert said(findings, "a.txt", end="") == []


def test_every_tree_tells_the_evidence_of_an_incident_and_no_other(tmp_path: Path) -> None:
    files = {f"{FOLDER}/evidence/{name}": "" for name in ("b.txt", "a/b.txt", ".hidden")}
    files |= {f"{FOLDER}-2/evidence/c.txt": "", f"{FOLDER}/other/evidence/d.txt": ""}
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    listed = WorkTree(tmp_path)
    listed.paths("incidents")
    for tree in (Memory(files), Memory({}, below=listed), WorkTree(tmp_path), listed):
        assert Book(tree).evidence(ID) == ("evidence/a/b.txt", "evidence/b.txt")
        assert Book(tree).evidence("2026-03-02-none") == ()


def test_the_version_of_the_answer_changes_with_the_files() -> None:
    reads: set[str] = set()
    few, more = (Book(Memory({f"{FOLDER}/evidence/{n}": "" for n in names})) for names in ("a", "ab"))
    few.recording(reads).evidence(ID)
    assert reads == {"%" + ID}
    assert few.version("%" + ID) != more.version("%" + ID)
    assert few.state("%") != more.state("%")
    assert Book(Memory({})).version("%" + ID) is None
