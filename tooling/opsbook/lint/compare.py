"""What a change brings: findings of today against those at the base, whatever moved between.

Two findings are the same when rule, record, message and the words of the line agree; a line that
moved is the same line, and the same fault twice counts twice. What was there before is kept as
advice and marked `before`, with one exception: a finding that comes with time alone (`dated`) keeps
its level where the change touches its record, so that whoever is at it mends it; elsewhere it is a
notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from hashlib import sha256
from typing import TYPE_CHECKING

from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.catalog import catalog

if TYPE_CHECKING:
    from opsbook.lint.check import Report

Fingerprint = tuple[str, str, str, str]


def fingerprint(diagnostic: Diagnostic) -> Fingerprint:
    """What stays the same when lines are inserted above."""
    location = diagnostic.location
    quote = location.source.line(location.start.line) if location.source.text else ""
    return diagnostic.code, location.path, diagnostic.message, " ".join(quote.split())


def digests(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """A name for each finding that is the same while its words are, wherever they move to; the same
    fault twice has two."""
    seen: Counter[Fingerprint] = Counter()
    for each in diagnostics:
        key = fingerprint(each)
        seen[key] += 1
        digest = sha256("\0".join(key).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        yield f"{digest}:{seen[key]}"


def compare(report: Report, base: Report, touched: Set[str]) -> Report:
    """The report with everything that the base had already marked and taken down to advice."""
    there = Counter(fingerprint(each) for each in base.diagnostics)
    return report._replace(diagnostics=tuple(_judged(each, there, touched) for each in report.diagnostics))


def _judged(diagnostic: Diagnostic, there: Counter[Fingerprint], touched: Set[str]) -> Diagnostic:
    key = fingerprint(diagnostic)
    if there[key] == 0:
        return diagnostic
    there[key] -= 1
    dated = catalog()[diagnostic.code].terms.dated
    if dated and diagnostic.location.path in touched:
        return diagnostic
    return diagnostic._replace(level=Level.ADVICE, before="time" if dated else "base")
