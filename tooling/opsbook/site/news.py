"""Incidents of the internal site for programs: an Atom feed of what changed last, and all of them as JSON.

What no page shows is in neither; of a restricted incident both builds say a day and a severity.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from opsbook.model.time import write_instant
from opsbook.site import facts, feeds
from opsbook.site.escape import text
from opsbook.site.render import Page
from opsbook.site.status import shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.site.guide import Guide
    from opsbook.site.public import Stub
    from opsbook.site.survey import Card

JSON = "incidents.json"


class Told(NamedTuple):
    """An incident as programs are told of it, and when it changed last; None where nothing happened yet."""

    card: Card
    changed: datetime | None
    said: dict[str, Any]


class News:
    """The incidents met so far."""

    def __init__(self, book: Book, guide: Guide, as_of: datetime) -> None:
        self._book = book
        self._guide = guide
        self._as_of = as_of
        self._changed: list[tuple[datetime, str, Card]] = []
        self._all: list[dict[str, Any]] = []

    def told(self, incident: Incident, card: Card) -> Told:
        """What programs are told of an incident."""
        backwards = (entry.at for _, entry in reversed(incident.history.in_order))
        last = next((at for at in backwards if at <= self._as_of), None)
        return Told(card, last, self._said(incident, card))

    def add(self, told: Told) -> None:
        if told.changed is not None:
            self._changed.append((told.changed, told.card.id, told.card))
        self._all.append(told.said)

    def _said(self, incident: Incident, card: Card) -> dict[str, Any]:
        history, report = incident.history, self._guide.survey["postmortem", card.id]
        return {
            "id": card.id,
            "title": card.title,
            "page": card.address,
            "kind": incident.kind,
            "severity": incident.severity,
            "status": history.status,
            "summary": incident.summary,
            "began": write_instant(history.known_since) if history.known_since else None,
            **{name: write_instant(at) for name, at in history.milestones.items()},
            "services": [{"id": id, "name": self._guide.title("service", id)} for id in incident.services],
            "contributing_factors": list(incident.contributing_factors),
            "tags": list(incident.tags),
            "postmortem": report.address if report else None,
        }

    def pages(self, stubs: Iterable[Stub]) -> Iterator[Page]:
        """The feed and the JSON."""
        newest = nlargest(feeds.ENTRIES, self._changed)
        name = f"{self._book.settings.site.name}, internal"
        told = (self._news(self._book.read(card.path), card, changed) for changed, _, card in newest)
        yield Page("feed.xml", feeds.atom(name, told, self._as_of))
        content = {
            "schema": 1,
            "as_of": write_instant(self._as_of),
            "incidents": sorted(self._all, key=lambda each: each["id"], reverse=True),
            "restricted": [{"date": f"{each.day}", "severity": each.severity} for each in stubs],
        }
        yield Page(JSON, (json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n").encode())

    def _news(self, document: Document[Incident], card: Card, changed: datetime) -> feeds.News:
        """What the feed tells of an incident: how it stands, what it is about, and what happened last."""
        incident, guide = document.content, self._guide
        services = ", ".join(guide.title("service", id) for id in incident.services)
        stands = ": ".join(filter(None, (", ".join(facts.stated(incident)), services)))
        last = next(each for each in reversed(incident.timeline) if each.at == changed)
        html = Markup("<p>{}</p>{}<p>{}</p>{}").format(
            text(stands), shown(incident.summary or ""), guide.when(changed), shown(last.text)
        )
        began = incident.history.known_since or min(each.at for each in incident.timeline)
        return feeds.News(card.id, card.title, card.address, began, changed, html, incident.severity or "")
