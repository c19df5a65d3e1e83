"""A tree of git changed path by path, without an index: what is not touched is neither read nor written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from opsbook.errors import UserError
from opsbook.git import FSCK, Answering, Git

if TYPE_CHECKING:
    from opsbook.sharing.clone import Clone, Entry

_TREE, _MODULE = "40000", "160000"


def writer(git: Git, *settings: str) -> Answering:
    """What writes trees, under some settings of git."""
    return Answering(git.root, *settings, "mktree", "--batch", "--missing", "-z")


class Tree:
    """The files of a commit, or none, and changes of them; paths are those from the repository's root."""

    def __init__(self, clone: Clone, commit: str | None, making: Answering | None = None) -> None:
        """`making` writes it, else what the clone has for it."""
        self._clone = clone
        self._root = _Folder(commit and f"{commit}^{{tree}}")
        self._making = making or clone.making

    def at(self, path: str) -> Entry | None:
        """Mode and blob of a file; IsADirectoryError where a folder is."""
        *above, name = path.split("/")
        folder = self._root
        for each in above:
            found = self._within(folder).get(each)
            if not isinstance(found, _Folder):
                return None
            folder = found
        found = self._within(folder).get(name)
        if isinstance(found, _Folder):
            raise IsADirectoryError(path)
        return found

    def file(self, path: str) -> Entry | None:
        """Mode and blob of a file; None where there is a folder."""
        with suppress(IsADirectoryError):
            return self.at(path)
        return None

    def reaches(self, path: str) -> bool:
        """Whether a file or a folder is there."""
        try:
            return self.at(path) is not None
        except IsADirectoryError:
            return True

    def put(self, path: str, entry: Entry | None) -> None:
        """Have a file at a path, or none; NotADirectoryError where a file is in place of a folder above."""
        if self.at(path) == entry:
            return
        *above, name = path.split("/")
        way = [self._root]
        for depth, each in enumerate(above, 1):
            found = self._within(way[-1]).setdefault(each, _Folder(None))
            if not isinstance(found, _Folder):
                raise NotADirectoryError("/".join(above[:depth]))
            way.append(found)
        for folder in way:
            self._within(folder)
            folder.id = None
        if entry:
            self._within(way[-1])[name] = entry
            return
        names = [*above, name]
        del self._within(way[-1])[name]
        while len(way) > 1 and not self._within(way[-1]):  # git knows no empty folders
            way.pop()
            names.pop()
            del self._within(way[-1])[names[-1]]

    def write(self) -> str:
        """The id of the tree, which is then in the repository."""
        self._within(self._root)
        return self._written(self._root)

    def _within(self, folder: _Folder) -> dict[str, Entry | _Folder]:
        if folder.entries is None:
            assert folder.id
            found = self._clone.objects.ask(folder.id, "tree")
            if found is None:
                raise UserError("a tree is missing in the repository", FSCK)
            folder.id, content = found
            folder.entries = dict(_listed(content, len(folder.id) // 2))
        return folder.entries

    def _written(self, folder: _Folder) -> str:
        if folder.id is None:
            rows = b"".join(self._row(name, each) for name, each in self._within(folder).items())
            process = self._making.process()
            assert process.stdin
            assert process.stdout
            with suppress(BrokenPipeError):  # its end is seen in the answer
                process.stdin.write(rows + b"\0")
                process.stdin.flush()
            folder.id = process.stdout.readline().decode().strip()
            if not folder.id:
                raise UserError("git mktree ended early", FSCK)
        return folder.id

    def _row(self, name: str, each: Entry | _Folder) -> bytes:
        mode, id = (_TREE, self._written(each)) if isinstance(each, _Folder) else each
        kind = {_TREE: "tree", _MODULE: "commit"}.get(mode, "blob")
        return f"{mode} {kind} {id}\t{name}\0".encode("utf-8", "surrogateescape")


class _Folder:
    """A folder: as it is in the repository, where it has an id, and what is in it, once that is known."""

    def __init__(self, id: str | None) -> None:
        self.id = id
        self.entries: dict[str, Entry | _Folder] | None = None if id else {}


def _listed(content: bytes, size: int) -> Iterator[tuple[str, Entry | _Folder]]:
    """What a tree says, whose ids have so many bytes."""
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].decode("utf-8", "surrogateescape").partition(" ")
        at = end + 1 + size
        id = content[end + 1 : at].hex()
        yield name, _Folder(id) if mode == _TREE else (mode, id)
