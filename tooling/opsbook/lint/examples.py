"""The examples on a rule's page: small books in fences, and what must be found in them.

A fence with a `title` is a file; the fences under one heading, or up to a `Use instead:`, make one
book. A line that ends in a comment with the rule's code must be reported; a book without such a
line must be clean of that rule. All other rules run beside it, as they would. Attributes of a
fence say what a text cannot show:

* `as_of` sets the clock of the book;
* `at="base"` is the file as it was before a change; what is not shown was then as it is now;
* `encoding` is how the file is saved, where that is not UTF-8;
* `repeat` is how many times over its lines stand there;
* `mode` is what git or `ls` call it: `120000`, a symbolic link to the path in it; `000`, a file
  that nobody may read.

`\\x07` and `\\u202e` stand for a character that is better not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.earlier import Earlier
from opsbook.book.markdown import Fence, Page
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.lint.catalog import Selection
from opsbook.lint.check import check
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.rule import Rule

ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_MARK = re.compile(r"[ \t]*(?:#|<!--)[ \t]*([A-Z]{2,4}\d{3})(?:[ \t]*-->)?[ \t]*$", re.MULTILINE)
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})")
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
"""When an example is judged unless it says otherwise."""


class Example(NamedTuple):
    """One book of a page: its files, when it is judged, and the lines that must be reported."""

    heading: str
    files: dict[str, bytes | None]
    links: frozenset[str]
    as_of: datetime
    expected: frozenset[tuple[str, int]]
    base: Mapping[str, bytes | None] = MappingProxyType({})
    """Files that a change replaced, as they were before."""

    def book(self) -> Book:
        now = Memory({"opsbook.toml": "", **self.files}, links=self.links)
        before = Book(Memory(self.base, below=now))
        return Book(now, earlier=Earlier(lambda: before) if self.base else None)

    def findings(self, rule: Rule) -> tuple[Diagnostic, ...]:
        """What the rule finds in it, at its strictest."""
        book = self.book()
        selection = Selection(book.settings, "strict")
        report, _ = check(book, lambda: selection, self.as_of)
        return tuple(each for each in report.diagnostics if each.code == rule.code)


def examples(rule: Rule) -> Iterator[Example]:
    """The books on a rule's page, in order."""
    page = Page(rule.page)
    book: list[_File] = []
    heading, last = "", 0
    for fence in page.fences:
        between = Span(last, fence.span.start)
        found = [each.text for each in page.within(between, page.headings)]
        last = fence.span.end
        if book and (found or "se instead" in rule.page[between.start : between.end]):
            yield _example(rule, heading, book)
            book = []
        heading = found[-1] if found else heading
        file = _file(rule.page, fence)
        book += [file] if file else []
    if book:
        yield _example(rule, heading, book)


class _File(NamedTuple):
    """A fence with a title: what its line says, and its code with the marks still in it."""

    attributes: dict[str, str]
    code: str

    @property
    def path(self) -> str:
        return self.attributes["title"]

    @property
    def earlier(self) -> bool:
        """Whether it shows how the file was before a change."""
        return self.attributes.get("at") == "base"

    @property
    def linked(self) -> bool:
        return self.attributes.get("mode") == "120000"

    def content(self) -> bytes | None:
        """What stands in the file; None where nobody may read it."""
        if self.attributes.get("mode") == "000":
            return None
        text = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), _MARK.sub("", self.code))
        times = int(self.attributes.get("repeat", "1"))
        return (text * times).encode(self.attributes.get("encoding", "utf-8"), "surrogatepass")


def _file(page: str, fence: Fence) -> _File | None:
    first_line = page[fence.span.start : fence.code.start].partition("\n")[0]
    attributes = dict(ATTRIBUTE.findall(first_line))
    return _File(attributes, page[fence.code.start : fence.code.end]) if "title" in attributes else None


def _example(rule: Rule, heading: str, book: list[_File]) -> Example:
    moments = [_instant(file.attributes["as_of"]) for file in book if "as_of" in file.attributes]
    return Example(
        heading,
        {file.path: file.content() for file in book if not (file.linked or file.earlier)},
        frozenset(file.path for file in book if file.linked),
        moments[-1] if moments else NOW,
        frozenset((file.path, line) for file in book for line in _marked(file.code, rule.code)),
        {file.path: file.content() for file in book if file.earlier},
    )


def _marked(code: str, mark: str) -> Iterator[int]:
    return (code.count("\n", 0, found.start()) + 1 for found in _MARK.finditer(code) if found[1] == mark)


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def mends(rule: Rule) -> str:
    """How a rule mends what it finds, by what it does on its own page: `none`, `safe` or `unsafe`."""
    fixes = [found.fix for example in examples(rule) for found in example.findings(rule) if found.fix]
    if not fixes:
        return "none"
    return "safe" if all(fix.safe for fix in fixes) else "unsafe"
