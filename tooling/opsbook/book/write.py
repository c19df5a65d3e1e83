"""Writing a record: whole or not at all, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.text import Source


_NAMED = 5


def replace(root: Path, before: Source, text: str) -> None:
    """Put a text where a source was read; UserError when the file changed since then."""
    replace_all(root, [(before, text)])


def replace_all(root: Path, changes: Sequence[tuple[Source, str]]) -> None:
    """Put each text where its source was read: none of them, when one of the files changed since then.

    Every text is written beside its place and forced to disk first, so that a full disk stops it before
    anything happens, and a reader and a crash see an old text or a new one. UserError says what was
    written, where it could not be finished.
    """
    written: list[str] = []
    with ExitStack() as drafts:
        try:
            ready = []
            for before, text in changes:
                ready.append((before, drafts.enter_context(_replacement(root, before, text))))
            for before, _ in ready:
                _require_unchanged(root, before)
            for before, draft in ready:
                draft.replace(root / before.path)
                written.append(before.path)
        except OSError as error:
            raise UserError(f"cannot write {before.path}: {error.strerror}; {_so_far(written)}") from None


def _so_far(written: Sequence[str]) -> str:
    if not written:
        return "nothing was written"
    more = len(written) - _NAMED
    return f"written before: {', '.join(written[:_NAMED])}" + (f" and {more} more" if more > 0 else "")


def _replacement(root: Path, before: Source, text: str) -> AbstractContextManager[Path]:
    target = root / before.path
    return _draft(target, text, target.stat().st_mode & 0o7777)


def _require_unchanged(root: Path, before: Source) -> None:
    """UserError where a file no longer holds what was read."""
    try:
        same = (root / before.path).read_bytes() == before.text.encode("utf-8")
    except FileNotFoundError:
        same = False
    if not same:
        raise UserError(
            f"{before.path} changed while it was being checked; nothing was written", "run the command again"
        )


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
