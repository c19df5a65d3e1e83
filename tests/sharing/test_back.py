"""What is undone at once is in no history; a person's own work, and what others may have, is left alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from tests.sharing.conftest import ID, RECORD, TEXT, Place, declares, hook, line, logs

from opsbook.cli.main import run
from opsbook.sharing.branches import branches
from opsbook.sharing.sync import sync

GONE = "its commit is taken back as well: no push carries it\n"
STAYS = "another commit takes it back: git's history keeps what it said, so revoke a secret in it\n"
OTHER = "2026-03-03-doors-shut"
Said = Callable[..., str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command typed in a clone says beside its answer."""

    def type_(place: Place, *words: str) -> str:
        with contextlib.chdir(place.root):
            assert run([*words]) == 0
        return capsys.readouterr().err

    return type_


@pytest.fixture
def slip(ana: Place, said: Said) -> Place:
    """A clone whose last entry, which nobody else has, says what it should not."""
    said(ana, "log", "-i", ID, "the password is hunter2")
    assert "hunter2" in ana.committed()
    return ana


def test_the_commit_of_the_last_entry_goes_with_it(slip: Place, said: Said) -> None:
    assert said(slip, "undo").startswith(GONE)
    assert slip.subjects() == ["a book"]
    assert slip.git("log", "--all", "-S", "hunter2") == ""
    assert slip.read() == slip.committed() == TEXT
    assert slip.git("status", "--porcelain") == ""


def test_a_persons_own_work_stays_where_it_is(slip: Place, said: Said) -> None:
    slip.write("notes.md", "staged\n")
    slip.git("add", "notes.md")
    slip.write("draft.md", "untracked\n")
    mine = slip.read().replace("answers 502", "is slow")
    slip.write(RECORD, mine)
    slip.git("add", RECORD)
    slip.write(RECORD, mine + line(50, "by hand"))
    assert GONE in said(slip, "undo")
    assert slip.subjects() == ["a book"]
    assert slip.git("show", f":{RECORD}") == TEXT.replace("answers 502", "is slow")
    assert slip.read() == TEXT.replace("answers 502", "is slow") + line(50, "by hand")
    assert slip.git("status", "--porcelain").splitlines() == [f"MM {RECORD}", "A  notes.md", "?? draft.md"]


def test_its_evidence_stays_as_a_file_that_git_does_not_know(ana: Place, said: Said) -> None:
    ana.write(".git/dump.txt", "rows\n")
    said(ana, "log", "-i", ID, "dumped", "--evidence", ".git/dump.txt")
    assert GONE in said(ana, "undo")
    assert ana.subjects() == ["a book"]
    assert ana.git("status", "--porcelain", "-uall") == f"?? incidents/2026/{ID}/evidence/dump.txt\n"


@pytest.mark.parametrize(
    "why", ["committed since", "another branch", "stashed", "pushed", "amended", "waiting"]
)
def test_where_the_commit_is_not_the_last_or_not_this_branchs_alone_another_takes_it_back(
    slip: Place, said: Said, why: str
) -> None:
    if why == "committed since":
        slip.write("notes.md", "x\n")
        slip.commit_all()
    elif why == "another branch":
        slip.git("branch", "copy")
    elif why == "stashed":
        slip.write("opsbook.toml", "")
        slip.git("stash", "--quiet")
    elif why == "tagged":
        slip.git("tag", "v1")
    elif why == "amended":
        slip.write("notes.md", "x\n")
        slip.git("add", "notes.md")
        slip.git("commit", "--quiet", "--amend", "--no-edit")
    else:
        slip.write("notes.md", "x\n")
        slip.clone.wait(["notes.md"], "written, then the power went")
    before = slip.git("rev-parse", "HEAD")
    assert STAYS in said(slip, "undo")
    assert slip.git("rev-parse", "HEAD^") == before
    assert slip.committed() == slip.read() == TEXT


def test_a_merge_is_not_taken_back(slip: Place, said: Said) -> None:
    slip.git("switch", "--quiet", "-c", "side", "HEAD^")
    slip.write("notes.md", "x\n")
    slip.commit_all()
    slip.git("switch", "--quiet", "main")
    slip.git("merge", "--quiet", "-m", f"{ID}: merged", "side")
    assert STAYS in said(slip, "undo")
    assert slip.subjects()[0] == f"{ID}: the last entry is taken back"


def test_where_git_refuses_to_move_the_branch_the_entry_is_gone_all_the_same(slip: Place, said: Said) -> None:
    hook(slip.root / ".git/hooks", "reference-transaction", "exit 1")
    assert said(slip, "undo").startswith("written, not committed: ")
    assert slip.read() == TEXT
    (slip.root / ".git/hooks/reference-transaction").unlink()
    said(slip, "sync")
    assert slip.committed(revision="origin/main") == TEXT


def test_what_was_never_committed_leaves_no_trace(ana: Place, said: Said) -> None:
    said(ana, "log", "-i", ID, "first")
    hook(ana.root / ".git/hooks", "pre-commit", "exit 1")
    said(ana, "log", "-i", ID, "the password is hunter2")
    (ana.root / ".git/hooks/pre-commit").unlink()
    assert "commit" not in said(ana, "undo")
    assert ana.subjects() == [f"{ID}: first", "a book"]
    assert ana.git("status", "--porcelain") == ""
    assert ana.fresh().clone.waiting == {}


def test_on_the_branch_of_an_incident_it_goes_as_well(ana: Place, said: Said) -> None:
    ana.git("switch", "--quiet", "-c", "feature")
    ana.save(declares(id=OTHER), declares=True)
    said(ana, "log", "-i", OTHER, "the password is hunter2")
    assert GONE in said(ana, "undo", "-i", OTHER)
    assert ana.subjects(f"incident/{OTHER}") == [f"{OTHER}: declared", "a book"]
    said(ana, "log", "-i", OTHER, "the password is hunter2")
    ana.git("branch", "copy", f"incident/{OTHER}")
    assert STAYS in said(ana, "undo", "-i", OTHER)
    path = RECORD.replace(ID, OTHER)
    assert "hunter2" not in ana.committed(path, branches(ana.fresh().clone)[OTHER].commit)


def test_others_see_neither_the_entry_nor_that_it_was_there(slip: Place, ben: Place, said: Said) -> None:
    said(slip, "undo")
    slip.fresh().save(logs(40, "what was meant"), push=True)
    assert sync(ben.clone).even
    assert ben.git("log", "--all", "-S", "hunter2") == ""
    assert ben.read() == TEXT + line(40, "what was meant")
