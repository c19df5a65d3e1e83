"""What a site asks of each incident and post-mortem, in one reading of the book."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from opsbook.book import facts
from opsbook.metrics import agenda, habits, rows
from opsbook.site import survey

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book


def sweep(book: Book, as_of: datetime) -> None:
    """Have a book know what it will be asked for: titles and references, likeness, figures, clocks, and what
    shows habits."""
    both = survey.of_record(), habits.of_record(book, as_of)
    of_incidents = (*both, facts.of_marks(), rows.of_incident(book), agenda.of_incident(book))
    facts.together(book, of_incidents, (*both, rows.of_postmortem()))
