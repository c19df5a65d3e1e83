"""Files kept between runs, in a folder that may be deleted at any time.

A file is replaced whole, so that several processes may write it and one that reads it finds the old or
the new; what was not written whole counts as not there. Whoever may write to the folder decides what the
next check says: one that holds files of a repository is not used, since a pull request could bring them.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from opsbook.errors import UserError

_KEEP = 64
"""Files kept in the folder, about a dozen for a book; the oldest go first."""
_OWN = re.compile(r"\.?(?:opsbook-[a-z]+|[0-9a-f]{24})-[0-9a-f]{12}(?:\.\d+)?\Z")
_MARK, _LENGTH = 4, 8
"""Bytes of the checksum that a file begins with, and of the length that each piece does."""
_LAYOUT = 2
"""What the checksum is counted from: another one whenever files are laid out anew, so that those of an older
opsbook count as not there."""


def folder() -> Path | None:
    """Where files are kept: `OPSBOOK_CACHE_DIR`, else the user's cache folder; None where they may have
    come with a commit."""
    place = _chosen()
    return None if _committed(os.path.realpath(place)) else place


def _chosen() -> Path:
    chosen = os.environ.get("OPSBOOK_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "opsbook"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opsbook"


@cache
def _committed(place: str) -> bool:
    """Whether a folder lies in a git work tree and holds what git tracks, or may hold it."""
    top = next((each for each in (Path(place), *Path(place).parents) if (each / ".git").exists()), None)
    if top is None:
        return False
    from opsbook.git import Git  # only here, since it costs a command that needs no git

    with suppress(UserError):
        if not Git(top).tracks(place):
            return False
    return True


def read(file: Path) -> Any:
    """What was written to a file; None where there is none, or not the whole of it."""
    return next(iter(read_pieces(file)), None)


def write(file: Path, data: Any) -> None:
    """Keep plain data; silently nothing where that is not possible."""
    write_pieces(file, [data])


def read_pieces(file: Path) -> list[Any]:
    """The pieces that were written to a file; none where there is none, or not the whole of it."""
    try:
        content = file.read_bytes()
    except OSError:
        return []
    rest = memoryview(content)[_MARK:]  # no second copy: it may be large
    if crc32(rest, _LAYOUT).to_bytes(_MARK, "big") != content[:_MARK]:
        return []
    found = []
    while rest:
        end = _LENGTH + int.from_bytes(rest[:_LENGTH], "big")
        try:
            found.append(marshal.loads(rest[_LENGTH:end]))  # noqa: S302 - its own file, not of the book
        except (ValueError, EOFError, TypeError):  # another version of opsbook wrote it another way
            return []
        rest = rest[end:]
    return found


def write_pieces(file: Path, pieces: Iterable[Any]) -> None:
    """Keep pieces of plain data, of which one at a time is in memory; silently nothing where that is not
    possible."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    mark = _LAYOUT
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as stream:
            stream.write(bytes(_MARK))
            for piece in pieces:
                payload = marshal.dumps(piece)
                for part in (len(payload).to_bytes(_LENGTH, "big"), payload):
                    mark = crc32(part, mark)
                    stream.write(part)
            stream.seek(0)  # what was not written to its end does not begin with the mark of the rest
            stream.write(mark.to_bytes(_MARK, "big"))
        draft.replace(file)
        _prune(file.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _prune(place: Path) -> None:
    """Remove the oldest of our own files; the folder may hold other people's."""
    own = [file for file in place.iterdir() if _OWN.match(file.name)]
    for file in sorted(own, key=lambda file: file.stat().st_mtime_ns, reverse=True)[_KEEP:]:
        file.unlink(missing_ok=True)
