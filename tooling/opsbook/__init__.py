"""opsbook: incidents as code. The names a script may import are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Book", "check", "durations", "load"]

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.load import load
    from opsbook.book.snapshot import Book
    from opsbook.lint.check import Report
    from opsbook.metrics.durations import durations


def check(book: Book, now: datetime) -> Report:
    """What is wrong with a book at an instant (aware), by its own settings."""
    from opsbook.lint import check as engine
    from opsbook.lint.catalog import Selection

    report, _ = engine.check(book, lambda: Selection(book.settings), now)
    return report


def __getattr__(name: str) -> Any:
    if name == "load":
        from opsbook.book.load import load

        return load
    if name == "durations":
        from opsbook.metrics.durations import durations

        return durations
    if name == "Book":
        from opsbook.book.snapshot import Book

        return Book
    raise AttributeError(f"module 'opsbook' has no attribute {name!r}")
