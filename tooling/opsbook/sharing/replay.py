"""What is ours on top of what others pushed, commit by commit and by meaning.

Each commit of ours becomes one on top of theirs: a file that both changed is merged, and a commit that has
nothing left to say is left out. Where merges are among ours, the two histories are merged instead.

Two incidents that were declared under one name without knowing of each other are two: ours becomes `-2`,
and what our commits say of it says so too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.kinds import identify
from opsbook.git import Git, environment
from opsbook.sharing.clone import Replayed
from opsbook.sharing.meaning import ConflictError, merged

if TYPE_CHECKING:
    from opsbook.sharing.clone import Clone

_NOTHING = "0" * 40
_ABSENT = "000000"


class _Difference(NamedTuple):
    """One file of a commit against its parent."""

    path: str
    was: str
    """The mode it had."""
    mode: str
    before: str
    """The blob it had, all zeros where it was not there."""
    after: str


def replay(clone: Clone, ours: str, theirs: str) -> Replayed:
    """Our commits on top of theirs; ConflictError where both changed one field to different things."""
    out = clone.run("rev-list", "--reverse", "--topo-order", "--parents", ours, f"^{theirs}", "--")
    rows = [line.split() for line in out.decode().splitlines()]
    if not rows:
        return Replayed(theirs, {})
    linear = all(len(row) == 2 for row in rows)
    base = rows[0][1] if linear else clone.run("merge-base", ours, theirs).decode().strip()
    if base == theirs:
        return Replayed(ours, {})
    commits = [commit for commit, *_ in rows]
    renamed: Mapping[str, str] = {}
    for commit, sent in clone.sent.items():
        if commit in commits and clone.contains(theirs, sent.commit):
            base, renamed = commit, sent.renamed
            commits = commits[commits.index(commit) + 1 :]
    desk = _Desk(clone, theirs, renamed)
    if linear:
        for commit in commits:
            desk.apply(f"{commit}^", commit)
            desk.settle(commit)
    elif commits:
        desk.apply(base, ours)
        desk.settle_as("Merge what others wrote", (ours, theirs))
    return Replayed(desk.top, desk.renamed)


class _Desk:
    """A replay in progress."""

    def __init__(self, clone: Clone, top: str, renamed: Mapping[str, str]) -> None:
        self.clone = clone
        self._whole = Git(clone.top)
        self.top = top
        self.renamed = dict(renamed)
        self._index = clone.desk / "replay.index"
        self._index.unlink(missing_ok=True)
        self._env = environment() | {"GIT_INDEX_FILE": str(self._index)}
        self._run("read-tree", top)

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return self._whole.run(*arguments, stdin=stdin, env=self._env)

    # ── one commit ────────────────────────────────────────────────────────────────────────

    def apply(self, before: str, after: str) -> None:
        """Put what differs between two commits into the index, on top of what is there."""
        differences = list(self._differences(before, after))
        for each in differences:
            self._notice_namesake(each)
        lines = b"".join(self._line(each) for each in differences)
        self._run("update-index", "-z", "--index-info", stdin=lines)

    def _differences(self, before: str, after: str) -> Iterator[_Difference]:
        out = self.clone._names(
            "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after
        )
        words = iter(out)
        for change, path in zip(words, words, strict=True):
            was, mode, old, new, _ = change.removeprefix(":").split(" ")
            yield _Difference(path, was, mode, old, new)

    def _line(self, each: _Difference) -> bytes:
        """How a file of ours stands on top of theirs, as `update-index` reads it."""
        path = self._path(each.path)
        theirs, there = self._there(path)
        blob = self._together(each, path, there)
        if blob == _NOTHING:
            return b"0 " + _NOTHING.encode() + b"\t" + _bytes(path) + b"\0"
        if there == _NOTHING:
            self._require_no_file_above(path)
        mode = each.mode if there == _NOTHING or each.was not in (each.mode, _ABSENT) else theirs
        return f"{theirs if each.after == _NOTHING else mode} {blob}\t".encode() + _bytes(path) + b"\0"

    def _together(self, each: _Difference, path: str, there: str) -> str:
        before, after = (self._mapped(each, blob, path) for blob in (each.before, each.after))
        if there in (before, after) or (after == _NOTHING and there == _NOTHING):
            return after
        if _NOTHING in (after, there):  # one side deleted what the other changed: it stays
            return there if after == _NOTHING else after
        texts = ["" if blob == _NOTHING else self._text(path, blob) for blob in (before, after, there)]
        text = merged(self._in_book(path), *texts)
        return self.clone.write_blob(text.encode("utf-8"))

    def _require_no_file_above(self, path: str) -> None:
        """ConflictError where theirs has a file where ours has a folder: git's index would drop it."""
        for above in PurePosixPath(path).parents[:-1]:
            if self.clone.objects.ask(f"{self.top}:{above}"):
                raise ConflictError(self._in_book(str(above)))

    def _text(self, path: str, blob: str) -> str:
        try:
            return self.clone.text_of(blob)
        except ValueError:
            raise ConflictError(self._in_book(path)) from None

    def _there(self, path: str) -> tuple[str, str]:
        """Mode and blob at a path of the index; all zeros where there is none. ConflictError for a folder."""
        out = self._run("ls-files", "--stage", "-z", "--", path)
        if not out:
            return _ABSENT, _NOTHING
        entry, _, found = out.decode("utf-8", "surrogateescape").partition("\0")[0].partition("\t")
        if found != path:
            raise ConflictError(self._in_book(path))
        mode, blob, _ = entry.split(" ")
        return mode, blob

    def _in_book(self, path: str) -> str:
        return path.removeprefix(self.clone.prefix)

    # ── incidents of one name ─────────────────────────────────────────────────────────────

    def _notice_namesake(self, each: _Difference) -> None:
        """Two declarations that made one folder without a common ancestor are two incidents."""
        found = identify(self._in_book(each.path))
        if found is None or found.kind.name != "incident" or each.before != _NOTHING:
            return
        _, there = self._there(each.path)
        if found.id not in self.renamed and there not in (_NOTHING, each.after):
            self.renamed[found.id] = self._free(found.id)

    def _free(self, id: str) -> str:
        number = 2
        while self._run("ls-files", "-z", "--", f"{self.clone.prefix}incidents/{id[:4]}/{id}-{number}"):
            number += 1
        return f"{id}-{number}"

    def _path(self, path: str) -> str:
        for old, new in self.renamed.items():
            folder = f"{self.clone.prefix}incidents/{old[:4]}/{old}/"
            if path.startswith(folder):
                return folder.replace(old + "/", new + "/") + path.removeprefix(folder)
        return path

    def _mapped(self, each: _Difference, blob: str, path: str) -> str:
        """A blob of ours with the new names in what we wrote."""
        if not self.renamed or blob == _NOTHING:
            return blob
        with suppress(ValueError):
            text = self.clone.text_of(blob)
            if path != each.path:
                return self._written(self._with_names(text), blob, text)
            if blob == each.after:
                before = "" if each.before == _NOTHING else self.clone.text_of(each.before)
                return self._written(self._with_names_in_new_lines(before, text), blob, text)
        return blob

    def _written(self, text: str, blob: str, before: str) -> str:
        return blob if text == before else self.clone.write_blob(text.encode("utf-8"))

    def _with_names(self, text: str) -> str:
        for old, new in self.renamed.items():
            text = re.sub(rf"(?<!\d){re.escape(old)}(?![\w-])", new, text)
        return text

    def _with_names_in_new_lines(self, before: str, after: str) -> str:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        for tag, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag in ("insert", "replace"):
                new[start:end] = map(self._with_names, new[start:end])
        return "".join(new)

    # ── commits ───────────────────────────────────────────────────────────────────────────

    def settle(self, commit: str) -> None:
        """Make a commit of what is in the index, as one of ours was; none where it says nothing new."""
        tree = self._run("write-tree").decode().strip()
        if tree == self.clone.run("rev-parse", f"{self.top}^{{tree}}").decode().strip():
            return
        header, _, message = self.clone.run("cat-file", "commit", commit).partition(b"\n\n")
        author = next(line for line in header.split(b"\n") if line.startswith(b"author ")).decode(
            "utf-8", "replace"
        )
        name, email, at = re.fullmatch(r"author (.*?) ?<(.*)> (\d+ [-+]\d+)", author).groups()  # type: ignore[union-attr]
        who = {"GIT_AUTHOR_NAME": name or email, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": at}
        self._commit(tree, (self.top,), self._with_names(message.decode("utf-8", "replace")), who)

    def settle_as(self, summary: str, parents: tuple[str, ...]) -> None:
        """Make a merge commit of what is in the index."""
        self._commit(self._run("write-tree").decode().strip(), parents, summary + "\n", {})

    def _commit(self, tree: str, parents: tuple[str, ...], message: str, who: Mapping[str, str]) -> None:
        sign = ("-S",) if self.clone.signs else ()
        over = [word for parent in parents for word in ("-p", parent)]
        self.top = (
            self.clone.run(
                "commit-tree", *sign, *over, "-F", "-", tree, stdin=message.encode(), env={**self._env, **who}
            )
            .decode()
            .strip()
        )


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
