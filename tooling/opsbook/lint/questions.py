"""Where the classifying questions of a severity policy lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbook.model.severity import Severities

ANSWERS = ("if_yes", "if_no")


def leads(policy: Severities, question: str) -> dict[str, str]:
    """Where each answer to a question leads."""
    found = policy.questions[question]
    return {answer: getattr(found, answer) for answer in ANSWERS}


def dead_ends(policy: Severities) -> list[tuple[str, str, str]]:
    """Answers that lead to no question and to no level: question, answer, and what is written."""
    return [
        (question, answer, name)
        for question in policy.questions
        for answer, name in leads(policy, question).items()
        if name not in policy.questions and name not in policy.levels
    ]


def asked(policy: Severities) -> set[str]:
    """The questions that are asked: the first, and those that its answers lead to by and by."""
    ways = list(policy.questions)[:1]
    for question in ways:  # grows while it is walked
        names = (meant(policy, name) for name in leads(policy, question).values())
        ways += [name for name in names if name in policy.questions and name not in ways]
    return set(ways)


def meant(policy: Severities, name: str) -> str | None:
    """The question or level that an answer leads to, or was meant to by its looks."""
    from opsbook.book.validate import nearest

    known = [*policy.levels, *policy.questions]
    return name if name in known else nearest(name, known)


def way_back(policy: Severities, question: str) -> list[str] | None:
    """The shortest way of answers from a question back to it, as the questions on it."""
    ways = [[question]]
    seen: set[str] = set()
    for way in ways:  # grows while it is walked
        for name in leads(policy, way[-1]).values():
            if name == question:
                return way
            if name in policy.questions and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return None
