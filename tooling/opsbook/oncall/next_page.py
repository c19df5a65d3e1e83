"""Whom an escalation policy reaches next, when those who are there come no further."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsbook.metrics.progress import there
from opsbook.model.time import Interval
from opsbook.oncall.escalation import Page, Roster, pages

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident


def next_page(book: Book, incident: Incident, at: datetime) -> Page | None:
    """The first page of the incident's services' policies that reaches somebody who is not there yet, were
    they paged now; None where there is none."""
    roster = Roster(book, Interval(at - timedelta(days=1), at + timedelta(days=8)))
    known = there(incident)
    for service in incident.services:
        document = book.find("service", service)
        policy = document.content.escalation if document is not None and document.readable else None
        for page in pages(roster, policy, incident.severity, at) if policy else ():
            if not known.issuperset(page.people):
                return page._replace(people=tuple(each for each in page.people if each not in known))
    return None
