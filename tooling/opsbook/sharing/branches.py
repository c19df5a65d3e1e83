"""Incidents that live on a branch `incident/ID` of their own, written without switching the work tree.

An incident that goes on must never be invisible: where the default branch takes only pull requests, or
somebody is in the middle of other work, its record is committed to a branch of its own, and the commands
read and write it there until it is merged. Its files are then in no work tree, so a commit there runs no
hooks of the work tree; the pull request is checked in CI.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.kinds import kind
from opsbook.book.tree import Memory
from opsbook.book.write import ChangedError
from opsbook.errors import UserError
from opsbook.git import GitError, git_folders

if TYPE_CHECKING:
    from opsbook.book.tree import Tree
    from opsbook.sharing.clone import Clone

_LOCAL = "refs/heads/incident/"


class Branch(NamedTuple):
    """Where an incident lives that is not in the work tree."""

    incident: str
    commit: str
    local: bool
    """Whether it is a branch of this clone, and not only fetched."""


def folder(incident: str) -> str:
    """The folder of an incident, with `/` at its end."""
    path = kind("incident").path(incident)
    assert path is not None
    return path.removesuffix("incident.yaml")


def any_branch(root: Path) -> bool:
    """Whether a clone may have a branch of an incident, by a look at its files: asked by every command."""
    found = git_folders(root)
    if found is None:
        return False
    refs = found[1] / "refs"
    if (refs / "heads/incident").is_dir() or (found[1] / "reftable").is_dir():
        return True
    with suppress(OSError):
        if any((each / "incident").is_dir() for each in (refs / "remotes").iterdir()):
            return True
    with suppress(OSError):
        return b"/incident/" in (found[1] / "packed-refs").read_bytes()
    return False


def branches(clone: Clone) -> dict[str, Branch]:
    """The branches of incidents by id: this clone's, and of what is only fetched the remote's."""
    found: dict[str, Branch] = {}
    rows = clone.run(
        "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/incident", "refs/remotes"
    )
    for row in rows.decode("utf-8", "replace").splitlines():
        commit, _, name = row.partition(" ")
        local = name.startswith(_LOCAL)
        head, slash, id = name.partition("/incident/")
        if slash and id and "/" not in id and (local or head.count("/") == 2):
            found.setdefault(id, Branch(id, commit, local))  # heads come before remotes
    return found


def seen(tree: Tree, clone: Clone) -> tuple[Tree, dict[str, Branch]]:
    """The files of a tree with those of the incidents that live on branches alone, and these branches."""
    files: dict[str, bytes] = {}
    alone = {}
    for id, branch in branches(clone).items():
        place = folder(id)
        if tree.has(place + "incident.yaml"):
            continue
        listed = clone._names("ls-tree", "-r", "-z", branch.commit, "--", place)
        blobs = [(entry.split(" ")[2], path) for entry, _, path in (line.partition("\t") for line in listed)]
        found = {path: asked[1] for blob, path in blobs if (asked := clone.objects.ask(blob))}
        if place + "incident.yaml" in found:
            files |= found
            alone[id] = branch
    return (Memory(files, below=tree) if files else tree), alone


def lives_apart(clone: Clone, declare_on: str) -> bool:
    """Whether a new incident goes to a branch of its own: the settings say so, or the branch that is
    checked out is not the default one, where others would not see it."""
    if declare_on == "own-branch":
        return True
    return clone.branch != default_branch(clone)


def default_branch(clone: Clone) -> str:
    """The name of the default branch: the remote's, else `main` or `master`, else what is checked out."""
    with suppress(GitError):
        name = clone.run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").decode().strip()
        return name.removeprefix("refs/remotes/origin/")
    found = (name for name in ("main", "master") if clone.tip(f"refs/heads/{name}"))
    return next(found, clone.branch or "main")


def commit_on(
    clone: Clone, incident: str, files: Mapping[str, bytes], summary: str, read: Branch | None = None
) -> str:
    """Commit files to an incident's branch, which is made where there is none; the new commit's id.

    `read` is the branch as the files were read from it. ChangedError where it is another by now.
    """
    ref = _LOCAL + incident
    before = clone.tip(ref)
    parent = before or _begins(clone, incident)
    if read is not None and parent != read.commit:
        raise ChangedError(f"{ref} changed while this ran; nothing was written", "run the command again")
    commit = _commit(clone, parent, files, summary)
    try:
        move(clone, f"incident/{incident}", before, commit)
    except GitError:  # somebody else in this clone was faster
        raise ChangedError(f"{ref} changed while this ran; nothing was written", "run it again") from None
    return commit


def move(clone: Clone, branch: str, old: str | None, new: str) -> None:
    """Move a branch, and the work tree in which it is checked out, where there is one: left as it is, that
    would take back what came in with the next commit there."""
    ref = f"refs/heads/{branch}"
    place = clone.run("for-each-ref", "--format=%(worktreepath)", ref).decode("utf-8", "surrogateescape")
    root = Path(place.rstrip("\n")) if place.strip() else None
    if root is None or not root.is_dir():
        clone.run("update-ref", "-m", "opsbook", ref, new, old or "")
        return
    from opsbook.sharing.clone import Clone
    from opsbook.sharing.sync import advance

    there = Clone(root / clone.prefix if (root / clone.prefix).is_dir() else root)
    why = there.hindrance()
    if why:
        raise UserError(f"{branch} is checked out in {root}: {why}", "finish it there, then run it again")
    advance(there, branch, old, new)


def _begins(clone: Clone, incident: str) -> str | None:
    """What a branch begins on: the one that was fetched, else the default branch; None before the first
    commit."""
    known = branches(clone).get(incident)
    if known:
        return known.commit
    name = default_branch(clone)
    return clone.tip(f"refs/remotes/origin/{name}") or clone.tip(f"refs/heads/{name}") or clone.head


def _commit(clone: Clone, parent: str | None, files: Mapping[str, bytes], summary: str) -> str:
    from opsbook.sharing.trees import Tree, writer

    # The file system may not have these objects yet when the command says "done": ask git to wait for it.
    lasting = ("-c", "core.fsync=all")
    tree = Tree(clone, parent, writer(clone, *lasting))
    for path, content in files.items():
        hashed = clone.run(*lasting, "hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
        mode, _ = tree.at(clone.prefix + path) or ("100644", "")
        tree.put(clone.prefix + path, (mode, hashed.decode().strip()))
    sign = ("-S",) if clone.signs else ()
    over = ("-p", parent) if parent else ()
    words = (" ".join(summary.split()) + "\n").encode("utf-8", "replace")
    return (
        clone.run(*lasting, "commit-tree", *sign, *over, "-F", "-", tree.write(), stdin=words)
        .decode()
        .strip()
    )
