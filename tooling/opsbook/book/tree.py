"""Where a book's bytes come from: the work tree, git's index, a commit, or memory.

A tree lists files, reads them, and gives each a version: git's blob id of its content, so that a
clone, a commit and a work tree agree on what is the same. It never follows a symbolic link.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Mapping, Set
from errno import EACCES
from functools import cached_property
from pathlib import Path
from struct import Struct
from typing import Protocol

from opsbook.book.kinds import FOLDERS

_WORTH_ASKING = 100
"""From so many unknown files on, git's index is faster than reading them."""
SETTINGS_FILES = ("opsbook.toml", "pyproject.toml")
BASELINE_FILE = "opsbook-baseline.jsonl"
"""At the root of a book: what was wrong when it began."""


_RACY_NS = 50_000_000
_COARSE_NS = 2_100_000_000


class Tree(Protocol):
    """The files of a book by path from its root, with `/`."""

    def paths(self, folder: str) -> list[str]:
        """Every file at any depth below a folder, sorted; the whole tree for an empty name."""

    def below(self, folder: str) -> list[str]:
        """The same for one folder of many, and cheap each time; none where that needs a long list."""

    def has(self, path: str) -> bool:
        """Whether a file is there."""

    def reaches(self, path: str) -> bool:
        """Whether anything is there that a link may lead to: a file, a folder, a symbolic link."""

    def version(self, path: str) -> str | None:
        """What is the same for the same content; None where there is no file."""

    def read(self, path: str) -> bytes:
        """The content; OSError where it cannot be had."""

    @property
    def links(self) -> Set[str]:
        """Symbolic links met so far; they are not followed."""

    @property
    def kept_at(self) -> Path | None:
        """The folder by which what is worked out of its files is kept between runs; None where it is not."""


def blob_id(content: bytes) -> str:
    """Git's name for this content."""
    from hashlib import sha1

    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def below(paths: list[str], folder: str) -> list[str]:
    """Of sorted paths those below a folder; all of them for an empty name."""
    if not folder:
        return paths
    after = folder + chr(ord("/") + 1)
    return paths[bisect_left(paths, folder + "/") : bisect_left(paths, after)]


class Memory:
    """Files in memory: a page's example, a test, or another tree with some texts replaced.

    None in place of a content is a file that nobody may read.
    """

    def __init__(
        self,
        files: Mapping[str, str | bytes | None],
        below: Tree | None = None,
        links: Set[str] = frozenset(),
    ) -> None:
        self._files = {
            path: text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            for path, text in files.items()
        }
        self._below = below
        self._links = links
        self._versions: dict[str, str] = {}

    @property
    def links(self) -> Set[str]:
        return self._below.links if self._below else self._links

    @property
    def kept_at(self) -> Path | None:
        return self._below.kept_at if self._below else None

    def paths(self, folder: str) -> list[str]:
        return sorted({*below(self._own, folder), *(self._below.paths(folder) if self._below else ())})

    def below(self, folder: str) -> list[str]:
        return sorted({*below(self._own, folder), *(self._below.below(folder) if self._below else ())})

    @cached_property
    def _own(self) -> list[str]:
        return sorted(self._files)

    def has(self, path: str) -> bool:
        return path in self._files or (self._below is not None and self._below.has(path))

    def reaches(self, path: str) -> bool:
        inside = path + "/"
        return (
            self.has(path)
            or path in self.links
            or any(each.startswith(inside) for each in self._files)
            or (self._below is not None and self._below.reaches(path))
        )

    def version(self, path: str) -> str | None:
        if path in self._files:
            if path not in self._versions:
                content = self._files[path]
                self._versions[path] = "unreadable" if content is None else blob_id(content)
            return self._versions[path]
        return self._below.version(path) if self._below else None

    def read(self, path: str) -> bytes:
        if path in self._files:
            content = self._files[path]
            if content is None:
                raise PermissionError(EACCES, os.strerror(EACCES))
            return content
        if self._below is None:
            raise FileNotFoundError(path)
        return self._below.read(path)


class Without:
    """Another tree as it is when some of its files are gone."""

    def __init__(self, tree: Tree, gone: Set[str]) -> None:
        self._tree = tree
        self._gone = gone

    @property
    def links(self) -> Set[str]:
        return self._tree.links

    @property
    def kept_at(self) -> Path | None:
        return self._tree.kept_at

    def paths(self, folder: str) -> list[str]:
        return [path for path in self._tree.paths(folder) if path not in self._gone]

    def below(self, folder: str) -> list[str]:
        return [path for path in self._tree.below(folder) if path not in self._gone]

    def has(self, path: str) -> bool:
        return path not in self._gone and self._tree.has(path)

    def reaches(self, path: str) -> bool:
        if self._tree.has(path):
            return path not in self._gone
        inside = self._tree.paths(path) if self._gone else []
        return bool(self.paths(path)) if inside else self._tree.reaches(path)

    def version(self, path: str) -> str | None:
        return None if path in self._gone else self._tree.version(path)

    def read(self, path: str) -> bytes:
        if path in self._gone:
            raise FileNotFoundError(path)
        return self._tree.read(path)


def on_disk(tree: Tree) -> tuple[WorkTree | None, frozenset[str]]:
    """The work tree that a tree shows, None where there is none, and the paths at which it shows something
    else."""
    over: set[str] = set()
    while True:
        if isinstance(tree, Without):
            over |= tree._gone
            tree = tree._tree
        elif isinstance(tree, Memory) and tree._below is not None:
            over |= tree._files.keys()
            tree = tree._below
        else:
            break
    return (tree if isinstance(tree, WorkTree) else None), frozenset(over)


