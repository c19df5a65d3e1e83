"""The classifying questions of the severity policy as a tree, flat and ready to be indented."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.model.severity import Question, Severities


class Branch(NamedTuple):
    """One line of the tree: how deep, the answer that leads here, and a question or a level.

    A question that several answers lead to is asked once; later it is only named (`again`).
    """

    depth: int
    answer: str
    id: str
    question: Question | None
    again: bool = False


def tree(policy: Severities) -> list[Branch]:
    """The questions in the order of the answers, yes before no; empty where there are none."""
    if not policy.questions:
        return []
    found: list[Branch] = []
    asked: set[str] = set()
    waiting = [(0, "", next(iter(policy.questions)))]
    while waiting:
        depth, answer, id = waiting.pop()
        question = policy.questions.get(id)
        found.append(Branch(depth, answer, id, question, id in asked))
        if question and id not in asked:
            asked.add(id)
            waiting += [(depth + 1, "No", question.if_no), (depth + 1, "Yes", question.if_yes)]
    return found
