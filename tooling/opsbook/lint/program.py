"""What follows from opsbook's own files alone, remembered for as long as none of them changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeVar
from zlib import crc32

import opsbook
from opsbook.book.store import folder, read, write
from opsbook.book.tree import signature

T = TypeVar("T")

_OURS = (".py", ".yaml", ".yml", ".md", ".j2", ".css", ".js")

_TOP = os.path.dirname(opsbook.__file__)


def remembered(what: str, find_out: Callable[[], T], *folders: str) -> T:
    """What was found out before, plain data; anew where a file of opsbook looks different now, of these
    folders of it where it follows from them alone."""
    place = folder()
    if place is None:
        return find_out()
    file = place / f"opsbook-{what}-{crc32(os.fsencode(_TOP)):012x}"
    looks = sorted((entry.path, signature(entry.stat())) for entry in _files(*folders))
    kept = read(file)
    if kept and kept[0] == looks:
        found: T = kept[1]
        return found
    found = find_out()
    write(file, (looks, found))
    return found


def contents() -> list[tuple[str, bytes]]:
    """Every file of opsbook, by its path from the top."""
    found = []
    for entry in _files():
        with open(entry.path, "rb") as file:
            found.append((entry.path.removeprefix(_TOP), file.read()))
    return sorted(found)


def _files(*folders: str) -> Iterator[os.DirEntry[str]]:
    stack = [os.path.join(_TOP, each) for each in folders or ("",)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(_OURS):
                    yield entry
                elif entry.is_dir() and entry.name != "__pycache__":
                    stack.append(entry.path)
