"""`opsbook action sync`: action items and the issues of a tracker learn from each other."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, Group, at_option, deliver, moment, the_book
from opsbook.cli.saving import commit_option, push_option, save
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.actions import Work
    from opsbook.authoring.change import Change
    from opsbook.authoring.tracking import Plan, Planned, Ticket
    from opsbook.book.snapshot import Book
    from opsbook.forge.github import GitHub, Issue
    from opsbook.model.incident import Incident

_PRIVATE = "its incident is not `visibility: public`, and {repository} is"
_RESTRICTED = "its incident is `visibility: restricted`"


@click.group(cls=Group)
def sync() -> None:
    """Action items and the issues of a tracker learn from each other."""


@sync.command(cls=Command)
@click.option("--repo", metavar="OWNER/NAME", help="Whose issues; GITHUB_REPOSITORY otherwise.")
@click.option("--dry-run", is_flag=True, help="Print the plan; ask, and change nothing.")
@commit_option("Commit what is written")
@push_option
@at_option
@click.pass_obj
def github(obj: dict[str, Any], /, repo: str | None, at: str | None, **options: Any) -> None:
    """Open an issue for each item that somebody owns, and close both together.

    An issue that is closed as completed makes its item `done`, as not planned `declined`; an item that is
    finished closes its issue. Each is found by the address in `tracker:`, or by a comment at the end of the
    issue. Items of restricted incidents stay here, and all but those of public ones where the repository is
    public. The token is GITHUB_TOKEN or GH_TOKEN.
    """
    from opsbook.authoring.actions import work
    from opsbook.authoring.tracking import plan
    from opsbook.forge.github import opened
    from opsbook.output.ticket import LABEL

    instant = moment(obj, at)
    forge = opened(repo, os.environ)
    book = the_book()
    listed = forge.issues(LABEL)
    items = list(work(book))
    extra = list(_by_hand(forge, items, listed))
    issues = {each.url: each for each in (*listed, *extra)}
    tickets = [_ticket(each, book) for each in issues.values()]
    made = plan(items, tickets, lambda url: _number(forge, url) is not None, _hidden(forge))
    _print(made)
    if options["dry_run"]:
        return
    known = {each.url for each in listed}
    _do(forge, book, made, issues, known, instant, options)


def _number(forge: GitHub, url: str) -> int | None:
    """The number of an issue of this repository, of its address."""
    found = re.fullmatch(rf"{re.escape(forge.web)}/issues/([0-9]{{1,9}})[/?#]?.*", url, re.IGNORECASE)
    return int(found[1]) if found else None


def _by_hand(forge: GitHub, items: Iterable[Work], listed: list[Issue]) -> Iterator[Issue]:
    """The issues that somebody wrote into `tracker:`, and that have not got the label yet."""
    from opsbook.forge.github import ForgeError

    known = {each.number for each in listed}
    for each in items:
        number = _number(forge, each.item.tracker) if each.item.tracker else None
        if number is not None and number not in known:
            known.add(number)
            try:
                yield forge.issue(number)
            except ForgeError as error:
                if error.status not in (404, 410):
                    raise


def _ticket(issue: Issue, book: Book) -> Ticket:
    from opsbook.authoring.tracking import Ticket
    from opsbook.output.ticket import mark

    found = mark(issue.body)
    return Ticket(
        f"#{issue.number}",
        issue.url,
        found[0] if found else None,
        "open" if issue.open else "closed",
        "done" if issue.reason in (None, "completed", "reopened") else "declined",
        issue.closed_at.astimezone(book.settings.timezone).date() if issue.closed_at else None,
        found[1] if found else None,
    )


def _hidden(forge: GitHub) -> Callable[[Incident], str | None]:
    public = forge.public()

    def hidden(incident: Incident) -> str | None:
        if incident.may_be_named(in_public=public):
            return None
        return _RESTRICTED if incident.visibility == "restricted" else _PRIVATE.format(repository=forge.name)

    return hidden


def _print(made: Plan) -> None:
    from opsbook.output.frames import clean

    told = [step for step in made.steps if step.do != "note"]
    for step in told:
        click.echo(clean(f"{step.work.name}  {step.words}"))
    for name, why in made.left:
        click.echo(clean(f"left alone: {name}: {why}"), err=True)
    if not told:
        click.echo("nothing to change")


def _do(
    forge: GitHub,
    book: Book,
    made: Plan,
    issues: dict[str, Issue],
    labelled: set[str],
    at: datetime,
    options: dict[str, Any],
) -> None:
    """Do what was planned: what the record learns is written before the issue says that it is known there,
    so that a run that is cut short is gone on with by the next one."""
    from opsbook.output.ticket import LABEL, marked

    if not made.steps:
        return
    forge.require_label(LABEL, "Work that an incident left behind, kept by opsbook")
    learned: dict[str, list[tuple[str, Ticket]]] = {}
    try:
        for step in made.steps:
            ticket = _opened(forge, book, step) if step.do == "open" else step.ticket
            if step.do in ("open", "link", "finish") and ticket is not None:
                learned.setdefault(step.work.incident.id, []).append((step.work.id, ticket))
    finally:
        _learn(learned, book, at, options)
    for step in made.steps:
        if step.ticket is None or step.do == "link":
            continue
        issue = issues[step.ticket.url]
        said = _told(step)
        state = said.get("state", step.ticket.state)
        said["body"] = marked(issue.body, step.work.name, "open" if state == "open" else "closed")
        if issue.url not in labelled:
            forge.add_label(issue.number, LABEL)
        forge.edit_issue(issue.number, **said)


def _told(step: Planned) -> dict[str, str]:
    """What an issue is told beside how both stand."""
    if step.do == "close":
        reason = "not_planned" if step.work.item.status == "declined" else "completed"
        return {"state": "closed", "state_reason": reason}
    return {"state": "open", "state_reason": "reopened"} if step.do == "reopen" else {}


def _opened(forge: GitHub, book: Book, step: Planned) -> Ticket:
    from opsbook.output.ticket import LABEL, text, title

    person = book.content("person", step.work.item.owner or "")
    people = (person.login,) if person and person.login else ()
    issue = forge.open_issue(title(step.work), text(step.work, "open"), LABEL, people)
    return _ticket(issue, book)


def _learn(
    told: dict[str, list[tuple[str, Ticket]]], book: Book, at: datetime, options: dict[str, Any]
) -> None:
    """Write into each record what it learns, a commit an incident."""
    from opsbook.authoring.change import Change
    from opsbook.authoring.tracking import learned

    today = at.astimezone(book.settings.timezone).date()
    for id, tickets in told.items():

        def make(book: Book, id: str = id, tickets: list[tuple[str, Ticket]] = tickets) -> Change:
            incident = book.find("incident", id)
            if incident is None or not incident.readable:
                return Change("")
            return learned(incident, tickets, today=today)

        save(make, options)


# ── JSON ──────────────────────────────────────────────────────────────────────────────────


@sync.command(name="json", cls=Command)
@click.option("--export", "out", metavar="FILE", help="Write every item to FILE, or `-`.")
@click.option("--import", "given", metavar="FILE", help="Learn from the issues in FILE, or `-`.")
@click.option("--dry-run", is_flag=True, help="With --import: print the plan, and change nothing.")
@commit_option("Commit what is written")
@push_option
@at_option
@click.pass_obj
def json_(obj: dict[str, Any], /, out: str | None, given: str | None, at: str | None, **options: Any) -> None:
    """Exchange items with Jira, Linear or another tracker by a file.

    The export says each item in opsbook's words, and in fields of Jira and Linear. The import reads that
    shape again, the answer to a Jira search, or the nodes of a Linear query: an issue is of the item that a
    label names (`INCIDENT/ID`), or whose `tracker` is its address. The manual, on every site, has the tables.
    """
    if (out is None) == (given is None):
        raise click.UsageError("either --export FILE or --import FILE")
    instant = moment(obj, at)
    if out is not None:
        _export(out)
    else:
        _import(given or "", instant, options)


def _export(out: str) -> None:
    from opsbook.authoring.actions import work
    from opsbook.output.json import encoded
    from opsbook.output.ticket import exported

    book = the_book()
    items, hidden = [], 0
    for each in work(book):
        if each.incident.content.visibility == "restricted":
            hidden += 1
        else:
            items.append(exported(book, each))
    text = encoded({"schema": 1, "items": items})
    deliver(text, None if out == "-" else Path(out))
    if hidden:
        from opsbook.text import count

        click.echo(f"left alone: {count(hidden, 'item')} of restricted incidents", err=True)


def _import(given: str, at: datetime, options: dict[str, Any]) -> None:
    from opsbook.authoring.actions import work
    from opsbook.authoring.tracking import Plan, plan
    from opsbook.importing.tickets import differing, paired, read

    try:
        content = sys.stdin.buffer.read() if given == "-" else Path(given).read_bytes()
    except OSError as error:
        raise UserError(f"cannot read `{given}`: {error.strerror}") from None
    found, unread = read(content.decode("utf-8", "replace"))
    book = the_book()
    pairs, strangers = paired(work(book), found)
    tickets = [foreign.ticket._replace(item=item.name) for item, foreign in pairs]
    made = plan([item for item, _ in pairs], tickets, lambda _: False)
    left = list(made.left)
    left += [(each.ticket.key, "is of no item of this book") for each in strangers]
    for item, foreign in pairs:
        left += [(foreign.ticket.key, f"{words} is not taken over") for words in differing(item, foreign)]
    left += [
        (step.ticket.key, f"is open, and {step.work.name} is {step.work.item.status}: export again")
        for step in made.steps
        if step.do == "close" and step.ticket
    ]
    steps = tuple(step for step in made.steps if step.do in ("link", "finish"))
    _print(Plan(steps, (*left, *unread)))
    if options["dry_run"]:
        return
    learned: dict[str, list[tuple[str, Ticket]]] = {}
    for step in steps:
        if step.ticket is not None:
            learned.setdefault(step.work.incident.id, []).append((step.work.id, step.ticket))
    _learn(learned, book, at, options)
