"""A commit taken back: its branch goes to the parent, so that what it said is in no history that is pushed.

That is done only to a commit of opsbook's own that no other ref holds, and that did nothing but what is
undone now. Whatever a person has of their own in the index and the work tree stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from opsbook.errors import UserError
from opsbook.git import GitError
from opsbook.sharing.clone import entries
from opsbook.sharing.trees import Tree

if TYPE_CHECKING:
    from opsbook.sharing.branches import Branch
    from opsbook.sharing.clone import Clone, Entry, Look


def take_back(clone: Clone, look: Look, incident: str, beside: frozenset[str]) -> bool:
    """Take back the last commit, which a command has just undone in the work tree; whether that could be.

    `beside` are files that the commit may have added: they stay in the work tree, where git does not know
    them any more.
    """
    commit, ref = clone.tip("HEAD"), f"refs/heads/{clone.branch}"
    if commit is None or clone.hindrance() or clone.waiting.keys() - {*look.paths}:
        return False
    there = Tree(clone, commit)
    try:
        undone = {path: clone.changed_in(look, path, _at(clone, there, path)) for path in look.paths}
        parent = _parent(clone, commit, ref, incident, undone, beside)
        if parent is None:
            return False
        staged = entries(clone, "ls-files", "--stage", "-z", "--", *look.paths, *beside)
        index = {path: clone.changed_in(look, path, staged.get(path)) for path in look.paths}
        as_committed = (path for path in (*undone, *beside) if staged.get(path) == _at(clone, there, path))
        clone.put(index | {path: undone.get(path) for path in as_committed})
        clone.run("update-ref", "-m", "opsbook undo", ref, parent, commit)
    except UserError:
        return False
    with suppress(GitError):
        clone.run("update-index", "-q", "--refresh")
    clone.note_waiting({})
    return True


def take_back_on(clone: Clone, branch: Branch, files: Mapping[str, bytes]) -> bool:
    """The same on the branch of an incident that is in no work tree; `files` are what it holds without."""
    from opsbook.sharing.branches import move

    name, there = f"incident/{branch.incident}", Tree(clone, branch.commit)
    undone: dict[str, Entry | None] = {}
    for path, content in files.items():
        mode, _ = _at(clone, there, path) or ("", "")
        undone[path] = mode, clone.write_blob(content, path)
    try:
        ref = f"refs/heads/{name}"
        parent = _parent(clone, branch.commit, ref, branch.incident, undone, frozenset())
        if parent is None:
            return False
        move(clone, name, branch.commit, parent)
    except UserError:
        return False
    return True


def _parent(
    clone: Clone,
    commit: str,
    ref: str,
    incident: str,
    undone: Mapping[str, Entry | None],
    beside: frozenset[str],
) -> str | None:
    """The parent of a commit that says of an incident what is undone and no more, and that this ref alone
    holds; None of any other."""
    out = clone.run("log", "-1", "--format=%P%n%s", commit).decode("utf-8", "replace")
    parents, _, subject = out.partition("\n")
    if len(parents.split()) != 1 or not subject.startswith(f"{incident}: "):
        return None
    if clone.run("for-each-ref", "--format=%(refname)", "--contains", commit).decode().split() != [ref]:
        return None
    was = Tree(clone, parents)
    names = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", parents, commit)
    did, known = set(clone._names(*names)), {clone.prefix + path for path in undone}
    added = {clone.prefix + path for path in beside if _at(clone, was, path) is None}
    same = all(_at(clone, was, path) == entry for path, entry in undone.items())
    return parents if same and known <= did <= known | added else None


def _at(clone: Clone, tree: Tree, path: str) -> Entry | None:
    return tree.file(clone.prefix + path)
