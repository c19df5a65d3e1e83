"""Records as lists: the last ones, those of a year by pages, and all for the script that filters.

A list is cut into pages, so that none is longer than a phone likes; the data is short lists of numbers into
tables of names, so that ten thousand incidents are a file that is fetched when somebody filters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.site.escape import printable
from opsbook.site.phrases import plain
from opsbook.site.render import Page

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.site.guide import Guide
    from opsbook.site.pages import Row
    from opsbook.site.survey import Card

PAGE = 150
"""So many records stand on a page of a list."""
_LAST = 50
"""So many incidents stand below the filter."""
_LABELS = {
    "severity": "Severity",
    "status": "Status",
    "service": "Service",
    "team": "Team",
    "year": "Year",
    "factor": "Factor",
    "tag": "Tag",
}
"""What can be filtered by."""
_SHOWN = ("severity", "status", "service")
"""What of that a list shows, after the title and the day."""
_SUMMARY = 600
"""So many letters of what an incident says of itself are searched, and so many of what it names."""
_OFFERED = 300
"""So many factors and so many tags are offered, the most frequent ones; others can be asked for by text."""


class Facet(NamedTuple):
    """What can be filtered by, and the values that there are: what the address says, and what is shown."""

    name: str
    label: str
    values: list[tuple[str, str]]


class Entry(NamedTuple):
    """A record as a list shows it."""

    id: str
    shown: list[str]
    """Where it stands, its title, when it was, what it was about."""
    values: list[list[tuple[str, ...]]]
    """What it can be filtered by, in the order of `_LABELS`."""


Searched = tuple[str, str, str]
"""What the search finds of a record: where it stands, its title, and a text."""


class Listing:
    """The records met so far, and the names that they use; `page` is what each is called in its folder."""

    def __init__(self, book: Book, guide: Guide, page: str) -> None:
        self._guide = guide
        self._page = page
        self._team_of = {each.id: each.content.team for each in book.services}
        self._levels = list(book.severities.levels)
        self._names: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in _LABELS}
        self._used: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in _LABELS}
        self._rows: list[tuple[str, list[Any]]] = []

    def entry(
        self, card: Card, when: str, incident: Incident | None, status: Iterable[str],
        tags: Iterable[str] = (), about: str = "",
    ) -> Entry:  # fmt: skip
        """A record as the list shows it: when it was, the incident it is about, and how far it is."""
        guide = self._guide
        services = incident.services if incident else ()
        teams = (self._team_of[id] for id in services if id in self._team_of)
        severity = [incident.severity] if incident and incident.severity else []
        folder = card.page.removeprefix("incidents/").rpartition("/")[0]
        found: dict[str, Iterable[tuple[str, ...]]] = {
            "severity": ((name, name, f"rank-{guide.rank(name)}") for name in severity),
            "status": ((name, name, name) for name in status),
            "service": ((id, guide.title("service", id)) for id in services),
            "team": ((id, guide.title("team", id)) for id in teams),
            "year": [(folder[:4], folder[:4])],
            "factor": ((name, name) for name in (incident.contributing_factors if incident else ())),
            "tag": ((name, name) for name in (*(incident.tags if incident else ()), *tags)),
        }
        values = [list(dict.fromkeys(found[name])) for name in _LABELS]
        return Entry(card.id, [folder, printable(card.title), when, printable(about)], values)

    def add(self, entry: Entry) -> None:
        """Take a record into the list."""
        places = map(self._places, _LABELS, entry.values)
        self._rows.append((entry.id, [*entry.shown, *places]))

    def _places(self, name: str, values: Iterable[tuple[str, ...]]) -> list[int]:
        known, used = self._names[name], self._used[name]
        for value in values:
            used[value] += 1
        return [known.setdefault(value, len(known)) for value in values]

    def used(self, name: str) -> Counter[str]:
        """How many records have each value."""
        return Counter({id: number for (id, *_), number in self._used[name].items()})

    @property
    def facets(self) -> list[Facet]:
        """What can be filtered by."""
        return [Facet(name, label, self._offered(name)) for name, label in _LABELS.items()]

    def _offered(self, name: str) -> list[tuple[str, str]]:
        """The severities as the policy has them, the years from the last, all else in the order of words."""
        most = _OFFERED if name in ("factor", "tag") else None
        found = [(id, words) for (id, words, *_), _ in self._used[name].most_common(most)]
        if name == "severity":
            return [(level, level) for level in self._levels if (level, level) in found]
        return sorted(found, key=lambda each: each[1].lower(), reverse=name == "year")

    def data(self) -> bytes:
        """All records for the script, the newest first."""
        rows = [row for _, row in sorted(self._rows, key=lambda each: each[0], reverse=True)]
        names = {name: list(known) for name, known in self._names.items()}
        content = {"page": self._page, "fields": list(_LABELS), "shown": _SHOWN, "names": names, "rows": rows}
        return json.dumps(content, separators=(",", ":")).encode()


def searched(card: Card, incident: Incident) -> Searched:
    """What the search finds of an incident: where it stands, its title, and what it was about."""
    named = named_words(incident.alerts, incident.contributing_factors, incident.tags)
    said = " ".join(printable(incident.summary or "").split())[:_SUMMARY]
    return card.address, printable(card.title), "\n".join(filter(None, (said, named)))


def named_words(alerts: Iterable[str], *names: Iterable[str]) -> str:
    """Alerts, and what else is named, with its words apart: people search for `daylight saving`."""
    words = dict.fromkeys((*alerts, *map(plain, chain(*names))))
    return printable(", ".join(words))[:_SUMMARY]


class Part(NamedTuple):
    """A page of a list, with those before and after it; None at the ends."""

    page: str
    rows: Sequence[Any]
    number: int
    of: int
    before: str | None
    after: str | None


def parts(page: str, rows: Sequence[Any], most: int = PAGE) -> Iterator[Part]:
    """A list on pages of a fair length, the first at `page`; one page where there is nothing to list."""
    cut = [rows[start : start + most] for start in range(0, max(len(rows), 1), most)]
    names = [page, *(f"{page.removesuffix('.md')}-{number}.md" for number in range(2, len(cut) + 1))]
    for place, (name, listed) in enumerate(zip(names, cut, strict=True)):
        before = names[place - 1] if place else None
        after = names[place + 1] if place + 1 < len(names) else None
        yield Part(name, listed, place + 1, len(cut), before, after)


class Year(NamedTuple):
    """The records of a year, and the page where they begin."""

    year: str
    page: str
    rows: list[Row]


def years(rows: Sequence[Row], name: str) -> list[Year]:
    """Records by the year of their id, on pages of a name; the order stays."""
    found = groupby(rows, key=lambda row: row.card.page.split("/")[1])
    return [Year(year, f"incidents/{year}/{name}.md", list(listed)) for year, listed in found]


def year_pages(
    found: Sequence[Year], above: tuple[str, str], render: Callable[..., Page], **context: Any
) -> Iterator[Page]:
    """The pages of each year, below the page of all years."""
    for year, page, listed in found:
        for part in parts(page, listed):
            yield render("list", part.page, f"{above[1]} of {year}", part=part, above=above, **context)


def incident_pages(
    listing: Listing,
    rows: Sequence[Row],
    render: Callable[..., Page],
    **context: Any,
) -> Iterator[Page]:
    """The page that filters, its data, and the pages of each year; `rows` are all,
    the newest first."""
    above, by_year = ("incidents/index.md", "Incidents"), years(rows, "index")
    shown = {"total": len(rows), "years": by_year, "facets": listing.facets}
    yield render("incidents", *above, hide=["toc"], rows=rows[:_LAST], **shown, **context)
    yield Page("incidents/index.json", listing.data())
    yield from year_pages(by_year, above, render, **context)
