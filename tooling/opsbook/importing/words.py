"""Other people's text as a record can hold it, and ids made of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_LONGEST = 60
_RESERVED = ("readme", "index", "_index")


def plain(text: str) -> str:
    """A text without what no record may hold: control characters, lone surrogates and marks that
    change the direction in which it is read. Line ends are LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        c
        for c in text
        if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")) or c == "\u200d"
    )


def line(text: str, longest: int = 200) -> str:
    """The same in one line, cut where it is longer than anybody reads."""
    words = " ".join(plain(text).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def slug(text: str, instead: str = "unnamed") -> str:
    """A text as an id: lower-case letters, digits and hyphens; never a path, never empty."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", letters.lower())[: _LONGEST + 1].strip("-")
    if len(found) > _LONGEST:
        found = found[:_LONGEST].rpartition("-")[0] or found[:_LONGEST]
    return instead if not found or found in _RESERVED else found


def free(id: str, taken: Container[str]) -> str:
    """The id, or where it is taken the first with a number that is not."""
    number, found = 2, id
    while found in taken:
        found, number = f"{id}-{number}", number + 1
    return found
