"""Every finding with its line, what is marked in it, and what to do; for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.output.frames import Paint, frame, summary

if TYPE_CHECKING:
    from opsbook.lint.check import Report


def render(report: Report, *, color: bool = False) -> str:
    paint = Paint(color)
    frames = [frame(each, paint) + "\n\n" for each in report.diagnostics if not each.before]
    return "".join(frames) + summary(report.diagnostics, report.checked, paint)
