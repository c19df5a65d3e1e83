"""`opsbook rename`: a record gets another id, and everything that names it follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, named, require_here, the_book
from opsbook.cli.responding import next_steps, now
from opsbook.cli.saving import keep_note, note, save, saved, saving_options, say
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.rename import Renamed
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.text import Location

_SHOWN = 5
"""Places of words that are shown; more are counted."""


@click.command(cls=Command)
@click.argument("record", metavar="[KIND/]ID")
@click.argument("new", metavar="NEW")
@saving_options
@click.pass_obj
def command(obj: dict[str, Any], /, record: str, new: str, **options: Any) -> None:
    """Call a record NEW: its file moves, and every reference and link to it follows.

    Of an incident the whole folder moves. Words that may mean something else stay as they are, and are
    listed. KIND is needed where several records are called ID: `service/checkout`.
    """
    from opsbook.authoring.rename import renamed

    made: list[tuple[Book, Document[Any], Renamed]] = []

    def make(book: Book) -> Change:
        document = meant(book, record)
        require_here(book, document.path)
        made.append((book, document, renamed(book, document, new)))
        return made[-1][-1].change

    change = save(make, options)
    book, document, done = made[-1]
    saved(change, "".join(_told(done)), options)
    if document.kind.name == "incident":
        say(f"its channel is #incident-{new} from now on: rename it in the chat too")
        if not options["dry_run"]:
            _goes_on(document.id, new)
            next_steps(book, change, document.path, now(obj), the_book())


def _goes_on(old: str, new: str) -> None:
    """Let this clone know the incident it is about under its new name."""
    from opsbook.book.settings import find_root

    root = find_root(Path.cwd())
    if note(root, "current") == old:
        keep_note(root, "current", new)


def meant(book: Book, record: str) -> Document[Any]:
    """The record of this id, or of this kind and id; UserError where that is none, or several."""
    from opsbook.authoring.rename import NAMED

    name, slash, id = record.partition("/")
    if slash:
        if name not in NAMED:
            raise UserError(f"`{name}` is no kind of a record with an id", f"there are {', '.join(NAMED)}")
        return named(book, name, id)
    found = [each for each in NAMED if book.has(each, record)]
    if len(found) == 1:
        return named(book, found[0], record)
    if found:
        hint = "it is " + " or ".join(f"`{each}/{record}`" for each in found)
        raise UserError(f"{len(found)} records are called `{record}`; say which", hint)
    from opsbook.book.validate import nearest

    near = nearest(record, {id for each in NAMED for id in book.names(each)})
    raise UserError(f"no record is called `{record}`", f"did you mean `{near}`?" if near else "")


def _told(done: Renamed) -> Iterator[str]:
    """Where it went, what followed, and what did not."""
    from opsbook.output.frames import clean
    from opsbook.text import count

    change = done.change
    yield from (f"{clean(before)}\n  becomes {clean(after)}\n" for before, after in change.moves.items())
    paths = {edit.location.path for edit in change.edits}
    if paths:
        yield f"changed with it: {count(len(change.edits), 'place')} in {count(len(paths), 'file')}\n"
    if done.mentions:
        yield f"\nmentioned in text, and left as it is: {count(len(done.mentions), 'place')}\n"
        yield from (_line(change, place) for place in done.mentions[:_SHOWN])
        if len(done.mentions) > _SHOWN:
            yield f"  and {len(done.mentions) - _SHOWN:,} more\n"


def _line(change: Change, place: Location) -> str:
    """Where a word stands, and the line around it."""
    from opsbook.output.frames import clean
    from opsbook.text import shown

    line = place.source.line(place.start.line)
    start = max(0, place.start.column - 25)
    words = shown(("…" if start else "") + line[start:].strip())
    return f"  {clean(change.landed(place.path))}:{place.start.line}: {clean(words)}\n"
