"""What every page must know of the whole book: titles, addresses, who refers to whom.

The book is read once for what every page must know, and once more when its pages are written, so that nothing
but titles and references stays in memory, whatever the size of the book.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.facts import Fact, one_by_one, runbooks
from opsbook.book.kinds import KINDS, Kind
from opsbook.book.references import mentioned
from opsbook.model.time import at_tick, ticks

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
TEXTS = (".txt", ".log", ".csv", ".json", ".yaml", ".yml", ".diff", ".patch", ".conf", ".sql", ".sh")
_PLURALS = {
    "postmortem": "Post-mortems",
    "person": "People",
    "escalation": "Escalation policies",
    "on-call": "On call",
}
_SINGULARS = {"postmortem": "Post-mortem", "escalation": "Escalation policy"}
_LISTED = frozenset(kind.name for kind in KINDS if not kind.single)
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]")
_RESTRICTED = re.compile(r"\bvisibility[\"']?\s*:\s*[\"']?restricted", re.IGNORECASE)
_PART = re.compile(r"/index-\d+\Z")
"""How the parts of a list are called: an id like that is written otherwise in an address."""
_NAMELESS = ("override", "handoff", "rotation", "escalation", "communication", "holidays")
"""Kinds whose records are called by their id."""


class Card(NamedTuple):
    """What other pages say of a record: what it is, what it is called, and where its page is."""

    kind: str
    id: str
    path: str
    page: str
    title: str
    readable: bool = True

    @property
    def address(self) -> str:
        """Of the page, from the root of the site."""
        return f"{self.page.removesuffix('.md')}.html"


Asked = dict[tuple[str, str], "Card | None"]
"""What somebody asked a survey for, and was told."""
_AT = "at"
"""In place of a kind: it is a path that was asked for."""


class Run(NamedTuple):
    """A runbook was followed in an incident."""

    at: datetime
    incident: Card
    result: str


class Said(NamedTuple):
    """What a record says of itself and of others, as plain data."""

    readable: bool
    hidden: bool
    """Whether it says that no page shows it."""
    title: str | None
    """None where it has none that can be read."""
    uses: tuple[tuple[str, str], ...]
    """The kinds and ids of the records that it names."""
    runs: tuple[tuple[str, int, str], ...]
    """The runbooks that were followed in it: which, when, and with what result."""


def said(document: Document[Any]) -> Said:
    """What a survey must know of a record."""
    if not document.readable:
        hidden = _RESTRICTED.search(document.source.text) is not None
        return Said(False, hidden, _title(document), (), ())
    content = document.content
    uses = dict.fromkeys((kind, id) for kinds, id in mentioned(content) for kind in kinds if kind in _LISTED)
    uses.pop((document.kind.name, document.id), None)
    runs = [
        (entry.runbook.id, ticks(entry.at), entry.runbook.result)
        for entry in (content.timeline if document.kind.name == "incident" else ())
        if entry.runbook
    ]
    hidden = getattr(content, "visibility", "") == "restricted"
    return Said(True, hidden, _title(document), tuple(uses), tuple(runs))


def of_record() -> Fact:
    """The same, for a book to remember."""
    return Fact("said", one_by_one(lambda book, path: tuple(said(book.read(path)))))


def _title(document: Document[Any]) -> str | None:
    kind = document.kind
    if kind.single:
        return kind.name.capitalize()
    if not document.readable:
        return None
    content = document.content
    if kind.name == "postmortem":
        return content.title  # type: ignore[no-any-return]
    if kind.name == "runbook":
        first = document.page.headings[:1]
        return content.title or (first[0].text if first else document.id)
    if kind.name in _NAMELESS:
        return document.id
    return str(getattr(content, "title" if kind.name == "incident" else "name", document.id))


class Survey:
    """The cards of a book's records, by kind and id; what refers to each; what is not shown."""

    def __init__(self, book: Book) -> None:
        self.cards: dict[tuple[str, str], Card] = {}
        self.by_path: dict[str, Card] = {}
        self.uses: dict[tuple[str, str], list[Card]] = {}
        """The records that name a record, in the order of the book."""
        self.runs: dict[str, list[Run]] = {}
        self.filed: dict[str, list[Card]] = {}
        """The runbooks that are filed under an alert."""
        self.restricted: set[str] = set()
        """Paths of records that no page shows."""
        self.evidence: dict[str, str] = {}
        """The address on the site of each file of evidence that is shown, by path."""
        self._pages: set[str] = set()
        self._asked: Asked | None = None
        known = {path: Said(*each) for path, each in book.facts.pop("said", ("", {}))[1].items()}
        for kind in KINDS:
            for path in book.paths(kind):
                self._add(kind, path, known.get(path) or said(book.read(path)))
        for runbook in runbooks(book):
            if card := self.by_path.get(runbook.path):
                for alert in runbook.alerts:
                    self.filed.setdefault(alert, []).append(card)
        for path in book.tree.paths("incidents"):
            self._add_evidence(path)

    def __getitem__(self, key: tuple[str, str]) -> Card | None:
        return self._told(key, self.cards.get(key))

    def of(self, *kinds: str) -> list[Card]:
        """The cards of some kinds, in the order of the book."""
        return [card for card in self.by_path.values() if card.kind in kinds]

    def at(self, path: str) -> Card | None:
        """The card of the record at a path."""
        return self._told((_AT, path), self.by_path.get(path))

    def _told(self, key: tuple[str, str], found: Card | None) -> Card | None:
        if self._asked is not None:
            self._asked[key] = found
        return found

    @contextmanager
    def asked(self) -> Iterator[Asked]:
        """Notes what is asked of this survey meanwhile."""
        found: Asked = {}
        self._asked = found
        try:
            yield found
        finally:
            self._asked = None

    def answers(self, asked: Asked) -> bool:
        """Whether this survey tells the same."""
        return all(
            (self.by_path.get(id) if kind == _AT else self.cards.get((kind, id))) == card
            for (kind, id), card in asked.items()
        )

    def _add(self, kind: Kind, path: str, said: Said) -> None:
        name, id = kind.name, kind.id(path) or ""
        if said.hidden or (name == "postmortem" and self._guarded(path)):
            self.restricted.add(path)
            return
        page = _page(kind, path)
        if page in self._pages:  # ids that differ in nothing that an address may hold
            return
        self._pages.add(page)
        title = said.title
        if title is None:
            incident = self.cards.get(("incident", id)) if name == "postmortem" else None
            title = incident.title if incident else id
        card = Card(name, id, path, page, title, said.readable)
        self.cards.setdefault((name, id), card)
        self.by_path[path] = card
        for used in said.uses:
            self.uses.setdefault(used, []).append(card)
        for runbook, at, result in said.runs:
            self.runs.setdefault(runbook, []).append(Run(at_tick(at), card, result))

    def _guarded(self, path: str) -> bool:
        """Whether the incident beside a file is restricted, or cannot say that it is not."""
        incident = f"{posixpath.dirname(path)}/incident.yaml"
        card = self.by_path.get(incident)
        return incident in self.restricted or (card is not None and not card.readable)

    def _add_evidence(self, path: str) -> None:
        """A picture, or a text, which is shown under a name that every server sends as text."""
        folder, mark, name = path.partition("/evidence/")
        if not mark:
            return
        suffix = posixpath.splitext(name)[1].lower()
        incident = self.by_path.get(f"{folder}/incident.yaml")
        if suffix not in IMAGES + TEXTS or incident is None or not incident.readable:
            return
        page = _safe(path if suffix in (*IMAGES, ".txt") else path + ".txt")
        if page not in self._pages:
            self._pages.add(page)
            self.evidence[path] = page


