"""What anybody may know of a book, and nothing else: values taken from allow-listed fields.

A public page, the status page, the public feed and the public JSON are made of these values alone, never of
the book, so that what is not taken here cannot reach them. Taken are:

* of an incident with `visibility: public`: its title, severity, the names of its services and how they
  stood, the instants of its milestones, the public updates, and the names of the roles that were held;
* of its post-mortem, once that is published and public itself: its title and text, without the blocks made
  from the record, links into the book, and with people called by their roles;
* of a service with `visibility: public`: its name and description;
* of a runbook with `visibility: public`: its title and text, people called by their roles;
* of a restricted incident: its day and severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.model.time import local_day

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident, ServiceState, Stage

STATES: tuple[ServiceState, ...] = ("operational", "degraded", "partial-outage", "down")
"""How a service may stand, the best first."""
_SHOWN = ("started", "declared", "mitigated", "resolved")
_BLOCK = re.compile(r"<!--\s*opsbook:.*?<!--\s*/opsbook\s*-->", re.DOTALL)
_EMPTIED = re.compile(r"^#+ [^\n]*\n\s*\0\s*(?=^#|\Z)", re.MULTILINE)
_BEGINS = re.compile(r"(?:^|[.!?:]\s+|[-*>|]\s+|\d[.)]\s+)\Z", re.MULTILINE)
"""What stands before a word that begins a sentence."""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WORDS = frozenset(
    """april art august bill carol chase clay drew faith frank gene grace grant guy hope iris ivy jack joy
    june lance mark may miles nick pat ray rich rob rose sue summer victor will""".split()  # noqa: SIM905
)
"""First names and ids that are words: they name a person only beside the rest of the name, or after `@`."""


class Component(NamedTuple):
    """A service as customers know it."""

    id: str
    name: str
    description: str
    state: ServiceState


class Hurt(NamedTuple):
    """A service that an incident hurts: how it stands, or at the worst stood once that is over."""

    id: str
    name: str
    state: ServiceState


class Told(NamedTuple):
    """An update that the public was sent."""

    at: datetime
    stage: Stage | None
    text: str
    next_update: datetime | None


class Postmortem(NamedTuple):
    """A post-mortem that is published to everybody."""

    title: str
    published: date | None
    text: str


class Event(NamedTuple):
    """An incident that everybody may know of."""

    id: str
    title: str
    severity: str | None
    began: datetime
    """The first that is known of it: when it started, was declared, or was told of."""
    milestones: Mapping[str, datetime]
    status: Literal["investigating", "mitigated", "resolved"]
    services: tuple[Hurt, ...]
    roles: tuple[str, ...]
    told: tuple[Told, ...]
    postmortem: Postmortem | None

    @property
    def open(self) -> bool:
        return self.status != "resolved"

    @property
    def changed(self) -> datetime:
        """When there was last news of it."""
        return max((self.began, *self.milestones.values(), *(each.at for each in self.told)))


class Stub(NamedTuple):
    """A restricted incident: that there was one."""

    day: date
    severity: str | None
    owner: str | None
    """The person or team to ask; the public is not told."""


class Guidance(NamedTuple):
    """A runbook that everybody may read."""

    id: str
    title: str
    text: str


class Public(NamedTuple):
    """Everything public as of an instant, the newest incidents first."""

    as_of: datetime
    components: tuple[Component, ...]
    events: tuple[Event, ...]
    stubs: tuple[Stub, ...]
    runbooks: tuple[Guidance, ...]


def public(book: Book, as_of: datetime) -> Public:
    """What anybody may know of a book as of an instant."""
    people = _People(book)
    services = {each.id: each.content for each in book.services}
    names = {id: service.name for id, service in services.items()}
    found = [
        _event(book, each, names, people, as_of)
        for each in book.incidents
        if each.content.visibility == "public" and each.content.counts
    ]
    events = tuple(sorted(filter(None, found), key=lambda event: event.id, reverse=True))
    hurt = _hurt(events)
    components = (
        Component(id, service.name, service.description or "", hurt.get(id, "operational"))
        for id, service in services.items()
        if service.visibility == "public" and not (service.until and service.until < as_of.date())
    )
    return Public(
        as_of,
        tuple(sorted(components, key=lambda each: each.name.lower())),
        events,
        tuple(each._replace(owner=None) for each in stubs(book)),
        tuple(_runbooks(book, people)),
    )


def stubs(book: Book) -> list[Stub]:
    """The restricted incidents, the newest first; what cannot be read is none of them."""
    found = [stub(each, book) for each in book.incidents if each.content.visibility == "restricted"]
    return sorted(found, key=lambda stub: stub.day, reverse=True)


def stub(document: Document[Incident], book: Book) -> Stub:
    """What is said of a restricted incident."""
    incident = document.content
    return Stub(_day(document, book), incident.severity or incident.history.severity, _owner(incident, book))


def _day(document: Document[Incident], book: Book) -> date:
    declared = document.content.history.declared
    try:
        return date.fromisoformat(document.id[:10])
    except ValueError:
        return local_day(declared, book.settings.timezone) if declared else date.min


def _owner(incident: Incident, book: Book) -> str | None:
    """Who can say more of it: its commander, else who had another role, else a team whose service it hurt."""
    roles = incident.history.roles | incident.roles
    people = [*roles.get("incident-commander", ()), *(one for held in roles.values() for one in held)]
    services = (book.content("service", id) for id in incident.services)
    teams = (each.team for each in services if each)
    return next(iter((*people, *teams)), None)


# ── incidents ─────────────────────────────────────────────────────────────────────────────


def _event(
    book: Book, document: Document[Incident], names: dict[str, str], people: _People, as_of: datetime
) -> Event | None:
    """None for an incident of which nothing had happened yet."""
    incident, history = document.content, document.content.history
    milestones = {name: at for name, at in history.milestones.items() if name in _SHOWN and at <= as_of}
    told = tuple(
        Told(entry.at, entry.update.stage, entry.text, entry.update.next_update)
        for _, entry in history.in_order
        if entry.update and entry.update.audience == "public" and entry.at <= as_of
    )
    began = min((*milestones.values(), *(each.at for each in told)), default=None)
    if began is None:
        return None
    over = history.status in ("resolved", "closed") and milestones.get("resolved") is not None
    roles = book.roles.roles if book.roles else {}
    held = dict.fromkeys([*history.tenures, *incident.roles])
    return Event(
        document.id, incident.title, history.severity or incident.severity, began, milestones,
        "resolved" if over else ("mitigated" if "mitigated" in milestones else "investigating"),
        tuple(
            Hurt(id, names.get(id, id), state) for id, state in _states(incident, as_of, over=over).items()
        ),
        tuple(roles[id].name for id in held if id in roles), told, _postmortem(book, document, people),
    )  # fmt: skip


def _states(incident: Incident, as_of: datetime, *, over: bool) -> dict[str, ServiceState]:
    """How each service stands, or stood at the worst; one of which nothing says so is hurt all along."""
    found: dict[str, ServiceState] = {}
    for _, entry in incident.history.in_order:
        for id, state in entry.services.items():
            if state and entry.at <= as_of:
                found[id] = max(found.get(id, state), state, key=STATES.index) if over else state
    return dict.fromkeys(incident.services, STATES[1]) | found


def _hurt(events: Iterable[Event]) -> dict[str, ServiceState]:
    """How services stand that some open incident hurts, by id."""
    found: dict[str, ServiceState] = {}
    for each in (each for event in events if event.open for each in event.services):
        found[each.id] = max(found.get(each.id, STATES[0]), each.state, key=STATES.index)
    return found


# ── texts ─────────────────────────────────────────────────────────────────────────────────


def _postmortem(book: Book, incident: Document[Incident], people: _People) -> Postmortem | None:
    found = book.find("postmortem", incident.id)
    if found is None or not found.readable:
        return None
    page = found.content
    if page.status != "published" or page.visibility != "public":
        return None
    roles = {
        person: book.roles.roles[role].name
        for role, tenures in incident.content.history.tenures.items()
        if book.roles and role in book.roles.roles
        for tenure in tenures
        for person in tenure.people
    }
    text = people.by_role(_body(found), roles)
    return Postmortem(page.title or incident.content.title, page.published_on, text)


def _runbooks(book: Book, people: _People) -> Iterator[Guidance]:
    for each in book.runbooks:
        if each.content.visibility == "public":
            first = each.page.headings[:1]
            title = each.content.title or (first[0].text if first else each.id)
            yield Guidance(each.id, people.by_role(title, {}), people.by_role(_body(each), {}))


def _body(document: Document[Any]) -> str:
    """A page's text without the blocks that are made from a record, sections that hold nothing else, and
    comments."""
    text = _BLOCK.sub("\0", document.body.replace("\0", ""))
    return _COMMENT.sub("", _EMPTIED.sub("", text)).replace("\0", "")


class _People:
    """Calls people by their roles in a text."""

    def __init__(self, book: Book) -> None:
        self._ids: dict[str, str] = {}
        """The id of the person whom a word names, by the word."""
        for each in book.documents("person"):
            names, alone = [f"@{each.id}"], [each.id]
            if each.readable:
                names += [each.content.name, *(f"@{account}" for account in each.content.accounts.values())]
                alone.append(each.content.name.split()[0])
            for name in [*names, *(name for name in alone if name.lower() not in _WORDS)]:
                self._ids.setdefault(name, each.id)
        longest = sorted(self._ids, key=len, reverse=True)
        words = "|".join(map(re.escape, longest)) or r"(?!)"
        self._named = re.compile(rf"(?<![\w@])(?:{words})(?!\w)")

    def by_role(self, text: str, roles: Mapping[str, str]) -> str:
        """The text with `the incident commander` in place of a name; who had no role is a responder."""

        def role(found: re.Match[str]) -> str:
            name = roles.get(self._ids[found[0]])
            words = f"the {name[0].lower()}{name[1:]}" if name else "a responder"
            begins = _BEGINS.search(text, max(found.start() - 20, 0), found.start())
            return words[0].upper() + words[1:] if begins else words

        return self._named.sub(role, text)
