"""JUnit: what other programs parse, so whatever a record holds it is well-formed XML 1.0."""

from __future__ import annotations

from xml.etree import ElementTree

from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.check import Report
from opsbook.output.junit import render
from opsbook.text import Location, Source, Span

HOSTILE = "]]> ${{ x }} ##[error] \x00\x01\x0b\x1b[31m\u202e\ufffe\U0001fffe | ` <script>&amp; \"'\n\r\t::x"
PATH = "policies/services/checkout.yaml"


def finding(level: Level, message: str = "`a` is no `b`", hint: str = "", path: str = PATH) -> Diagnostic:
    where = Location(Source(path, "name: x\nteam: a\n"), Span(14, 15))
    return Diagnostic("REF001", "unknown_reference", level, where, message, hint)


def parsed(*findings: Diagnostic) -> ElementTree.Element:
    return ElementTree.fromstring(render(Report(findings, (), 3)))


def test_a_suite_is_a_file_and_a_case_a_finding() -> None:
    root = parsed(finding(Level.ERROR, hint="did you mean `c`?"), finding(Level.WARNING, path="x.yaml"))
    suites = [dict(suite.attrib) for suite in root]
    assert suites == [
        {"name": PATH, "tests": "1", "failures": "1", "errors": "0"},
        {"name": "x.yaml", "tests": "1", "failures": "1", "errors": "0"},
    ]
    case = root[0][0]
    assert case.attrib == {
        "classname": PATH,
        "name": "REF001 unknown_reference: `a` is no `b`",
        "file": PATH,
        "line": "2",
    }
    failure = case[0]
    assert (failure.tag, failure.attrib) == ("failure", {"type": "error", "message": "`a` is no `b`"})
    assert failure.text == f"{PATH}:2:7: `a` is no `b`\ndid you mean `c`?"


def test_advice_is_a_test_that_passes_and_says_so() -> None:
    root = parsed(finding(Level.ADVICE))
    assert root[0].attrib["failures"] == "0"
    assert [(child.tag, child.text) for child in root[0][0]] == [("system-out", f"{PATH}:2:7: `a` is no `b`")]


def test_nothing_wrong_is_one_test_that_passes() -> None:
    root = parsed(finding(Level.ERROR)._replace(before="base"))
    assert [case.attrib for case in root.iter("testcase")] == [{"classname": "opsbook", "name": "3 records"}]
    assert list(root.iter("failure")) == []


def test_what_a_record_holds_is_text_and_every_character_is_legal() -> None:
    root = parsed(finding(Level.ERROR, HOSTILE, HOSTILE, f"a/{HOSTILE}/\udcff.yaml"))
    assert [element.tag for element in root.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
    told = root[0][0][0].attrib["message"]
    assert told.startswith(
        "]]> ${{ x }} ##\\u005berror] \\u0000\\u0001\\u000b\\u001b[31m\\u202e\\ufffe\\u1fffe"
    )
    assert "<script>&amp; \"'\\u000a\\u000d ::x" in told
    assert root[0].attrib["name"].endswith("/\\udcff.yaml")
