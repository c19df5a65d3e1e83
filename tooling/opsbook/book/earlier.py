"""The book as it was before a change: at the merge base of a pull request, or the last commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book


class Earlier:
    """What a change began with. Nothing is looked up before somebody asks."""

    def __init__(
        self, book: Callable[[], Book | None], renamed: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self._ask_book = book
        self._ask_renamed = renamed

    @cached_property
    def book(self) -> Book | None:
        """The book at the base; None before the first commit."""
        return self._ask_book()

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        return self._ask_renamed()

    def place(self, path: str, version: str | None) -> str | None:
        """Where the record that is now at a path, in this version, stood then, under its old name where
        the change renamed it; None for a new record, and for one whose text the change leaves alone."""
        if self.book is None or version is None:
            return None
        tree = self.book.tree
        place = path if tree.has(path) else self._renamed.get(path)
        return None if place is None or tree.version(place) in (version, None) else place
