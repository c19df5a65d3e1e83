"""What is ours on top of what others pushed, commit by commit and by meaning.

Each commit of ours becomes one on top of theirs: a file that both changed is merged, and a commit that has
nothing left to say is left out. Where merges are among ours, the two histories are merged instead.

Two incidents that were declared under one name without knowing of each other are two: ours becomes `-2`,
and what our commits say of it says so too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.kinds import identify
from opsbook.git import PLAIN, environment
from opsbook.sharing.clone import Replayed
from opsbook.sharing.meaning import ConflictError, merged
from opsbook.sharing.trees import Tree

if TYPE_CHECKING:
    from opsbook.sharing.clone import Clone, Entry


class _Difference(NamedTuple):
    """One file of a commit against its parent: at most one of both is not there."""

    path: str
    before: Entry | None
    after: Entry | None


class _Commit(NamedTuple):
    """One of our commits."""

    id: str
    parents: list[str]
    differences: list[_Difference]
    """From its only parent; none of a merge."""


def replay(clone: Clone, ours: str, theirs: str) -> Replayed:
    """Our commits on top of theirs; ConflictError where both changed one field to different things."""
    commits = list(_commits(clone, ours, theirs))
    if not commits:
        return Replayed(theirs, {})
    linear = all(len(each.parents) == 1 for each in commits)
    base = commits[0].parents[0] if linear else clone.run("merge-base", ours, theirs).decode().strip()
    if base == theirs:
        return Replayed(ours, {})
    renamed: Mapping[str, str] = {}
    for commit, sent in clone.sent.items():
        ids = [each.id for each in commits]
        if commit in ids and clone.contains(theirs, sent.commit):
            base, renamed = commit, sent.renamed
            commits = commits[ids.index(commit) + 1 :]
    desk = _Desk(clone, theirs, renamed)
    if linear:
        for each in commits:
            desk.apply(each.differences)
            desk.settle(each.id)
    elif commits:
        out = clone._names("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, ours)
        desk.apply(list(_differences(iter(out))))
        desk.settle_as("Merge what others wrote", (ours, theirs))
    return Replayed(desk.top, desk.renamed)


def _commits(clone: Clone, ours: str, theirs: str) -> Iterator[_Commit]:
    """Our commits that theirs has not, the oldest first."""
    how = ("--reverse", "--topo-order", "--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--no-color")
    out = clone._names(*PLAIN, "log", *how, "--format=%H %P", ours, f"^{theirs}", "--")
    for header, rows in _sections(word.lstrip("\n") for word in out):
        id, *parents = header.split()
        yield _Commit(id, parents, list(_differences(iter(rows))))


def _sections(words: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """What `git log --raw` says of each commit, and below it."""
    header, rows = "", list[str]()
    words = iter(words)
    for word in words:
        if word.startswith(":"):
            rows += [word, next(words)]
        else:
            if header:
                yield header, rows
            header, rows = word, []
    if header:
        yield header, rows


def _differences(words: Iterator[str]) -> Iterator[_Difference]:
    for change, path in zip(words, words, strict=True):
        was, mode, before, after, _ = change.removeprefix(":").split(" ")
        sides = ((was, before), (mode, after))
        yield _Difference(path, *((mode, blob) if blob.strip("0") else None for mode, blob in sides))


class _Desk:
    """A replay in progress."""

    def __init__(self, clone: Clone, top: str, renamed: Mapping[str, str]) -> None:
        self.clone = clone
        self.top = top
        self.renamed = dict(renamed)
        self._tree = Tree(clone, top)

    # ── one commit ────────────────────────────────────────────────────────────────────────

    def apply(self, differences: list[_Difference]) -> None:
        """Put what a commit changed on top of what is there."""
        for each in differences:
            self._notice_namesake(each)
        for each in sorted(differences, key=lambda each: each.after is not None):  # a file makes room
            path = self._path(each.path)
            try:
                self._tree.put(path, self._together(each, path, self._tree.at(path)))
            except (IsADirectoryError, NotADirectoryError) as error:  # a file here, a folder there
                raise ConflictError(self._in_book(error.args[0])) from None

    def _together(self, each: _Difference, path: str, there: Entry | None) -> Entry | None:
        """A file of ours on top of theirs."""
        before, after = (self._mapped(each, entry, path) for entry in (each.before, each.after))
        if after is None:  # what one side deleted and the other changed stays
            return None if there is None or _blob(there) == _blob(before) else there
        if there is None:
            return after
        mode = after[0] if before and before[0] != after[0] else there[0]
        if _blob(there) in (_blob(before), _blob(after)):
            return mode, after[1]
        texts = [self._text(path, entry[1]) if entry else "" for entry in (before, after, there)]
        text = merged(self._in_book(path), *texts)
        return mode, self.clone.write_blob(text.encode("utf-8"))

    def _text(self, path: str, blob: str) -> str:
        try:
            return self.clone.text_of(blob)
        except ValueError:
            raise ConflictError(self._in_book(path)) from None

    def _in_book(self, path: str) -> str:
        return path.removeprefix(self.clone.prefix)

    # ── incidents of one name ─────────────────────────────────────────────────────────────

    def _notice_namesake(self, each: _Difference) -> None:
        """Two declarations that made one folder without a common ancestor are two incidents."""
        found = identify(self._in_book(each.path))
        if found is None or found.kind.name != "incident" or each.before:
            return
        there = self._tree.file(each.path)
        if found.id not in self.renamed and there and _blob(there) != _blob(each.after):
            self.renamed[found.id] = self._free(found.id)

    def _free(self, id: str) -> str:
        number = 2
        while self._tree.reaches(f"{self.clone.prefix}incidents/{id[:4]}/{id}-{number}"):
            number += 1
        return f"{id}-{number}"

    def _path(self, path: str) -> str:
        for old, new in self.renamed.items():
            folder = f"{self.clone.prefix}incidents/{old[:4]}/{old}/"
            if path.startswith(folder):
                return folder.replace(old + "/", new + "/") + path.removeprefix(folder)
        return path

    def _mapped(self, each: _Difference, entry: Entry | None, path: str) -> Entry | None:
        """A file of ours with the new names in what we wrote."""
        if not self.renamed or entry is None:
            return entry
        mode, blob = entry
        with suppress(ValueError):
            text = self.clone.text_of(blob)
            if path != each.path:
                return mode, self._written(self._with_names(text), blob, text)
            if entry == each.after:
                before = self.clone.text_of(each.before[1]) if each.before else ""
                return mode, self._written(self._with_names_in_new_lines(before, text), blob, text)
        return entry

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
        """Make a commit of what is there now, as one of ours was; none where it says nothing new."""
        tree = self._tree.write()
        if _said(self._commit(self.top)[0], b"tree") == tree.encode():
            return
        header, message = self._commit(commit)
        author = _said(header, b"author").decode("utf-8", "replace")
        name, email, at = re.fullmatch(r"(.*?) ?<(.*)> (\d+ [-+]\d+)", author).groups()  # type: ignore[union-attr]
        who = {"GIT_AUTHOR_NAME": name or email, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": at}
        self._make(tree, (self.top,), self._with_names(message.decode("utf-8", "replace")), who)

    def _commit(self, commit: str) -> tuple[bytes, bytes]:
        """What stands above a commit's message, and the message."""
        found = self.clone.objects.ask(commit, "commit")
        assert found is not None
        header, _, message = found[1].partition(b"\n\n")
        return header, message

    def settle_as(self, summary: str, parents: tuple[str, ...]) -> None:
        """Make a merge commit of what is there now."""
        self._make(self._tree.write(), parents, summary + "\n", {})

    def _make(self, tree: str, parents: tuple[str, ...], message: str, who: dict[str, str]) -> None:
        sign = ("-S",) if self.clone.signs else ()
        over = [word for parent in parents for word in ("-p", parent)]
        out = self.clone.run(
            "commit-tree", *sign, *over, "-F", "-", tree, stdin=message.encode(), env=environment() | who
        )
        self.top = out.decode().strip()


def _blob(entry: Entry | None) -> str | None:
    """The content of a file, whatever its mode is."""
    return entry and entry[1]


def _said(header: bytes, name: bytes) -> bytes:
    """What a line of a commit's header says."""
    return next(line for line in header.split(b"\n") if line.startswith(name + b" ")).partition(b" ")[2]
