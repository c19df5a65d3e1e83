"""Everything in a book that has a clock, in one list: what is late, and what is due next.

`agenda` is a pure function of a book and an instant; commands, the site and workflows show the same list.
A source of it is one function that yields `Item`s: of an incident (`OF_AN_INCIDENT`), or of the book
(`OF_THE_BOOK`). What an `# opsbook: ignore[…]` answers where it stands is not asked for again while that
holds; the end of such a comment has a clock of its own.

A day is a day of the book's `timezone`, and late when it is over there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.book.kinds import KINDS
from opsbook.lint.suppressions import commented, rule_files, suppressions
from opsbook.metrics.business_days import calendar_of, day_left, ends_a_day
from opsbook.metrics.due import details, next_updates
from opsbook.metrics.follow_up import asks_for_postmortem, due_days, postmortem_due
from opsbook.model.role import COMMANDER
from opsbook.model.time import local_day, midnight

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.suppressions import Suppression
    from opsbook.metrics.due import Due
    from opsbook.metrics.follow_up import PostmortemStage
    from opsbook.model.directory import Team
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.severity import PostmortemForm
    from opsbook.text import Location

What = Literal["update", "draft", "review", "publication", "action-item", "runbook-review", "suppression"]
"""What sort of thing is due: an update to an audience, a stage of a post-mortem, an action item, a look at a
runbook, or a decision about a suppression."""
ANSWERED_BY: dict[str, tuple[str, ...]] = {
    "update": ("INC015", "long_silence", "INC016", "late_update", "INC017", "broken_promise"),
    "draft": ("PM001", "missing_postmortem"),
    "review": ("PM005", "late_review"),
    "publication": ("PM006", "late_publication"),
    "action-item": ("ACT002", "overdue_action_item"),
    "runbook-review": ("RUN018", "overdue_review"),
}
"""The rules that report the same when it is late: a suppression of one is the answer."""
SPEAKER = "communications-lead"


class Item(NamedTuple):
    """Something with a clock."""

    what: What
    text: str
    """What is to be done, in words; of an action item its title."""
    record: str
    """What it is about: the id of an incident or a runbook, `INCIDENT/ID` of an action item, or the path of
    another record."""
    title: str
    """What people call that: the title of the incident or runbook."""
    location: Location
    owners: tuple[str, ...]
    """Whose it is and who are still there: people, or a team. Nobody where it is nobody's."""
    gone: tuple[str, ...]
    """Whose it was: people and teams that are there no longer, or that no record knows."""
    team: str | None
    """The team it falls to: that of the owner, else that of the service. None where neither says so."""
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
        return self.what, self.record, self.text if self.what in ("update", "suppression") else ""

    @property
    def place(self) -> str:
        """Where it is written: path and line."""
        return f"{self.location.path}:{self.location.start.line}"


def agenda(book: Book, at: datetime) -> list[Item]:
    """What has a clock, as of an instant: the longest overdue first, then what is due next."""
    asked = Asked(book, at)
    found = [
        item for incident in book.incidents for source in OF_AN_INCIDENT for item in source(asked, incident)
    ]
    found += [item for source in OF_THE_BOOK for item in source(asked)]
    return sorted(found, key=lambda each: (each.over, each.record, each.what, each.text))


def of_team(items: Iterable[Item], team: str) -> list[Item]:
    """What falls to a team."""
    return [each for each in items if each.team == team]


def of_person(items: Iterable[Item], person: str) -> list[Item]:
    """What is a person's."""
    return [each for each in items if person in each.owners]


def due_by(items: Iterable[Item], last: date, zone: ZoneInfo) -> list[Item]:
    """What is late, or due by the end of a day."""
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


# ── who ───────────────────────────────────────────────────────────────────────────────────


