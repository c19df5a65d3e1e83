"""An incident as a person would tell it: what happened to whom, who did what when, what is left to do.

What a record says is written for a terminal: nothing in it can move the cursor, colour or begin a line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from opsbook.output.frames import Paint, clean

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.metrics.similarity import Earlier
    from opsbook.model.incident import Entry, Incident

_ORDER = (
    "started", "detected", "acknowledged", "declared", "identified", "mitigated", "resolved", "closed",
)  # fmt: skip
_WHO = 14
"""Letters of a name that are given a column; longer ones push their words aside."""
_COLORS = {"declared": "1;31", "reopened": "1;31", "mitigated": "1;33", "resolved": "1;32", "closed": "1;32"}


class Setting(NamedTuple):
    """How it is told."""

    zone: ZoneInfo
    width: int
    paint: Paint


def story(book: Book, incident: Document[Incident], at: datetime, setting: Setting) -> Iterator[str]:
    """The whole incident, in lines."""
    content, paint = incident.content, setting.paint
    yield f"{paint(clean(incident.id), '1')}\n"
    yield from _wrapped(content.title, setting, "")
    yield f"{' · '.join(_facts(content, at))}\n"
    if content.summary:
        yield "\n"
        yield from _wrapped(content.summary, setting, "")
    yield from _impact(content, setting)
    yield from _people(book, content)
    yield from _times(content, setting)
    if content.timeline:
        yield f"\n{paint('What happened', '1')}, on the clocks of {setting.zone.key}\n"
        yield from timeline(content, setting)
    yield from _left(book, content, setting)
    yield from _elsewhere(book, incident, setting)


def _facts(content: Incident, at: datetime) -> Iterator[str]:
    if content.kind != "incident":
        yield content.kind.replace("-", " ")
    if content.duplicate_of:
        yield f"duplicate of {clean(content.duplicate_of)}"
    yield clean(content.severity) if content.severity else "severity not known"
    status, history = content.history.status, content.history
    began = history.milestones.get("started") or history.declared
    ended = history.milestones.get("mitigated") if status not in ("triage", "investigating") else None
    if began and (ended or at) >= began:
        word = f"{status}, customers hurt for" if ended else f"{status} for"
        yield f"{word} {_length((ended or at) - began)}"
    else:
        yield status
    if content.services:
        yield ", ".join(_service(name, state) for name, state in _services(content).items())


def _services(content: Incident) -> dict[str, str | None]:
    """Each service and how it stands now."""
    found: dict[str, str | None] = dict(content.services)
    for _, entry in content.history.in_order:
        found |= {name: state for name, state in entry.services.items() if state or name not in found}
    return found


def _service(name: str, state: str | None) -> str:
    return f"{clean(name)} ({state})" if state else clean(name)


def _impact(content: Incident, setting: Setting) -> Iterator[str]:
    impact = content.impact
    if impact is None:
        return
    said = [impact.description or ""]
    if impact.users_affected is not None:
        said.append(f"{impact.users_affected:,} people were hurt.")
    if impact.regions:
        said.append(f"In {', '.join(impact.regions)}.")
    if impact.data_loss is not None:
        said.append("Data was lost." if impact.data_loss else "No data was lost.")
    yield from _row("Impact", " ".join(filter(None, said)), setting)


def _people(book: Book, content: Incident) -> Iterator[str]:
    roles = content.history.roles or content.roles
    rows = [
        (clean(role), ", ".join(clean(book.name_of(person)) for person in people))
        for role, people in roles.items()
        if people
    ]
    width = max((len(role) for role, _ in rows), default=0)
    for number, (role, people) in enumerate(rows):
        yield f"{'' if number else chr(10)}{'Roles' if not number else '':<10}{role:<{width}}  {people}\n"


def _times(content: Incident, setting: Setting) -> Iterator[str]:
    """Each milestone, as the time since the first one."""
    reached = [
        (name, content.history.milestones[name]) for name in _ORDER if name in content.history.milestones
    ]
    if not reached:
        return
    reached.sort(key=lambda each: each[1])
    first, start = reached[0]
    said = [f"{first} {start.astimezone(setting.zone):%a %-d %b %H:%M}"]
    said += [f"{name} +{_length(at - start)}" for name, at in reached[1:]]
    yield from _row("Times", ", ".join(said), setting)


def _left(book: Book, content: Incident, setting: Setting) -> Iterator[str]:
    if not content.action_items:
        return
    from opsbook.metrics.business_days import terms_of
    from opsbook.metrics.follow_up import due_days

    days = due_days(content, terms_of(book, content))
    unfinished = sum(item.unfinished for item in content.action_items.values())
    yield f"\n{setting.paint('What follows', '1')}, {unfinished} of {len(content.action_items)} to do\n"
    for id, item in content.action_items.items():
        state = "✓" if item.status == "done" else "–" if item.status == "declined" else "·"
        day = days[id]
        due = f", due {day}" if item.unfinished and day else ""
        words = f"{item.title} ({item.owner or 'nobody'}{due})"
        yield from _hung(f"  {state} ", words, setting)


def _elsewhere(book: Book, incident: Document[Incident], setting: Setting) -> Iterator[str]:
    content = incident.content
    page = book.find("postmortem", incident.id)
    rows = [
        ("Postmortem", f"{page.path}, {page.content.status}" if page is not None and page.readable else ""),
        ("Related", ", ".join(content.related)),
        *((name.replace("_", " ").capitalize(), address) for name, address in content.links.items()),
        ("Factors", ", ".join(content.contributing_factors)),
        ("Closed", content.closure.because or "" if content.closure else ""),
        ("Record", incident.path),
    ]
    yield "\n"
    width = max(len(clean(name)) for name, words in rows if words)
    yield from (f"{clean(name):<{width}}  {clean(words)}\n" for name, words in rows if words)


def similar(
    book: Book, incident: Document[Incident], found: Sequence[Earlier], setting: Setting
) -> Iterator[str]:
    """The earlier incidents that are like one, why, and what each left undone."""
    from opsbook.metrics.business_days import terms_of
    from opsbook.metrics.follow_up import due_days

    paint = setting.paint
    if not found:
        yield f"no earlier incident is like {clean(incident.id)}\n"
    for number, each in enumerate(found):
        content = each.incident.content
        yield f"{chr(10) if number else ''}{paint(clean(each.incident.id), '1')}  {each.score:.2f}\n"
        yield from _hung("  ", content.title, setting)
        yield from _hung("  ", f"both: {each.common}", setting)
        days = due_days(content, terms_of(book, content))
        for id in each.unfinished:
            item = content.action_items[id]
            due = f", due {days[id]}" if days[id] else ""
            yield from _hung("  · ", f"not done: {item.title} ({item.owner or 'nobody'}{due})", setting)


# ── timeline ──────────────────────────────────────────────────────────────────────────────


def timeline(content: Incident, setting: Setting) -> Iterator[str]:
    """The entries in order of time, by day."""
    entries = [entry for _, entry in content.history.in_order]
    seconds = any(entry.at.second for entry in entries)
    width = max([len(_who(entry)) for entry in entries if len(_who(entry)) <= _WHO], default=0)
    for day, group in groupby(entries, key=lambda entry: entry.at.astimezone(setting.zone).date()):
        yield f"{day:%a} {day.day} {day:%b %Y}\n"
        for entry in group:
            yield from _entry(entry, setting, width, seconds)


def _who(entry: Entry) -> str:
    return clean(entry.by.removeprefix("system:")) if entry.by else ""


def _entry(entry: Entry, setting: Setting, width: int, seconds: bool) -> Iterator[str]:
    local = entry.at.astimezone(setting.zone)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    about = "~" if entry.approximate else " "
    before = f" {about}{clock}  {_who(entry):<{width}}  "
    marks = [*_marks(entry)]
    said = " ".join([*(mark for mark, _ in marks), " ".join(entry.text.split())])
    for number, line in enumerate(_hung(before, said, setting)):
        yield line if number else _painted(line, before, marks, setting.paint)
    for each in entry.evidence:
        yield f"{' ' * len(before)}↳ {clean(each)}\n"


def _marks(entry: Entry) -> Iterator[tuple[str, str]]:
    """What an entry is beside its words, and in which colour that is."""
    if entry.milestone:
        yield f"[{entry.milestone}]", _COLORS.get(entry.milestone, "1;36")
    if entry.severity:
        yield f"[{clean(entry.severity)}]", "1;35"
    if entry.update:
        yield f"[update {entry.update.audience}]", "36"
    if entry.page:
        yield f"[page {clean(entry.page.person)}]", "36"
    if entry.runbook:
        yield f"[runbook {clean(entry.runbook.id)}: {entry.runbook.result}]", "36"
    if entry.type in ("decision", "finding"):
        yield f"[{entry.type}]", "36"
    for name, state in entry.services.items():
        if state:
            yield f"[{clean(name)}: {state}]", "36"


def _painted(line: str, before: str, marks: Sequence[tuple[str, str]], paint: Paint) -> str:
    """The first line of an entry, with the marks that it begins with in colour."""
    start, painted = len(before), line[: len(before)]
    for mark, style in marks:
        if not line.startswith(mark, start):
            break
        painted += paint(mark, style) + " "
        start += len(mark) + 1
    return painted + line[start:] if start < len(line) else painted.rstrip(" ") + "\n"


# ── data ──────────────────────────────────────────────────────────────────────────────────


def data(incident: Document[Incident]) -> dict[str, Any]:
    """The incident as plain data: what the record says, and what follows from it."""
    from opsbook.model.time import write_instant

    content = incident.content
    history = content.history
    return {
        "id": incident.id,
        "path": incident.path,
        "status": history.status,
        "milestones": {name: write_instant(at) for name, at in history.milestones.items()},
        "record": content.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }


# ── lines ─────────────────────────────────────────────────────────────────────────────────


def _row(name: str, words: str, setting: Setting) -> Iterator[str]:
    yield "\n"
    yield from _hung(f"{name:<10}", words, setting)


def _wrapped(words: str, setting: Setting, before: str) -> Iterator[str]:
    yield from _hung(before, " ".join(words.split()), setting)


def _hung(before: str, words: str, setting: Setting) -> Iterator[str]:
    """Words in lines as wide as the terminal, the first one after something, the others below it."""
    width = max(setting.width, len(before) + 20)
    lines = textwrap.wrap(clean(words), width - len(before), break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield f"{before if not number else ' ' * len(before)}{line}".rstrip() + "\n"


def _length(time: timedelta) -> str:
    from opsbook.model.time import write_roughly

    return write_roughly(time, hours=True)


def setting(zone: ZoneInfo, color: bool, columns: Sequence[int] = ()) -> Setting:
    """How to tell it on this terminal."""
    import shutil

    width = columns[0] if columns else min(shutil.get_terminal_size((100, 24)).columns, 120)
    return Setting(zone, width, Paint(color))
