"""Incidents for programs: an Atom feed (RFC 4287), and everything public as JSON.

Addresses are relative to the feed, which stands at the root of its site: where that is served is not known
here. An entry is known by its incident's id, so that a site that moves tells nothing anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from opsbook.model.time import write_instant
from opsbook.site.escape import printable

if TYPE_CHECKING:
    from opsbook.site.public import Event, Public

_OURS = UUID("8f5f4b5e-1c0b-4a0e-9f57-0c1f6d8f2a77")
ENTRIES = 50
"""So many incidents stand in a feed, those with the last news."""


class News(NamedTuple):
    """An incident as a feed tells of it; `html` is safe to show."""

    id: str
    title: str
    page: str
    published: datetime
    changed: datetime
    html: str
    category: str = ""


def atom(name: str, news: Iterable[News], as_of: datetime) -> bytes:
    """A feed of the incidents that changed last. It is as old as its newest entry, so that equal news give
    equal bytes; `as_of` is its age while there is none."""
    newest = sorted(news, key=lambda each: (each.changed, each.id), reverse=True)[:ENTRIES]
    updated = newest[0].changed if newest else as_of
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_id(name)}</id>",
        f"<title>{_text(name)}</title>",
        f"<updated>{_when(updated)}</updated>",
        '<link rel="self" type="application/atom+xml" href="feed.xml"/>',
        '<link rel="alternate" type="text/html" href="index.html"/>',
        f"<author><name>{_text(name)}</name></author>",
        *(_entry(each) for each in newest),
        "</feed>",
    ]
    return "\n".join([*lines, ""]).encode("utf-8", "replace")


def _entry(each: News) -> str:
    category = f"<category term={quoteattr(printable(each.category))}/>" if each.category else ""
    return (
        f"<entry><id>{_id(each.id)}</id><title>{_text(each.title)}</title>"
        f'<link rel="alternate" type="text/html" href={quoteattr(each.page)}/>'
        f"<published>{_when(each.published)}</published>"
        f"<updated>{_when(each.changed)}</updated>{category}"
        f'<content type="html">{_text(each.html)}</content></entry>'
    )


def _when(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _id(of: str) -> str:
    return f"urn:uuid:{uuid5(_OURS, printable(of))}"


def _text(value: str) -> str:
    return escape(str(printable(value)))  # markup would escape what is put into it once more


def public_json(found: Public) -> bytes:
    """Everything public; the keys stay as they are within `schema: 1`, and more may come."""
    content = {
        "schema": 1,
        "as_of": write_instant(found.as_of),
        "components": [
            {"name": each.name, "description": each.description, "state": each.state}
            for each in found.components
        ],
        "incidents": [_incident(each) for each in found.events],
        "restricted": [{"date": f"{each.day}", "severity": each.severity} for each in found.stubs],
    }
    return (json.dumps(content, indent=1, ensure_ascii=True) + "\n").encode()


def _incident(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "title": event.title,
        "severity": event.severity,
        "status": event.status,
        "began": write_instant(event.began),
        **{name: write_instant(at) for name, at in event.milestones.items()},
        "services": [{"name": each.name, "state": each.state} for each in event.services],
        "roles": list(event.roles),
        "updates": [
            {
                "at": write_instant(each.at),
                "stage": each.stage,
                "text": each.text,
                "next_update": write_instant(each.next_update) if each.next_update else None,
            }
            for each in event.told
        ],
        "postmortem": event.postmortem is not None,
    }
