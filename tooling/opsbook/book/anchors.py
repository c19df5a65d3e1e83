"""The places on a page that a link may name behind `#`: headings, and what HTML gives an id.

A heading is called as GitHub calls it: in lower case, without punctuation, a dash for every space, and
`-1`, `-2` … for its namesakes. Site generators collapse dashes, or write one for any punctuation, which is
accepted as well, and so are ids that a page gives its headings itself (`{#name}`, `(name)=`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbook.book.markdown import Page

_DROPPED = re.compile(r"[^\w\- ]")
_DASHES = re.compile(r"-{2,}")
_OTHERS = re.compile(r"[\W_]+")
_GIVEN = re.compile(r"\{:?\s*#([\w.:-]+)[^}]*\}\s*\Z")
_HTML = re.compile(r"\b(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_TARGET = re.compile(r"^[ \t]*\(([^()\s]+)\)=[ \t]*$", re.MULTILINE)
_INCLUDES = re.compile(
    r"<%=?\s*(?:partial|render)|\{\{[<%]?-?\s*(?:include|readfile|partial|tab)|\{%-?\s*include|--8<--|\{!|\{include\}"
)


def slug(heading: str) -> str:
    """What GitHub calls a heading that says this."""
    return _DROPPED.sub("", heading.strip().lower()).replace(" ", "-")


@lru_cache(64)
def anchors(page: Page) -> frozenset[str] | None:
    """Every name on a page that a link may lead to, in lower case; None where the page includes others,
    whose headings nobody here can see."""
    text = page.text
    if _INCLUDES.search(text, page.start):
        return None
    found: dict[str, int] = {}
    names: set[str] = set()
    for heading in page.headings:
        given = _GIVEN.search(heading.text)
        if given:
            names.add(given[1])
        name = slug(heading.text[: given.start()] if given else heading.text)
        while name in found:  # as GitHub counts: `notes`, `notes-1`, and `notes-1-1` beside a real `Notes 1`
            found[name] += 1
            name = f"{name}-{found[name]}"
        found[name] = 0
    names |= found.keys()
    names |= {_DASHES.sub("-", name).strip("-") for name in found}
    names |= {_OTHERS.sub("-", heading.text.lower()).strip("-") for heading in page.headings}
    for span in page.html:
        names.update(_HTML.findall(text, *span))
    names.update(match[1] for match in _TARGET.finditer(text, page.start))
    return frozenset(name.lower() for name in names)
