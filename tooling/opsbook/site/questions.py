"""The classifying questions of the severity policy as a tree, flat and ready to be indented."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from opsbook.site.escape import text

if TYPE_CHECKING:
    from opsbook.model.severity import Question, Severities
    from opsbook.site.guide import Guide


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


_DEEPEST = 24
"""So many questions in a row are put into one another; more are a list."""


def classifier(policy: Severities, guide: Guide) -> Markup:
    """The questions to be answered one after the other: each answer opens what follows from it and closes
    the other one. It needs no script; empty where there are none, or too many in a row."""
    branches = tree(policy)
    if not branches or max(branch.depth for branch in branches) > _DEEPEST:
        return Markup()
    out: list[str] = []
    above: list[int] = []
    """The place of the branch that each open answer belongs to, the innermost last."""
    for place, branch in enumerate(branches):
        while above and branches[above[-1]].depth >= branch.depth:
            out.append("</div></details>")
            above.pop()
        if branch.answer:
            group = above[-1] if above else 0
            reply = f"<summary>{branch.answer}</summary><div>"
            out.append(f'<details class="ob-reply" name="ob-question-{group}">{reply}')
            above.append(place)
        out.append(_shown(branch, policy, guide))
    out += ["</div></details>"] * len(above)
    return Markup("".join(out))  # noqa: S704 (made here, and by `text`)


def _shown(branch: Branch, policy: Severities, guide: Guide) -> Markup:
    """A question, or the level that the answers lead to and what it asks for first."""
    if branch.again and branch.question:
        return Markup("<p>Answer once more: {}</p>").format(text(branch.question.ask))
    if branch.question:
        help = (
            Markup("<br><small>{}</small>").format(text(branch.question.help)) if branch.question.help else ""
        )
        return Markup('<p class="ob-ask">{}{}</p>').format(text(branch.question.ask), help)
    level = policy.levels.get(branch.id)
    if level is None:
        return Markup("<p>{}</p>").format(text(branch.id))
    what = Markup("<p>{}</p><p><code>opsbook declare &#34;…&#34; -s {}</code></p>")
    return Markup('<p class="ob-outcome">{} <strong>{}</strong></p>{}').format(
        guide.severity(branch.id), text(level.name), what.format(text(level.definition), text(branch.id))
    )
