"""Where the classifying questions lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.defaults import severities
from opsbook.diagnostics import Diagnostic
from opsbook.lint.questions import asked, dead_ends, way_back

Findings = Callable[..., tuple[Diagnostic, ...]]
RULES = ("dead_end_answer", "circular_questions", "unasked_question", "unreached_severity")


def said(findings: Findings, **answers: str) -> dict[str, list[str]]:
    """What each rule says of questions with these answers: `yes/no`."""
    lines = [
        f"  {id}: {{ask: really, if_yes: {each.split('/')[0]}, if_no: {each.split('/')[1]}}}\n"
        for id, each in answers.items()
    ]
    text = "levels:\n  S1: {name: a, definition: b}\n  S2: {name: a, definition: b}\nquestions:\n"
    files = {"policies/severities.yaml": text + "".join(lines)}
    found = {rule: [each.message for each in findings(rule, files)] for rule in RULES}
    return {rule: messages for rule, messages in found.items() if messages}


def test_the_questions_that_opsbook_ships_are_whole() -> None:
    policy = severities()
    assert dead_ends(policy) == []
    assert asked(policy) == policy.questions.keys()
    assert [way_back(policy, each) for each in policy.questions] == [None] * len(policy.questions)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a": "S1/S2"}, {}),
        ({"a": "S1/b", "b": "S1/S2"}, {}),
        ({"a": "S1/SS2"}, {"dead_end_answer": ["no question and no level `SS2`"]}),
        ({"a": "S1/a", "b": "S2/S2"}, {
            "circular_questions": ["leads back to itself: `a` → `a`"],
            "unasked_question": ["`b` is never asked: no answers lead to it"],
        }),
        ({"a": "S1/b", "b": "S2/c", "c": "b/S1"}, {
            "circular_questions": [
                "leads back to itself: `b` → `c` → `b`", "leads back to itself: `c` → `b` → `c`",
            ],
        }),
        ({"a": "S1/S1"}, {"unreached_severity": ["no answers lead to `S2`"]}),
    ],
)  # fmt: skip
def test_one_fault_is_reported_once(
    findings: Findings, answers: dict[str, str], expected: dict[str, list[str]]
) -> None:
    assert said(findings, **answers) == expected
