"""Blocks of post-mortems that said what their record says go on doing so when a change touches the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from opsbook.authoring.change import Change
from opsbook.edits import Edit

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.text import Location, Span


def with_blocks(book: Book, made: Iterable[Edit]) -> list[Edit]:
    """The edits with those of blocks that are made of a record that changes, where they said what it did."""
    edits = list(made)
    # A new record has no page yet, and a book that looked for it before it was there would remember that.
    changed = {edit.location.path for edit in edits if edit.location.source.text}
    incidents = [book.read(path) for path in sorted(changed) if path.endswith("/incident.yaml")]
    texts = Change("", tuple(edits)).texts()
    then = book.with_texts({source.path: text for source, text in texts})
    for incident in incidents:
        page = book.find("postmortem", incident.id)
        if page is None or not page.readable or not page.page.generated:
            continue
        after = then.read(incident.path)
        for span, text in _blocks(book, page, incident, after):
            block = page.span(span)
            edits = [*(each for each in edits if not inside(each.location, block)), Edit(block, text)]
    return edits


def inside(place: Location, around: Location) -> bool:
    """Whether a place lies within another."""
    starts = around.span.start <= place.span.start and place.span.end <= around.span.end
    return starts and place.path == around.path


def _blocks(
    book: Book, page: Document[Any], before: Document[Any], after: Document[Any]
) -> Iterator[tuple[Span, str]]:
    """The blocks of a post-mortem that say what the record did, and what it says now where that differs."""
    from opsbook.authoring.blocks import BLOCKS, current

    text = page.source.text
    for block in page.page.generated:
        if block.name not in BLOCKS:
            continue
        old, new = (current(book, page, block, each.content) for each in (before, after))
        if text[block.inner.start : block.inner.end] == old != new:
            yield block.inner, new
