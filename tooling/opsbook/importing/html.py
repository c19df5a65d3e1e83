"""HTML of a feed → Markdown: paragraphs, line breaks, lists and links; everything else is its text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from opsbook.importing.words import plain

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&#?\w+;")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "table", "tr"})
_SILENT = frozenset({"script", "style"})
_SPECIAL = re.compile(r"<(?=[A-Za-z/!?])")


def markdown(text: str) -> str:
    """The text of a post; one without any markup stays as it is, but for what could become some."""
    if not _MARKUP.search(text):
        return _shielded(plain(text))
    reader = _Reader()
    reader.feed(plain(text))
    reader.close()
    return _tidy("".join(reader.out))


def _shielded(text: str) -> str:
    return _SPECIAL.sub(r"\\<", text).strip()


def _tidy(text: str) -> str:
    lines = (" ".join(line.split(" ")).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.out.append("\n\n")
        elif tag == "br":
            self.out.append("\n")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag == "a":
            self._links.append(next((value or "" for name, value in attrs if name == "href"), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self.out.append("\n\n")
        elif tag == "a" and self._links:
            address = self._links.pop()
            if re.fullmatch(r"https?://[^\s<>()]+", address) and address not in "".join(self.out[-2:]):
                self.out.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(_SPECIAL.sub(r"\\<", data))
