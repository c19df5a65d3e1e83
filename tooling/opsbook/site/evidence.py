"""Evidence that a page shows by itself: small texts folded below their entry, and pictures.

Larger files stay links, and so does what comes when a page has enough; what is no text is not shown as one.
Of pictures only those are shown that cannot hold a script.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from opsbook.site import markup
from opsbook.site.escape import printable
from opsbook.site.survey import TEXTS

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident
    from opsbook.site.guide import Guide
    from opsbook.site.survey import Card

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_TEXT, _PICTURE = 8_000, 512_000
"""Bytes of what is shown, at most."""
_MOST = 12
"""So many files are shown on a page."""
_ALT = 120
_LANGUAGES = {
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".diff": "diff",
    ".patch": "diff",
    ".sql": "sql",
    ".sh": "bash",
}


class Exhibit(NamedTuple):
    """A file of evidence as a page shows it: a picture by its address, a text as a block of code."""

    name: str
    address: Markup | None
    alt: str
    text: Markup | None


def exhibits(book: Book, incident: Incident, card: Card, guide: Guide) -> list[list[Exhibit]]:
    """For each entry of a timeline what its page shows below it; each file once, with the first entry that
    names it."""
    seen: set[str] = set()
    return [
        list(_of(book, entry, card, guide, seen)) if entry.evidence else [] for entry in incident.timeline
    ]


def _of(book: Book, entry: Entry, card: Card, guide: Guide, seen: set[str]) -> Iterator[Exhibit]:
    for written in entry.evidence:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(card.path), written))
        page = guide.survey.evidence.get(path)
        if page is None or path in seen or len(seen) == _MOST:
            continue
        name, suffix = posixpath.basename(path), posixpath.splitext(path)[1].lower()
        try:
            content = book.tree.read(path)
        except OSError:
            continue
        if suffix in _PICTURES and len(content) <= _PICTURE:
            seen.add(path)
            headline = " ".join(printable(entry.text).split("\n")[0].split())[:_ALT]
            yield Exhibit(name, guide.file(page), f"{name}: {headline}", None)
        elif suffix in TEXTS and len(content) <= _TEXT and content.strip() and b"\0" not in content:
            seen.add(path)
            shown = markup.code(content.decode("utf-8", "replace"), _LANGUAGES.get(suffix, ""))
            yield Exhibit(name, None, "", shown)
