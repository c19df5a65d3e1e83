"""Writing a record: whole or not at all, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.text import Source

_NAMED = 5
_DRAFT = ".opsbook"
"""How a draft's name ends: what ends otherwise is somebody's own, `.incident.yaml.original` too."""


class ChangedError(UserError):
    """A file no longer holds what was read; whoever asked may read again and try again."""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the book for oneself: another process that writes it waits. Where the system knows no locks,
    a file that changed is still never written over, as long as nobody changes it in the same moment."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:  # not POSIX
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems have none
            flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace(root: Path, before: Source, text: str) -> None:
    """Put a text where a source was read; ChangedError when the file is another since then."""
    replace_all(root, [(before, text)])


def replace_all(
    root: Path,
    changes: Sequence[tuple[Source, str]],
    files: Mapping[str, bytes] = MappingProxyType({}),
    moves: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put each text where its source was read, and new files beside them, then move what is to move: none
    of it, when one of the texts is another since then, or something stands by now where it should go.

    An empty source is a file that is not there yet. Every text is written beside its place and forced
    to disk first, so that a full disk stops it before anything happens, and a reader and a crash see an
    old text or a new one. UserError says what was written, where it could not be finished.
    """
    written: list[str] = []
    path = ""
    with ExitStack() as drafts:
        try:
            ready: list[tuple[str, Path, bool]] = []
            for source, text in changes:
                path = source.path
                exists = (root / path).exists()
                ready.append((path, drafts.enter_context(_place(root, path, text.encode(), exists)), exists))
            for path, content in files.items():
                ready.append((path, drafts.enter_context(_place(root, path, content, exists=False)), False))
            for before, path in moves.items():
                _require_free(root, before, path)
            for source, _ in changes:
                path = source.path
                _require_unchanged(root, source)
            for path, draft, exists in ready:
                if exists:
                    draft.replace(root / path)
                else:
                    os.link(draft, root / path)
                _settle((root / path).parent)
                written.append(path)
            for before, path in moves.items():
                _move(root / before, root / path)
                written.append(path)
        except FileExistsError:
            raise ChangedError(
                f"{path} is there already; {_so_far(written)}", "run the command again"
            ) from None
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}; {_so_far(written)}") from None


def _so_far(written: Sequence[str]) -> str:
    if not written:
        return "nothing was written"
    more = len(written) - _NAMED
    return f"written before: {', '.join(written[:_NAMED])}" + (f" and {more} more" if more > 0 else "")


def _place(root: Path, path: str, content: bytes, exists: bool) -> AbstractContextManager[Path]:
    """A draft beside the place that a path means, which lies in the book."""
    target = root / path
    if not exists:
        target.parent.mkdir(parents=True, exist_ok=True)
    _require_inside(root, path)
    mode = target.stat().st_mode & 0o7777 if exists else 0o666 & ~_umask()
    return _draft(target, content, mode)


def _require_inside(root: Path, path: str) -> None:
    if not (root / path).parent.resolve().is_relative_to(root.resolve()):
        raise UserError(f"{path} leads out of the book over a symbolic link", "write into a real folder")


def _require_free(root: Path, before: str, after: str) -> None:
    """Make the folder into which something moves; FileExistsError where something stands there already."""
    target = root / after
    target.parent.mkdir(parents=True, exist_ok=True)
    _require_inside(root, after)
    if os.path.lexists(target) and not target.samefile(root / before):
        raise FileExistsError(after)


def _move(before: Path, after: Path) -> None:
    """Give a file or a folder another path, over nothing that stands there."""
    if before.is_dir() or (after.exists() and after.samefile(before)):
        before.rename(after)  # a folder takes the place of an empty one alone, a file that of itself
    else:
        os.link(before, after, follow_symlinks=False)
        before.unlink()
    for folder in {before.parent, after.parent}:
        _settle(folder)


def _require_unchanged(root: Path, before: Source) -> None:
    """ChangedError where a file no longer holds what was read."""
    try:
        same = (root / before.path).read_bytes() == before.text.encode("utf-8")
    except FileNotFoundError:
        same = not before.text
    if not same:
        raise ChangedError(
            f"{before.path} changed while this ran; nothing was written", "run the command again"
        )


def _settle(folder: Path) -> None:
    """Force a folder's entries to disk, so that what was acknowledged outlives a power cut."""
    with suppress(OSError):  # not every system can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def create(root: Path, path: str, text: str) -> None:
    """Put a text where no file is; ChangedError where there is one by now."""
    replace_all(root, [], {path: text.encode("utf-8")})


def put(file: Path, text: str) -> None:
    """Put what a command makes where somebody wants it, over whatever stands there: whole or not at all,
    but into a terminal, a pipe or a device, which is not replaced."""
    content = text.encode("utf-8", "backslashreplace")
    target = file.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        with _draft(target, content, mode) as draft:
            draft.replace(target)
    except OSError as error:
        raise UserError(f"cannot write `{file}`: {error.strerror}") from None


def sweep(root: Path, path: str) -> None:
    """Remove drafts of a file that a crash left beside it; only while one is `alone`."""
    target = root / path
    with suppress(OSError):
        for name in os.listdir(target.parent):
            if re.fullmatch(rf"\.{re.escape(target.name)}\.[a-z0-9_]{{8}}{re.escape(_DRAFT)}", name):
                (target.parent / name).unlink(missing_ok=True)


@contextmanager
def _draft(target: Path, content: bytes, mode: int) -> Iterator[Path]:
    """The content in a temporary file beside its place, forced to disk."""
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}{_DRAFT}")
    file = open(draft, "xb", opener=partial(os.open, mode=0o600))  # noqa: SIM115 - who fails here made none
    try:
        with file:
            file.write(content)
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
