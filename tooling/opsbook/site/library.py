"""The post-mortems of a book as a library: the newest first, by year, and by what made it possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from heapq import nlargest
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.site import listing, markup
from opsbook.site.escape import printable
from opsbook.site.render import Page

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.site.guide import Guide
    from opsbook.site.pages import Row
    from opsbook.site.survey import Card

PAGE = "incidents/postmortems.md"
_LONGEST = 220
"""A summary on a card is cut after so many letters."""
_CARDS = 60
"""So many of the newest stand on cards; all are listed by year."""
_IN_FULL = 600
"""So many of the newest are searched in full."""
_FACTORS = 60
"""So many factors, those of most incidents, are listed."""


class Lesson(NamedTuple):
    """A post-mortem as the library shows it."""

    card: Card
    day: date
    severity: str | None
    status: str
    summary: str
    factors: tuple[str, ...]
    authors: tuple[str, ...]


def lesson(record: Postmortem, card: Card, incident: Incident | None, guide: Guide) -> Lesson:
    """A post-mortem, with what its incident says."""
    known = incident.history.known_since if incident else None
    day = guide.local(known).date() if known else date.fromisoformat(card.id[:10])
    said = " ".join((incident.summary or "").split()) if incident else ""
    return Lesson(
        card,
        day,
        incident.severity if incident else None,
        record.status,
        said if len(said) <= _LONGEST else said[:_LONGEST].rpartition(" ")[0] + " …",
        incident.contributing_factors if incident else (),
        record.authors,
    )


def title(card: Card) -> str:
    """What the page of a post-mortem is called, so that it is told from that of its incident."""
    return f"Post-mortem: {card.title}"


class Volume(NamedTuple):
    """A post-mortem as the library keeps it."""

    lesson: Lesson
    words: str
    """What the search finds of it."""
    entry: listing.Entry


class Library:
    """The post-mortems of a book. Of many the newest are searched in full, of older ones what their incident
    was about, since a browser loads all of it."""

    def __init__(self, book: Book, guide: Guide, cards: Iterable[Card]) -> None:
        self._guide = guide
        self._in_full = frozenset(nlargest(_IN_FULL, (each.id for each in cards)))
        self._lessons: list[Lesson] = []
        self._words: dict[Card, str] = {}
        self.listing = listing.Listing(book, guide, "postmortem.html")

    def volume(self, document: Document[Postmortem], card: Card, incident: Incident | None) -> Volume:
        """A post-mortem, with what its incident says."""
        record = document.content
        found = lesson(record, card, incident, self._guide)
        full = card.id in self._in_full
        words = markup.words(document.body) if full else _about(found, record, incident)
        entry = self.listing.entry(
            card, f"{found.day}", incident, [record.status], record.tags, found.summary
        )
        return Volume(found, words, entry)

    def add(self, volume: Volume) -> None:
        """Take a post-mortem into the library."""
        self._words[volume.lesson.card] = volume.words
        self._lessons.append(volume.lesson)
        self.listing.add(volume.entry)

    def searched(self) -> Iterator[listing.Searched]:
        """What the search finds of each post-mortem."""
        for each in self._ordered():
            yield each.card.address, printable(title(each.card)), self._words[each.card]

    def _ordered(self) -> list[Lesson]:
        """The newest first."""
        return sorted(self._lessons, key=lambda each: (each.day, each.card.id), reverse=True)

    def pages(self, rows: Sequence[Row], render: Callable[..., Page], **context: Any) -> Iterator[Page]:
        """The page of the library, its data, and lists by year; `rows` are all, the newest first."""
        above, by_year = (PAGE, "Post-mortems"), listing.years(rows, "postmortems")
        shown = self._shown() | {"years": by_year, "facets": self.listing.facets}
        yield render("postmortems", *above, hide=["toc"], **shown, **context)
        yield Page("incidents/postmortems.json", self.listing.data())
        yield from listing.year_pages(by_year, above, render, **context)

    def _shown(self) -> dict[str, Any]:
        """What stands on the page: the newest on cards, and the factors of most."""
        ordered = self._ordered()
        factors: dict[str, list[Card]] = {}
        for each in ordered:
            for factor in dict.fromkeys(each.factors):
                factors.setdefault(factor, []).append(each.card)
        most = sorted(factors.items(), key=lambda item: (-len(item[1]), item[0]))
        return {
            "cards": [(year, list(its)) for year, its in groupby(ordered[:_CARDS], key=_year)],
            "in_all": len(ordered),
            "shown": min(len(ordered), _CARDS),
            "factors": most[:_FACTORS],
        }


def _about(found: Lesson, record: Postmortem, incident: Incident | None) -> str:
    """What its incident was about, with its factors and the tags of both."""
    tags = (*(incident.tags if incident else ()), *record.tags)
    named = listing.named_words((), found.factors, tags)
    return "\n".join(filter(None, (printable(found.summary), named)))


def _year(found: Lesson) -> int:
    return found.day.year
