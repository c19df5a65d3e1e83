"""`jsonl`, `gitlab` and `rdjson`: what other programs parse, whatever a record holds."""

from __future__ import annotations

import json
from typing import Any

from opsbook.diagnostics import Diagnostic, Level, Related
from opsbook.edits import Edit, Fix
from opsbook.lint.check import Report
from opsbook.output import gitlab, jsonl, rdjson
from opsbook.output import json as plain
from opsbook.text import Location, Source, Span

PATH = "policies/services/checkout.yaml"
TEXT = "name: hé🎉x\nteam: a\n"
HOSTILE = "]]> ${{ x }} ##[error] \x00\x1b[31m\u202e | ` <script>\n::set-output name=a::b"
PLACE = Location(Source(PATH, TEXT), Span(9, 10))


def finding(message: str = "no team `a`", hint: str = "did you mean `b`?", **more: object) -> Diagnostic:
    found = Diagnostic("REF001", "unknown_reference", Level.ERROR, PLACE, message, hint, within="name")
    return found._replace(**more)  # type: ignore[arg-type]


def report(*findings: Diagnostic) -> Report:
    return Report(findings, (), 3)


def test_jsonl_holds_the_objects_of_json_one_a_line() -> None:
    both = report(finding(), finding(HOSTILE, HOSTILE, before="base"))
    lines = jsonl.render(both).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(plain.render(both))["diagnostics"]
    assert all(line.isascii() and line.isprintable() and "##[" not in line for line in lines)


def test_gitlab_is_told_what_where_and_how_bad() -> None:
    (issue,) = json.loads(gitlab.render(report(finding(), finding(before="base"))))
    assert issue.pop("fingerprint")
    assert issue == {
        "description": "no team `a`: did you mean `b`?",
        "check_name": "REF001 unknown_reference",
        "severity": "major",
        "location": {
            "path": PATH,
            "positions": {"begin": {"line": 1, "column": 10}, "end": {"line": 1, "column": 11}},
        },
    }


def test_gitlab_tells_two_equal_faults_apart() -> None:
    first, second = json.loads(gitlab.render(report(finding(), finding())))
    assert first["fingerprint"] != second["fingerprint"]


def rd(*findings: Diagnostic) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(rdjson.render(report(*findings)))["diagnostics"]
    return found


def test_reviewdog_counts_columns_in_bytes() -> None:
    (found,) = rd(finding())
    assert found == {
        "message": "no team `a`\ndid you mean `b`?",
        "location": {
            "path": PATH,
            "range": {"start": {"line": 1, "column": 14}, "end": {"line": 1, "column": 15}},
        },
        "severity": "ERROR",
        "code": {"value": "REF001 unknown_reference"},
    }


def test_reviewdog_gets_fixes_as_suggestions_and_related_places() -> None:
    (found,) = rd(finding(fix=Fix("b", (Edit(PLACE, "b"),)), related=(Related(PLACE, "here"),)))
    assert found["suggestions"] == [{"range": found["location"]["range"], "text": "b"}]
    assert found["relatedLocations"] == [{"message": "here", "location": found["location"]}]


def test_a_hostile_record_is_data_in_all_of_them() -> None:
    hostile = report(finding(HOSTILE, HOSTILE), finding(HOSTILE, fix=Fix(HOSTILE, (Edit(PLACE, HOSTILE),))))
    for style in (jsonl, gitlab, rdjson):
        text = style.render(hostile)
        assert "##[" not in text
        assert text.isascii()
        assert not any(line.startswith("::") for line in text.splitlines())