Signature = bytes
"""What the file system says about a file without reading it: four numbers as one value, since there is one
for every file."""
_LOOKS = Struct("<4Q")
_MASK = (1 << 64) - 1


def signature(status: os.stat_result) -> Signature:
    modified, changed = status.st_mtime_ns & _MASK, status.st_ctime_ns & _MASK
    return _LOOKS.pack(modified, changed, status.st_size, status.st_ino & _MASK)


def settled(seen: Signature, now: int) -> bool:
    """Whether a later change cannot leave a signature, or several in a row, as it is: where the clock of the
    file system has moved on since, `now` being in nanoseconds."""
    return all(_settled(max(modified, changed), now) for modified, changed, _, _ in _LOOKS.iter_unpack(seen))


def _settled(changed: int, now: int) -> bool:
    return now - changed > (_RACY_NS if changed % 1_000_000_000 else _COARSE_NS)


class WorkTree:
    """The files on disk.

    `known` gives, for each file seen before, its signature and its version: a file that
    still looks the same is not read again. `blobs` is asked once for what git knows, when many
    files look new. What is worked out of the files is kept for the next run, unless `keeps` says no.
    """

    def __init__(
        self,
        root: Path,
        known: Callable[[], Mapping[str, tuple[Signature, str]]] = dict,
        blobs: Callable[[], dict[str, str]] = dict,
        *,
        keeps: bool = True,
    ) -> None:
        self.root = root
        self.kept_at = root if keeps else None
        self.links: set[str] = set()
        self.signatures: dict[str, Signature] = {}
        self.versions: dict[str, str] = {}
        self._ask_known = known
        self._blobs: dict[str, str] | None = None
        self._ask_blobs = blobs
        self.misses = 0
        self._listed: dict[str, list[str]] = {}
        self._prefix = str(root) + "/"
        self._real = os.path.realpath(root)

    def paths(self, folder: str) -> list[str]:
        if folder not in self._listed:
            above = next((f for f in FOLDERS if f in self._listed and folder.startswith(f + "/")), None)
            if above:
                return below(self._listed[above], folder)
            found: list[str] = []
            if not folder or self._inside(folder):
                inside = [folder]  # a stack, since folders may nest deeper than Python recurses
                while inside:
                    self._list(inside.pop(), found, inside)
            elif os.path.islink(self._prefix + folder):
                self.links.add(folder)
            found.sort()
            self._listed[folder] = found
        return self._listed[folder]

    def below(self, folder: str) -> list[str]:
        return self.paths(folder)

    def _list(self, folder: str, found: list[str], inside: list[str]) -> None:
        """Note the files of a folder in `found`, and its folders in `inside`."""
        try:
            entries = os.scandir(self._prefix + folder)
        except OSError:
            return
        with entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    continue
                path = f"{folder}/{name}" if folder else name
                if entry.is_dir(follow_symlinks=False):
                    inside.append(path)
                elif entry.is_file(follow_symlinks=False):
                    try:
                        self.signatures[path] = signature(entry.stat(follow_symlinks=False))
                    except OSError:
                        continue
                    found.append(path)
                elif entry.is_symlink():
                    self.links.add(path)

    def _inside(self, path: str) -> bool:
        """Whether the way to a path leads over no symbolic link."""
        full = self._prefix + path
        return os.path.realpath(full) == os.path.join(self._real, path)

    def has(self, path: str) -> bool:
        if path in self.signatures:
            return True
        if path.partition("/")[0] in self._listed:
            return False
        try:
            status = os.stat(self._prefix + path, follow_symlinks=False)
        except (OSError, ValueError):
            return False
        if stat.S_ISLNK(status.st_mode):
            self.links.add(path)
        if not stat.S_ISREG(status.st_mode) or not self._inside(path):
            return False
        self.signatures[path] = signature(status)
        return True

    def reaches(self, path: str) -> bool:
        return path in self.signatures or os.path.exists(self._prefix + path)

    def version(self, path: str) -> str | None:
        known = self.versions.get(path)
        if known is None and self.has(path):
            known = self._remembered(path)
            if known is None:
                try:
                    self.read(path)
                except OSError as error:
                    return f"unreadable: {error.strerror}"
                return self.versions[path]
            self.versions[path] = known
        return known

    @cached_property
    def _known(self) -> Mapping[str, tuple[Signature, str]]:
        return self._ask_known()

    def _remembered(self, path: str) -> str | None:
        seen = self._known.get(path)
        if seen is not None and seen[0] == self.signatures[path]:
            return seen[1]
        self.misses += 1
        if self.misses > _WORTH_ASKING and self._blobs is None:
            self._blobs = self._ask_blobs()
        return self._blobs.pop(path, None) if self._blobs else None  # nobody asks twice

    def read(self, path: str) -> bytes:
        """The content, whose version is known from then on."""
        if path not in self.signatures and not self.has(path):
            raise FileNotFoundError(path)
        content = self._content(path)
        self.versions[path] = blob_id(content)
        return content

    def _content(self, path: str) -> bytes:
        handle = os.open(self._prefix + path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            size = _LOOKS.unpack(self.signatures[path])[2]
            content = os.read(handle, size + 1)
            if len(content) == size:  # nearly always, in one call
                return content
            with os.fdopen(handle, "rb", closefd=False) as file:
                return content + file.read()
        finally:
            os.close(handle)

    def changed(self) -> set[str]:
        """Files that look different now from how they were listed."""
        return {path for path, seen in self.signatures.items() if self.look(path) != seen}

    def look(self, path: str) -> Signature | None:
        """What the file system says of a file now; None where it is gone."""
        try:
            return signature(os.lstat(self._prefix + path))
        except OSError:
            return None
