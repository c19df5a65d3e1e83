"""SARIF 2.1.0: the report as code scanning services and editors read it.

Columns count characters, ends are exclusive, lone carriage returns end lines: as everywhere in
opsbook. Paths are relative to a root whose place on this machine is nobody's business.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from opsbook import __version__
from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.catalog import catalog
from opsbook.lint.compare import digests
from opsbook.lint.secrets import masked
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.edits import Fix
    from opsbook.lint.check import Report
    from opsbook.lint.rule import Rule
    from opsbook.text import Location

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_ABOUT = "data:text/plain,opsbook%20checks%20books%20of%20operations%20records"
"""SARIF asks for a page about the tool; this is all of it until there is a site."""
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note", None: "none"}

FOR_FORGES = True


def render(report: Report, *, color: bool = False) -> str:
    rules = sorted({each.code for each in report.diagnostics})
    run = {
        "tool": {"driver": _driver([catalog()[code] for code in rules])},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": _results(report, rules),
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return encoded(log)


# ── rules ─────────────────────────────────────────────────────────────────────────────────


def _driver(rules: list[Rule]) -> dict[str, Any]:
    return {
        "name": "opsbook",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _ABOUT,
        "rules": [_rule(each) for each in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    level = rule.level("recommended")
    return {
        "id": rule.code,
        "name": rule.name.title().replace("_", ""),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": _why(rule)},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[level], "enabled": level is not None},
        "properties": {"tags": [rule.family], "since": rule.terms.since},
    }


def _why(rule: Rule) -> str:
    """The first paragraph after the title, on one line."""
    paragraphs = re.split(r"\n\s*\n", rule.page)
    return " ".join((paragraphs[1] if len(paragraphs) > 1 else rule.title).split())


# ── results ───────────────────────────────────────────────────────────────────────────────


def _results(report: Report, rules: list[str]) -> list[dict[str, Any]]:
    compared = any(each.before for each in report.diagnostics)
    results = []
    for each, mark in zip(report.diagnostics, digests(report.diagnostics, report.folder), strict=True):
        result = _result(each, rules.index(each.code))
        result["partialFingerprints"] = {"opsbook/v1": mark}
        if compared:
            result["baselineState"] = "unchanged" if each.before else "new"
        results.append(result)
    return results


def _result(each: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": each.code,
        "ruleIndex": rule,
        "level": _LEVELS[each.level],
        "message": {"text": " ".join(_sentence(text) for text in (each.message, each.hint) if text)},
        "locations": [_location(each.location)],
    }
    if each.related:
        result["relatedLocations"] = [
            {"id": number, **_location(one.location), "message": {"text": _sentence(one.message)}}
            for number, one in enumerate(each.related, 1)
        ]
    if each.fix:
        result["fixes"] = [_fix(each.fix)]
    return result


def _sentence(text: str) -> str:
    """A clause as a sentence. A viewer would make `[words](target)` a link: brackets are escaped."""
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return text if text.endswith((".", "?", "!")) else text + "."


def _fix(fix: Fix) -> dict[str, Any]:
    edits = sorted(fix.edits, key=lambda edit: (edit.location.path, edit.location.span))
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {"deletedRegion": _region(edit.location), "insertedContent": {"text": edit.replacement}}
                    for edit in group
                ],
            }
            for path, group in groupby(edits, key=lambda edit: edit.location.path)
        ],
        "properties": {"safe": fix.safe},
    }


def _location(location: Location) -> dict[str, Any]:
    region = _region(location)
    if location.text:
        region["snippet"] = {"text": _quote(location)}
    return {"physicalLocation": {"artifactLocation": _artifact(location.path), "region": region}}


def _quote(location: Location) -> str:
    """What is written there, secrets masked; their line says what they are."""
    start, end = location.start, location.end
    if start.line != end.line:
        return masked(location.text)
    return masked(location.source.line(start.line))[start.column - 1 : end.column - 1]


def _artifact(path: str) -> dict[str, Any]:
    return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": _ROOT}


def _region(location: Location) -> dict[str, Any]:
    start, end = location.start, location.end
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
