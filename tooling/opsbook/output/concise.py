"""One line a finding: path:line:column, level, code and message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.output.frames import Paint, clean, notices, summary

if TYPE_CHECKING:
    from opsbook.lint.check import Report


def render(report: Report, *, color: bool = False) -> str:
    paint = Paint(color)
    lines = [
        f"{paint(clean(str(each.location)), '1')}: {paint.level(each.level, f'{each.level}[{each.code}]')} "
        f"{clean(each.message)}" + (f" ({clean(each.hint)})" if each.hint else "") + "\n"
        for each in report.diagnostics
        if not each.before
    ]
    return "".join([*lines, *notices(report)]) + summary(report, paint)
