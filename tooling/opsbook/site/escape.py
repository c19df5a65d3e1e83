"""Record text → text that shows as it was written, in Markdown and in HTML alike.

What either of them would read as markup becomes a character reference; what does not print, and
could reorder or hide what a reader sees, becomes a replacement character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import partial
from html import escape
from typing import Any

from markupsafe import Markup

_REFERENCES = {c: f"&#{ord(c)};" for c in "&<>\"'`*_[]{}\\#|~!^$=\n\t"}
_refer = partial(re.compile(f"[{re.escape(''.join(_REFERENCES))}]").sub, lambda found: _REFERENCES[found[0]])
"""Writes a text with a reference for each of them: most have one or two, and few letters are looked at."""
PLAIN = "[A-Za-z0-9\u00c0-\u024f\u00a0 ,.;:/()%+?@≈–…·←→-]*"
"""A pattern of texts in which nothing is markup to anybody."""
_plain = re.compile(PLAIN + "\\Z").match
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_JOINERS = "\n\t\u00a0\u00ad\u200c\u200d"
"""Characters that do not print and still belong to words, or to a family of emoji."""


def html(written: str) -> Markup:
    """What opsbook wrote, as markup: every value in it went through `text`."""
    return str.__new__(Markup, written)  # what `Markup` would ask before takes longer than all else


def joined(parts: Iterable[Markup], between: str = ", ") -> Markup:
    """Pieces of markup, one after the other."""
    return html(between.join(parts))


def text(value: Any) -> Markup:
    """A value as text of a page; what is markup already stays as it is."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is not str:
        if hasattr(value, "__html__"):
            return Markup(value)  # noqa: S704 (made by this module or by `markup`)
        value = str(value)
    return html(escaped(value))


def escaped(words: str) -> str:
    """Words as `text` has them, to be put at once into what opsbook writes."""
    if _plain(words):  # most are, and a look is cheaper than what follows
        return words
    return _refer(printable(words))


def printable(value: str) -> str:
    """The text without control, bidirectional and half characters."""
    if value.isprintable():
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    left = value
    for joiner in _JOINERS:  # one after the other takes less time than `translate`
        left = left.replace(joiner, "")
    if left.isprintable():
        return value
    return "".join(c if c.isprintable() or c in _JOINERS else "\ufffd" for c in value)


def front_matter(**values: Any) -> Markup:
    """Front matter that YAML reads back and a theme may insert as it stands: escaped twice."""
    lines = [f"{key}: {_yaml(value)}" for key, value in values.items() if value]
    return Markup("\n".join(["---", *lines, "---"]))  # noqa: S704


def _yaml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())}}}"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    words = " ".join(printable(str(value)).split())
    return f'"{words}"' if _plain(words) else _quoted(escape(words))
