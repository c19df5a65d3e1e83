"""What every page must know of the whole book: titles, addresses, who refers to whom.

The book is read once here and once more when its pages are written, so that nothing but titles
and references stays in memory, whatever the size of the book.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.kinds import KINDS, Kind, identify
from opsbook.book.references import references

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
_RESTRICTED = re.compile(r"\bvisibility[\"']?\s*:\s*[\"']?restricted", re.IGNORECASE)
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


class Survey:
    """The cards of a book's records, by kind and id; what refers to each; what is not shown."""

    def __init__(self, book: Book) -> None:
        self.cards: dict[tuple[str, str], Card] = {}
        self.by_path: dict[str, Card] = {}
        self.uses: dict[tuple[str, str], dict[Card, None]] = {}
        """The records that name a record, in the order of the book."""
        self.runs: dict[str, list[Run]] = {}
        self.restricted: set[str] = set()
        """Paths of records that no page shows."""
        self.evidence: dict[str, str] = {}
        """The address on the site of each file of evidence that is shown, by path."""
        self._pages: set[str] = set()
        self._asked: Asked | None = None
        for kind in KINDS:
            for document in book.documents(kind.name):
                self._add(document)
        for path in book.tree.paths("incidents"):
            self._add_evidence(path)

    def __getitem__(self, key: tuple[str, str]) -> Card | None:
        return self._told(key, self.cards.get(key))

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

    def _add(self, document: Document[Any]) -> None:
        name, id = document.kind.name, document.id
        if self._hidden(document):
            self.restricted.add(document.path)
            return
        page = _page(document.path)
        if page in self._pages:  # ids that differ in nothing that an address may hold
            return
        self._pages.add(page)
        card = Card(name, id, document.path, page, self._title(document), document.readable)
        self.cards.setdefault((name, id), card)
        self.by_path[document.path] = card
        if document.readable:
            self._note_uses(card, document)

    def _hidden(self, document: Document[Any]) -> bool:
        """A restricted record, readable or not; a post-mortem of a restricted incident is one too."""
        if document.readable:
            own = getattr(document.content, "visibility", "") == "restricted"
        else:
            own = _RESTRICTED.search(document.source.text) is not None
        return own or (document.kind.name == "postmortem" and self._guarded(document.path))

    def _guarded(self, path: str) -> bool:
        """Whether the incident beside a file is restricted, or cannot say that it is not."""
        incident = f"{posixpath.dirname(path)}/incident.yaml"
        card = self.by_path.get(incident)
        return incident in self.restricted or (card is not None and not card.readable)

    def _title(self, document: Document[Any]) -> str:
        kind, content = document.kind, document.content if document.readable else None
        if kind.single:
            return kind.name.capitalize()
        if kind.name == "postmortem":
            incident = self.cards.get(("incident", document.id))
            return getattr(content, "title", None) or (incident.title if incident else document.id)
        if kind.name == "runbook" and content is not None:
            first = document.page.headings[:1]
            return content.title or (first[0].text if first else document.id)
        if kind.name in _NAMELESS or content is None:
            return document.id
        return str(getattr(content, "title" if kind.name == "incident" else "name", document.id))

    def _note_uses(self, card: Card, document: Document[Any]) -> None:
        for reference in references(document.content):
            for kind in reference.kinds:
                if kind in _LISTED and (kind, reference.id) != (card.kind, card.id):
                    self.uses.setdefault((kind, reference.id), {})[card] = None
        if card.kind == "incident":
            for entry in document.content.timeline:
                if entry.runbook:
                    run = Run(entry.at, card, entry.runbook.result)
                    self.runs.setdefault(entry.runbook.id, []).append(run)

    def _add_evidence(self, path: str) -> None:
        """A picture, or a text, which is shown under a name that every server sends as text."""
        folder, mark, name = path.partition("/evidence/")
        suffix = posixpath.splitext(name)[1].lower()
        incident = self.by_path.get(f"{folder}/incident.yaml")
        if not mark or suffix not in IMAGES + TEXTS or incident is None or not incident.readable:
            return
        shown = path if suffix in (*IMAGES, ".txt") else path + ".txt"
        page = "/".join(_safe(part) for part in shown.split("/"))
        if page not in self._pages:
            self._pages.add(page)
            self.evidence[path] = page


def index_page(kind: Kind) -> str:
    """Where the list of a kind's records stands; a record that is alone of its kind is its own."""
    if kind.single:
        return _page(kind.place)
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


def _page(path: str) -> str:
    """The page of a record: its own path, so that links between records hold on the site too."""
    identity = identify(path)
    if identity and identity.kind.name == "incident":
        path = posixpath.dirname(path) + "/index.yaml"
    suffix = next((each for each in (".md.j2", ".yaml", ".md") if path.endswith(each)), "")
    return "/".join(_safe(part) for part in path.removesuffix(suffix).split("/")) + ".md"


def _safe(part: str) -> str:
    """A name as it may stand in an address and on any disk."""
    return re.sub(r"[^A-Za-z0-9._-]", lambda found: f"_{ord(found[0]):x}", part)
