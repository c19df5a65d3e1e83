"""Where a book is, and its settings, validated like any document."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.book.tree import SETTINGS_FILES, Tree
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.model.settings import Settings

_TABLE = re.compile(rb"^\[tool\.opsbook[\].]", re.MULTILINE)
_COMMENT = re.compile(r"#.*")


def find_root(start: Path) -> Path:
    """The folder of the book that holds `start`; UserError where there is none."""
    for folder in (start, *start.parents):
        for name in SETTINGS_FILES:
            if _holds_settings(folder / name):
                return folder
    raise UserError(
        f"no book in `{start}` or above it",
        "a book's root has an `opsbook.toml`, or a `pyproject.toml` with `[tool.opsbook]`",
    )


def _holds_settings(file: Path) -> bool:
    """Whether a file marks the root of a book; UserError where nobody can tell."""
    try:
        marks = file.is_file() if file.name == SETTINGS_FILES[0] else _TABLE.search(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    except OSError as error:
        raise UserError(f"cannot read `{file}`: {error.strerror}") from None
    if marks and file.is_symlink():
        raise UserError(f"`{file}` is a symbolic link", "settings are a file of the book")
    return bool(marks)


def settings_text(tree: Tree) -> tuple[str, bytes]:
    """The path and bytes of the file that holds the settings; empty where there is none."""
    for name in SETTINGS_FILES:
        if tree.has(name):
            try:
                content = tree.read(name)
            except OSError as error:
                raise UserError(f"cannot read `{name}`: {error.strerror}") from None
            if name == "opsbook.toml" or _TABLE.search(content):
                return name, content
    return SETTINGS_FILES[0], b""


def load_settings(tree: Tree) -> Settings:
    """The book's settings; UserError names every key that is wrong, with its line."""
    path, content = settings_text(tree)
    try:
        text = content.decode("utf-8-sig")
        data: Any = tomllib.loads(text)
        if path != "opsbook.toml":
            data = data.get("tool", {}).get("opsbook", {})
        data = _frozen(data)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not TOML: {error}") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deep") from None
    return _validated(path, text, data)


def _validated(path: str, text: str, data: Any) -> Settings:
    from opsbook.book.validate import complaints
    from opsbook.model.settings import Settings

    found, problems = complaints(Settings, data)
    if problems:
        placed = [(_line(text, complaint.pointer), complaint) for complaint in problems]
        placed.sort(key=lambda each: each[0])
        raise UserError(
            "\n".join(
                f"{path}:{line}: {complaint.message}" + (f" ({complaint.hint})" if complaint.hint else "")
                for line, complaint in placed
            )
        )
    assert isinstance(found, Settings)
    return found


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _line(text: str, pointer: tuple[str | int, ...]) -> int:
    """The line that sets the innermost key of a pointer; TOML's reader keeps no places."""
    text = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    at = max(text.find("[tool.opsbook"), 0)
    found = at
    for step in pointer:
        key = re.compile(rf"""(?:^|[\[{{,.\s])(["']?{re.escape(str(step))}["']?)\s*[=\].]""", re.MULTILINE)
        match = key.search(text, at)
        if match:
            found, at = match.start(1), match.end(1)
    return text.count("\n", 0, found) + 1
