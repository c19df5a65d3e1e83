"""A handoff as a page to read aloud in the call: what matters first, and plainly where there is nothing.

Markdown that a forge, a wiki and a terminal show alike; what records say is data in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from opsbook.book.pages import FOR_NOTHING
from opsbook.metrics.business_days import day_left, ends_a_day
from opsbook.model.time import local_day, write_duration, write_instant
from opsbook.oncall.burden import in_nights
from opsbook.oncall.nights import zone_of
from opsbook.output.markdown import prose
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.model.rotation import Handoff
    from opsbook.oncall.briefing import Ahead, Away, Briefing, Changed, ClockChange, FollowUp, Stage
    from opsbook.oncall.burden import Paged

_MOST = 10
"""Lines of a list; nobody reads more of them aloud."""
_MINUTE = timedelta(minutes=1)


def markdown(book: Book, found: Briefing) -> str:
    """The page."""
    end = _day(found, local_day(found.turn.end, found.zone))
    sections = (
        ("Open", [_open(book, found, each) for each in found.open], "Nothing is open."),
        (f"Since {_at(found, found.since)}", _was(book, found), "No incidents, and no pages."),
        ("Owed", _owed(book, found), f"Nothing is overdue, and nothing falls due before {end}."),
        ("Ahead", _ahead(book, found),
         f"Until {end} nobody is away and no clock changes; no override in the next four weeks."),
        ("Runbooks", _runbooks(found), "No runbook changed."),
    )  # fmt: skip
    return _head(book, found) + "".join(
        f"\n## {title}\n\n{_listed(lines, nothing)}" for title, lines, nothing in sections
    )


def _listed(lines: list[str], nothing: str) -> str:
    if not lines:
        return f"{nothing}\n"
    more = len(lines) - _MOST
    return "".join(f"- {line}\n" for line in lines[:_MOST]) + (f"- and {more} more\n" if more > 0 else "")


# ── who hands over ────────────────────────────────────────────────────────────────────────


def _head(book: Book, found: Briefing) -> str:
    title = f"# Handoff of {_said(found.rotation)}\n\n"
    if found.handoff is None:
        return f"{title}Nobody hands over within a year.\n"
    before, after = (_people(book, people) for people in (found.handoff.before, found.handoff.after))
    at = _at(found, found.handoff.at)
    utc = "" if found.zone.key == "UTC" else f", {found.handoff.at:%H:%M} UTC"
    hand = "hands" if len(found.handoff.before) == 1 else "hand"
    lines = [f"{before} {hand} over to {after}, {at} ({_said(found.zone.key)}{utc})."]
    if found.taken_over:
        record = found.taken_over.content
        note = f": {_said(record.note)}" if record.note else "."
        lines.append(f"Taken over by {_people(book, [record.by])}, {_at(found, record.acknowledged)}{note}")
    if found.following:
        until = _at(found, found.following.at)
        lines.append(f"The turn ends {until}, then {_people(book, found.following.after)}.")
    else:
        lines.append("The turn has no end.")
    return title + "\n".join(lines) + "\n"


def _people(book: Book, people: Iterable[str]) -> str:
    return " and ".join(f"**{_said(book.name_of(person))}**" for person in people) or "nobody"


# ── what was ──────────────────────────────────────────────────────────────────────────────


def _open(book: Book, found: Briefing, each: Document[Incident]) -> str:
    incident = each.content
    begun = _begun(incident)
    commander = incident.history.roles.get("incident-commander") or incident.roles.get("incident-commander")
    leads = f", {_people(book, commander)} in command" if commander else ", nobody in command"
    return f"{_title(book, each)}: {incident.history.status} since {_at(found, begun)}{leads}"


def _title(book: Book, each: Document[Incident]) -> str:
    severity = book.severities.worst_of(each.content)
    sort = {"incident": "", "drill": "drill, ", "near-miss": "near miss, "}
    kind = sort.get(each.content.kind, "false alarm, ")
    head = f"**{_said(severity)}** " if severity else ""
    return f"{head}{kind}{_said(each.content.title)} ({_id(each.id)})"


def _begun(incident: Incident) -> datetime:
    return incident.history.declared or min(entry.at for entry in incident.timeline)


def _was(book: Book, found: Briefing) -> list[str]:
    lines = [_recent(book, found, each) for each in found.recent]
    lines += [_pages(book, found.pages)] if found.pages else []
    agreed = found.agreed.content.note if found.agreed else None
    return [*lines, f"Agreed on last time: {_said(agreed)}"] if agreed else lines


def _recent(book: Book, found: Briefing, each: Document[Incident]) -> str:
    begun, resolved = _begun(each.content), each.content.history.milestones.get("resolved")
    said = f"declared {_at(found, begun)}"
    if resolved and resolved >= begun:
        said += f", resolved after {_length(resolved - begun)}"
    return f"{_title(book, each)}: {said}"


def _pages(book: Book, found: Sequence[Paged]) -> str:
    """`3 pages, 1 at night, 1 for nothing, to Ben (2) and Chi (1): CheckoutErrorRate (2), DiskFull (1)`."""
    people = Counter(page.person for page in found)
    asleep = 0
    for person in people:
        zone = zone_of(book, person) or book.settings.timezone
        own = (page for page in found if page.person == person)
        asleep += sum(map(len, in_nights(book.on_call, zone, own).values()))
    nothing = sum(page.outcome in FOR_NOTHING for page in found)
    said = [count(len(found), "page")]
    said += [f"{asleep} at night"] if asleep else []
    said += [f"{nothing} for nothing"] if nothing else []
    whom = " and ".join(_counted(book.name_of(person), number) for person, number in people.most_common())
    alerts = Counter(page.alert for page in found if page.alert).most_common(3)
    which = ", ".join(_counted(alert, number) for alert, number in alerts)
    return f"{', '.join(said)}, to {whom}" + (f": {which}" if which else "")


def _counted(what: str, number: int) -> str:
    return f"{_said(what)} ({number})" if number > 1 else _said(what)


# ── what is owed ──────────────────────────────────────────────────────────────────────────


def _owed(book: Book, found: Briefing) -> list[str]:
    stages = [(day_left(each.due, found.zone), _stage(found, each)) for each in found.postmortems]
    items = [(each.due, _follow_up(book, found, each)) for each in found.follow_ups]
    return [line for _, line in sorted([*stages, *items])]


def _stage(found: Briefing, each: Stage) -> str:
    what = {"draft": "a draft", "review": "a review", "published": "publication"}[each.stage]
    whole = ends_a_day(each.due, found.zone)
    due = _due(each.overdue, _day(found, day_left(each.due, found.zone)) if whole else _at(found, each.due))
    return (
        f"{due}: {what} of the post-mortem of {_said(each.incident.content.title)} ({_id(each.incident.id)})"
    )


def _follow_up(book: Book, found: Briefing, each: FollowUp) -> str:
    owner = _said(book.name_of(each.item.owner)) if each.item.owner else "**nobody**"
    due = _due(each.overdue, _day(found, each.due))
    return f"{due}: {_said(each.item.title)}, {owner} ({_id(f'{each.incident}/{each.id}')})"


def _due(overdue: bool, when: str) -> str:
    return f"**Overdue** since {when}" if overdue else f"Due {when}"


# ── what lies ahead ───────────────────────────────────────────────────────────────────────


def _ahead(book: Book, found: Briefing) -> list[str]:
    return [
        *(_away(book, found, each) for each in found.away),
        *(_clock(found, each) for each in found.clocks),
        *(_override(book, found, each) for each in found.overrides),
    ]


def _away(book: Book, found: Briefing, each: Away) -> str:
    days = (
        _day(found, each.first)
        if each.first == each.last
        else f"{_day(found, each.first)} to {_day(found, each.last)}"
    )
    both = " **and on call meanwhile**" if each.on_call else ""
    return f"{_said(book.name_of(each.person))} is away{both}, {days}"


def _clock(found: Briefing, each: ClockChange) -> str:
    zone = ZoneInfo(each.zone)
    shown = each.at.astimezone(zone).replace(tzinfo=None) - each.by
    way = "forward" if each.by > timedelta() else "back"
    when = f"{_day(found, shown.date())} {shown:%H:%M}"
    return f"Clocks in {_said(each.zone)} go {way} by {_length(abs(each.by))}, {when}"


def _override(book: Book, found: Briefing, each: Ahead) -> str:
    cover = each.cover
    people = _people(book, cover.on)
    if cover.instead_of:
        people += f" instead of {_people(book, cover.instead_of)}"
    elif cover.instead_of is not None:
        people += " as well"
    span = f"{_at(found, cover.start)} to {_at(found, cover.end)}"
    return f"{people}, {span}: {_said(each.why)} ({_id(each.reason.override)})"


def _runbooks(found: Briefing) -> list[str]:
    if found.runbooks is None:
        return ["Which changed is not known: this is no git repository, or a shallow clone of one."]
    return [_changed(found, each) for each in found.runbooks]


def _changed(found: Briefing, each: Changed) -> str:
    word = "New" if each.new else "Changed"
    return f"{word} {_at(found, each.at)}: {_said(_heading(each))} ({_id(each.runbook.id)})"


def _heading(each: Changed) -> str:
    headings = each.runbook.page.headings
    return each.runbook.content.title or (headings[0].text if headings else each.runbook.id)


# ── words ─────────────────────────────────────────────────────────────────────────────────


def _said(text: str) -> str:
    """A record's text on one line, as nothing but text."""
    return prose(" ".join(text.split()).replace("`", "'"))


