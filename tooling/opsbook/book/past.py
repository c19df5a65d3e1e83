"""How records read at earlier commits, where the book is in git and the clone is whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.git import Change, Git, History


class Past:
    """The commits behind a book. Nothing is looked up before somebody asks."""

    def __init__(self, git: Git, history: Callable[[], History]) -> None:
        self._git = git
        self._ask_history = history

    @cached_property
    def state(self) -> str | None:
        """What every answer follows from; None where there is no git, no commit, or not the whole past."""
        with suppress(UserError):
            self._git.require()
            return None if self._git.shallow else self._git.head
        return None

    @cached_property
    def _history(self) -> History | None:
        with suppress(UserError):
            return self._ask_history() if self.state else None
        return None

    def changes(self, path: str, version: str | None = "") -> tuple[Change, ...]:
        """What changed the file at a path, the newest first, up to this version of it where a commit has
        it."""
        found = self._history.of(path) if self._history else ()
        at = next((number for number, each in enumerate(found) if each.blob == version), 0)
        return found[at:]

    def read(self, change: Change) -> bytes | None:
        """The content after a change; None where the change deleted it."""
        found = self._git.objects.ask(change.blob) if change.blob else None
        return found and found[1]
