"""Everything in a book that has a clock, in one list: what is late, and what is due next.

`agenda` is a pure function of a book and an instant; commands, the site and workflows show the same list.
What the records say (`clocks`) does not depend on the instant, so it is worked out once for each text
(`book.facts`), and who asks again reads no record; who is still there, which team it falls to and how late it
is follows from the instant.

What an `# opsbook: ignore[…]` answers where it stands is not asked for again while that holds; the end of
such a comment has a clock of its own. A baseline answers nothing here: it keeps checks quiet about what
is still to be mended, and says not until when that may wait. A day is one of the book's `timezone`, and late
when it is over there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from opsbook.book import facts
from opsbook.book.kinds import KINDS, kind
from opsbook.book.settings import settings_text
from opsbook.metrics import business_days
from opsbook.model.time import Period, at_tick, local_day, midnight, ticks

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

What = Literal[
    "update",
    "draft",
    "review",
    "publication",
    "action-item",
    "effectiveness-review",
    "runbook-review",
    "runbook-test",
    "suppression",
    "attestation",
]
"""What sort of thing is due: an update to an audience, a stage of a post-mortem, an action item, a look
whether a finished one holds, a look at a runbook, a run of it, a decision about a suppression, or what
somebody has to vouch for again."""
_LAYOUT = 4
"""Counted up when a clock is worked out in another way than before."""


class Clock(NamedTuple):
    """What a record says of something with a clock, at whatever instant."""

    what: What
    text: str
    """What is to be done, in words; of an action item its title."""
    record: str
    """What it is about: the id of a record, `INCIDENT/ID` of an action item, or the path of a rule file."""
    title: str
    """What people call that: the title of the incident or runbook."""
    path: str
    line: int
    """Where it is written."""
    due: date | datetime
    """The last day, or the instant."""
    owners: tuple[str, ...] = ()
    """Whose it is, as it is written."""
    services: tuple[str, ...] = ()
    """The services that it is about."""
    told: tuple[str, ...] = ()
    """Who is told, beside the owner, when it is overdue: people and teams."""
    answers: tuple[date | None, ...] = ()
    """For each comment that answers it, the last day on which it does; None for one without an end."""
    holds: tuple[int, int] | None = None
    """The months and days for which a run of the runbook holds, where that puts it off."""


class Item(NamedTuple):
    """Something with a clock, as of an instant."""

    what: What
    text: str
    record: str
    title: str
    path: str
    line: int
    owners: tuple[str, ...]
    """Whose it is and who are still there: people, or a team. Nobody where it is nobody's."""
    gone: tuple[str, ...]
    """Whose it was: people and teams that are there no longer, or that no record knows."""
    team: str | None
    """The team it falls to: that of the owner, else that of the service. None where neither says so."""
    told: tuple[str, ...]
    """Who is told, beside the owner, when it is overdue: people and teams."""
    due: date | datetime
    """The last day, or the instant."""
    over: datetime
    """When it is late: that instant, or the first one after the day."""
    late: timedelta
    """How late it is; less than nothing while there is time."""

    @property
    def overdue(self) -> bool:
        return self.late >= timedelta()

    @property
    def owner(self) -> str | None:
        """The first of those whose it is; None where it is nobody's."""
        return next(iter(self.owners), None)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it stays the same by, whatever its day and its words: an action item may get another title."""
        several = self.what in ("update", "suppression", "attestation")
        return self.what, self.record, self.text if several else ""

    @property
    def place(self) -> str:
        """Where it is written: path and line."""
        return f"{self.path}:{self.line}"


def agenda(book: Book, at: datetime, said: Clocks | None = None) -> list[Item]:
    """What has a clock, as of an instant: the longest overdue first, then what is due next. `said` is what
    the records say, where that is known already."""
    asked = Asked(book, at)
    found = [
        asked.item(each) for each in (said or clocks(book)).clocks if not hold(each.answers, asked.today)
    ]
    return sorted(found, key=lambda each: (each.over, each.record, each.what, each.text))


def of_team(items: Iterable[Item], team: str) -> list[Item]:
    """What falls to a team."""
    return [each for each in items if each.team == team]


def of_person(items: Iterable[Item], person: str) -> list[Item]:
    """What is a person's."""
    return [each for each in items if person in each.owners]


def due_by(items: Iterable[Item], last: date, zone: ZoneInfo) -> list[Item]:
    """What is late, or due by the end of a day; of items in order the first of them."""
    end = midnight(last + timedelta(days=1), zone)
    return [each for each in items if each.overdue or each.over <= end]


