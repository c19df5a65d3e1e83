"""Reviewdog's diagnostic format, which brings findings and their fixes as comments to most forges.

The format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Its columns count bytes of UTF-8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Diagnostic, Level
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.lint.check import Report
    from opsbook.text import Location, Position

FOR_FORGES = True
_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.ADVICE: "INFO"}


def render(report: Report, *, color: bool = False) -> str:
    new = (each for each in report.diagnostics if not each.before)
    return encoded({"source": {"name": "opsbook"}, "diagnostics": [_diagnostic(each) for each in new]})


def _diagnostic(each: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "message": "\n".join(filter(None, [each.message, each.hint])),
        "location": _location(each.location),
        "severity": _SEVERITIES[each.level],
        "code": {"value": f"{each.code} {each.name}"},
    }
    if each.related:
        found["relatedLocations"] = [
            {"message": one.message, "location": _location(one.location)} for one in each.related
        ]
    if each.fix and all(edit.location.path == each.location.path for edit in each.fix.edits):
        found["suggestions"] = [
            {"range": _range(edit.location), "text": edit.replacement} for edit in each.fix.edits
        ]
    return found


def _location(location: Location) -> dict[str, Any]:
    return {"path": location.path, "range": _range(location)}


def _range(location: Location) -> dict[str, Any]:
    return {"start": _place(location, location.start), "end": _place(location, location.end)}


def _place(location: Location, position: Position) -> dict[str, int]:
    before = location.source.line(position.line)[: position.column - 1] if location.source.text else ""
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
