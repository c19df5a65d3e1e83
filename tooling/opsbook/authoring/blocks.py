"""The text of the blocks that opsbook keeps current in a post-mortem, made from its incident.

Tables that read well on a forge. What a record says stays data: a cell holds one line, bold, code
and links to the web or to a file beside the page; anything that could be markup beyond that (pipes,
tags, comment marks, attributes, pictures) is written so that it shows as it stands. The same record always
gives the same text. Nothing here reads the clock: an item is due on a day, not late.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from textwrap import indent
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from opsbook.metrics.business_days import Terms, terms_of
from opsbook.metrics.follow_up import due_days

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Generated
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import ActionItem, Entry, Incident


def timeline(incident: Incident, terms: Terms) -> str:
    """What happened: a table for each day, times in the book's zone."""
    if not incident.timeline:
        return "\n*The record has no timeline yet.*\n\n"
    entries = sorted(incident.timeline, key=lambda entry: entry.at)
    tables = groupby(entries, key=lambda entry: _day(entry.at.astimezone(terms.calendar.zone)))
    return "\n" + "".join(f"**{day}**\n\n{_entries(group, terms.calendar.zone)}\n" for day, group in tables)


def action_items(incident: Incident, terms: Terms) -> str:
    """What follows from it: a table of who does what by when."""
    if not incident.action_items:
        return "\n*No action items.*\n\n"
    days = due_days(incident, terms)
    rows = (
        (_titled(item), item.owner or "—", _date(days[id]), _standing(item))
        for id, item in incident.action_items.items()
    )
    return "\n" + _table(("Action item", "Owner", "Due", "Status"), rows) + "\n"


BLOCKS: dict[str, Callable[[Incident, Terms], str]] = {
    "timeline": timeline,
    "action-items": action_items,
}
"""What stands between `<!-- opsbook:NAME -->` and `<!-- /opsbook -->`, by name."""


def current(book: Book, page: Document[Any], block: Generated, incident: Incident) -> str:
    """What stands in a block of a page that says what a record says, with the page's margin and line ends."""
    text = page.source.text
    margin = text[block.span.start : text.index("<!--", block.span.start)]
    inner = BLOCKS[block.name](incident, terms_of(book, incident))
    return indent(inner, margin).replace("\n", page.source.line_end)


# ── timeline ──────────────────────────────────────────────────────────────────────────────


def _day(at: datetime) -> str:
    """A date and the offset that its times have: on the day a clock changes there are two."""
    offset = at.strftime("%z")
    return f"{at.date()}, UTC{f'{offset[:3]}:{offset[3:5]}' if at.utcoffset() else ''}"


def _entries(entries: Iterable[Entry], zone: ZoneInfo) -> str:
    rows = ((_time(entry, zone), _step(entry), one_line(entry.text)) for entry in entries)
    return _table(("Time", "Step", "What happened"), rows)


def _time(entry: Entry, zone: ZoneInfo) -> str:
    at = entry.at.astimezone(zone)
    clock = at.strftime("%H:%M:%S" if at.second else "%H:%M")
    return f"about {clock}" if entry.approximate else clock


def _step(entry: Entry) -> str:
    """What the entry is beside its words: milestone, severity, update, page, run or decision."""
    reached = [entry.milestone.capitalize()] if entry.milestone else []
    reached += [entry.severity] if entry.severity else []
    return ", ".join([*(f"**{name}**" for name in reached), *_sort(entry)])


def _sort(entry: Entry) -> Iterator[str]:
    if entry.update:
        yield f"Update {_aside(entry.update.audience, entry.update.stage)}"
    if entry.page:
        yield f"Page to {entry.page.person} {_aside(entry.page.outcome)}".rstrip()
    if entry.runbook:
        yield f"Runbook `{entry.runbook.id}` {_aside(entry.runbook.result)}"
    if entry.type in ("decision", "finding"):
        yield entry.type.capitalize()


def _aside(*words: str | None) -> str:
    said = [word for word in words if word]
    return f"({', '.join(said)})" if said else ""


# ── action items ──────────────────────────────────────────────────────────────────────────


def _titled(item: ActionItem) -> str:
    if item.tracker is None:
        return one_line(item.title)
    linked = _ADDRESS.fullmatch(item.tracker)
    tracker = f"[tracker]({item.tracker})" if linked else one_line(item.tracker)
    return f"{one_line(item.title)} ({tracker})"


def _date(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _standing(item: ActionItem) -> str:
    if item.status == "done":
        return f"done on {_date(item.done_on)}"
    if item.status == "declined":
        return f"declined: {one_line(item.reason or '')}"
    return item.status.replace("-", " ")


# ── cells ─────────────────────────────────────────────────────────────────────────────────


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


_WEB = r"https?://[\w.-]+(?::\d+)?(?:[/?#][\w./~%?=&#+@,:;-]*)?"
_FILE = r"[\w.][\w./~%?=#+,-]*"
_ADDRESS = re.compile(_WEB, re.ASCII)
_MARKUP = re.compile(
    r"(?P<code>(?<!`)(?P<marks>`+)(?!`)[^`|<>\\]+(?P=marks)(?!`))"
    rf"|(?P<link>\[[^\[\]`|<>\\{{]+\]\((?:{_WEB}|{_FILE})\))"
    r"|[|<>\\`{]|\](?=[(\[])|\[(?=TOC\])|!(?=\[)|&(?=#?\w+;)",
    re.ASCII,
)
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def one_line(words: str) -> str:
    """A record's text as a cell: its first paragraph on one line, with code and plain links as
    they are and every other mark of markup as a character."""
    first, _, more = words.strip().replace("\r\n", "\n").partition("\n\n")
    cell = _MARKUP.sub(_shown, " ".join(first.split()))
    return f"{cell} …" if more.strip() else cell


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    return sign if found["code"] or found["link"] else _NAMED.get(sign, f"&#{ord(sign)};")
