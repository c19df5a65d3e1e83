"""Bringing a clone and its remote together: what others wrote comes in, what is ours goes out on top.

Nothing of the work tree is lost on the way: files that a person changed meanwhile are merged by meaning,
or the whole is refused before anything is touched. Offline, everything is kept for the next time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from opsbook.errors import UserError
from opsbook.git import GitError
from opsbook.sharing.clone import Clone, Look
from opsbook.sharing.meaning import ConflictError, merged
from opsbook.sharing.remote import fetch, push, remote_of, upstream_of
from opsbook.sharing.replay import replay

_ROUNDS = 60
"""How often to begin anew because somebody else was faster; each time after a longer wait."""


class Synced(NamedTuple):
    """What came of it."""

    sent: bool
    """Whether the remote has everything."""
    words: str = ""
    """What there is to say: one line."""
    renamed: Mapping[str, str] = {}
    """Incidents of ours that are called otherwise now, by the id they had."""


def sync(clone: Clone) -> Synced:
    """Bring the branch that is checked out, and the branches of incidents, together with their remote;
    UserError where a person must decide."""
    from opsbook.sharing.branches import branches

    own = [each for each in branches(clone).values() if each.local]
    why = clone.hindrance()
    if why and not (own and clone.branch is None):
        raise UserError(
            f"nothing can be shared now: {why}", "everything is kept; run `opsbook sync` afterwards"
        )
    names = [clone.branch] if clone.branch else []
    names += [f"incident/{each.incident}" for each in own if f"incident/{each.incident}" != clone.branch]
    remote = remote_of(clone, names[0])
    if remote is None:
        return Synced(False, "this clone has no remote: `git remote add origin …` names one")
    if not fetch(clone, remote):
        return Synced(False, _offline(remote))
    found = Synced(True)
    for name in names:
        done = _together(clone, name, remote)
        words = "; ".join(filter(None, (found.words, done.words)))
        found = Synced(found.sent and done.sent, words, {**found.renamed, **done.renamed})
    return found


def _offline(remote: str) -> str:
    return f"offline: kept here, `opsbook sync` sends it to {remote}"


def _together(clone: Clone, branch: str, remote: str) -> Synced:
    """Bring one branch and its remote together."""
    renamed: dict[str, str] = {}
    target = upstream_of(clone, branch)
    for attempt in range(_ROUNDS):
        there = _tip(clone, f"refs/remotes/{remote}/{target}")
        here = _tip(clone, f"refs/heads/{branch}")
        if here is None and there is None:
            return Synced(True, "nothing is committed yet")
        if there is not None:
            here, again = _brought_in(clone, branch, here, there)
            renamed |= again
        if here == there:
            return Synced(True, renamed=renamed)
        assert here is not None
        pushed = push(clone, remote, here, target)
        if pushed.result == "done":
            return Synced(True, renamed=renamed)
        if pushed.result == "refused":
            return _elsewhere(clone, remote, here, target, pushed.words, renamed)
        time.sleep(random.uniform(0, min(0.05 * 1.5**attempt, 2)))
        if pushed.result == "offline" or not fetch(clone, remote):
            return Synced(False, _offline(remote), renamed)
    return Synced(
        False, f"others pushed to {remote} {_ROUNDS} times meanwhile: run `opsbook sync` again", renamed
    )


def _elsewhere(
    clone: Clone, remote: str, commit: str, target: str, words: str, renamed: Mapping[str, str]
) -> Synced:
    """A branch that takes no pushes: what is ours goes beside it, so that others see it."""
    beside = f"incident/{clone.own_name(commit)}"
    if push(clone, remote, commit, beside).result == "done":
        said = f"{target} takes no pushes ({words}): pushed as {beside}, open a pull request from it"
        return Synced(True, said, renamed)
    return Synced(False, f"{remote} refused: {words}; everything is kept here", renamed)


def _tip(clone: Clone, revision: str) -> str | None:
    with suppress(GitError):
        return clone.run("rev-parse", "--verify", "--quiet", revision + "^{commit}").decode().strip()
    return None


def _brought_in(clone: Clone, branch: str, here: str | None, there: str) -> tuple[str, Mapping[str, str]]:
    """Put ours on top of theirs, in the branch, the index and the work tree; where that is, and incidents
    that changed their names."""
    if here is None:
        advance(clone, branch, None, there)
        return there, {}
    try:
        done = replay(clone, here, there)
    except ConflictError as error:
        raise conflict(error) from None
    if done.commit != here and branch == clone.branch:
        advance(clone, branch, here, done.commit)
    elif done.commit != here:
        clone.run("update-ref", "-m", "opsbook sync", f"refs/heads/{branch}", done.commit, here)
    return done.commit, done.renamed


def conflict(error: ConflictError) -> UserError:
    """What to say where two people changed one thing to different things."""
    fields = f": {', '.join(error.fields)}" if error.fields else ""
    return UserError(
        f"{error.path} was changed to different things here and by somebody else{fields}",
        "nothing was touched; `git pull --rebase` shows both, choose and `git rebase --continue`",
    )


# ── the work tree ─────────────────────────────────────────────────────────────────────────


def advance(clone: Clone, branch: str, old: str | None, new: str) -> None:
    """Move the branch that is checked out, with the index and the work tree; a person's own changes of
    files are kept, and merged where the move changes the same file. UserError where that cannot be."""
    paths = list(_changed(clone, old, new))
    own = _own_work(clone, paths)
    together = {path: _with_own_work(clone, path, old, new) for path in own}
    if not own and old is not None:
        clone.run("read-tree", "-m", "-u", old, new)
    else:
        _place(clone, [path for path in paths if path not in own], new)
        for path, text in together.items():
            _write(clone, path, text)
    clone.run("update-ref", "-m", "opsbook sync", f"refs/heads/{branch}", new, old or "")
    if own:
        _index(clone, own, new)


def _changed(clone: Clone, old: str | None, new: str) -> Iterator[str]:
    """The paths, from the root of the repository, that a move changes."""
    if old is None:
        yield from clone._names("ls-tree", "-r", "-z", "--full-tree", "--name-only", new)
    else:
        yield from clone._names("diff-tree", "-r", "-z", "--no-renames", "--name-only", old, new)


def _own_work(clone: Clone, paths: list[str]) -> set[str]:
    """The paths in which a person has changes of their own, of those that a move changes."""
    out = clone._names("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    return {entry[3:] for entry in out} & set(paths)


def _with_own_work(clone: Clone, path: str, old: str | None, new: str) -> str | None:
    """The text of a file with a person's own changes on top of a move; None where it stays as it is."""
    file = clone.top / path
    before, after = (_text(clone, commit, path) for commit in (old, new))
    try:
        now = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None  # deleted here, and not committed
    except (OSError, UnicodeDecodeError):
        now = None
    if now is not None and now == after:
        return None
    if now is None or after is None or before is None:
        raise UserError(
            f"{path} is changed here and by somebody else", "commit or move your own first, then run it again"
        )
    try:
        return merged(path.removeprefix(clone.prefix), before, now, after)
    except ConflictError:
        raise UserError(
            f"your own changes of {path}, not committed, and somebody else's touch the same place",
            "commit your own first, then run it again",
        ) from None