class Asked:
    """A book and an instant, and whose things are."""

    def __init__(self, book: Book, at: datetime) -> None:
        self.book = book
        self.at = at
        self.zone = book.settings.timezone
        self.today = local_day(at, self.zone)

    def item(
        self,
        what: What,
        text: str,
        location: Location,
        due: date | datetime,
        *,
        record: str,
        title: str,
        owners: Iterable[str] = (),
        services: Iterable[str] = (),
    ) -> Item:
        """The item, with how late it is and who is still there."""
        named = tuple(dict.fromkeys(owners))
        there = tuple(filter(self.is_there, named))
        gone = tuple(each for each in named if each not in there)
        if isinstance(due, datetime) and ends_a_day(due, self.zone):
            due = day_left(due, self.zone)
        over = due if isinstance(due, datetime) else midnight(due + timedelta(days=1), self.zone)
        team = self.team_of(there, services)
        return Item(what, text, record, title, location, there, gone, team, due, over, self.at - over)

    def answered(self, what: What, document: Document[Any], location: Location) -> bool:
        """Whether a comment at its place says why it may stay as it is."""
        names, line = frozenset(ANSWERED_BY[what]), location.start.line
        return any(
            each.lines[0] <= line <= each.lines[1]
            and not names.isdisjoint(each.names)
            and (each.until is None or self.today <= each.until)
            for each in suppressions(commented(document))
        )

    def is_there(self, owner: str) -> bool:
        """Whether a person or team is known, and their last day is not over."""
        for kind in ("person", "team"):
            found = self.book.find(kind, owner)
            if found is not None and found.readable:
                return found.content.until is None or self.today <= found.content.until
        return False

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


# ── of an incident ────────────────────────────────────────────────────────────────────────


def updates(asked: Asked, incident: Document[Incident]) -> Iterator[Item]:
    """Updates that are owed while it goes on, and the full details afterwards."""
    record = incident.content
    if not record.counts:
        return
    over = record.history.status in ("resolved", "closed")
    for each in _details(asked, incident) if over else _next(asked, record):
        place = incident.at("timeline", each.place, "at")
        if not asked.answered("update", incident, place):
            yield asked.item(
                "update", f"Tell {each.audience} the full details" if over else f"Update {each.audience}",
                place, each.at, record=incident.id, title=record.title,
                owners=_holds(record, SPEAKER) or _holds(record, COMMANDER), services=record.services,
            )  # fmt: skip


def _next(asked: Asked, incident: Incident) -> list[Due]:
    return next_updates(incident, asked.book.severities, calendar_of(asked.book, incident))


def _details(asked: Asked, incident: Document[Incident]) -> list[Due]:
    policy, calendar = asked.book.severities, calendar_of(asked.book, incident.content)
    owed = details(incident.content, policy, calendar, None)
    page = asked.book.find("postmortem", incident.id) if owed else None
    return details(incident.content, policy, calendar, page.content) if page and page.readable else owed


def _holds(incident: Incident, role: str) -> tuple[str, ...]:
    """Who holds a role, or held it last."""
    return incident.history.roles.get(role) or incident.roles.get(role) or ()


def postmortem(asked: Asked, incident: Document[Incident]) -> Iterator[Item]:
    """The draft of its post-mortem, and once there is one its review and its publication."""
    record, policy = incident.content, asked.book.severities
    level = policy.level_of(record) if asks_for_postmortem(record) else None
    due = postmortem_due(record, policy, calendar_of(asked.book, record)) if level else {}
    if level is None or not due:
        return
    page = asked.book.find("postmortem", incident.id)
    if page is None:
        yield from _draft(asked, incident, level.postmortem, min(due.values()))
    elif page.readable:
        yield from _stages(asked, incident, page, due)


def _draft(asked: Asked, incident: Document[Incident], form: PostmortemForm, due: datetime) -> Iterator[Item]:
    record, place = incident.content, incident.at("severity")
    if (form == "note" and record.summary) or asked.answered("draft", incident, place):
        return
    yield asked.item(
        "draft", "Sum it up in two sentences" if form == "note" else "Draft the post-mortem", place, due,
        record=incident.id, title=record.title, owners=_holds(record, COMMANDER), services=record.services,
    )  # fmt: skip


def _stages(
    asked: Asked,
    incident: Document[Incident],
    page: Document[Postmortem],
    due: Mapping[PostmortemStage, datetime],
) -> Iterator[Item]:
    record, said, place = incident.content, page.content, page.at("status")
    authors = said.authors or _holds(record, COMMANDER)
    about = {"record": incident.id, "title": record.title}
    if "review" in due and said.review_at is None and not asked.answered("review", page, place):
        owners = (said.facilitator,) if said.facilitator else authors
        yield asked.item(
            "review", "Review the post-mortem", place, due["review"],
            **about, owners=owners, services=record.services,
        )  # fmt: skip
    unpublished = said.published_on is None and said.status != "published"
    if "published" in due and unpublished and not asked.answered("publication", page, place):
        yield asked.item(
            "publication", "Publish the post-mortem", place, day_left(due["published"], asked.zone),
            **about, owners=authors, services=record.services,
        )  # fmt: skip


