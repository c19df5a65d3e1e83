"""`opsbook` alone: what is open, which update is due, and who is on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.cli.options import colored, the_tree, unread
from opsbook.cli.responding import OPEN, hint, lines, now, on_clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident
    from opsbook.output.frames import Paint

_TO_CLOSE = timedelta(days=7)
"""How long a resolved incident is named that nobody closed; older records may never say it."""
_SHOWN = 20


def overview(obj: dict[str, Any], root: Path) -> None:
    """Print what somebody wants to know who was woken up."""
    from opsbook.book.snapshot import Book

    book, at = Book(the_tree(root)[0]), now(obj)
    found, resolved, unreadable = _incidents(book, at - 2 * _TO_CLOSE)
    for each in unread([*unreadable, *book.documents("rotation"), *book.documents("override")]):
        hint(each)
    lines(_lines(book, found, resolved, at))


def _incidents(
    book: Book, since: datetime
) -> tuple[list[Document[Incident]], list[Document[Incident]], list[Document[Incident]]]:
    """The incidents that are open, those since some day that are resolved and not closed, and those
    that nobody can read."""
    from opsbook.book.facts import standing

    found: list[Document[Incident]] = []
    resolved: list[Document[Incident]] = []
    unreadable: list[Document[Incident]] = []
    for id, status in standing(book).items():
        if status in ("unreadable", *OPEN) or id[:10] >= f"{since:%Y-%m-%d}":
            document = book.find("incident", id)
            if document is None:
                continue
            if not document.readable:
                unreadable.append(document)
            else:
                (found if status in OPEN else resolved).append(document)
    return found, resolved, unreadable


def _lines(
    book: Book, found: list[Document[Incident]], resolved: list[Document[Incident]], at: datetime
) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean
    from opsbook.text import count

    paint = Paint(colored())
    zone = book.settings.timezone
    rank = {level: number for number, level in enumerate(book.severities.levels)}
    found.sort(key=lambda each: (rank.get(each.content.severity or "", len(rank)), each.id))
    yield (paint(count(len(found), "open incident"), "1;31") if found else "no open incident") + "\n"
    for each in found[:_SHOWN]:
        yield "\n"
        yield from _incident(book, each, at, zone, paint)
    if len(found) > _SHOWN:
        yield f"\nand {len(found) - _SHOWN} more\n"
    for each in resolved:
        when = each.content.history.milestones["resolved"]
        if at - _TO_CLOSE <= when <= at:
            id = clean(each.id)
            yield f"\n{id} is resolved and not closed\n  `opsbook close -i {id}`\n"
    yield from _on_call(book, at, paint)


def _incident(
    book: Book, each: Document[Incident], at: datetime, zone: ZoneInfo, paint: Paint
) -> Iterator[str]:
    from opsbook.model.role import COMMANDER
    from opsbook.output.frames import clean

    content = each.content
    level = content.severity or "severity not known"
    status = content.history.status
    commander = content.history.roles.get(COMMANDER) or content.roles.get(COMMANDER) or ()
    now = book.severities.levels.get(content.history.severity or content.severity or "")
    who = f", commander {', '.join(map(clean, commander))}" if commander else ""
    if not commander and now and COMMANDER in now.roles:
        who = f", {paint('no commander', '33')}"
    kind = "" if content.kind == "incident" else f"  {content.kind}"
    yield f"{paint(clean(each.id), '1')}  {paint(clean(level), '1')}{kind}\n"
    yield f"  {clean(content.title)}\n"
    yield f"  {status}{_age(content, at)}{who}\n"
    yield from _due(book, content, at, zone, paint)
    yield from _stuck(book, content, at, paint)


def _age(content: Incident, at: datetime) -> str:
    from opsbook.model.time import write_roughly

    began = content.history.known_since
    return f" for {write_roughly(at - began)}" if began and began <= at else ""


def _due(book: Book, content: Incident, at: datetime, zone: ZoneInfo, paint: Paint) -> Iterator[str]:
    from opsbook.metrics.business_days import terms_of
    from opsbook.metrics.due import next_updates
    from opsbook.model.time import write_roughly

    said = []
    for due in next_updates(content, terms_of(book, content)) if content.counts else ():
        clock = f"{due.at.astimezone(zone):%H:%M %Z}"
        if due.at <= at:
            said.append(paint(f"{due.audience} {write_roughly(at - due.at)} late, since {clock}", "1;31"))
        else:
            said.append(f"{due.audience} in {write_roughly(due.at - at)}, at {clock}")
    if said:
        yield f"  update due: {'; '.join(said)}\n"


def _stuck(book: Book, content: Incident, at: datetime, paint: Paint) -> Iterator[str]:
    """A line where nothing has moved on for as long as the policy lets it."""
    from opsbook.metrics.progress import last_progress
    from opsbook.output.frames import clean

    last = last_progress(content)
    if last is None or at - last.at < book.severities.escalate_without_progress:
        return
    from opsbook.model.time import write_roughly
    from opsbook.oncall.next_page import next_page

    page = next_page(book, content, at)
    people = " and ".join(map(clean, page.people)) if page else ""
    step = (
        f"the policy reaches {people} next: `opsbook log --paged {clean(page.people[0])}`"
        if page
        else ("raise the severity, or call in who is missing")
    )
    yield f"  {paint(f'no progress for {write_roughly(at - last.at)}', '1;33')}; {step}\n"


def _on_call(book: Book, at: datetime, paint: Paint) -> Iterator[str]:
    from opsbook.oncall.answers import now
    from opsbook.output.frames import clean

    rows = []
    for rotation in book.rotations:
        try:
            here = now(book, rotation.id, at)
        except LookupError:
            continue
        people = ", ".join(clean(book.name_of(person)) for person in here.people)
        until = f"until {on_clock(here.until, at, here.zone)}" if here.until else ""
        rows.append((clean(rotation.id), people or paint("nobody", "1;31"), until))
    if not rows:
        return
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    yield f"\n{paint('on call', '1')}\n"
    for row in rows:
        yield f"  {row[0]:<{first}}  {row[1]:<{second}}  {row[2]}".rstrip() + "\n"
