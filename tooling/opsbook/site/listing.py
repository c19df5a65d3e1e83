"""The incidents as lists: the last ones, those of a year by pages, and all for the script that filters.

A list is cut into pages, so that none is longer than a phone likes; the data is short lists of numbers into
tables of names, so that ten thousand incidents are a file that is fetched when somebody filters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.site import facts
from opsbook.site.escape import printable
from opsbook.site.finish import FOUND
from opsbook.site.render import Page

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.site.guide import Guide
    from opsbook.site.pages import Row

PAGE = 150
"""So many records stand on a page of a list."""
_LAST = 50
"""So many incidents stand below the filter."""
_SUMMARY = 600
"""So many letters of what an incident says of itself are searched."""
_OFFERED = 300
"""So many contributing factors are offered, the most frequent ones; the others can be asked for by text."""


class Facet(NamedTuple):
    """What can be filtered by, and the values that there are: what the address says, and what is shown."""

    name: str
    label: str
    values: list[tuple[str, str]]


class Listing:
    """The incidents met so far, and the names that they use."""

    def __init__(self, book: Book, guide: Guide) -> None:
        self._guide = guide
        self._team_of = {each.id: each.content.team for each in book.services}
        self._levels = list(book.severities.levels)
        self._names: dict[str, dict[tuple[str, ...], int]] = {
            name: {} for name in ("severity", "status", "service", "team", "factor")
        }
        self._rows: list[tuple[str, list[Any]]] = []
        self._years: set[str] = set()
        self._factors: Counter[str] = Counter()
        self._found: list[tuple[str, str, str]] = []

    def add(self, row: Row, incident: Incident) -> None:
        """Take an incident into the list."""
        card, guide = row.card, self._guide
        levels = [incident.severity] if incident.severity else []
        teams = dict.fromkeys(self._team_of[id] for id in incident.services if id in self._team_of)
        declared = incident.history.declared
        page = card.page.removeprefix("incidents/").removesuffix("/index.md")
        self._years.add(page[:4])
        self._factors.update(incident.contributing_factors)
        words = (incident.summary or "", *incident.contributing_factors, *incident.alerts)
        about = " ".join(printable(" ".join(words)).split())[:_SUMMARY]
        self._found.append((card.page.removesuffix(".md") + ".html", printable(card.title), about))
        self._rows.append((card.id, [
            page, card.title, f"{guide.local(declared):%Y-%m-%d %H:%M}" if declared else "",
            self._places("severity", ((name, name, f"rank-{guide.rank(name)}") for name in levels)),
            self._places("status", ((name, name, name) for name in facts.stated(incident))),
            self._places("service", ((id, guide.title("service", id)) for id in incident.services)),
            self._places("team", ((id, guide.title("team", id)) for id in teams)),
            self._places("factor", ((name, name) for name in incident.contributing_factors)),
        ]))  # fmt: skip

    def _places(self, name: str, values: Iterator[tuple[str, ...]]) -> list[int]:
        known = self._names[name]
        return [known.setdefault(value, len(known)) for value in values]

    @property
    def facets(self) -> list[Facet]:
        """What can be filtered by."""

        def values(name: str) -> list[tuple[str, str]]:
            return sorted(
                ((each[0], each[1]) for each in self._names[name]), key=lambda each: each[1].lower()
            )

        used = {each[0] for each in self._names["severity"]}
        severities = [(name, name) for name in self._levels if name in used]
        frequent = [name for name, _ in self._factors.most_common(_OFFERED)]
        return [
            Facet("severity", "Severity", severities),
            Facet("status", "Status", values("status")),
            Facet("service", "Service", values("service")),
            Facet("team", "Team", values("team")),
            Facet("year", "Year", [(year, year) for year in sorted(self._years, reverse=True)]),
            Facet("factor", "Factor", [(name, name) for name in sorted(frequent, key=str.lower)]),
        ]

    def found(self) -> bytes:
        """What the search finds of each incident: where it stands, its title, and what it was about."""
        return json.dumps(self._found, separators=(",", ":")).encode()

    def data(self) -> bytes:
        """All incidents for the script, the newest first."""
        rows = [row for _, row in sorted(self._rows, key=lambda each: each[0], reverse=True)]
        names = {name: list(known) for name, known in self._names.items()}
        return json.dumps({"names": names, "rows": rows}, separators=(",", ":")).encode()


class Part(NamedTuple):
    """A page of a list, with those before and after it; None at the ends."""

    page: str
    rows: Sequence[Row]
    number: int
    of: int
    before: str | None
    after: str | None


def parts(page: str, rows: Sequence[Row]) -> Iterator[Part]:
    """A list on pages of a fair length, the first at `page`; one page where there is nothing to list."""
    cut = [rows[start : start + PAGE] for start in range(0, max(len(rows), 1), PAGE)]
    names = [page, *(f"{page.removesuffix('.md')}-{number}.md" for number in range(2, len(cut) + 1))]
    for place, (name, listed) in enumerate(zip(names, cut, strict=True)):
        before = names[place - 1] if place else None
        after = names[place + 1] if place + 1 < len(names) else None
        yield Part(name, listed, place + 1, len(cut), before, after)


def years(rows: Sequence[Row]) -> list[tuple[str, str, list[Row]]]:
    """Incidents by the year of their id, each with the page where it begins; the order stays."""
    found = groupby(rows, key=lambda row: row.card.page.split("/")[1])
    return [(year, f"incidents/{year}/index.md", list(listed)) for year, listed in found]


def incident_pages(
    listing: Listing, rows: Sequence[Row], render: Callable[..., Page], **context: Any
) -> Iterator[Page]:
    """The page that filters, its data, and the pages of each year; `rows` are all, the newest first."""
    by_year = years(rows)
    yield render(
        "incidents", "incidents/index.md", "Incidents", rows=rows[:_LAST], total=len(rows),
        years=[(year, page, len(listed)) for year, page, listed in by_year], facets=listing.facets, **context,
    )  # fmt: skip
    yield Page("incidents/index.json", listing.data())
    yield Page(FOUND, listing.found())
    for year, page, listed in by_year:
        for part in parts(page, listed):
            above = "incidents/index.md", "Incidents"
            yield render("list", part.page, f"Incidents of {year}", part=part, above=above, **context)
