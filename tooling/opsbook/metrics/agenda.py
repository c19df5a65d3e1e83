"""Everything in a book that has a clock, in one list: what is late, and what is due next.

`agenda` is a pure function of a book and an instant; commands, the site and workflows show the same list.
A source of it is one function that yields `Clock`s: of an incident and its post-mortem (`OF_AN_INCIDENT`), of
any other record (`OF_A_RECORD`), or of the whole book (`OF_THE_BOOK`). None of them asks the time, so that
what the records say is worked out once for each text (`book.facts`); who is still there, which team it falls
to and how late it is follows from the instant.

What an `# opsbook: ignore[…]` answers where it stands is not asked for again while that holds; the end of
such a comment has a clock of its own. A day is one of the book's `timezone`, and late when it is over there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.book import facts
from opsbook.book.kinds import KINDS, kind
from opsbook.lint.suppressions import commented, rule_files, suppressions
from opsbook.metrics import business_days
from opsbook.metrics.attested import attestations, holds_until, quarter_of
from opsbook.metrics.business_days import calendar_of, day_left, ends_a_day
from opsbook.metrics.due import details, next_updates
from opsbook.metrics.follow_up import (
    asks_for_postmortem,
    due_days,
    postmortem_due,
    review_day,
    told_when_overdue,
)
from opsbook.model.role import COMMANDER
from opsbook.model.time import Period, at_tick, local_day, midnight, ticks

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.suppressions import Suppression
    from opsbook.metrics.due import Due
    from opsbook.metrics.follow_up import PostmortemStage
    from opsbook.model.attestation import Attestation
    from opsbook.model.directory import Team
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.severity import PostmortemForm
    from opsbook.text import Location

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
ANSWERED_BY: dict[str, tuple[str, ...]] = {
    "update": ("INC015", "long_silence", "INC016", "late_update", "INC017", "broken_promise"),
    "draft": ("PM001", "missing_postmortem"),
    "review": ("PM005", "late_review"),
    "publication": ("PM006", "late_publication"),
    "action-item": ("ACT002", "overdue_action_item"),
    "effectiveness-review": ("ACT009", "overdue_effectiveness_review"),
    "runbook-review": ("RUN018", "overdue_review"),
}
"""The rules that report the same when it is late: a suppression of one is the answer."""
SPEAKER = "communications-lead"
_LAYOUT = 2
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
        asked.item(each) for each in (said or clocks(book)).clocks if not _hold(each.answers, asked.today)
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
        self.book = book
        self.at = at
        self.zone = book.settings.timezone
        self.today = local_day(at, self.zone)
        self._there: dict[str, bool] = {}

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
        if owner not in self._there:
            found = (self.book.find(name, owner) for name in ("person", "team"))
            until = [each.content.until for each in found if each is not None and each.readable]
            self._there[owner] = bool(until) and (until[0] is None or self.today <= until[0])
        return self._there[owner]

    def team_of(self, owners: Iterable[str], services: Iterable[str] = ()) -> str | None:
        """The team that something falls to. Somebody in several teams does it for the one whose service it
        is about, else for the first by name."""
        about = [team for each in services if (team := self._team_of_service(each))]
        for owner in owners:
            if owner in self._teams:
                return owner
            own = [id for id, team in self._teams.items() if owner in team.members]
            if own:
                return next((team for team in about if team in own), own[0])
        return next(iter(about), None)

    @cached_property
    def _teams(self) -> dict[str, Team]:
        found = {each.id: each.content for each in self.book.teams}
        return {id: team for id, team in found.items() if team.until is None or self.today <= team.until}

    def _team_of_service(self, service: str) -> str | None:
        found = self.book.find("service", service)
        team = found.content.team if found is not None and found.readable else None
        return team if team in self._teams else None


# ── what records say ──────────────────────────────────────────────────────────────────────


class Clocks(NamedTuple):
    """What the records of a book say, at whatever instant."""

    clocks: list[Clock]
    unreadable: list[str]
    """The ids of incidents that nobody can read."""


def clocks(book: Book) -> Clocks:
    """Every clock of a book. A record that reads as it did is not read again."""
    each = kind("incident")
    state = "\n".join(
        [
            f"{_LAYOUT} {book.tree.version('policies/severities.yaml')} {book.settings.timezone.key}",
            f"{book.settings.review_in}",
            business_days.state(book),
        ]
    )
    of_incidents = facts.remembered(book, "clocks", facts.incidents(book), _of_incident, state, _page_beside)
    others = (
        path for other in KINDS if other.name not in ("incident", "postmortem") for path in book.paths(other)
    )
    of_records = facts.remembered(book, "reviews", facts.seen(book, others), _of_record, state)
    plain = [one for found in (of_incidents, of_records) for said in found.values() for one in said or ()]
    said = _tested(book, map(_clock, plain))
    of_book = [clock for source in OF_THE_BOOK for clock in source(book)]
    unreadable = sorted(each.id(path) or "" for path, said in of_incidents.items() if said is None)
    return Clocks([*said, *of_book], unreadable)


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
    document = book.read(path)
    if not document.readable:
        return None
    return tuple(_plain(clock) for source in OF_AN_INCIDENT for clock in source(book, document))


def _of_record(book: Book, path: str) -> tuple[Any, ...]:
    """What any other record says, as plain data; most but runbooks say nothing, which is soon seen."""
    if kind("runbook").id(path) is None and b"until=" not in book.tree.read(path):
        return ()
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


def _made(
    book: Book,
    what: What,
    text: str,
    document: Document[Any],
    place: Location,
    due: date | datetime,
    **more: Any,
) -> Clock:
    """The clock, with what is written at its place."""
    zone = book.settings.timezone
    if isinstance(due, datetime) and ends_a_day(due, zone):
        due = day_left(due, zone)
    said = {"record": document.id, "title": _title(document)} | more
    said["owners"] = tuple(dict.fromkeys(said.get("owners", ())))
    said["services"] = tuple(said.get("services", ()))
    answers = _answers(what, document, place)
    return Clock(
        what=what, text=text, path=place.path, line=place.start.line, due=due, answers=answers, **said
    )


def answered(what: What, document: Document[Any], place: Location, today: date) -> bool:
    """Whether a comment at a place says, on a day, why what is asked there may stay as it is."""
    return _hold(_answers(what, document, place), today)


def _hold(answers: Iterable[date | None], today: date) -> bool:
    return any(until is None or today <= until for until in answers)


def _answers(what: What, document: Document[Any], place: Location) -> tuple[date | None, ...]:
    """Until when the comments hold that speak of a place, and answer what is asked there."""
    names, line = frozenset(ANSWERED_BY.get(what, ())), place.start.line
    return tuple(
        each.until
        for each in suppressions(commented(document))
        if each.lines[0] <= line <= each.lines[1] and not names.isdisjoint(each.names)
    )


def _title(document: Document[Any]) -> str:
    """What people call a record."""
    said = document.content if document.readable else None
    title = getattr(said, "title", None) or getattr(said, "name", None)
    if title is None and document.kind.markdown:
        title = next((each.text for each in document.page.headings), None)
    return title or document.id


# ── of an incident ────────────────────────────────────────────────────────────────────────


def updates(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """Updates that are owed while it goes on, and the full details afterwards."""
    record = incident.content
    if not record.counts:
        return
    over = record.history.status in ("resolved", "closed")
    for each in _details(book, incident) if over else _next(book, record):
        yield _made(
            book, "update", f"Tell {each.audience} the full details" if over else f"Update {each.audience}",
            incident, incident.at("timeline", each.place, "at"), each.at,
            owners=_holds(record, SPEAKER) or _holds(record, COMMANDER), services=record.services,
        )  # fmt: skip


def _next(book: Book, incident: Incident) -> list[Due]:
    return next_updates(incident, book.severities, calendar_of(book, incident))


def _details(book: Book, incident: Document[Incident]) -> list[Due]:
    policy, calendar = book.severities, calendar_of(book, incident.content)
    owed = details(incident.content, policy, calendar, None)
    page = book.find("postmortem", incident.id) if owed else None
    return details(incident.content, policy, calendar, page.content) if page and page.readable else owed


def _holds(incident: Incident, role: str) -> tuple[str, ...]:
    """Who holds a role, or held it last."""
    return incident.history.roles.get(role) or incident.roles.get(role) or ()


def postmortem(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """The draft of its post-mortem, and once there is one its review and its publication."""
    record, policy = incident.content, book.severities
    level = policy.level_of(record) if asks_for_postmortem(record) else None
    due = postmortem_due(record, policy, calendar_of(book, record)) if level else {}
    if level is None or not due:
        return
    page = book.find("postmortem", incident.id)
    if page is None:
        yield from _draft(book, incident, level.postmortem, min(due.values()))
    elif page.readable:
        yield from _stages(book, incident, page, due)


def _draft(book: Book, incident: Document[Incident], form: PostmortemForm, due: datetime) -> Iterator[Clock]:
    record = incident.content
    if form == "note" and record.summary:
        return
    text = "Sum it up in two sentences" if form == "note" else "Draft the post-mortem"
    owners = _holds(record, COMMANDER)
    yield _made(
        book, "draft", text, incident, incident.at("severity"), due, owners=owners, services=record.services
    )


def _stages(
    book: Book,
    incident: Document[Incident],
    page: Document[Postmortem],
    due: Mapping[PostmortemStage, datetime],
) -> Iterator[Clock]:
    record, said, place = incident.content, page.content, page.at("status")
    authors = said.authors or _holds(record, COMMANDER)
    about = {"title": record.title, "services": record.services}
    if "review" in due and said.review_at is None:
        owners = (said.facilitator,) if said.facilitator else authors
        yield _made(
            book, "review", "Review the post-mortem", page, place, due["review"], owners=owners, **about
        )
    if "published" in due and said.published_on is None and said.status != "published":
        day = day_left(due["published"], book.settings.timezone)
        yield _made(book, "publication", "Publish the post-mortem", page, place, day, owners=authors, **about)


def action_items(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """Its work that is not finished and has a day, and what is done and shall be looked at again."""
    record = incident.content
    if not record.action_items:
        return
    days = due_days(record, book.severities, calendar_of(book, record))
    for id, item in record.action_items.items():
        key, day, look = ("action_items", id), days[id], review_day(item)
        about = {
            "record": f"{incident.id}/{id}",
            "owners": (item.owner,) if item.owner else (),
            "services": record.services,
        }
        if item.unfinished and day is not None:
            place = incident.at(*key, "due") if item.due else incident.key_at(*key)
            told = told_when_overdue(record, book.severities)
            yield _made(book, "action-item", item.title, incident, place, day, told=told, **about)
        if look is not None:
            text, place = f"See whether it holds: {item.title}", incident.at(*key, "review_on")
            yield _made(book, "effectiveness-review", text, incident, place, look, **about)


def ending_suppressions(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """Suppressions of a record with an end: by then somebody decides once more."""
    for each in suppressions(commented(document)):
        if each.until is not None and each.until != date.min:
            owners, services = _keepers(document, each)
            yield _made(
                book, "suppression", _decision(each), document, each.location, each.until,
                owners=owners, services=services,
            )  # fmt: skip


def _of_its_page(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    page = book.find("postmortem", incident.id)
    yield from ending_suppressions(book, page) if page is not None else ()


def _decision(each: Suppression) -> str:
    reason = f": {each.reason}" if each.reason else ""
    return f"Decide again about {', '.join(each.names)}{reason}"


def _keepers(document: Document[Any], about: Suppression) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose a suppression is: who keeps the record, or owns the action item; and the record's services."""
    if not document.readable:
        return (), ()
    name, said = document.kind.name, document.content
    services = tuple(getattr(said, "services", ()))
    if name == "incident":
        items = document.within(about.location.span.start).split("/")
        item = said.action_items.get(items[1]) if items[0] == "action_items" and len(items) > 1 else None
        return (item.owner,) if item and item.owner else _holds(said, COMMANDER), services
    if name in ("person", "team"):
        return (document.id,), ()
    one = getattr(said, "owner", None) or getattr(said, "team", None)
    return (one,) if one else tuple(getattr(said, "authors", ())), services


