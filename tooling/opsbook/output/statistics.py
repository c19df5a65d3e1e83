"""How often each rule found something, the most frequent first: what `--statistics` prints."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from opsbook.output.frames import Paint, summary

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.check import Report


def counted(report: Report, *, color: bool = False) -> str:
    """The report as a table of rules."""
    paint = Paint(color)
    new = sorted((each for each in report.diagnostics if not each.before), key=lambda each: each.code)
    groups = [list(group) for _, group in groupby(new, key=lambda each: each.code)]
    groups.sort(key=lambda group: -len(group))
    width = max((len(f"{len(group):,}") for group in groups), default=0)
    longest = max((len(group[0].name) for group in groups), default=0)
    lines = [_line(group, width, longest, paint) + "\n" for group in groups]
    return "".join(lines) + summary(report, paint)


def _line(group: list[Diagnostic], width: int, longest: int, paint: Paint) -> str:
    level = max(each.level for each in group)
    fixable = sum(each.fix is not None and each.fix.safe for each in group)
    columns = f"{len(group):>{width},}  {group[0].code}  {paint.level(level, f'{level!s:<7}')}  "
    mended = f"  `--fix` mends {fixable:,}" if fixable else ""
    return columns + (f"{group[0].name:<{longest}}{mended}").rstrip()
