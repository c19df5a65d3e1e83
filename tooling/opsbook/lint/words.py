"""Which words a text has: asked first by rules that look for what most records do not hold.

A record is taken into words once, for all rules; whether one of twenty words is among them then costs less
than to look for one of them in the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opsbook.book.document import Document

_LETTERS = bytes(sign if chr(sign).isascii() and chr(sign).isalpha() else 32 for sign in range(256)).lower()
_LISTENED: set[bytes] = set()
"""The words of every cue there is: of the hundreds that a record has only these are kept."""


class Cue(NamedTuple):
    """Words without which something cannot be said: one of them, or one of these sets as a whole."""

    words: frozenset[bytes]
    together: tuple[frozenset[bytes], ...]

    def given(self, document: Document[Any]) -> bool:
        """Whether a document has them; keys, code and comments count too, for this is only to save work."""
        return self.among(heard(document))

    def among(self, words: frozenset[bytes]) -> bool:
        """Whether they are among what was heard."""
        return bool(words) and (
            not self.words.isdisjoint(words) or any(each <= words for each in self.together)
        )


def cue(words: str) -> Cue:
    """A cue as it is written: `should could+have` is the first word, or both of the others."""
    sets = [frozenset(each.encode().split(b"+")) for each in words.split()]
    _LISTENED.update(*sets)
    single = frozenset().union(*(each for each in sets if len(each) == 1))
    return Cue(single, tuple(each for each in sets if len(each) > 1))


def heard(document: Document[Any]) -> frozenset[bytes]:
    """The words of a document that some cue listens for."""
    return _heard(document, len(_LISTENED))


@lru_cache(64)
def _heard(document: Document[Any], listened: int) -> frozenset[bytes]:  # noqa: ARG001 - a new cue listens anew
    text = document.source.text
    if "\\" in text and document.readable and not document.kind.markdown:  # escapes count as they are read
        from opsbook.lint.texts import texts

        text = "\n".join((text, *(each for _, each in texts(document))))
    return words(text)


def words(text: str) -> frozenset[bytes]:
    """The words of a text that some cue listens for, in lower case and of English letters."""
    small = text if text.isascii() else text.lower()  # the sign of a kelvin becomes a `k`
    return frozenset(_LISTENED.intersection(small.encode("utf-8", "replace").translate(_LETTERS).split()))
