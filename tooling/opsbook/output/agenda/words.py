"""How people say what is due: when, how late, whose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from opsbook.model.time import local_day

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.metrics.agenda import Chosen, Item

_MOST = 200
"""Characters of a title that are shown."""
_FAR = 300
"""Days from which on a day is said with its year."""
_TITLED = ("action-item", "effectiveness-review", "suppression", "attestation")
"""What needs no other title than its own words."""


def headline(item: Item) -> str:
    """What is to be done, and about what."""
    return words(item.text if item.what in _TITLED else f"{item.text}: {item.title}")


def words(text: str) -> str:
    """Words on one line, and not too many."""
    said = " ".join(text.split())
    return said if len(said) <= _MOST else said[: _MOST - 1] + "…"


def whose(item: Item) -> str:
    """Who sees to it, and the team it falls to: `ben and ana (payments)`, `nobody, since ana is gone`."""
    people = " and ".join(item.owners)
    if people:
        return people if item.team is None or item.team in item.owners else f"{people} ({item.team})"
    gone = (
        f", since {' and '.join(item.gone)} {'is' if len(item.gone) == 1 else 'are'} gone"
        if item.gone
        else ""
    )
    return f"nobody{gone}" + (f" ({item.team})" if item.team else "")


def how_late(item: Item, chosen: Chosen) -> str:
    """`12 days late`, `5 h late`; of a day whole days, counted on the calendar."""
    if not isinstance(item.due, datetime):
        return _days((local_day(chosen.at, chosen.zone) - item.due).days) + " late"
    minutes = item.late // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min late"
    return f"{minutes // 60} h late" if minutes < 48 * 60 else f"{_days(minutes // 1440)} late"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def when(due: date | datetime, chosen: Chosen) -> str:
    """`today`, `tomorrow`, `Fri 27 Nov`, and the time where it is due at one: `today 14:30`."""
    day = day_of(due, chosen.zone)
    said = the_day(day, local_day(chosen.at, chosen.zone))
    return f"{said} {due.astimezone(chosen.zone):%H:%M}" if isinstance(due, datetime) else said


def the_day(day: date, today: date) -> str:
    """A day as somebody says it who knows what day it is."""
    ahead = (day - today).days
    near = {0: "today", 1: "tomorrow"}.get(ahead)
    return near or f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if abs(ahead) > _FAR else "")


def day_of(due: date | datetime, zone: ZoneInfo) -> date:
    """The day on which something is due."""
    return local_day(due, zone) if isinstance(due, datetime) else due


def by(chosen: Chosen) -> str:
    """Up to when it was asked: ` by Mon 30 Nov`, ` today`; nothing where everything is shown."""
    if chosen.last is None:
        return ""
    day = the_day(chosen.last, local_day(chosen.at, chosen.zone))
    return " today" if day == "today" else f" by {day}"


def rest(chosen: Chosen) -> str:
    """What is due later, in a line; nothing where nothing is."""
    if not chosen.later:
        return ""
    number, first = len(chosen.later), chosen.later[0]
    day = the_day(day_of(first.due, chosen.zone), local_day(chosen.at, chosen.zone))
    return f"one later, on {day}" if number == 1 else f"{number:,} later, the next on {day}"


def nothing(chosen: Chosen) -> str:
    """The one line where nothing is shown."""
    about = f" for {chosen.about}" if chosen.about else ""
    after = f"; {rest(chosen)}" if chosen.later else ""
    return f"nothing is due{about}{by(chosen)}{after}"
