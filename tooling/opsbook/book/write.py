"""Writing a record: whole or not at all, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

import os
import tempfile
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
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, status.st_mode & 0o7777)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(f"cannot write {before.path}: {error.strerror}") from None
