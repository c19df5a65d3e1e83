"""How a command writes: whole or not at all, never over what somebody else wrote, and nothing unreadable.

A command hands over a function that makes its change of a book. Where a file changes between the reading
and the writing, the book is read and the change made again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.text import Source

F = TypeVar("F", bound=Callable[..., Any])
_ATTEMPTS = 10


def saving_options(function: F) -> F:
    """The options of every command that writes."""
    return click.option("--dry-run", is_flag=True, help="Print the change, write nothing.")(function)


def save(make: Callable[[Book], Change], options: dict[str, Any]) -> Change:
    """Make a change and write it; UserError where it would make a record unreadable.

    With `--dry-run` the change is printed as a patch and nothing is written.
    """
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.book.write import ChangedError, alone, replace_all

    root = find_root(Path.cwd())
    with alone(root):
        for attempt in range(_ATTEMPTS):
            book = Book(WorkTree(root))
            change = make(book)
            texts = change.texts()
            _refuse_unreadable(book, texts)
            if options.get("dry_run"):
                _print_patch(texts, change)
                return change
            try:
                replace_all(root, texts, change.files)
            except ChangedError:
                if attempt + 1 == _ATTEMPTS:
                    raise
                continue
            return change
    raise AssertionError  # the last attempt returns or raises


def _refuse_unreadable(book: Book, texts: list[tuple[Source, str]]) -> None:
    """UserError where a record could not be read any more; what it says beside that is the check's."""
    from opsbook.book.kinds import identify

    then = book.with_texts({source.path: text for source, text in texts})
    said = []
    for source, _ in texts:
        document = then.read(source.path) if identify(source.path) else None
        if document is not None and not document.readable:
            said += [
                f"{document.span(problem.span)}: {problem.message}"
                + (f" ({problem.hint})" if problem.hint else "")
                for problem in document.problems
            ]
    if said:
        raise UserError("\n".join(["this would make a record unreadable; nothing was written", *said]))


def _print_patch(texts: list[tuple[Source, str]], change: Change) -> None:
    from opsbook.edits import diff
    from opsbook.output.frames import clean

    text = "".join([*(diff(source, after) for source, after in texts), *_named(change)])
    if sys.stdout.isatty():
        text = "\n".join(map(clean, text.split("\n")))
    click.echo(text, nl=False)


def _named(change: Change) -> Iterator[str]:
    """What a patch of texts cannot show."""
    yield from (f"new file {path}, {len(content):,} bytes\n" for path, content in change.files.items())
    yield from (f"{before} becomes {after}\n" for before, after in change.moves.items())
