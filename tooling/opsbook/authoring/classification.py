"""How bad is it: the questions of the severity policy, walked to a level."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.model.severity import Severities

Answer = Literal["yes", "no", "unsure"]
_SAID: dict[str, Answer] = {
    "y": "yes", "yes": "yes", "true": "yes", "n": "no", "no": "no", "false": "no",
    "u": "unsure", "unsure": "unsure", "?": "unsure", "unknown": "unsure",
}  # fmt: skip


class Step(NamedTuple):
    """A question that was asked, the answer, and where it led."""

    question: str
    ask: str
    answer: Answer
    leads_to: str


class Classification(NamedTuple):
    """The level that answers lead to, and the way there."""

    level: str
    path: tuple[Step, ...]

    @property
    def words(self) -> str:
        """The answers in a line, as a timeline keeps them."""
        return "; ".join(f"{step.ask} {step.answer}" for step in self.path)


def answer(text: str) -> Answer | None:
    """What somebody means who says `y`, `No` or `?`; None for anything else."""
    return _SAID.get(text.strip().casefold())


def classify(policy: Severities, asked: Callable[[str], Answer]) -> Classification:
    """Walk the questions from the first one; `asked` answers each by its id.

    Whoever is unsure takes the branch that may end worse. UserError where the policy has no questions, or
    where they lead in a circle or to nothing.
    """
    if not policy.questions:
        raise UserError("the severity policy has no questions", "add `questions` to policies/severities.yaml")
    path: list[Step] = []
    here = next(iter(policy.questions))
    while here not in policy.levels:
        question = policy.questions.get(here)
        if question is None or any(step.question == here for step in path):
            raise UserError(
                f"the questions of the severity policy lead to `{here}`, "
                + ("which is no question and no level" if question is None else "which was asked already"),
                "mend policies/severities.yaml",
            )
        said = asked(here)
        leads = {"yes": question.if_yes, "no": question.if_no}.get(said) or _worse(
            policy, question.if_yes, question.if_no
        )
        path.append(Step(here, question.ask, said, leads))
        here = leads
    return Classification(here, tuple(path))


def _worse(policy: Severities, one: str, other: str) -> str:
    """The branch that may end worse: by the worst level that it reaches, then by the mildest."""
    return min((one, other), key=lambda branch: _ends(policy, branch))


def _ends(policy: Severities, branch: str) -> tuple[int, int]:
    """The rank of the worst and of the mildest level that a branch reaches, 0 being the worst."""
    ranks = {level: rank for rank, level in enumerate(policy.levels)}
    seen: set[str] = set()
    todo = [branch]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            question = policy.questions.get(here)
            todo += [question.if_yes, question.if_no] if question and here not in ranks else []
    reached = [ranks[each] for each in seen if each in ranks] or [len(ranks)]
    return min(reached), max(reached)
