"""What a text of the book may hold, as far as a glance shows it: no parser is loaded for this.

The book is a subset of YAML 1.2. `book.refusals` finds and says what is outside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.text import Span

MAX_DEPTH = 100
"""Nesting beyond this is no record a person wrote."""
MAX_PROBLEMS = 100
"""Nobody reads more about one file at once."""


class Problem(NamedTuple):
    """Why a text is not read: the name of a rule in `rules/documents`, a place and a sentence."""

    rule: str
    span: Span
    message: str
    hint: str = ""
    fix: tuple[Span, str] | None = None
    """What to put where, when that mends it for certain."""


# Characters that YAML 1.2 forbids, or that libyaml still takes for line breaks as YAML 1.1 did.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_USUAL = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
"""What nearly every text is made of, so that only the rest has to be looked at."""
_SUSPECTS = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        ("&", r"&(?=\S)(?<![^\s,\[{:]&)"),
        ("*", r"\*(?=\S)(?<![^\s,\[{:]\*)"),
        ("!", r"!(?<![^\s,\[{:]!)"),
        ("<", r"<<"),
        ("\t", r"\t"),
        ("%", r"%(?<![^\r\n]%)"),
        ("-", r"---(?<![^\r\n]---)"),
        (".", r"\.\.\.(?<![^\r\n]\.\.\.)"),
    )
)
"""Anchors, aliases, tags, merge keys, tabs, directives and marks of documents: a sign, and the pattern that
tells whether it may be one. Each pattern begins with its sign, which Python finds in a stride."""
# A list may stand at its key's indentation, so a hundred levels need fifty columns.
_DEEP = re.compile(rf"\n[-?: ]{{{MAX_DEPTH // 2 - 2}}}")


def unprintable(text: str) -> re.Match[str] | None:
    """The first character that has no place in YAML."""
    unusual = text.encode("utf-8", "surrogatepass").translate(None, _USUAL)
    if unusual and _UNPRINTABLE.search(unusual.decode("utf-8", "surrogatepass")):
        return _UNPRINTABLE.search(text)
    return None


def needs_events(text: str) -> bool:
    """Whether a text may hold what only the event stream shows; cheap, and errs on yes.

    libyaml's composer recurses without a limit: what nests deeper than a person writes must be
    found here, or it ends the process.
    """
    return (
        any(sign in text and pattern.search(text) for sign, pattern in _SUSPECTS)
        or text.count("[") + text.count("{") > MAX_DEPTH
        or _DEEP.search("\n" + text.replace("\r", "\n")) is not None
    )
