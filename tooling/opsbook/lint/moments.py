"""When an incident began and ended, as a post-mortem says it that has no record beside it.

Labelled times count (`Repaired: 2026-03-02 10:33`), and where a page has none, entries of its timeline that
say nothing else: `- 10:33 Incident repaired`, `| 10:33 | Resolved |`. What can be read in two ways is not
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.lint.wording import prose
from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.model.postmortem import Postmortem

BEGINNINGS = ("started", "detected", "acknowledged", "declared")
ENDS = ("mitigated", "resolved")
MARK = "[*_]{0,2}"
LINE = rf"^[ \t]*(?:(?:[-*+–]|\|)[ \t]*)?{MARK}"
"""How a line begins that has a label: as it is, as an item of a list, as a row of a table."""
TIME = (
    r"(?-i:(?:(?P<day>20\d\d-\d\d-\d\d)(?:[^\S\r\n]+|T))?(?P<clock>\d?\d:\d\d)(?::\d\d)?"
    r"(?:[^\S\r\n]*(?P<zone>Z|(?![AP]M\b)[A-Z]{2,4}|[+-]\d\d:?\d\d)(?![\w:]))?)"
)
"""A time of day, with its day and its zone where they are given."""
_STEPS = {
    "started": "started|start|start time|began|occurs|occurred",
    "detected": "first detected|detected|team aware",
    "acknowledged": "acknowledged",
    "declared": "declared",
    "mitigated": "mitigated|repaired|repaired declared|restored|recovered",
    "resolved": "resolved|ended|end|end time",
}
_NAMED = {name: step for step, names in _STEPS.items() for name in names.split("|")}
_STEP = rf"(?P<step>{'|'.join(sorted(_NAMED, key=len, reverse=True))})"
_LABELLED = re.compile(
    rf"{LINE}(?P<label>(?:(?:incident|outage|fault|disruption) )?{_STEP})(?![\w-]){MARK}[ \t]*"
    rf"(?:[:|]|at\b|-(?=[ \t]))?{MARK}[ \t]*(?P<when>[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_WHEN = re.compile(rf"{TIME}[ \t.|*_]*")
_ENTRY = re.compile(
    rf"{LINE}{TIME}{MARK}[ \t]*(?:[:|–-][ \t]*)?{MARK}"
    rf"(?P<label>(?:(?:the )?(?:incident|outage|fault|disruption) (?:(?:is|was) )?)?{_STEP})[ \t.|*_]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOCK = re.compile(r"\d:\d\d")
_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """A beginning or end that the record or the page states, and where."""

    step: str
    name: str
    at: datetime
    location: Location
    dated: bool = True
    rough: bool = False

    def until(self, end: Moment) -> timedelta:
        """How long it is to an end; where only clocks are given, within a day."""
        length = end.at - self.at
        return length if self.dated else length % _DAY


def stated(postmortem: Document[Postmortem]) -> list[Moment]:
    """The beginnings and ends that a page states; none where they can be read in two ways."""
    found = list(_labelled(postmortem)) or list(_entries(postmortem))
    moments = [moment for _, moment in found if moment is not None]
    names = [moment.name.lower() for moment in moments]
    ends = [moment.step for moment in moments if moment.step in ("started", *ENDS)]
    zones = {(moment.dated, zone) for zone, moment in found if moment is not None}
    twice = len(set(names)) < len(names) or len(set(ends)) < len(ends)
    return [] if twice or len(zones) != 1 or len(moments) < len(found) else moments


def _labelled(postmortem: Document[Postmortem]) -> Iterator[tuple[str | None, Moment | None]]:
    """What labels say, and the zone of each; no moment where a clock is no single time of a day."""
    for match in _LABELLED.finditer(prose(postmortem)):
        when = _WHEN.fullmatch(match["when"].replace("\x00", " ").rstrip())
        at = when and instant(when["day"], when["clock"])
        if when and at:
            yield when["zone"], _moment(postmortem, match, at, when["day"] is not None)
        elif _CLOCK.search(match["when"]):
            yield None, None


def _entries(postmortem: Document[Postmortem]) -> Iterator[tuple[str | None, Moment | None]]:
    for match in _ENTRY.finditer(prose(postmortem)):
        at = instant(match["day"], match["clock"])
        yield match["zone"], _moment(postmortem, match, at, match["day"] is not None) if at else None


def _moment(postmortem: Document[Postmortem], match: re.Match[str], at: datetime, dated: bool) -> Moment:
    label = postmortem.span(Span(*match.span("label")))
    return Moment(_NAMED[match["step"].lower()], " ".join(label.text.split()), at, label, dated)


def instant(day: str | None, clock: str) -> datetime | None:
    """On the page's own clock; None for what no clock shows."""
    try:
        return datetime.fromisoformat(f"{day or '2000-01-01'}T{clock:0>5}")
    except ValueError:
        return None
