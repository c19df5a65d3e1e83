"""GitLab's code quality report: what a merge request shows beside its changes.

The format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.compare import digests
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.lint.check import Report

FOR_FORGES = True
_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.ADVICE: "info"}


def render(report: Report, *, color: bool = False) -> str:
    new = [each for each in report.diagnostics if not each.before]
    marks = digests(new, report.folder)
    return encoded([_issue(each, mark) for each, mark in zip(new, marks, strict=True)])


def _issue(each: Diagnostic, mark: str) -> dict[str, Any]:
    start, end = each.location.start, each.location.end
    return {
        "description": ": ".join(filter(None, [each.message, each.hint])),
        "check_name": f"{each.code} {each.name}",
        "fingerprint": mark,
        "severity": _SEVERITIES[each.level],
        "location": {
            "path": each.location.path,
            "positions": {
                "begin": {"line": start.line, "column": start.column},
                "end": {"line": end.line, "column": end.column},
            },
        },
    }
