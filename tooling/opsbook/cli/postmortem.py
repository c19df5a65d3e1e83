"""`opsbook postmortem`: draft it from the record, keep its blocks current, review it, send it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, WordsAfter, at_option, colored, moment, named, the_book
from opsbook.cli.responding import hint, incident_named, person
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident

_READERS = ("engineering", "product", "support", "leadership")


class _Postmortem(WordsAfter):
    """The command; `sync`, `agenda` and `digest` after it are commands of their own."""

    def words(self) -> dict[str, click.Command]:
        return {"sync": sync, "agenda": agenda, "digest": digest}


@click.command(cls=_Postmortem)
@incident_named("the one resolved last of those that have no post-mortem")
@saving_options
@click.pass_obj
def command(obj: dict[str, Any], /, incident: str | None, **options: Any) -> None:  # noqa: ARG001
    """Draft the post-mortem of an incident from its record.

    Without ID it is the one that was resolved last, closed or not, of those that have no post-mortem.
    `opsbook postmortem sync` refreshes its blocks, `agenda` prints its review, `digest` the text to send.
    """
    from opsbook.authoring.postmortem import drafted
    from opsbook.book.settings import find_root
    from opsbook.output.frames import clean

    who = person(find_root(Path.cwd()))
    id = incident or _resolved_last(the_book())

    def make(book: Book) -> Change:
        found = named(book, "incident", id)
        if book.has("postmortem", found.id):
            raise UserError(f"{found.id} has a post-mortem", "`opsbook postmortem sync` refreshes its blocks")
        return drafted(book, found, who if who and book.has("person", who) else None)

    change = save(make, options)
    if not options["dry_run"]:
        path = change.texts()[0][0].path
        click.echo(f"{clean(path)}  drafted")
        book = the_book()
        _say_when_due(book, named(book, "incident", id))


def _say_when_due(book: Book, incident: Document[Incident]) -> None:
    from opsbook.metrics.business_days import day_left, ends_a_day, terms_of
    from opsbook.metrics.follow_up import postmortem_due

    zone = book.settings.timezone
    due = postmortem_due(incident.content, terms_of(book, incident.content))
    ahead = ((stage, at) for stage, at in due.items() if stage != "draft")  # that is what was just written
    for stage, at in sorted(ahead, key=lambda each: each[1]):
        whole = ends_a_day(at, zone)
        local = day_left(at, zone) if whole else at.astimezone(zone)
        hour = "" if whole else f" {at.astimezone(zone):%H:%M %Z}"
        click.echo(f"{stage:<9} due {local:%a} {local.day} {local:%b %Y}{hour}")


def _resolved_last(book: Book) -> str:
    """The incident that was resolved last and has no post-mortem; UserError where there is none."""
    from opsbook.book.facts import resolved_last

    id = resolved_last(book)
    if id is None:
        raise UserError("no incident that is over lacks a post-mortem", "name one: `opsbook postmortem ID`")
    return id


@click.command(cls=Command)
@click.argument("incidents", nargs=-1, metavar="[ID]…")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a block is not current.")
@saving_options
def sync(incidents: tuple[str, ...], *, check: bool, **options: Any) -> int:
    """Make the timelines and action items of post-mortems say what their records say; of all, without ID."""
    from opsbook.text import count

    changes: list[Change] = []

    def make(book: Book) -> Change:
        changes[:] = list(_stale(book, incidents))
        from opsbook.authoring.change import Change

        names = ", ".join(each.summary.partition(":")[0] for each in changes[:3])
        return Change(
            f"{names}: post-mortem says what the record says",
            tuple(edit for each in changes for edit in each.edits),
        )

    save(make, {**options, "dry_run": options["dry_run"] or check})
    click.echo(f"{count(len(changes), 'post-mortem')} {'not current' if check else 'refreshed'}", err=True)
    return 1 if check and changes else 0


def _stale(book: Book, incidents: tuple[str, ...]) -> Iterator[Change]:
    from opsbook.authoring.postmortem import synced

    asked = [named(book, "postmortem", id) for id in incidents] or list(book.postmortems)
    for document in asked:
        incident = book.find("incident", document.id)
        if incident is not None and incident.readable:
            change = synced(book, document, incident)
            if change:
                yield change


@click.command(cls=Command)
@click.argument("incident", metavar="ID")
@click.option("--minutes", type=click.IntRange(15, 240), default=60, help="How long the review is: 60.")
def agenda(incident: str, *, minutes: int) -> None:
    """Print the agenda of a review: its parts with their minutes, and what is worth a word in each."""
    from opsbook.authoring.postmortem import agenda as items
    from opsbook.output.frames import Paint, clean

    book = the_book()
    found = named(book, "incident", incident)
    paint = Paint(colored())
    lines = [f"{paint(clean(found.content.title), '1')}\n{clean(found.id)}, {minutes} minutes\n"]
    at = 0
    for item in items(book, found, minutes):
        lines.append(f"\n{paint(f'{at:>3}–{at + item.minutes:<3} {item.title}', '1')}\n")
        lines += [f"        {clean(line)}\n" for line in item.lines]
        at += item.minutes
    click.echo("".join(lines), nl=False, color=colored() or None)


@click.command(cls=Command)
@click.argument("incident", metavar="ID")
@click.option("--for", "reader", type=click.Choice(_READERS), help="Only for these readers.")
@click.option("--sent-to", metavar="WHOM", help="Note in the page that it was sent, with the time.")
@saving_options
@at_option
@click.pass_obj
def digest(
    obj: dict[str, Any],
    /,
    incident: str,
    reader: str | None,
    sent_to: str | None,
    at: str | None,
    **options: Any,
) -> None:
    """Print the text to send about an incident, for each sort of reader: engineering, product, support,
    leadership."""
    from opsbook.authoring.postmortem import READERS
    from opsbook.authoring.postmortem import digest as text
    from opsbook.output.frames import Paint, clean

    book, paint = the_book(), Paint(colored())
    found = named(book, "incident", incident)
    if sent_to:
        _note_sent(incident, sent_to, moment(obj, at), options)
        return
    parts = []
    for each in [reader] if reader else _READERS:
        head = "" if reader else paint(f"── to {each}: {READERS[each]}", "2") + "\n\n"
        parts.append(head + "\n".join(map(clean, text(book, found, each).split("\n"))))
    click.echo("\n".join(parts), nl=False, color=colored() or None)
    if not reader:
        hint("`--for` prints one of them, `--sent-to` notes in the post-mortem that it was sent")


def _note_sent(id: str, whom: str, at: Any, options: dict[str, Any]) -> None:
    from opsbook.authoring.postmortem import sent
    from opsbook.output.frames import clean

    save(lambda book: sent(named(book, "postmortem", id), whom, at), options)
    if not options["dry_run"]:
        click.echo(f"{clean(id)}  noted: sent to {clean(whom)}")
