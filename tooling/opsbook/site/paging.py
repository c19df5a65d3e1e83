"""Who would be paged if something happened at the instant of the page: each policy, at each severity."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.escalation import Roster, alike, pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbook.book.snapshot import Book
    from opsbook.oncall.escalation import Page
    from opsbook.site.survey import Card

_AHEAD = timedelta(days=14)
"""Nobody escalates longer than this."""


class Step(NamedTuple):
    """Somebody is paged when nobody has answered for so long."""

    after: timedelta
    people: tuple[str, ...]
    last: bool
    """Whether it is the fallback."""


class Now(NamedTuple):
    """Who is paged at once at the worst severity."""

    people: tuple[str, ...]
    until: datetime | None
    """When it is somebody else; None where that is further away than anybody escalates."""


class Paging:
    """Who is paged when, as of an instant."""

    def __init__(self, book: Book, as_of: datetime) -> None:
        self._book = book
        self._at = as_of
        self._known: dict[tuple[str, str], list[Step]] = {}
        self._now: dict[str, Now] = {}
        self._roster = Roster(book, Interval(as_of - timedelta(days=1), as_of + _AHEAD))

    def of(self, card: Card) -> dict[str, list[Step]]:
        """The steps of a policy by severity: the first round, and the fallback."""
        return {severity: self._steps(card.id, severity) for severity in self._book.severities.levels}

    def steps(self, policy: str) -> list[Step]:
        """The steps of a policy at the worst severity."""
        return self._steps(policy, self._worst)

    def of_services(self, services: Iterable[str]) -> dict[Now, list[str]]:
        """Who is paged now if something happens to some services, with the policies that say so."""
        found: dict[Now, list[str]] = {}
        owned = (self._book.content("service", id) for id in services)
        for policy in dict.fromkeys(each.escalation for each in owned if each and each.escalation):
            if policy not in self._now:
                self._now[policy] = self._first(policy)
            found.setdefault(self._now[policy], []).append(policy)
        return found

    def _first(self, policy: str) -> Now:
        paged = alike(self._roster, policy, self._worst, Interval(self._at, self._at + _AHEAD))
        turns = ((each.start, _at_once(pages)) for each, pages in paged)
        _, people = next(turns)
        return Now(people, next((start for start, others in turns if others != people), None))

    @property
    def _worst(self) -> str:
        return next(iter(self._book.severities.levels))

    def _steps(self, policy: str, severity: str) -> list[Step]:
        if (policy, severity) not in self._known:
            self._known[policy, severity] = self._walked(policy, severity)
        return self._known[policy, severity]

    def _walked(self, policy: str, severity: str) -> list[Step]:
        found: list[Step] = []
        for page in pages(self._roster, policy, severity, self._at):
            if page.round == 0 or page.level < 0:
                if found and found[-1].after == page.after and not found[-1].last:
                    people = tuple(dict.fromkeys([*found[-1].people, *page.people]))
                    found[-1] = found[-1]._replace(people=people)
                else:
                    found.append(Step(page.after, page.people, page.level < 0))
        return found

    def matrix(self, rows: Iterable[Any]) -> dict[str, Any]:
        """Every policy beside every severity."""
        found = [(row.card, self.of(row.card)) for row in rows if row.card.readable]
        services: dict[str, list[str]] = {}
        for service in self._book.services:
            if service.content.escalation and service.content.until is None:
                services.setdefault(service.content.escalation, []).append(service.id)
        return {"levels": list(self._book.severities.levels), "policies": found, "services": services}


def _at_once(paged: Iterable[Page]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for page in paged if not page.after for person in page.people))
