"""By what a finding is known again: in the baseline, at the base of a change, in another tool's list.

Lines inserted above, a moved page and the words around it change nothing; the same fault twice has one
fingerprint and counts twice. The words that a finding marks are kept as a hash, since they may be a secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from opsbook.book.kinds import identify

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic

Key = TypeVar("Key")
_QUOTE = 16


class Fingerprint(NamedTuple):
    """The record, the keys or the heading that a finding stands under, its rule, and the words it marks."""

    record: str
    within: str
    code: str
    quote: str


def fingerprint(diagnostic: Diagnostic, path: str | None = None) -> Fingerprint:
    """By what a finding is known; `path` is where its record stands, when that is not where it was found."""
    path = diagnostic.location.path if path is None else path
    identity = identify(path)
    record = f"{identity.kind.name}/{identity.id}" if identity else path
    words = " ".join(diagnostic.location.text.split())
    quote = sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_QUOTE]
    return Fingerprint(record, diagnostic.within, diagnostic.code, quote)


def known(keys: Iterable[Key], room: Counter[Key]) -> set[int]:
    """Which of these, by number, there is room for; the room that they take is gone."""
    found = set()
    for number, key in enumerate(keys):
        if room[key] > 0:
            room[key] -= 1
            found.add(number)
    return found
