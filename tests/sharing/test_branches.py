"""An incident on a branch of its own is seen and written as any other, and the work tree is left alone."""

from __future__ import annotations

from pathlib import Path

from tests.sharing.conftest import ID, TEXT, Place, line

from opsbook.book.snapshot import Book
from opsbook.book.tree import WorkTree
from opsbook.sharing.branches import Branch, branches, commit_on, default_branch, lives_apart, seen
from opsbook.sharing.sync import sync

OTHER = "2026-03-03-doors-shut"
PATH = f"incidents/2026/{OTHER}/incident.yaml"


def declared(place: Place) -> str:
    return commit_on(place.clone, OTHER, {PATH: TEXT.encode()}, f"{OTHER}: declared")


def test_a_branch_is_made_on_the_default_branch_without_switching(ana: Place) -> None:
    ana.git("switch", "--quiet", "-c", "feature")
    ana.write("draft.md", "mine\n")
    ana.git("add", "draft.md")
    commit = declared(ana)
    assert ana.git("branch", "--show-current") == "feature\n"
    assert ana.git("status", "--porcelain") == "A  draft.md\n"
    assert ana.subjects(f"incident/{OTHER}") == [f"{OTHER}: declared", "a book"]
    assert branches(ana.clone) == {OTHER: Branch(OTHER, commit, local=True)}
    assert not (ana.root / PATH).exists()


def test_its_record_is_seen_with_those_of_the_work_tree(ana: Place) -> None:
    declared(ana)
    tree, alone = seen(WorkTree(ana.root), ana.clone)
    assert sorted(document.id for document in Book(tree).incidents) == [ID, OTHER]
    assert list(alone) == [OTHER]


def test_what_others_pushed_as_a_branch_is_seen_once_it_is_fetched(ana: Place, ben: Place) -> None:
    declared(ana)
    assert sync(ana.clone).even
    assert seen(WorkTree(ben.root), ben.clone)[1] == {}
    assert sync(ben.clone).even
    assert [(each.incident, each.local) for each in seen(WorkTree(ben.root), ben.clone)[1].values()] == [
        (OTHER, False)
    ]


def test_two_that_write_to_one_branch_lose_nothing(ana: Place, ben: Place) -> None:
    declared(ana)
    assert sync(ana.clone).even
    assert sync(ben.clone).even
    for place, minute, text in ((ana, 30, "from ana"), (ben, 20, "from ben")):
        commit_on(place.clone, OTHER, {PATH: (TEXT + line(minute, text)).encode()}, text)
    assert sync(ana.clone).even
    assert sync(ben.fresh().clone).even
    assert ben.committed(PATH, f"origin/incident/{OTHER}") == TEXT + line(20, "from ben") + line(
        30, "from ana"
    )


def test_a_branch_that_is_checked_out_elsewhere_moves_with_its_work_tree(ana: Place, tmp_path: Path) -> None:
    declared(ana)
    ana.git("worktree", "add", "--quiet", str(tmp_path / "b"), f"incident/{OTHER}")
    other = Place(tmp_path / "b")
    other.write(PATH, TEXT + line(50, "not committed"))
    commit_on(ana.clone, OTHER, {PATH: (TEXT + line(30, "from ana")).encode()}, "from ana")
    assert other.read(PATH) == TEXT + line(30, "from ana") + line(50, "not committed")
    assert other.git("diff", "--cached") == ""
    assert other.committed(PATH) == TEXT + line(30, "from ana")


def test_once_it_is_merged_the_work_tree_is_where_it_lives(ana: Place) -> None:
    declared(ana)
    ana.git("merge", "--quiet", f"incident/{OTHER}")
    assert seen(WorkTree(ana.root), ana.clone)[1] == {}


def test_a_new_incident_lives_apart_where_others_would_not_see_it(ana: Place) -> None:
    assert default_branch(ana.clone) == "main"
    assert not lives_apart(ana.clone, "default-branch")
    assert lives_apart(ana.clone, "own-branch")
    ana.git("switch", "--quiet", "-c", "feature")
    assert lives_apart(ana.fresh().clone, "default-branch")
