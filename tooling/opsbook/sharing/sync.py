"""Bringing a clone and its remote together: what others wrote comes in, what is ours goes out on top.

Nothing of the work tree is lost on the way: files that a person changed meanwhile are merged by meaning,
or the whole is refused before anything is touched. Offline, everything is kept for the next time.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from opsbook.errors import UserError
from opsbook.git import Git
from opsbook.sharing.clone import Clone, Entry, Look, Replayed, as_listed, entries
from opsbook.sharing.meaning import ConflictError, merged
from opsbook.sharing.remote import fetch, push, remote_of, upstream_of
from opsbook.sharing.replay import replay
from opsbook.sharing.trees import Tree
from opsbook.text import Source

_ROUNDS = 60
"""How often to begin anew because somebody else was faster."""
_PATIENCE = 8
"""Rounds that a wait lasts at most: where a round takes long, others need long for theirs."""
_NAMED = 100
"""Paths up to which git is asked for the state of these alone."""


class Synced(NamedTuple):
    """What came of it."""

    even: bool
    """Whether the remote has everything of ours, and this clone everything of theirs."""
    words: str = ""
    """What there is to say: one line."""
    renamed: Mapping[str, str] = {}
    """Incidents of ours that are called otherwise now, by the id they had."""


def sync(clone: Clone) -> Synced:
    """Bring the branch that is checked out, and the branches of incidents, together with their remote;
    UserError where a person must decide."""
    from opsbook.sharing.branches import any_branch, branches

    own = [each for each in branches(clone).values() if each.local] if any_branch(clone.root) else []
    why = clone.hindrance()
    if why and not (own and clone.branch is None):
        raise UserError(why, "everything is kept; run `opsbook sync` once that is settled")
    names = [clone.branch] if clone.branch else []
    names += [f"incident/{each.incident}" for each in own if f"incident/{each.incident}" != clone.branch]
    remote = remote_of(clone, names[0])
    if remote is None:
        return Synced(False, "this clone has no remote: `git remote add origin …` names one")
    away = fetch(clone, remote)
    if away:
        return Synced(False, _offline(remote, away))
    found = Synced(True)
    for name in names:
        done = _together(clone, name, remote)
        words = "; ".join(filter(None, (found.words, done.words)))
        found = Synced(found.even and done.even, words, {**found.renamed, **done.renamed})
    return found


def _offline(remote: str, why: str) -> str:
    return f"{remote} cannot be reached ({why}): kept here, `opsbook sync` sends it"


def _together(clone: Clone, branch: str, remote: str) -> Synced:
    """Bring one branch and its remote together: what is ours is put on top of theirs and pushed, and the
    branch and its work tree move once that is done, so that a round that somebody else wins moves neither.
    """
    target = upstream_of(clone, branch)
    for attempt in range(_ROUNDS):
        began = time.monotonic()
        there = clone.tip(f"refs/remotes/{remote}/{target}")
        here = clone.tip(f"refs/heads/{branch}")
        if here is None and there is None:
            return Synced(True, "nothing is committed yet")
        ours = _on_top(clone, here, there)
        done = Synced(True) if ours.commit == there else _given(clone, remote, target, here, ours)
        if done is None:
            took = time.monotonic() - began
            time.sleep(random.uniform(0, took * rounds_to_wait(attempt)))
            away = fetch(clone, remote)
            if not away:
                continue
            done = Synced(False, _offline(remote, away))
        if clone.tip(f"refs/heads/{branch}") == here:  # else somebody committed here meanwhile
            return _taken_in(clone, branch, here, ours, done, new=ours.commit != there)
    return Synced(False, f"others pushed to {remote} {_ROUNDS} times meanwhile: run `opsbook sync` again")


def rounds_to_wait(attempt: int) -> int:
    """As how many rounds a wait lasts at most. Once may be an accident; of many who push at once, those who
    have tried the longest try again the soonest, or who has just begun would always overtake them."""
    return max(_PATIENCE + 1 - attempt, 0) if attempt else 1


def _on_top(clone: Clone, here: str | None, there: str | None) -> Replayed:
    """Ours on top of theirs."""
    if here is None or there is None:
        return Replayed(here or there or "", {})
    try:
        return replay(clone, here, there)
    except ConflictError as error:
        raise conflict(error) from None


def _given(clone: Clone, remote: str, target: str, here: str | None, ours: Replayed) -> Synced | None:
    """Push what is ours; None where somebody else was faster."""
    if here is not None and ours.commit != here:
        clone.note_sent(here, ours)  # what a crash interrupts is not sent twice
    pushed = push(clone, remote, ours.commit, target)
    if pushed.result == "behind":
        clone.forget_sent(here or "")
        return None
    if pushed.result == "refused":
        return _elsewhere(clone, remote, ours.commit, target, pushed.words)
    return Synced(True) if pushed.result == "done" else Synced(False, _offline(remote, pushed.words))


def _elsewhere(clone: Clone, remote: str, commit: str, target: str, words: str) -> Synced:
    """A branch that takes no pushes: what is ours goes beside it, so that others see it."""
    beside = f"incident/{clone.own_name(commit)}"
    if push(clone, remote, commit, beside).result == "done":
        said = f"{target} takes no pushes ({words}): pushed as {beside}, open a pull request from it"
        return Synced(True, said)
    return Synced(False, f"{remote} refused: {words}; everything is kept here")


def _taken_in(
    clone: Clone, branch: str, here: str | None, ours: Replayed, done: Synced, *, new: bool
) -> Synced:
    """Move the branch, the index and the work tree to where ours stands on top of theirs; `new` where that
    is more than theirs. What was pushed stays so where a person's own work is in the way."""
    try:
        if ours.commit == here:
            pass
        elif branch == clone.branch:
            advance(clone, branch, here, ours.commit)
        else:
            from opsbook.sharing.branches import move

            move(clone, branch, here, ours.commit)
    except UserError as error:
        if not new:
            raise
        said = f"what others wrote is not here yet: {error.message}; {error.hint}"
        return Synced(False, f"{done.words or 'yours is sent'}; {said}")
    if here is not None:
        clone.forget_sent(here)
    return done._replace(renamed=ours.renamed)


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
    files are kept, and merged where the move changes the same file. UserError where that cannot be.

    Git moves the files without changes of a person's own, and refuses to where one is written meanwhile. It
    deletes a file before it writes the next one, so that texts are put in place first, at once.
    """
    changed = _changed(clone, old, new)
    own = _own_work(clone, changed)
    whole = Git(clone.top)
    was, then = (Tree(clone, commit) for commit in (old, new))
    staged = entries(whole, "ls-files", "--stage", "-z", "--", *own) if own else {}
    texts: list[tuple[Source, str]] = []
    index: dict[str, Entry | None] = {}
    for path in own:
        three = was.file(path), then.file(path)
        texts += _with_own_work(clone, path, *three)
        index[path] = _with_staged(clone, path, *three, staged.get(path))
    start, target = old or was.write(), new
    if own:
        for path in own:
            then.put(path, was.file(path))
        target = then.write()
    if len(changed) <= _NAMED:
        others = (path for path, how in changed.items() if how == "M" and path not in own)
        moved = list(_texts(clone, others, was, then))
        _put(clone, moved)
        _list(whole, {source.path: then.file(source.path) for source, _ in moved})
    clone.run("read-tree", "-m", "-u", start, target)
    _put(clone, texts)
    clone.run("update-ref", "-m", "opsbook sync", f"refs/heads/{branch}", new, old or "")
    _list(whole, index)


def _put(clone: Clone, texts: list[tuple[Source, str]]) -> None:
    """Have these texts in the work tree, each at once."""
    if texts:
        from opsbook.book.write import replace_all

        replace_all(clone.top, texts)


def _list(whole: Git, index: Mapping[str, Entry | None]) -> None:
    """Have these entries in the index."""
    if index:
        whole.run("update-index", "-z", "--index-info", stdin=as_listed(index))


def _texts(clone: Clone, paths: Iterable[str], was: Tree, then: Tree) -> Iterator[tuple[Source, str]]:
    """Files that are texts, stand in the work tree as they were committed, and stay files of their kind; each
    with its next text."""
    for path in paths:
        before, after = was.file(path), then.file(path)
        if before is None or after is None or before[0] != after[0]:
            continue
        try:
            now, text = (clone.text_of(each[1]) for each in (before, after))
            if (clone.top / path).is_symlink() or (clone.top / path).read_bytes() != now.encode("utf-8"):
                continue  # git writes it otherwise than it keeps it
        except (OSError, ValueError):
            continue
        yield Source(path, now), text


def _changed(clone: Clone, old: str | None, new: str) -> dict[str, str]:
    """The paths, from the root of the repository, that a move changes, and how: `A` for what is new."""
    if old is None:
        return dict.fromkeys(clone._names("ls-tree", "-r", "-z", "--full-tree", "--name-only", new), "A")
    words = iter(clone._names("diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new))
    return {path: how for how, path in zip(words, words, strict=True)}


def _own_work(clone: Clone, changed: Mapping[str, str]) -> list[str]:
    """The paths in which a person has something of their own, of those that a move changes."""
    asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--")
    out = Git(clone.top)._names(*asked, *(changed if len(changed) <= _NAMED else ()))
    known = {entry[3:] for entry in out}
    return [
        path
        for path, how in changed.items()
        if path in known or (how == "A" and _stands(clone, path, changed))
    ]


def _stands(clone: Clone, path: str, changed: Mapping[str, str]) -> bool:
    """Whether something stands where a new file should go that git does not know, and would write over
    where it ignores it."""
    file = clone.top / path
    if file.is_dir() and not file.is_symlink():
        return not any(each.startswith(path + "/") for each in changed)
    above = (each.as_posix() for each in PurePosixPath(path).parents[:-1])
    return os.path.lexists(file) or any(
        os.path.lexists(clone.top / each) and not (clone.top / each).is_dir() and each not in changed
        for each in above
    )


def _with_own_work(
    clone: Clone, path: str, before: Entry | None, after: Entry | None
) -> Iterator[tuple[Source, str]]:
    """A file of the work tree and its text with a person's own changes on top of a move; nothing where it
    stays as it is."""
    try:
        now = (clone.top / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return  # deleted here, and not committed
    except (OSError, UnicodeDecodeError):
        raise _own(path) from None
    text = _moved(clone, path, before, after, now)
    if text != now:
        yield Source(path, now), text


def _with_staged(
    clone: Clone, path: str, before: Entry | None, after: Entry | None, staged: Entry | None
) -> Entry | None:
    """What the index says of a file after a move: as the commit, but for what a person staged."""
    if staged in (before, after):
        return after
    if staged is None:
        return None  # its deletion is staged
    try:
        now = clone.text_of(staged[1])
    except ValueError:
        raise _own(path) from None
    text = _moved(clone, path, before, after, now)
    return staged[0], clone.write_blob(text.encode("utf-8"))


def _moved(clone: Clone, path: str, before: Entry | None, after: Entry | None, now: str) -> str:
    """A text with a person's own changes on top of a move."""
    try:
        was, then = (clone.text_of(each[1]) if each else None for each in (before, after))
    except ValueError:
        raise _own(path) from None
    if now == then:
        return now
    if was is None or then is None:
        raise _own(path)
    try:
        return merged(path.removeprefix(clone.prefix), was, now, then)
    except ConflictError:
        raise UserError(
            f"your own changes of {path}, not committed, and somebody else's touch the same place",
            "commit your own first, then `opsbook sync`",
        ) from None


def _own(path: str) -> UserError:
    return UserError(
        f"{path} is changed here and by somebody else", "commit or move your own first, then `opsbook sync`"
    )


def catch_up(clone: Clone, *, ask: bool = True) -> str:
    """Commit what waits from earlier commands; why that cannot be, empty where it can."""
    waiting = clone.waiting
    asked = ("--porcelain", "-z", "--untracked-files=all", "--ignored=matching", "--", *waiting)
    if not waiting or not clone.run("status", *asked):
        clone.note_waiting({})  # never written, or committed by hand
        return ""
    summary = next(iter(dict.fromkeys(waiting.values())))
    rest = len(set(waiting.values())) - 1
    words = summary + (f", and {rest} more" if rest else "")
    return clone.commit_of(Look((), frozenset(), {}), words, ask=ask)
