"""Every finding with its line, what is marked in it, and what to do; for a person.

Nobody reads three thousand findings. A check of a whole book that finds so much shows the first few of
each rule, and ends with an overview; `--select RULE` shows all of a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Level
from opsbook.output.frames import Paint, frame, notices, summary
from opsbook.output.overview import MANY, lines
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.check import Report

_EACH = {Level.ADVICE: 1, Level.WARNING: 2, Level.ERROR: 3}
"""Findings shown of a rule where there are many."""


def render(report: Report, *, color: bool = False) -> str:
    paint = Paint(color)
    new = [each for each in report.diagnostics if not each.before]
    brief = report.brief and len(new) > MANY
    shown = list(_first(new)) if brief else new
    parts = [frame(each, paint) + "\n\n" for each in shown]
    if brief:
        parts += _rest(new, shown)
    parts += [*notices(report), summary(report, paint)]
    if brief:
        parts += [line + "\n" for line in ("", *lines(report, paint))]
    return "".join(parts)


def _first(found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """The first few of each rule, the worst rules first."""
    seen: Counter[str] = Counter()
    for each in sorted(found, key=lambda each: (-each.level, each.code)):
        seen[each.code] += 1
        if seen[each.code] <= _EACH[each.level]:
            yield each


def _rest(found: list[Diagnostic], shown: list[Diagnostic]) -> Iterator[str]:
    """How many more of each rule there are, and how to see them."""
    more = Counter((each.code, each.name) for each in found)
    more -= Counter((each.code, each.name) for each in shown)
    if not more:
        return
    width = max(len(f"{number:,}") for number in more.values())
    for (code, name), number in sorted(more.items(), key=lambda item: -item[1]):
        yield f"{number:>{width},} more of {code} {name}\n"
    yield f"`opsbook check --select RULE` shows all of a rule, `--all` {count(len(found), 'finding')}\n\n"
