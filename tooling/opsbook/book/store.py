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
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from opsbook.errors import UserError

_KEEP = 24
"""Files kept in the folder; the oldest go first."""
_OWN = re.compile(r"\.?(?:opsbook-[a-z]+|[0-9a-f]{24})-[0-9a-f]{12}(?:\.\d+)?\Z")
_MARK = 4


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
    try:
        content = file.read_bytes()
    except OSError:
        return None
    mark, payload = content[:_MARK], memoryview(content)[_MARK:]  # no second copy: it may be large
    if _mark(payload) != mark:
        return None
    return marshal.loads(payload)  # noqa: S302 - its own file, not of the book


def write(file: Path, data: Any) -> None:
    """Keep plain data; silently nothing where that is not possible."""
    payload = marshal.dumps(data)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as stream:
            stream.write(_mark(payload))
            stream.write(payload)
        draft.replace(file)
        _prune(file.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _mark(payload: bytes | memoryview) -> bytes:
    """What a file begins with when the rest was written to its end."""
    return crc32(payload).to_bytes(_MARK, "big")


def _prune(place: Path) -> None:
    """Remove the oldest of our own files; the folder may hold other people's."""
    own = [file for file in place.iterdir() if _OWN.match(file.name)]
    for file in sorted(own, key=lambda file: file.stat().st_mtime_ns, reverse=True)[_KEEP:]:
        file.unlink(missing_ok=True)
