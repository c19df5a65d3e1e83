"""The review of each quarter that has incidents: what `opsbook report` prints as Markdown, with links.

It is a report on the book as it is without what no page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.antipatterns import Reviews
from opsbook.output import report as face
from opsbook.site import markup
from opsbook.site.phrases import length

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.attested import Quarter
    from opsbook.metrics.compare import Verdict
    from opsbook.site.guide import Guide
    from opsbook.site.render import Page

INDEX, TITLE = "reports/index.md", "Quarterly reports"
_YEARS = range(2000, 2100)
"""Those that `opsbook report` takes."""
_MINUTES = 60
"""How long a review is."""
_LISTED = 50
"""So many incidents of a quarter are listed, the newest."""


class Row(NamedTuple):
    """A quarter as the list shows it."""

    quarter: Quarter
    page: str
    incidents: int
    over: bool
    shown: list[tuple[str, int, Verdict]]
    """Each habit that shows, in how many incidents, and the verdict."""


def quarterly(book: Book, guide: Guide, as_of: datetime, render: Callable[..., Page]) -> Iterator[Page]:
    """A page for each quarter, and their list; the newest first."""
    reviews = Reviews(_shown(book, guide.survey.restricted), as_of)
    today = guide.local(as_of).date()
    begun = reviews.quarters.begun()
    asked = sorted((each for each in begun if each.year in _YEARS and each.first <= today), reverse=True)
    rows = []
    for later, quarter, earlier in _beside(asked):
        found = reviews.report(quarter)
        shown = [
            (each.habit.title, len(each.incidents), each.trend.verdict)
            for each in found.patterns
            if each.incidents
        ]
        rows.append(Row(quarter, _page(quarter), begun[quarter], found.over, shown))
        text = face.body(found, reviews.agenda(found, _MINUTES, _length), _length)
        yield render(
            "report", _page(quarter), f"Quarterly report {quarter}", quarter=quarter,
            head=face.head(found), incidents=found.incidents[:_LISTED], in_all=len(found.incidents),
            body=markup.page(text, lambda _: None, words=guide.naming), index=(INDEX, TITLE),
            later=later and (_page(later), f"{later}"), earlier=earlier and (_page(earlier), f"{earlier}"),
        )  # fmt: skip
    yield render("reports", INDEX, TITLE, hide=["toc"], rows=rows)


def _length(time: timedelta) -> str:
    """A length as other pages write it, with spaces that a report's text may have."""
    return length(time).replace("\u00a0", " ")


def _beside(quarters: list[Quarter]) -> Iterator[tuple[Quarter | None, Quarter, Quarter | None]]:
    """Each with the one later and the one earlier."""
    padded = [None, *quarters, None]
    for (later, quarter), (_, earlier) in zip(pairwise(padded), pairwise(padded[1:]), strict=False):
        assert quarter is not None
        yield later, quarter, earlier


def _page(quarter: Quarter) -> str:
    return f"reports/{quarter}.md"


def _shown(book: Book, restricted: set[str]) -> Book:
    """The book as it is without what no page shows."""
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import Without

    if not restricted:
        return book
    found = Book(Without(book.tree, restricted), like=book)
    for name, (state, known) in book.facts.items():
        found.facts[name] = state, {path: said for path, said in known.items() if path not in restricted}
    return found