class Chosen(NamedTuple):
    """The part of an agenda that somebody asked for."""

    at: datetime
    zone: ZoneInfo
    about: str
    """The team or person that it is of; empty for everybody."""
    last: date | None
    """The last day that was asked for; None for all days."""
    items: tuple[Item, ...]
    later: tuple[Item, ...] = ()
    """What is due after that day."""
    most: int = 40
    """How many of those that are late, and of the others, a person is shown; the rest is counted."""


# ── as of an instant ──────────────────────────────────────────────────────────────────────


class Asked:
    """A book and an instant: who is there, what falls to whom, and how late it is."""

    def __init__(self, book: Book, at: datetime) -> None:
        self.at = at
        self.zone = basics(book).zone
        self.today = local_day(at, self.zone)
        self._known = _owners(book)

    def item(self, clock: Clock) -> Item:
        """The item, with how late it is and who is still there."""
        there = tuple(filter(self.is_there, clock.owners))
        gone = tuple(each for each in clock.owners if each not in there)
        due = clock.due
        over = due if isinstance(due, datetime) else midnight(due + timedelta(days=1), self.zone)
        team = self.team_of(there, clock.services)
        return Item(*clock[:6], there, gone, team, clock.told, due, over, self.at - over)

    def is_there(self, owner: str) -> bool:
        """Whether a person or team is known, and their last day is not over."""
        found = self._known["person"].get(owner) or self._known["team"].get(owner)
        return found is not None and self._stays(found)

    def _stays(self, found: _Owner) -> bool:
        return found.until is None or self.today.toordinal() <= found.until

    def team_of(self, owners: Iterable[str], services: Iterable[str] = ()) -> str | None:
        """The team that something falls to. Somebody in several teams does it for the one whose service it
        is about, else for the first by name."""
        about = [team for each in services if (team := self._team_of_service(each))]
        for owner in owners:
            if owner in self._teams:
                return owner
            own = [id for id, members in self._teams.items() if owner in members]
            if own:
                return next((team for team in about if team in own), own[0])
        return next(iter(about), None)

    @cached_property
    def _teams(self) -> dict[str, tuple[str, ...]]:
        """The members of each team that is still there."""
        return {id: team.members for id, team in self._known["team"].items() if self._stays(team)}

    def _team_of_service(self, service: str) -> str | None:
        found = self._known["service"].get(service)
        return found.team if found and found.team in self._teams else None


class _Owner(NamedTuple):
    """What a person, a team or a service says of whose things are."""

    until: int | None = None
    """The last day, as a number."""
    members: tuple[str, ...] = ()
    team: str | None = None


def _owners(book: Book) -> dict[str, dict[str, _Owner]]:
    """The people, teams and services that can be read, by id."""
    found: dict[str, dict[str, _Owner]] = {"person": {}, "team": {}, "service": {}}
    paths = (path for name in found for path in book.paths(kind(name)))
    for said in facts.remembered(
        book, facts.Fact("owners", facts.one_by_one(_owner)), facts.seen(book, paths)
    ).values():
        if said:
            name, id, *rest = said
            found[name][id] = _Owner(*rest)
    return found


def _owner(book: Book, path: str) -> tuple[Any, ...]:
    document = book.read(path)
    if not document.readable:
        return ()
    said = document.content
    until, members = getattr(said, "until", None), tuple(getattr(said, "members", ()))
    return document.kind.name, document.id, until and until.toordinal(), members, getattr(said, "team", None)


# ── what records say ──────────────────────────────────────────────────────────────────────


class Clocks(NamedTuple):
    """What the records of a book say, at whatever instant."""

    clocks: list[Clock]
    unreadable: list[str]
    """The ids of incidents that nobody can read."""


class Basics(NamedTuple):
    """What the settings and the severity policy say that every clock follows from."""

    zone: ZoneInfo
    review_in: str
    business_days: bool
    """Whether some clock counts them."""
    alerts: bool
    """Whether there are rule files."""


_POLICY = "policies/severities.yaml"


def basics(book: Book) -> Basics:
    """What every clock follows from; UserError where the settings are broken."""
    path = settings_text(book.tree)[0]
    found = facts.remembered(
        book,
        facts.Fact("basics", facts.one_by_one(_basics), f"{_LAYOUT}", lambda _: _POLICY),
        facts.seen(book, [path]),
    )
    zone, *rest = found.get(path) or _basics(book)
    return Basics(ZoneInfo(zone), *rest)


