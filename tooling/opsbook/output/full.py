"""Every finding with its line, what is marked in it, and what to do; for a person."""

from __future__ import annotations

from opsbook.lint.check import Report
from opsbook.output.frames import Paint, frame, summary


def render(report: Report, *, color: bool = False) -> str:
    paint = Paint(color)
    frames = [frame(each, paint) + "\n\n" for each in report.diagnostics if not each.before]
    return "".join(frames) + summary(report.diagnostics, report.checked, paint)
