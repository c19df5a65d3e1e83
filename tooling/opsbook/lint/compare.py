"""What a change brings: findings of today against those at the base, whatever moved between.

Two findings are the same when their fingerprint and message agree, the names of their own record left
out: a line that moved is the same line, a renamed record is the same record, and the same fault twice
counts twice. What was there before is kept as advice and marked `before`, with one exception: a finding
that comes with time alone (`dated`) keeps its level where the change touches its record, so that whoever
is at it mends it; elsewhere it is a notice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.kinds import identify
from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.catalog import catalog
from opsbook.lint.fingerprint import Fingerprint, fingerprint, known

if TYPE_CHECKING:
    from opsbook.lint.check import Report


class _Said(NamedTuple):
    """A finding and what it says: of two on the same words, one may be old and one new."""

    fingerprint: Fingerprint
    message: str

    @property
    def anywhere(self) -> _Said:
        """The same, wherever in its record: somebody gave a section another heading."""
        return self._replace(fingerprint=self.fingerprint._replace(within=""))


def _said(diagnostic: Diagnostic, path: str, now: str | None = None) -> _Said:
    """What a finding says of the record at a path of the book, which by `now` stands at another."""
    return _Said(fingerprint(diagnostic, now or path), _nameless(diagnostic.message, path))


def _nameless(message: str, path: str) -> str:
    """A message without the path and the id of the record that it is about."""
    identity = identify(path)
    names = [path, identity.id] if identity else [path]
    if not any(name in message for name in names):
        return message
    return re.sub(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])", "", message)


def digests(diagnostics: Iterable[Diagnostic], folder: str = "") -> Iterator[str]:
    """A name for each finding that is the same while its words are, wherever they move to; the same
    fault twice has two. Paths begin with `folder` where they are counted from above the book."""
    seen: Counter[_Said] = Counter()
    for each in diagnostics:
        said = _said(each, each.location.path.removeprefix(folder))
        seen[said] += 1
        digest = sha256("\0".join((*said.fingerprint, said.message)).encode("utf-8", "surrogatepass"))
        yield f"{digest.hexdigest()[:32]}:{seen[said]}"


def compare(report: Report, base: Report, touched: Set[str], renamed: Mapping[str, str]) -> Report:
    """The report with everything that the base had already marked and taken down to advice; `renamed`
    tells the path that a file had there by the one that it has now."""
    now = {old: new for new, old in renamed.items()}
    there = Counter(_said(each, each.location.path, now.get(each.location.path)) for each in base.diagnostics)
    here = [_said(each, each.location.path) for each in report.diagnostics]
    old = known(here, there)
    moved: Counter[_Said] = Counter()
    for said, number in (+there).items():
        moved[said.anywhere] += number
    rest = [number for number in range(len(here)) if number not in old]
    old |= {rest[number] for number in known((here[each].anywhere for each in rest), moved)}
    return report._replace(
        diagnostics=tuple(
            _judged(each, touched) if number in old else each
            for number, each in enumerate(report.diagnostics)
        )
    )


def gone(report: Report, base: Report, renamed: Mapping[str, str]) -> list[Diagnostic]:
    """What the base found and the report does not find any more, in order of place."""
    now = {old: new for new, old in renamed.items()}
    here = Counter(_said(each, each.location.path).anywhere for each in report.diagnostics)
    there = [
        _said(each, each.location.path, now.get(each.location.path)).anywhere for each in base.diagnostics
    ]
    still = known(there, here)
    return [each for number, each in enumerate(base.diagnostics) if number not in still]


def _judged(diagnostic: Diagnostic, touched: Set[str]) -> Diagnostic:
    """A finding that was there before."""
    dated = catalog()[diagnostic.code].terms.dated
    if dated and diagnostic.location.path in touched:
        return diagnostic
    return diagnostic._replace(level=Level.ADVICE, before="time" if dated else "base")
