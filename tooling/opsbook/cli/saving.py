"""How a command writes: whole or not at all, never over what somebody else wrote, and nothing unreadable.

A command hands over a function that makes its change of a book. Where a file changes between the reading
and the writing, the book is read and the change made again. What is on disk is then committed, and shared
where the settings or `--push` say so; whatever git answers, it stays on disk.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.cli.options import colored
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.sharing.clone import Clone, Look
    from opsbook.text import Source

F = TypeVar("F", bound=Callable[..., Any])
_ATTEMPTS = 10


def saving_options(function: F) -> F:
    """The options of every command that writes."""
    for option in (
        click.option("--push", is_flag=True, help="Share it at once, as `opsbook sync` does."),
        click.option(
            "--commit/--no-commit", default=None, help="Commit it; the settings' `commit` otherwise."
        ),
        click.option("--dry-run", is_flag=True, help="Print the change, write nothing."),
    ):
        function = option(function)
    return function


def save(make: Callable[[Book], Change], options: dict[str, Any]) -> Change:
    """Make a change and write it; UserError where it would make a record unreadable.

    With `--dry-run` the change is printed as a patch and nothing is written.
    """
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.book.write import ChangedError, alone, replace_all, sweep

    root = find_root(Path.cwd())
    with alone(root):
        for attempt in range(_ATTEMPTS):
            book = Book(WorkTree(root))
            change = make(book)
            texts = change.texts()
            _refuse_unreadable(book, change)
            if options.get("dry_run"):
                _print_patch(texts, change)
                return change
            keeping = _Keeping.of(book, root, change, options)
            try:
                replace_all(root, texts, change.files, change.moves)
            except ChangedError:
                if attempt + 1 == _ATTEMPTS:
                    raise
                continue
            for source, _ in texts:
                sweep(root, change.landed(source.path))
            if keeping:
                keeping.commit()
            return change
    raise AssertionError  # the last attempt returns or raises


class _Keeping:
    """What happens to a change once it is on disk."""

    def __init__(self, clone: Clone, look: Look, summary: str, *, push: bool) -> None:
        self._clone = clone
        self._look = look
        self._summary = summary
        self._push = push

    @classmethod
    def of(cls, book: Book, root: Path, change: Change, options: dict[str, Any]) -> _Keeping | None:
        """Look at the files before they are written; None where nothing is to be committed."""
        asked = options.get("commit")
        if asked is False or not change or not in_git(root) or not (asked or book.settings.commit):
            return None
        from opsbook.sharing.clone import Clone

        clone = Clone(root)
        paths = [*(source.path for source, _ in change.texts()), *change.files]
        look = clone.look(paths, change.landed, change.moves)
        clone.wait(look.paths, change.summary)
        return cls(clone, look, change.summary, push=bool(options.get("push") or book.settings.push))

    def commit(self) -> None:
        wrote = self._clone.commit_of(self._look, self._summary)
        if wrote.commit is None:
            say(f"written, not committed: {wrote.why}; `opsbook sync` tries again")
        elif self._push:
            share(self._clone)


def in_git(root: Path) -> bool:
    """Whether a folder lies in the work tree of a git repository."""
    return any((folder / ".git").exists() for folder in (root, *root.parents))


def share(clone: Clone) -> bool:
    """Bring the clone and its remote together, and say what there is to say; whether all is sent."""
    from opsbook.sharing.sync import sync

    done = sync(clone)
    for old, new in done.renamed.items():
        say(f"somebody else declared {old} too: yours is {new} now, channel #incident-{new}")
    if done.words:
        say(done.words)
    return done.sent


def say(words: str) -> None:
    """One calm line beside the answer."""
    from opsbook.output.frames import Paint, clean

    click.echo(Paint(colored(sys.stderr))(clean(words), "2"), err=True, color=colored(sys.stderr) or None)


def saved(change: Change, told: str, options: dict[str, Any]) -> None:
    """Say what a change does, and what was written; beside the patch where that is all there is."""
    from opsbook.output.frames import clean

    patch = bool(options.get("dry_run"))
    paths = [change.landed(source.path) for source, _ in change.texts()]
    wrote = "" if patch else "".join(clean(f"wrote {path}") + "\n" for path in paths)
    lines = "\n".join(filter(None, (told, wrote))) if change else "nothing to change\n"
    lines = f"\n{lines}" if patch and change else lines
    click.echo(lines, nl=False, err=patch, color=colored(sys.stderr if patch else sys.stdout) or None)


def _refuse_unreadable(book: Book, change: Change) -> None:
    """UserError where a record could not be read any more; what it says beside that is the check's."""
    from opsbook.book.kinds import identify

    texts = {change.landed(source.path): text for source, text in change.texts()}
    then = book.with_texts(texts)
    said = []
    for path in texts:
        document = then.read(path) if identify(path) else None
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
