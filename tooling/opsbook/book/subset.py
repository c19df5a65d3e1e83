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
_MARKS = ("&", "*", "!")
_MARKED = re.compile(r"(?:^|[\s,\[{:])(?:[&*]\S|!)")
_SUSPECTS = ("<<", "\t", "\n%", "\n---", "\n...")
# A list may stand at its key's indentation, so a hundred levels need fifty columns.
_DEEP = re.compile(rf"\n[-?: ]{{{MAX_DEPTH // 2 - 2}}}")


def unprintable(text: str) -> re.Match[str] | None:
    """The first character that has no place in YAML."""
    return _UNPRINTABLE.search(text)


def needs_events(text: str) -> bool:
    """Whether a text may hold what only the event stream shows; cheap, and errs on yes.

    libyaml's composer recurses without a limit: what nests deeper than a person writes must be
    found here, or it ends the process.
    """
    lines = "\n" + text.replace("\r", "\n")
    return (
        (any(mark in text for mark in _MARKS) and _MARKED.search(text) is not None)
        or any(suspect in lines for suspect in _SUSPECTS)
        or text.count("[") + text.count("{") > MAX_DEPTH
        or _DEEP.search(lines) is not None
    )
