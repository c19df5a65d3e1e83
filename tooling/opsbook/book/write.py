"""Writing a record: whole or not at all, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.text import Source


def replace(root: Path, before: Source, text: str) -> None:
    """Put a text where a source was read; UserError when the file changed since then.

    A temporary file beside it is written, forced to disk and renamed, so that a reader and a
    crash see the old text or the new one.
    """
    target = root / before.path
    try:
        status = target.stat()
        if target.read_bytes() != before.text.encode("utf-8"):
            raise UserError(f"{before.path} changed while it was being checked", "run the command again")
        with _draft(target, text, status.st_mode & 0o7777) as draft:
            draft.replace(target)
    except OSError as error:
        raise UserError(f"cannot write {before.path}: {error.strerror}") from None


def create(root: Path, path: str, text: str) -> None:
    """Put a text where no file is; UserError where there is one by now."""
    target = root / path
    try:
        with _draft(target, text, 0o666 & ~_umask()) as draft:
            os.link(draft, target)
    except FileExistsError:
        raise UserError(f"{path} is there already", "run the command again") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None


@contextmanager
def _draft(target: Path, text: str, mode: int) -> Iterator[Path]:
    """The text in a temporary file beside its place, forced to disk."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
