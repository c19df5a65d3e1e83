"""What is due, for a program: an object with `version`, `at`, `items` and how many are due later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsbook.model.time import write_instant
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.metrics.agenda import Chosen, Item


def render(chosen: Chosen, *, color: bool = False) -> str:
    return encoded(
        {
            "version": 1,
            "at": write_instant(chosen.at),
            "timezone": chosen.zone.key,
            "for": chosen.about or None,
            "by": chosen.last and str(chosen.last),
            "late": sum(each.overdue for each in chosen.items),
            "items": [data(each) for each in chosen.items],
            "later": len(chosen.later),
        }
    )


def data(item: Item) -> dict[str, Any]:
    """An item as plain data; `late` is in whole minutes, and negative while there is time."""
    due = write_instant(item.due) if isinstance(item.due, datetime) else str(item.due)
    return {
        "what": item.what,
        "text": item.text,
        "record": item.record,
        "title": item.title,
        "owners": item.owners,
        "gone": item.gone,
        "team": item.team,
        "told": item.told,
        "due": due,
        "over": write_instant(item.over),
        "overdue": item.overdue,
        "late": int(item.late.total_seconds() // 60),
        "path": item.path,
        "line": item.line,
    }
