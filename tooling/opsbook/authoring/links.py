"""Links that follow what moves: the destinations that a page has to write so that they lead where they led.

Inline links and the definitions of references are rewritten, each as it was written: in its brackets, with
its query and its anchor. What leads nowhere today, out of the repository or to another site is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath, relpath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.markdown import Link, Page

_DEFINED = re.compile(r"^[ ]{0,3}\[[^\]\n]+\]:[ \t]*\n?[ \t]*(?P<to><[^<>\n]*>|\S+)", re.MULTILINE)
_INLINE = re.compile(r"\]\(\s*(?P<to><[^<>\n]*>|[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#")


def followed(
    path: str,
    page: Page,
    landed: Callable[[str], str],
    reaches: Callable[[str], bool],
    named: Callable[[str], str] = str,
) -> Iterator[tuple[Span, str]]:
    """Where destinations stand in a page that was at a path, and what they have to say from now on.

    `landed` says where what was at a path is, `reaches` what is there to be linked to; `named` is the
    destination that a person would write, and stands where it leads there as well.
    """

    def destination(link: Link) -> str | None:
        if not link.target or _ELSEWHERE.match(link.target):
            return None
        address, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", link.target, re.DOTALL).groups()  # type: ignore[union-attr]
        before = normpath(join(dirname(path), unquote(address)))
        here, there = landed(path), landed(before)
        if before.startswith("..") or not reaches(before):
            return None
        if normpath(join(dirname(here), unquote(address))) == there:
            return None
        said = named(address)
        if normpath(join(dirname(here), unquote(said))) != there:
            said = quote(relpath(there, dirname(here) or "."))
            said += "/" if address.endswith("/") else ""
        return said + mark + rest

    wanted = {link.target: to for link in page.links if (to := destination(link))}
    if not wanted:
        return
    spans = {span: to for link in page.links for span, to in _written(page, link, wanted)}
    for found in _DEFINED.finditer(page.text, page.start):
        to = wanted.get(_plain(found["to"]))
        if to and not page.hidden(found.start("to")):
            spans[Span(*found.span("to"))] = to
    for span, to in spans.items():
        bracketed = page.text[span.start] == "<"
        yield span, f"<{to}>" if bracketed else to.replace(" ", "%20")


def _written(page: Page, link: Link, wanted: dict[str, str]) -> Iterator[tuple[Span, str]]:
    """Where the destination of a link stands in its brackets."""
    if link.target in wanted:
        for found in _INLINE.finditer(page.text, link.span.start, link.span.end):
            if _plain(found["to"]) == link.target:
                yield Span(*found.span("to")), wanted[link.target]


def _plain(destination: str) -> str:
    """A destination as it is meant: without its brackets and escapes."""
    from html import unescape

    inner = destination[1:-1] if destination.startswith("<") else destination
    return unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", inner))
