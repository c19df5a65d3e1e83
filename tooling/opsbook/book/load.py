"""Reading a book for scripts: `load(root)` → Book and what is wrong with its files."""

from __future__ import annotations

from pathlib import Path

from opsbook.book.settings import find_root
from opsbook.book.snapshot import Book
from opsbook.book.tree import WorkTree


def load(root: Path | str = ".") -> Book:
    """The book that holds this folder. Documents that cannot be read are documents with
    `problems`; nothing is raised for them. UserError where there is no book."""
    return Book(WorkTree(find_root(Path(root).resolve())))
