"""JUnit XML, as CI servers read it: a suite a file, a test case a finding.

Errors and warnings are failures; advice is a test that passes and says so. Without findings there
is one passing test, since servers take a report without tests for a run that broke.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from opsbook.diagnostics import Diagnostic, Level
from opsbook.output.frames import clean
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.lint.check import Report

FOR_FORGES = True


def render(report: Report, *, color: bool = False) -> str:
    root = Element("testsuites", name="opsbook")
    new = [each for each in report.diagnostics if not each.before]
    for path, group in groupby(new, key=lambda each: each.location.path):
        _suite(root, clean(path), list(group))
    if not new:
        suite = SubElement(root, "testsuite", name="opsbook", tests="1", failures="0", errors="0")
        SubElement(suite, "testcase", classname="opsbook", name=count(report.checked, "record"))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, path: str, group: list[Diagnostic]) -> None:
    failures = sum(each.level > Level.ADVICE for each in group)
    suite = SubElement(
        root, "testsuite", name=path, tests=str(len(group)), failures=str(failures), errors="0"
    )
    for each in group:
        _case(suite, path, each)


def _case(suite: Element, path: str, each: Diagnostic) -> None:
    line, message = str(each.location.start.line), clean(each.message)
    name = f"{each.code} {each.name}: {message}"
    case = SubElement(suite, "testcase", classname=path, name=name, file=path, line=line)
    text = "\n".join(filter(None, [f"{clean(str(each.location))}: {message}", clean(each.hint)]))
    if each.level > Level.ADVICE:
        SubElement(case, "failure", type=str(each.level), message=message).text = text
    else:
        SubElement(case, "system-out").text = text