def index_page(kind: Kind) -> str:
    """Where the list of a kind's records stands; a record that is alone of its kind is its own."""
    if kind.single:
        return _page(kind, kind.place)
    return "incidents/postmortems.md" if kind.name == "postmortem" else f"{kind.folder}/index.md"


def calendar_page(kind: str, id: str) -> str:
    """Where the calendar of a rotation or a person stands, for other programs to subscribe to."""
    return f"calendars/{kind}-{_safe(id)}.ics"


def counted(kind: Kind, number: int) -> str:
    """What so many records of a kind are called."""
    return _SINGULARS.get(kind.name, kind.name.capitalize()) if number == 1 else plural(kind)


def plural(kind: Kind) -> str:
    """What the records of a kind are called."""
    name = kind.name.capitalize()
    return _PLURALS.get(kind.name, name if kind.single or name.endswith("s") else name + "s")


def _page(kind: Kind, path: str) -> str:
    """The page of a record: its own path, so that links between records hold on the site too."""
    if kind.name == "incident":
        path = posixpath.dirname(path) + "/index.yaml"
    suffix = next((each for each in (".md.j2", ".yaml", ".md") if path.endswith(each)), "")
    return _PART.sub(r"\g<0>_", _safe(path.removesuffix(suffix))) + ".md"


def _safe(path: str) -> str:
    """A path as it may stand in an address and on any disk."""
    return _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}", path)
