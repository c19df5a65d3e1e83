"""`opsbook runbook`: the page that helps, by a few words of what hurts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from opsbook.cli.options import Command, colored, the_book
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.facts import Runbook
    from opsbook.book.search import Found
    from opsbook.book.snapshot import Book
    from opsbook.output.frames import Paint

_LISTED = 10
_AS_GOOD = 0.8
"""Of the best one's score: those that may have been meant as well."""
_MODELINE = "# yaml-language-server:"
_FENCE = re.compile(r" {0,3}(```|~~~)")


@click.command(cls=Command)
@click.argument("words", nargs=-1, required=True)
@click.option("--list", "lists", is_flag=True, help="List the ten that fit best.")
def command(words: tuple[str, ...], *, lists: bool) -> None:
    """Show the runbook that fits WORDS best: its id, an alert, a service, words of its title or headings.

    On a terminal it opens in your pager; piped, it is plain text.
    """
    from opsbook.book.search import found, id_of
    from opsbook.output.frames import clean

    book, asked = the_book(), " ".join(words)
    there = found(_all(book), asked)
    if not there:
        raise UserError(f"no runbook fits `{asked}`", "`opsbook open ID` opens a record by its id")
    if lists:
        click.echo("".join(_rows(there[:_LISTED])), nl=False)
        return
    best = there[0]
    others = [id_of(each.runbook) for each in there[1:4] if each.score >= _AS_GOOD * best.score]
    if others:
        click.echo(f"or did you mean {clean(', '.join(others))}?", err=True)
    text = "".join(_told(book, best.runbook.path))
    if sys.stdout.isatty():
        click.echo_via_pager(text, color=colored() or None)
    else:
        click.echo(text, nl=False, color=colored() or None)


def _all(book: Book) -> list[Runbook]:
    """Every runbook; one that cannot be read is still found by its id."""
    from opsbook.book.facts import Runbook, runbooks
    from opsbook.book.kinds import kind

    known = {each.path: each for each in runbooks(book)}
    each = kind("runbook")
    return [known.get(path) or Runbook(path, each.id(path) or "", (), ()) for path in book.paths(each)]


def _rows(there: list[Found]) -> Iterator[str]:
    from opsbook.book.search import id_of
    from opsbook.output.frames import clean

    width = max(len(id_of(each.runbook)) for each in there)
    for each in there:
        yield f"{clean(id_of(each.runbook)):{width}}  {clean(each.runbook.title)}\n"


def _told(book: Book, path: str) -> Iterator[str]:
    """The page as it is written, its headings in bold on a terminal."""
    from opsbook.output.frames import Paint, clean

    try:
        text = book.tree.read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    paint = Paint(colored())
    yield f"{paint(clean(path), '2')}\n"
    code = False
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(_MODELINE):
            continue
        fence = _FENCE.match(line)
        code = code is not bool(fence)
        yield _line(line, paint, code=code or bool(fence)) + "\n"


def _line(line: str, paint: Paint, *, code: bool) -> str:
    from opsbook.output.frames import clean

    shown = clean(line)
    if line.startswith("#") and not code:
        return paint(shown, "1")
    return paint(shown, "36") if code else shown
