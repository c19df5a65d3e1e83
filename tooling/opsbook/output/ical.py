"""Events as iCalendar (RFC 5545), for programs that subscribe to a calendar or import it.

What records say is TEXT, escaped here and not by the library, which takes a backslash before an N for the
end of a line and leaves the names of calendars as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from icalendar import Calendar, vDuration, vText
from icalendar import Event as Component

from opsbook.output.frames import clean

if TYPE_CHECKING:
    from opsbook.oncall.calendar import Event

_REFRESH = timedelta(hours=1)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class _Text(vText):
    """Text that reads back as it is."""

    def to_ical(self) -> bytes:
        return self.translate(_ESCAPED).encode()


class Deadline(NamedTuple):
    """An event on the day, or at the instant, by which something is to be done; it takes no time."""

    uid: str
    due: date | datetime
    summary: str
    description: str


def written(name: str, events: Iterable[Event | Deadline], changed: datetime) -> str:
    """A calendar. `changed` is when what the events follow from was changed last: a client that imports
    the calendar again takes those of the later one, and that the minutes since 2020 count up is all that
    it asks of a SEQUENCE. Equal events and an equal instant give an equal text."""
    return together(name, (event(each, changed) for each in events))


def together(name: str, events: Iterable[str]) -> str:
    """A calendar of events that are written already, since some stand in several."""
    calendar = Calendar()
    calendar.add("prodid", "-//opsbook//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _Text(clean(name)))
    calendar.add("x-wr-calname", _Text(clean(name)))
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    head, *end = calendar.to_ical().decode().rpartition("END:VCALENDAR")
    return "".join((head, *events, *end))


def event(each: Event | Deadline, changed: datetime) -> str:
    """An event as it stands in a calendar."""
    text: bytes = _component(each, changed).to_ical()
    return text.decode()


def _component(each: Event | Deadline, changed: datetime) -> Component:
    found = Component()
    found.add("uid", each.uid)
    found.add("sequence", max(int((changed - _EPOCH) / timedelta(minutes=1)), 0))
    found.add("dtstamp", changed)
    found.add("last-modified", changed)
    summary = each.summary
    if isinstance(each, Deadline):
        category, cancelled, busy = "Due", False, False
        found.add("dtstart", each.due)
    else:
        category, cancelled = "Handoff" if each.handoff else "On call", each.cancelled
        busy = each.handoff and not cancelled
        found.add("dtstart", each.interval.start)
        found.add("dtend", each.interval.end)
        # not every program heeds the status
        summary = f"Cancelled: {summary}" if cancelled else summary
    found.add("summary", _Text(clean(summary)))
    found.add("description", _Text("\n".join(map(clean, each.description.split("\n")))))
    found.add("categories", [category])
    found.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    found.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    return found
