"""Days on which people work, and the end of a length of time that is counted in them.

A clock says `48h`, and runs day and night; or `2 business days`, and counts days on which the team works.
`after` and `last_day` are the only places that add a length to an instant.

A business day is a whole day of the book's `timezone` that is neither at a weekend nor a holiday. The day on
which a clock starts is not counted, whatever the hour: from a Friday afternoon, 2 business days end when
Tuesday is over, and so they do from any hour of the weekend after it. So a change of the clock moves
nothing, n and then m business days are n + m of them, and what starts later never ends sooner.

Whose days they are follows from the first service of the incident that has a team: its `country`, whose
weekend and public holidays the `holidays` library knows, and its `holidays`, a record of the book. What a
team does not say, the settings say; where neither names a country the weekend is Saturday and Sunday.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.kinds import kind
from opsbook.errors import UserError
from opsbook.model.time import BusinessDays, local_day, midnight

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.directory import Team
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities
    from opsbook.model.time import Length

_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_WEEKEND = (5, 6)
Works = Callable[[date], bool]


class Calendar:
    """The clock of a zone, and the days on which somebody works; which those are is asked for when a clock
    counts them."""

    def __init__(self, zone: ZoneInfo, works: Callable[[], Works] | None = None) -> None:
        self.zone = zone
        self._ask = works

    @cached_property
    def works(self) -> Works:
        """Whether somebody works on a day."""
        return self._ask() if self._ask else _weekday

    def nth(self, start: date, days: int) -> date:
        """The nth business day after a day."""
        day = start
        while days:
            day += _DAY
            days -= self.works(day)
        return day


def after(start: datetime, length: Length, calendar: Calendar) -> datetime:
    """When a length of time from an instant is over: of business days, when the last of them is."""
    if isinstance(length, timedelta):
        return start + length
    return midnight(last_day(start, length, calendar) + _DAY, calendar.zone)


def last_day(start: datetime, length: Length, calendar: Calendar) -> date:
    """The last day that a length of time from an instant leaves, on the clock of the zone: 30 days after any
    hour of 2 March are 1 April."""
    if isinstance(length, timedelta):
        return (start.astimezone(calendar.zone) + length).date()
    return calendar.nth(local_day(start, calendar.zone), length.days)


def day_left(due: datetime, zone: ZoneInfo) -> date:
    """The last day before something is due: that of the moment before it."""
    return local_day(due - _MOMENT, zone)


def ends_a_day(due: datetime, zone: ZoneInfo) -> bool:
    """Whether something is due at the end of a day, rather than at some hour."""
    return due == midnight(local_day(due, zone), zone)


# ── whose ─────────────────────────────────────────────────────────────────────────────────


def calendar_of(book: Book, incident: Incident) -> Calendar:
    """The days of the team that an incident falls to."""
    return Calendar(book.settings.timezone, lambda: _works(book, incident))


def counted(book: Book) -> bool:
    """Whether some clock counts business days."""
    policy = book.severities
    lengths = [each.within for each in policy.clocks]
    lengths += [each.action_items_within for each in policy.levels.values() if each.action_items_within]
    return any(isinstance(each, BusinessDays) for each in lengths)


class Terms(NamedTuple):
    """By what the clocks of an incident run: the severity policy, and the days of the team it falls to."""

    policy: Severities
    calendar: Calendar


def terms_of(book: Book, incident: Incident) -> Terms:
    """The terms of an incident in its book."""
    return Terms(book.severities, calendar_of(book, incident))


def state(book: Book) -> str:
    """What the days of every team follow from: equal states, equal days. Empty where no clock counts them."""
    if not counted(book):
        return ""
    paths = [path for name in ("team", "service", "holidays") for path in book.paths(kind(name))]
    settings = book.settings
    said = [f"{path} {book.tree.version(path)}" for path in paths]
    return "\n".join([*said, f"{settings.country} {settings.holidays} {_library()}"])


def _library() -> str:
    from importlib.metadata import PackageNotFoundError, version  # email comes with it

    try:
        return version("holidays")
    except PackageNotFoundError:
        return ""


def _works(book: Book, incident: Incident) -> Works:
    team = next(filter(None, (_team(book, service) for service in incident.services)), None)
    settings = book.settings
    off = _named(book, (team and team.holidays) or settings.holidays)
    country = (team and team.country) or settings.country
    known = public_holidays(country) if country else None
    if known is None and country and not (team and team.country):
        raise UserError(
            f"the settings say `country: {country}`, of which no holidays are known",
            "write a code of ISO 3166, such as `DE`, `DE-BE` or `GB`",
        )
    works = known.is_working_day if known is not None else _weekday
    return lambda day: day not in off and works(day)


def _team(book: Book, service: str) -> Team | None:
    found = book.content("service", service)
    team: Team | None = book.content("team", found.team) if found else None
    return team


def _named(book: Book, id: str | None) -> Mapping[date, str]:
    """The days of a record of holidays."""
    found = book.find("holidays", id) if id else None
    if found is None and id and id == book.settings.holidays:
        raise UserError(
            f"the settings say `holidays: {id}`, and there is no such record",
            f"write rotations/holidays/{id}.yaml, or name another",
        )
    return found.content.root if found is not None and found.readable else {}


def _weekday(day: date) -> bool:
    return day.weekday() not in _WEEKEND


@lru_cache(32)
def public_holidays(country: str) -> Any:
    """What the library knows of a country or of a part of it, such as `DE-BE`; None where it knows no such
    one. UserError where the library is not there, since a date that holidays move cannot be told then."""
    try:
        from holidays import country_holidays  # an extra, and half a second to load
    except ImportError:
        raise UserError(
            f"the public holidays of `{country}` are not known here",
            "`pip install 'opsbook[holidays]'` brings them; or name the days in rotations/holidays/ID.yaml "
            "and say `holidays: ID` in place of `country`",
        ) from None
    code, _, part = country.partition("-")
    try:
        return country_holidays(code, subdiv=part or None)
    except NotImplementedError:
        return None