OF_AN_INCIDENT: tuple[Callable[[Book, Document[Incident]], Iterator[Clock]], ...] = (
    updates,
    postmortem,
    action_items,
    ending_suppressions,
    _of_its_page,
)
"""What an incident says, together with its post-mortem and the severity policy."""


# ── of other records, and of the book ─────────────────────────────────────────────────────

_DATES = ("last_updated", "last_reviewed_on", "last_review_date")


def runbook_review(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """When a runbook is looked at again that says so, or of which the settings say so."""
    if document.kind.name != "runbook" or not document.readable:
        return
    content = document.content
    period = content.review_in or book.settings.review_in
    if period is None or content.last_updated is None:
        return
    place = document.at(next(filter(document.has, ("review_in", *_DATES))))
    yield _made(
        book, "runbook-review", "Review the runbook", document, place, period.after(content.last_updated),
        owners=(content.owner,) if content.owner else (), services=content.services,
    )  # fmt: skip


def runbook_test(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """When a runbook is followed again that says for how long a run holds: so long after it was looked at,
    and where it was followed, so long after that."""
    if document.kind.name != "runbook" or not document.readable:
        return
    content = document.content
    if content.test_in is None or content.last_updated is None:
        return
    clock = _made(
        book, "runbook-test", "Test the runbook in a drill", document, document.at("test_in"),
        content.test_in.after(content.last_updated),
        owners=(content.owner,) if content.owner else (), services=content.services,
    )  # fmt: skip
    yield clock._replace(holds=tuple(content.test_in))


OF_A_RECORD: tuple[Callable[[Book, Document[Any]], Iterator[Clock]], ...] = (
    runbook_review,
    runbook_test,
    ending_suppressions,
)
"""What any other record says, together with the settings."""


def of_rule_files(book: Book) -> Iterator[Clock]:
    """Suppressions in rule files that end."""
    for text in rule_files(book) if book.settings.alerts else ():
        for each in suppressions(text):
            if each.until is not None and each.until != date.min:
                path, line = each.location.path, each.location.start.line
                yield Clock("suppression", _decision(each), path, path, path, line, each.until)


_ASKED_AGAIN = {
    "alert-audit": "Audit the alerts: `opsbook alerts`",
    "trend-review": "Review the quarter: `opsbook report`",
}


def of_attestations(book: Book) -> Iterator[Clock]:
    """What somebody vouched for, when that ends; and the audit of alerts of which there is none on record."""
    document = attestations(book)
    newest: dict[str, tuple[int, Attestation]] = {}
    for place, each in enumerate(document.content.attestations if document else ()):
        if each.what not in newest or each.day >= newest[each.what][1].day:
            newest[each.what] = place, each
    for what, (place, each) in newest.items():
        assert document is not None
        text = _ASKED_AGAIN.get(what, f"Vouch again for {what}, or show it")
        about = {"record": document.path, "title": what, "owners": (each.by,)}
        at = document.at("attestations", place)
        yield _made(book, "attestation", text, document, at, holds_until(each), **about)
    if "alert-audit" not in newest and book.settings.alerts:
        yield from _first_audit(book)


def _first_audit(book: Book) -> Iterator[Clock]:
    """The audit of alerts that nobody ever did: due when the quarter before that of the newest incident
    ended, or that quarter where the book was not older. Where nothing ever happened nothing is due."""
    files, incidents = book.rule_paths(), book.names("incident")
    if not files or not incidents:
        return
    this = quarter_of(date.fromisoformat(incidents[-1][:10]))
    before = this.later(-1).last
    due = before if incidents[0][:10] <= f"{before}" else this.last
    path = "policies/attestations.yaml"
    yield Clock("attestation", _ASKED_AGAIN["alert-audit"], path, "alert-audit", files[0], 1, due)


OF_THE_BOOK: tuple[Callable[[Book], Iterator[Clock]], ...] = (of_rule_files, of_attestations)
"""What no single record says; asked each time, so each of them is quick."""