def _text(clone: Clone, commit: str | None, path: str) -> str | None:
    found = clone.objects.ask(f"{commit}:{path}") if commit else None
    return found[1].decode("utf-8", "replace") if found else None


def _place(clone: Clone, paths: list[str], new: str) -> None:
    """Put files as a commit has them into the index and the work tree."""
    listed = set(clone._names("ls-tree", "-r", "-z", "--full-tree", "--name-only", new))
    here, gone = ([path for path in paths if (path in listed) is there] for there in (True, False))
    if here:
        clone.over(here, "checkout", "--quiet", new)
    if gone:
        clone.over(gone, "rm", "--quiet", "--ignore-unmatch")


def _write(clone: Clone, path: str, text: str | None) -> None:
    if text is None:
        return
    from opsbook.book.write import replace
    from opsbook.text import Source

    now = (clone.top / path).read_bytes().decode("utf-8")
    replace(clone.top, Source(path, now), text)


def _index(clone: Clone, paths: set[str], new: str) -> None:
    """Let the index say what the commit says, for files with a person's changes in the work tree."""
    clone.over(sorted(paths), "reset", "--quiet", new)


def catch_up(clone: Clone, *, ask: bool = True) -> str:
    """Commit what waits from earlier commands; why that cannot be, empty where it can."""
    waiting = clone.waiting
    if not waiting:
        return ""
    summary = next(iter(dict.fromkeys(waiting.values())))
    rest = len(set(waiting.values())) - 1
    words = summary + (f", and {rest} more" if rest else "")
    return clone.commit_of(Look((), frozenset(), {}), words, ask=ask).why