def _id(id: str) -> str:
    return prose(f"`{id.replace('`', chr(39))}`")


def _at(found: Briefing, at: datetime) -> str:
    return f"{_day(found, local_day(at, found.zone))} {at.astimezone(found.zone):%H:%M}"


def _day(found: Briefing, day: date) -> str:
    """`Mon 23 Nov`, with the year where it is not this one."""
    this = local_day(found.at, found.zone).year
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == this else f" {day.year}")


def _length(length: timedelta) -> str:
    return write_duration(length - length % _MINUTE) if length >= _MINUTE else "less than a minute"


# ── for programs ──────────────────────────────────────────────────────────────────────────


def data(book: Book, found: Briefing) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "rotation": found.rotation,
        "timezone": found.zone.key,
        "handoff": found.handoff and {
            "at": write_instant(found.handoff.at),
            "from": list(found.handoff.before),
            "to": list(found.handoff.after),
        },
        "taken_over": found.taken_over and _record(found.taken_over),
        "agreed": found.agreed and _record(found.agreed),
        "since": write_instant(found.since),
        "until": found.following and write_instant(found.following.at),
        "then": list(found.following.after) if found.following else [],
        "open": [_incident(book, each) for each in found.open],
        "recent": [_incident(book, each) for each in found.recent],
        "pages": [_page(each) for each in found.pages],
        "postmortems": [
            {"incident": each.incident.id, "stage": each.stage, "due": write_instant(each.due),
             "overdue": each.overdue}
            for each in found.postmortems
        ],
        "follow_ups": [
            {"id": f"{each.incident}/{each.id}", "title": each.item.title, "owner": each.item.owner,
             "due": f"{each.due}", "overdue": each.overdue}
            for each in found.follow_ups
        ],
        "away": [
            {"person": each.person, "from": f"{each.first}", "to": f"{each.last}", "on_call": each.on_call}
            for each in found.away
        ],
        "clock_changes": [
            {"at": write_instant(each.at), "timezone": each.zone,
             "minutes": int(each.by / _MINUTE)}
            for each in found.clocks
        ],
        "overrides": [_cover(each) for each in found.overrides],
        "runbooks": found.runbooks if found.runbooks is None else [
            {"id": each.runbook.id, "at": write_instant(each.at), "new": each.new} for each in found.runbooks
        ],
    }  # fmt: skip


def _record(each: Document[Handoff]) -> dict[str, Any]:
    return {
        "by": each.content.by,
        "acknowledged": write_instant(each.content.acknowledged),
        "note": each.content.note,
    }


def _incident(book: Book, each: Document[Incident]) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.content.title,
        "kind": each.content.kind,
        "severity": book.severities.worst_of(each.content),
        "status": each.content.history.status,
    }


def _page(each: Paged) -> dict[str, Any]:
    return {
        "at": write_instant(each.at),
        "person": each.person,
        "alert": each.alert,
        "incident": each.incident,
        "outcome": each.outcome,
    }


def _cover(each: Ahead) -> dict[str, Any]:
    cover = each.cover
    return {
        "override": each.reason.override,
        "reason": each.why,
        "from": write_instant(cover.start),
        "to": write_instant(cover.end),
        "on": list(cover.on),
        "instead_of": None if cover.instead_of is None else list(cover.instead_of),
    }
