"""The report as JSON: an object with `version`, `checked` and `diagnostics`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.check import Report
    from opsbook.text import Location


def render(report: Report, *, color: bool = False) -> str:
    found = {
        "version": 1,
        "checked": report.checked,
        "diagnostics": [data(each) for each in report.diagnostics],
    }
    return encoded(found)


def encoded(found: object) -> str:
    """JSON in printable ASCII, in which neither a terminal nor a CI runner finds a command."""
    return harmless(json.dumps(found, indent=2)) + "\n"


def harmless(text: str) -> str:
    """JSON without what a CI runner takes for a command."""
    return text.replace("##[", "##\\u005b")


def data(each: Diagnostic) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "code": each.code,
        "name": each.name,
        "level": str(each.level),
        "message": each.message,
        "hint": each.hint or None,
        "new": not each.before,
        "within": each.within or None,
        **_location(each.location),
        "related": [{"message": one.message, **_location(one.location)} for one in each.related],
        "fix": each.fix
        and {
            "title": each.fix.title,
            "safe": each.fix.safe,
            "edits": [
                {**_location(edit.location), "replacement": edit.replacement} for edit in each.fix.edits
            ],
        },
    }


def _location(location: Location) -> dict[str, Any]:
    start, end = location.start, location.end
    return {
        "path": location.path,
        "start": {"line": start.line, "column": start.column},
        "end": {"line": end.line, "column": end.column},
    }
