"""The work that incidents left behind as a board: overdue first, then what is under way, open, and done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.site import charts, tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbook.metrics.agenda import Asked
    from opsbook.model.incident import ActionItem
    from opsbook.site.work import Work

_CARDS = 24
"""So many cards stand in a column; the rest is counted, and stands in the list."""
_LISTED = 400
"""So many rows the list has at most."""
_LATELY = timedelta(days=30)


class Column(NamedTuple):
    """A state of the board, and what is in it."""

    name: str
    style: str
    cards: list[Work]
    number: int


def board(
    work: list[Work],
    done: list[Work],
    items: list[tally.Item],
    by_team: Mapping[str | None, list[Work]],
    today: date,
) -> dict[str, Any]:
    """What the page of action items shows; `work` is unfinished and in order, `done` was finished lately."""
    finished = sorted(done, key=lambda each: (each.item.done_on or date.min, each.incident.id), reverse=True)
    states = {
        ("Overdue", "late"): sorted((each for each in work if each.overdue), key=lambda each: each.answered),
        ("Under way", "doing"): [
            each for each in work if each.item.status == "in-progress" and not each.overdue
        ],
        ("To be begun", "open"): [each for each in work if each.item.status == "open" and not each.overdue],
        ("Done in the last 30 days", "done"): finished,
    }
    weeks = tally.burn_down(items, today)
    return {
        "columns": [Column(*name, found[:_CARDS], len(found)) for name, found in states.items()],
        "teams": tally.by_team(by_team),
        "work": work[:_LISTED],
        "in_all": len(work),
        "weeks": weeks,
        "picture": charts.columns(
            "burn-down",
            "Unfinished action items by week",
            ", ".join(f"{week.last}: {week.open}, {week.late} of them overdue" for week in weeks[::5]),
            list(tally.by_week(weeks)),
        ),
    }


def lately(item: ActionItem, today: date) -> bool:
    """Whether it was finished so short a while ago that the board shows it."""
    return item.status == "done" and item.done_on is not None and today - _LATELY <= item.done_on <= today


def team(asked: Asked, work: Work) -> str | None:
    """The team that work falls to: that of its owner."""
    return asked.team_of((work.item.owner,)) if work.item.owner else None
