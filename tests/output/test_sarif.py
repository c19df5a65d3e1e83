"""SARIF 2.1.0, judged by its schema and, where npm could fetch it, by Microsoft's validator."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from opsbook.diagnostics import Diagnostic, Level, Related
from opsbook.edits import Edit, Fix
from opsbook.lint.catalog import catalog
from opsbook.lint.check import Report
from opsbook.output.sarif import render
from opsbook.text import Location, Source, Span

ROOT = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("OPSBOOK_CORPORA", ROOT.parent / "shared" / "corpora"))
SCHEMA = CORPORA / "api-schemas/SchemaStore__schemastore/schemas/json/sarif-2.1.0.json"
MULTITOOL = ROOT / "build/node/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
PATH = "incidents/2026/2026-03-02-x/incident.yaml"
TEXT = "title: hé🎉\nservices: [a]\nsummary: z\n"
HOSTILE = (
    "]]> ${{ x }} ::set-output ##[error] \x00\x1b[31m\u202e | ` <script> {0} [a](https://evil.example) \n\\"
)


def at(start: int, end: int, text: str = TEXT, path: str = PATH) -> Location:
    return Location(Source(path, text), Span(start, end))


def finding(location: Location | None = None, **more: object) -> Diagnostic:
    where = location or at(22, 23)
    found = Diagnostic("REF001", "unknown_reference", Level.ERROR, where, "no service `a`")
    return found._replace(**more)  # type: ignore[arg-type]


def log(*findings: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(Report(findings, (), 3)))
    return found


def results(*findings: Diagnostic) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log(*findings)["runs"][0]["results"]
    return found


def everything() -> tuple[Diagnostic, ...]:
    """Findings that use all there is, with the worst that a record can hold."""
    fix = Fix(
        HOSTILE, (Edit(at(22, 23), HOSTILE), Edit(at(0, 0), "x\n"), Edit(at(0, 0, "", "new.yaml"), "y"))
    )
    return (
        finding(message=HOSTILE, hint=HOSTILE, related=(Related(at(0, 15), HOSTILE),), fix=fix),
        finding(level=Level.WARNING, fix=fix._replace(safe=False)),
        finding(at(0, 0, "", "runbooks/a b/ü%[1].md"), level=Level.ADVICE, code="DOC001"),
        finding(before="base", code="INC001"),
    )


def test_a_result_says_what_where_and_how_bad() -> None:
    (result,) = results(finding(hint="did you mean `b`?"))
    assert result == {
        "ruleId": "REF001",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "no service `a`. did you mean `b`?"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": PATH, "uriBaseId": "SRCROOT"},
                    "region": {
                        "startLine": 2,
                        "startColumn": 12,
                        "endLine": 2,
                        "endColumn": 13,
                        "snippet": {"text": "a"},
                    },
                }
            }
        ],
        "partialFingerprints": result["partialFingerprints"],
    }


def test_a_rule_brings_its_page_and_is_listed_once() -> None:
    run = log(finding(), finding(code="INC001"), finding())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["INC001", "REF001"]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 1]
    page = catalog()["REF001"]
    assert rules[1]["name"] == "UnknownReference"
    assert rules[1]["shortDescription"] == {"text": page.title}
    assert rules[1]["help"] == {"text": page.page, "markdown": page.page}
    assert rules[1]["defaultConfiguration"] == {"level": "error", "enabled": True}
    assert run["columnKind"] == "unicodeCodePoints"


def test_columns_count_characters_and_not_bytes_or_utf16() -> None:
    (result,) = results(finding(at(9, 10)))
    region = result["locations"][0]["physicalLocation"]["region"]
    snippet = {"text": "\N{PARTY POPPER}"}
    assert (region["startColumn"], region["endColumn"], region["snippet"]) == (10, 11, snippet)


def test_a_fix_replaces_regions_file_by_file() -> None:
    fix = Fix("write it", (Edit(at(22, 23), "b"), Edit(at(0, 0), "x\n"), Edit(at(0, 0, "", "new.yaml"), "y")))
    (result,) = results(finding(fix=fix))
    (written,) = result["fixes"]
    assert written["properties"] == {"safe": True}
    changes = [
        (change["artifactLocation"]["uri"], [_edit(each) for each in change["replacements"]])
        for change in written["artifactChanges"]
    ]
    assert changes == [
        (PATH, [(1, 1, "x\n"), (2, 12, "b")]),
        ("new.yaml", [(1, 1, "y")]),
    ]


def _edit(replacement: dict[str, Any]) -> tuple[int, int, str]:
    region = replacement["deletedRegion"]
    return region["startLine"], region["startColumn"], replacement["insertedContent"]["text"]


def test_a_finding_keeps_its_fingerprint_when_lines_move_and_twins_have_two() -> None:
    first, second = (each["partialFingerprints"]["opsbook/v1"] for each in results(finding(), finding()))
    moved = finding(at(22 + 9, 23 + 9, "# words\n\n" + TEXT))
    assert results(moved)[0]["partialFingerprints"]["opsbook/v1"] == first
    assert first != second
    other = finding(at(22, 23, TEXT.replace("[a]", "[c]")))
    assert results(other)[0]["partialFingerprints"]["opsbook/v1"] != first


def test_the_baseline_is_told_only_where_there_was_one() -> None:
    assert "baselineState" not in results(finding())[0]
    states = [each["baselineState"] for each in results(finding(), finding(before="base"))]
    assert states == ["new", "unchanged"]


def test_brackets_of_a_record_are_no_link() -> None:
    (result,) = results(finding(message="see [a](https://evil.example)"))
    assert result["message"]["text"] == "see \\[a\\](https://evil.example)."


def test_what_is_printed_is_plain_ascii_without_a_command() -> None:
    printed = render(Report(everything(), (), 3))
    assert printed.isascii()
    assert "##[" not in printed
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())
    told = json.loads(printed)["runs"][0]["results"][1]["fixes"][0]["description"]["text"]
    assert told == HOSTILE


def test_a_file_name_that_is_not_utf8_keeps_its_bytes() -> None:
    (result,) = results(finding(at(0, 1, "x", "runbooks/\udcff.md")))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "runbooks/%FF.md"


@pytest.mark.parametrize("findings", [(), everything()], ids=["none", "everything"])
def test_the_schema_accepts_it(findings: tuple[Diagnostic, ...]) -> None:
    if not SCHEMA.exists():
        pytest.skip("no corpora: the schema of SARIF is not here")
    schema = json.loads(SCHEMA.read_text())
    assert [error.message for error in Draft7Validator(schema).iter_errors(log(*findings))] == []


def test_the_validator_finds_neither_errors_nor_warnings(tmp_path: Path) -> None:
    if not MULTITOOL.exists():
        pytest.skip("no sarif-multitool: `make unit` installs it where there is npm")
    MULTITOOL.chmod(MULTITOOL.stat().st_mode | stat.S_IXUSR)  # npm may leave out what would do this
    for name, findings in (("none", ()), ("everything", everything())):
        (tmp_path / f"{name}.sarif").write_text(render(Report(findings, (), 3)))
    files = [tmp_path / "none.sarif", tmp_path / "everything.sarif"]
    found = tmp_path / "found.json"
    done = subprocess.run(
        [MULTITOOL, "validate", *files, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "-o", found],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "2 files scanned" in done.stdout
    assert json.loads(found.read_text())["runs"][0]["results"] == []
