"""What a site asks of each incident and post-mortem, in one reading of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.book import facts
from opsbook.metrics import agenda, rows
from opsbook.site import survey

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book


def sweep(book: Book) -> None:
    """Have a book know what it will be asked for: titles and references, likeness, figures, clocks."""
    book.tree.paths("incidents")  # listed at once, no file needs to be looked for
    said = survey.of_record()
    of_incidents = (said, facts.of_marks(), rows.of_incident(book), agenda.of_incident(book))
    facts.together(book, of_incidents, (said, rows.of_postmortem()))
