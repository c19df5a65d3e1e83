"""What people wrote in a record, for rules about what must stand in none of it.

Secrets, invisible characters and addresses are looked for in the source as a whole, comments and keys
too: see the rules. What is Markdown has to be parsed first: that is `passages`, the one walk over the
texts of a record, whatever its kind. A rule says which texts are worth it, since nearly none is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.text import Location, Pointer, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page


class Passage(NamedTuple):
    """A text that is read as Markdown: its structure, and where a part of it stands in the file."""

    page: Page
    locate: Callable[[Span], Location]


def passages(document: Document[Any], worth: Callable[[str], object]) -> Iterator[Passage]:
    """The body of a page, and every text of a record or of front matter that is worth parsing."""
    if document.kind.markdown:
        yield Passage(document.page, document.span)
    data = document.source.text[: document.front.body] if document.front else document.source.text
    if (document.kind.markdown and not document.front) or not (worth(data) or "\\" in data):
        return  # not even escaped
    from opsbook.book.markdown import Page

    for pointer, text in texts(document):
        if worth(text) and pointer[0] != "variables":  # which stand for a placeholder, and look like one
            yield Passage(Page(text), _locator(document, pointer, text))


def texts(document: Document[Any]) -> Iterator[tuple[Pointer, str]]:
    """Every text that a record or a page's front matter holds, in order of the model's fields."""
    return _texts(document.content, ())


def _texts(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*pointer, key if isinstance(key, str) else str(key)))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*pointer, index))
    else:
        fields = getattr(type(value), "model_fields", {})
        for name, field in fields.items():
            step = () if name == "root" else (field.alias or name,)
            yield from _texts(getattr(value, name), (*pointer, *step))


def _locator(document: Document[Any], pointer: Pointer, text: str) -> Callable[[Span], Location]:
    return lambda span: written(document.at(*pointer), text, span)


def written(value: Location, text: str, span: Span) -> Location:
    """Where a part of a value stands in the file: the same words, the same time over."""
    words = text[span.start : span.end]
    at = -1
    for _ in range(text.count(words, 0, span.start) + 1):
        at = value.text.find(words, at + 1)
        if at < 0:
            return value
    start = value.span.start + at
    return Location(value.source, Span(start, start + len(words)))