def _basics(book: Book, path: str = "") -> tuple[Any, ...]:  # noqa: ARG001
    settings = book.settings
    counted = business_days.counted(book)
    return settings.timezone.key, f"{settings.review_in}", counted, bool(settings.alerts)


def clocks(book: Book) -> Clocks:
    """Every clock of a book. A record that reads as it did is not read again."""
    each, state = kind("incident"), _state(book)
    of_incidents = facts.remembered(book, of_incident(book), facts.incidents(book))
    others = (
        path for other in KINDS if other.name not in ("incident", "postmortem") for path in book.paths(other)
    )
    of_records = facts.remembered(
        book, facts.Fact("reviews", facts.one_by_one(_of_record), state), facts.seen(book, others)
    )
    plain = [one for found in (of_incidents, of_records) for said in found.values() for one in said or ()]
    found = _tested(book, map(_clock, plain))
    if basics(book).alerts:
        from opsbook.metrics.clocks import OF_RULE_FILES

        found += [clock for source in OF_RULE_FILES for clock in source(book)]
    unreadable = sorted(each.id(path) or "" for path, said in of_incidents.items() if said is None)
    return Clocks(found, unreadable)


def of_incident(book: Book) -> facts.Fact:
    """The clocks of an incident, as plain data."""
    return facts.Fact("clocks", facts.one_by_one(_of_incident), _state(book), _page_beside)


def _state(book: Book) -> str:
    """What clocks follow from besides the record."""
    said = basics(book)
    state = f"{_LAYOUT} {book.tree.version(_POLICY)} {said.zone.key}\n{said.review_in}\n"
    return state + business_days.state(book) if said.business_days else state


def clocks_of(book: Book, paths: Iterable[str]) -> Clocks:
    """The clocks of a few records, of an incident with those of its page; what is not there has none."""
    found: list[tuple[Any, ...]] = []
    for path in paths:
        if book.tree.has(path):
            found += (_of_incident(book, path) if kind("incident").id(path) else _of_record(book, path)) or ()
    return Clocks([_clock(each) for each in found], [])


def _tested(book: Book, said: Iterable[Clock]) -> list[Clock]:
    """What records say, with runbooks that are due again so long after they were followed last."""
    found = list(said)
    if not any(each.holds for each in found):
        return found
    last = facts.runs(book)
    return [
        each._replace(due=Period(*each.holds).after(last[each.record]))
        if each.holds and each.record in last
        else each
        for each in found
    ]


def _page_beside(path: str) -> str:
    return path.removesuffix("incident.yaml") + "postmortem.md"


def _of_incident(book: Book, path: str) -> tuple[Any, ...] | None:
    """What an incident and its post-mortem say, as plain data; None of one that nobody can read."""
    from opsbook.metrics.clocks import OF_AN_INCIDENT

    document = book.read(path)
    if not document.readable:
        return None
    return tuple(_plain(clock) for source in OF_AN_INCIDENT for clock in source(book, document))


_TIMED = ("runbook", "attestations")
"""The kinds of other records that say when something is due."""


def _of_record(book: Book, path: str) -> tuple[Any, ...]:
    """What any other record says, as plain data; most but runbooks say nothing, which is soon seen."""
    if not any(kind(name).id(path) for name in _TIMED) and b"until=" not in book.tree.read(path):
        return ()
    from opsbook.metrics.clocks import OF_A_RECORD

    document = book.read(path)
    return tuple(_plain(clock) for source in OF_A_RECORD for clock in source(book, document))


def _plain(clock: Clock) -> tuple[Any, ...]:
    due = clock.due
    when = (False, ticks(due)) if isinstance(due, datetime) else (True, due.toordinal())
    answers = tuple(until and until.toordinal() for until in clock.answers)
    return *clock[:6], when, *clock[7:10], answers, clock.holds


def _clock(plain: tuple[Any, ...]) -> Clock:
    (whole, number), answers, holds = plain[6], plain[10], plain[11]
    due = date.fromordinal(number) if whole else at_tick(number)
    until = tuple(each and date.fromordinal(each) for each in answers)
    return Clock._make((*plain[:6], due, *plain[7:10], until, holds))


def hold(answers: Iterable[date | None], today: date) -> bool:
    """Whether one of these answers holds on a day, each up to its last day; None has no end."""
    return any(until is None or today <= until for until in answers)