def action_items(asked: Asked, incident: Document[Incident]) -> Iterator[Item]:
    """Its work that is not finished and has a day."""
    record = incident.content
    if not any(item.unfinished for item in record.action_items.values()):
        return
    for id, day in due_days(record, asked.book.severities, calendar_of(asked.book, record)).items():
        item, key = record.action_items[id], ("action_items", id)
        if not item.unfinished or day is None:
            continue
        place = incident.at(*key, "due") if item.due else incident.key_at(*key)
        if not asked.answered("action-item", incident, place):
            yield asked.item(
                "action-item", item.title, place, day, record=f"{incident.id}/{id}", title=record.title,
                owners=(item.owner,) if item.owner else (), services=record.services,
            )  # fmt: skip


OF_AN_INCIDENT: tuple[Callable[[Asked, Document[Incident]], Iterator[Item]], ...] = (
    updates,
    postmortem,
    action_items,
)


# ── of the book ───────────────────────────────────────────────────────────────────────────

_DATES = ("last_updated", "last_reviewed_on", "last_review_date")


def runbook_reviews(asked: Asked) -> Iterator[Item]:
    """When each runbook is looked at again that says so, or of which the settings say so."""
    for runbook in asked.book.runbooks:
        content = runbook.content
        period = content.review_in or asked.book.settings.review_in
        if period is None or content.last_updated is None:
            continue
        place = runbook.at(next(filter(runbook.has, ("review_in", *_DATES))))
        if not asked.answered("runbook-review", runbook, place):
            yield asked.item(
                "runbook-review", "Review the runbook", place, period.after(content.last_updated),
                record=runbook.id, title=_title(runbook),
                owners=(content.owner,) if content.owner else (), services=content.services,
            )  # fmt: skip


def ending_suppressions(asked: Asked) -> Iterator[Item]:
    """Suppressions with an end: by then somebody decides once more."""
    for document in _with_until(asked.book):
        for each in suppressions(commented(document)):
            yield from _ending(asked, each, document.id, _title(document), *_keepers(document, each))
    for text in rule_files(asked.book):
        for each in suppressions(text):
            yield from _ending(asked, each, text.source.path, text.source.path)


def _with_until(book: Book) -> Iterator[Document[Any]]:
    """The records that may hold such a comment."""
    for path in (path for kind in KINDS for path in book.paths(kind)):
        with suppress(OSError):
            content = book.tree.read(path)
            if b"until=" in content and b"opsbook:" in content:
                yield book.read(path)


def _ending(
    asked: Asked,
    each: Suppression,
    record: str,
    title: str,
    owners: tuple[str, ...] = (),
    services: tuple[str, ...] = (),
) -> Iterator[Item]:
    if each.until is not None and each.until != date.min:
        reason = f": {each.reason}" if each.reason else ""
        yield asked.item(
            "suppression", f"Decide again about {', '.join(each.names)}{reason}", each.location, each.until,
            record=record, title=title, owners=owners, services=services,
        )  # fmt: skip


def _keepers(document: Document[Any], about: Suppression) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose a suppression is: who keeps the record, or owns the action item; and the record's services."""
    if not document.readable:
        return (), ()
    kind, said = document.kind.name, document.content
    services = tuple(getattr(said, "services", ()))
    if kind == "incident":
        items = document.within(about.location.span.start).split("/")
        item = said.action_items.get(items[1]) if items[0] == "action_items" and len(items) > 1 else None
        return (item.owner,) if item and item.owner else _holds(said, COMMANDER), services
    if kind in ("person", "team"):
        return (document.id,), ()
    one = getattr(said, "owner", None) or getattr(said, "team", None)
    return (one,) if one else tuple(getattr(said, "authors", ())), services


def _title(document: Document[Any]) -> str:
    """What people call a record."""
    said = document.content if document.readable else None
    title = getattr(said, "title", None) or getattr(said, "name", None)
    if title is None and document.kind.markdown:
        title = next((each.text for each in document.page.headings), None)
    return title or document.id


OF_THE_BOOK: tuple[Callable[[Asked], Iterator[Item]], ...] = (runbook_reviews, ending_suppressions)
