"""The runbooks of a book by service and alert: whose each is, how fresh, and when it was last followed.

Many of them stand on several pages, each of them of a fair length; all alerts are on the first ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.site.listing import parts
from opsbook.site.phrases import ago

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.runbook import Runbook
    from opsbook.model.settings import Settings
    from opsbook.site.render import Page
    from opsbook.site.survey import Card, Run

_RUNBOOKS, _ALERTS = 100, 400
"""So many runbooks, and so many alerts, stand on a page."""
_RUNS = 20
"""So many of the incidents that a runbook was followed in stand on its page."""


class Entry(NamedTuple):
    """A runbook as the catalogue shows it."""

    card: Card
    kind: str
    severity: tuple[str, ...]
    ends: tuple[str, ...]
    """The worst and the mildest of three levels or more that lie side by side in the policy."""
    owner: str | None
    services: tuple[str, ...]
    alerts: tuple[str, ...]
    updated: date | None
    review: date | None
    """The day up to which the last review holds."""
    runs: tuple[Run, ...]
    """When it was followed, the last first."""
    tags: tuple[str, ...]

    @property
    def lately(self) -> tuple[Run, ...]:
        """The last of them, as many as stand on its page."""
        return self.runs[:_RUNS]

    def state(self, today: date) -> tuple[str, str]:
        """How fresh it is, in words and as a style."""
        if self.review is not None and self.review < today:
            return f"review was due {ago(today - self.review)} ago", "overdue"
        if self.updated is None:
            return "nobody says when it was right", "overdue"
        if self.updated == today:
            return "looked at today", "ok"
        return f"looked at {ago(today - self.updated)} ago", "ok" if self.review else ""


def entry(record: Runbook, card: Card, runs: list[Run], book: Book) -> Entry:
    """A runbook with what else is known of it."""
    return Entry(
        card,
        record.kind,
        record.severity,
        _ends(record.severity, tuple(book.severities.levels)),
        record.owner,
        tuple(record.services),
        record.alerts or ((card.id,) if record.kind == "alert" else ()),
        record.last_updated,
        _review(record, book.settings),
        tuple(runs),
        record.tags,
    )


def _ends(severity: tuple[str, ...], levels: tuple[str, ...]) -> tuple[str, ...]:
    found = [name for name in levels if name in severity]
    first = levels.index(found[0]) if found else 0
    beside = len(found) == len(severity) > 2 and tuple(found) == levels[first : first + len(found)]
    return (found[0], found[-1]) if beside else ()


def _review(record: Runbook, settings: Settings) -> date | None:
    period = record.review_in or settings.review_in
    if period is None or record.last_updated is None:
        return None
    try:
        return period.after(record.last_updated)
    except (ValueError, OverflowError):
        return None


Services = list[tuple[str | None, list[Entry]]]
Alerts = list[tuple[str, list[Entry]]]


def pages(
    entries: list[Entry], first: str, title: str, render: Callable[..., Page], **context: Any
) -> Iterator[Page]:
    """The catalogue, on as many pages as it takes."""
    found = sorted(entries, key=lambda each: (each.card.title.lower(), each.card.path))
    rows = [(service, each) for service, its in by_service(found) for each in its]
    alerts = by_alert(found)
    sheets = max(-(-len(rows) // _RUNBOOKS), -(-len(alerts) // _ALERTS), 1)
    cut = [
        (alerts[place * _ALERTS :][:_ALERTS], _together(rows[place * _RUNBOOKS :][:_RUNBOOKS]))
        for place in range(sheets)
    ]
    listed = list(parts(first, cut, 1))
    begins: dict[str | None, str] = {}
    for part in listed:
        for service, _ in part.rows[0][1]:
            begins.setdefault(service, part.page)
    for part in listed:
        about = {"alerts": part.rows[0][0], "services": part.rows[0][1], "part": part, "begins": begins}
        yield render("runbooks", part.page, title, number=len(found), **about, **context)


def _together(rows: list[tuple[str | None, Entry]]) -> Services:
    """Runbooks that follow one another by service."""
    return [(service, [each for _, each in its]) for service, its in groupby(rows, key=lambda row: row[0])]


def by_service(entries: list[Entry]) -> Services:
    """The runbooks of each service, and at the end those of none; one of several stands with each."""
    found: dict[str | None, list[Entry]] = {}
    for each in entries:
        for service in each.services or (None,):
            found.setdefault(service, []).append(each)
    return sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))


def by_alert(entries: list[Entry]) -> Alerts:
    """The runbooks that each alert asks for, by name."""
    found: dict[str, list[Entry]] = {}
    for each in entries:
        for alert in each.alerts:
            found.setdefault(alert, []).append(each)
    return sorted(found.items(), key=lambda item: item[0].lower())
