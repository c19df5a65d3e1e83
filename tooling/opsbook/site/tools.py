"""Which tool for whom: by the size of the team, by what may be spent, and by where incidents are run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.model.tool import Tool, Tools

TEAMS = {"small": "up to 10 people", "medium": "up to 50 people", "large": "more than 50 people"}
BUDGETS = {"low": "next to nothing", "medium": "some money", "high": "whatever it takes"}
_NOTICE = timedelta(days=365)
"""What loses its support sooner is no choice for something new."""


class Choice(NamedTuple):
    """What suits somebody, by purpose, the best first."""

    budget: str
    chat: bool | None
    """Whether incidents are run in chat; None where it makes no difference."""
    tools: dict[str, list[str]]


def choices(policy: Tools, today: date) -> dict[str, list[Choice]]:
    """By the size of the team, what suits each budget, in chat and without."""
    known = {id: tool for id, tool in policy.tools.items() if not _ending(tool, today)}
    if not any(tool.suits.teams or tool.suits.budgets for tool in known.values()):
        return {}
    return {team: [choice for budget in BUDGETS for choice in _of(known, team, budget)] for team in TEAMS}


def _of(known: dict[str, Tool], team: str, budget: str) -> list[Choice]:
    """What suits a team and a budget: in chat and without it, or once where that is the same."""
    found = [Choice(budget, chat, _ranked(known, team, budget, chat=chat)) for chat in (True, False)]
    same = found[0].tools == found[1].tools
    return [found[0]._replace(chat=None)] if same else found


def _ranked(known: dict[str, Tool], team: str, budget: str, *, chat: bool) -> dict[str, list[str]]:
    """The tools that fit, by purpose: those that say so of more first, then in the order of the policy."""
    found: dict[str, list[tuple[int, str]]] = {}
    for id, tool in known.items():
        said = tool.suits
        asked = (
            (said.teams, team),
            (said.budgets, budget),
            (() if said.chat is None else (said.chat,), chat),
        )
        if all(not wanted or given in wanted for wanted, given in asked):
            score = sum(bool(wanted) for wanted, _ in asked)
            found.setdefault(tool.purpose, []).append((-score, id))
    return {
        purpose: [id for _, id in sorted(its, key=lambda each: each[0])] for purpose, its in found.items()
    }


def _ending(tool: Tool, today: date) -> bool:
    return tool.ends_on is not None and tool.ends_on < today + _NOTICE
