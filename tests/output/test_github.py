"""Annotations: read by a runner that follows orders, so record text must never give one."""

from __future__ import annotations

import re

from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.check import Report
from opsbook.output.github import render
from opsbook.text import Location, Source, Span

HOSTILE = (
    "]]> ${{ github.token }}\n::set-output name=a::b\r::error::x\r\n##[error]y\x1b[31m\u202e"
    "| ` <script> 100% a:b,c\x00"
)


PATH = "incidents/2026/2026-03-02-x/incident.yaml"


def finding(level: Level = Level.ERROR, message: str = "`a` is no `b`", **more: object) -> Diagnostic:
    source = Source(PATH, "title: x\nservices: [a]\nsummary: z\n")
    where = Location(source, Span(20, 21))
    return Diagnostic("REF001", "unknown_reference", level, where, message)._replace(**more)  # type: ignore[arg-type]


def lines(*findings: Diagnostic) -> list[str]:
    return render(Report(findings, (), 3)).splitlines()


def obeyed(printed: str) -> list[str]:
    """The lines that a runner takes for a command, as its source reads them."""
    found = []
    for line in re.split(r"\r\n|\r|\n", printed):
        if line.lstrip().startswith("::"):
            found.append(line)
        elif "##[" in line:
            found.append(line[line.index("##[") :])
    return found


def test_a_finding_is_a_command_with_its_place_code_and_what_to_do() -> None:
    where = f"file={PATH},line=2,endLine=2,col=12,endColumn=13"
    what = f"{PATH}:2:12: `a` is no `b`%0Adid you mean `c`?"
    assert lines(finding(hint="did you mean `c`?")) == [
        f"::error {where},title=REF001 unknown_reference::{what}",
        "1 error in 3 records",
    ]


def test_columns_are_given_within_one_line_only_as_the_runner_asks() -> None:
    source = finding().location.source
    first, _ = lines(finding(location=Location(source, Span(0, 12))))
    assert ",line=1,endLine=2,title=" in first


def test_the_worst_come_first_ten_of_each_level_and_the_rest_are_counted() -> None:
    many = [finding(Level(1 + number % 3), message=str(number)) for number in range(60)]
    printed = lines(*many)
    commands = [line.partition(" ")[0] for line in printed[:30]]
    assert commands == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 10
    assert printed[30:] == [
        "not annotated, since GitHub shows 10 of a level: 10 errors, 10 warnings, 10 advice",
        "20 errors, 20 warnings, 20 advice in 3 records",
    ]


def test_what_was_there_before_the_change_is_no_annotation() -> None:
    assert lines(finding(before="base")) == [
        "nothing new in 3 records",
        "1 finding that this change did not bring; `opsbook check` shows them",
    ]


def test_record_text_is_never_a_command() -> None:
    source = Source(f"incidents/{HOSTILE}/incident.yaml", HOSTILE)
    printed = render(
        Report((finding(message=HOSTILE, hint=HOSTILE, location=Location(source, Span(3, 9))),), (), 1)
    )
    commands = obeyed(printed)
    assert len(commands) == 1
    head, _, message = commands[0].removeprefix("::error ").partition("::")
    names = [part.partition("=")[0] for part in head.split(",")]
    assert names == ["file", "line", "endLine", "col", "endColumn", "title"]
    assert "100%25 a%3Ab%2Cc" in head
    assert "100%25 a:b,c" in message
    assert not re.search(r"[\x00-\x1f\u202e]", printed.replace("\n", ""))


def test_an_escape_that_a_record_holds_is_not_undone() -> None:
    first, _ = lines(finding(message="%0A::error::x %3A"))
    assert first.endswith(": %250A::error::x %253A")
