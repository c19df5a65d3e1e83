"""How a text changes: edits, the fixes made of them, and what they do to a file.

An edit replaces the characters of one span and nothing else, so a person's comments, quotes and
blank lines stay byte for byte. This module changes strings; `book.tree` writes files.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.text import Location, Source, Span


class Edit(NamedTuple):
    """Replace what stands at a location. A new file is an edit of an empty source."""

    location: Location
    replacement: str


class Fix(NamedTuple):
    """A change that mends what a diagnostic reports; unsafe when it may change the meaning."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True

    def below(self, folder: str) -> Fix:
        """The same with paths counted from above: `folder` ends in `/`."""
        edits = (edit._replace(location=edit.location.below(folder)) for edit in self.edits)
        return self._replace(edits=tuple(edits))


def apply(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    """The text with each span replaced, applied from the end backwards.

    Raises ValueError when two spans overlap: which one wins would be a guess.
    """
    edges = sorted(set(edits), reverse=True)
    for (later, _), (earlier, _) in itertools.pairwise(edges):
        if earlier.end > later.start or later == earlier:
            raise ValueError(f"edits overlap at {later.start}")
    for span, replacement in edges:
        text = text[: span.start] + replacement + text[span.end :]
    return text


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes that can be applied together: a later one that touches an earlier one waits."""
    taken: dict[str, list[Span]] = {}
    chosen = []
    for fix in fixes:
        places = [(edit.location.path, edit.location.span) for edit in fix.edits]
        if any(_touches(span, other) for path, span in places for other in taken.get(path, ())):
            continue
        for path, span in places:
            taken.setdefault(path, []).append(span)
        chosen.append(fix)
    return chosen


def _touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def diff(before: Source, after: str) -> str:
    """A unified diff from a source to its new text, as `git apply` reads it."""
    import difflib

    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(
            _lines(before.text),
            _lines(after),
            f"a/{before.path}",
            f"b/{before.path}",
        )
    )


def added(before: str, after: str) -> list[str]:
    """The lines that a new text has, and that the text before had not."""
    import difflib

    found = difflib.unified_diff(_lines(before), _lines(after), n=0)
    return [line[1:].rstrip("\n") for line in list(found)[2:] if line.startswith("+")]


def _lines(text: str) -> list[str]:
    """The lines of a text as git counts them: only LF ends one."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
