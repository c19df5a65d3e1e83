"""`opsbook update`: what to tell whom, from the book's templates, with what is known."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, colored, moment
from opsbook.cli.responding import Draft, current, entry_options, hint, when, zone_of
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident

_AUDIENCES = ("internal", "executives", "customers", "public", "regulator")
_STAGES = ("investigating", "identified", "monitoring", "resolved")
_LENGTH = re.compile(r"(?:\d+[smhdw])+\Z")
_ANY = ("triage", "investigating", "mitigated", "resolved", "closed")


@click.command(cls=Command)
@click.argument("text", nargs=-1)
@click.option(
    "--audience", "-a", type=click.Choice((*_AUDIENCES, "channel")), required=True,
    help="Who is told; `channel` is what is pinned in the incident's channel.",
)  # fmt: skip
@click.option("--stage", type=click.Choice(_STAGES), help="What a status page shows.")
@click.option(
    "--next", "promised", metavar="TIME", help="When the next word comes: `30m`, `03:30`, an instant."
)
@click.option("--eta", metavar="TIME", help="When it should work again.")
@click.option("--template", metavar="NAME", help="Another template of policies/communications/.")
@click.option("--record", is_flag=True, help="Put it on the timeline, with the message as evidence.")
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, text: tuple[str, ...], **options: Any) -> None:
    """Print the message for an audience, with TEXT in it and with what the record knows; nothing is sent.

    What is not known is marked. With `--record` it goes onto the timeline as well. When the next word to
    the audience is due is always said.
    """
    if options["record"] and options["audience"] == "channel":
        raise click.UsageError("what is pinned is no update: leave out --record")
    if options["record"] and not " ".join(text).strip():
        raise click.UsageError("--record needs TEXT, the sentence that the audience is told")
    draft = Draft(obj, " ".join(text) or "-", options)
    if options["record"]:
        _record(draft, " ".join(text))
        return
    from opsbook.cli.options import the_book

    book = the_book()
    incident = current(book, draft.root, options["incident"], _ANY)
    said = _said(book, incident, draft, " ".join(text) or None)
    _print(said.text)
    _say_when_due(book, incident.content, draft)
    if options["audience"] != "channel":
        hint("not recorded; once it is sent: `opsbook update … --record`")


def _said(book: Book, incident: Document[Incident], draft: Draft, text: str | None) -> Any:
    from opsbook.authoring import communications

    options = draft.options
    at = _at(book, draft)
    words = communications.Draft(
        options["audience"], text, options["stage"], _next(book, incident.content, draft, at),
        _time(book, draft, options["eta"], at),
    )  # fmt: skip
    return communications.render(book, incident, words, at, options["template"])


def _at(book: Book, draft: Draft) -> datetime:
    return when(draft.options.get("at"), draft.now, zone_of(book, draft.who))


def _time(book: Book, draft: Draft, text: str | None, at: datetime) -> datetime | None:
    """A time ahead: a length from then on, the next time that a clock shows this, or an instant."""
    if text is None:
        return None
    if _LENGTH.match(text):
        from pydantic_core import PydanticCustomError

        from opsbook.model.time import duration

        try:
            return at + duration(text)
        except PydanticCustomError as error:
            raise UserError(f"`{text}`: {error.message()}") from None
    if re.match(r"\d{1,2}:\d\d\Z", text):
        found = when(text, at + timedelta(days=1), zone_of(book, draft.who))
        return found if found > at else found + timedelta(days=1)
    return moment({}, text)


def _next(book: Book, incident: Incident, draft: Draft, at: datetime) -> datetime | None:
    """When the next word comes: as promised, else as the severity asks; None after the last."""
    from opsbook.authoring.communications import cadence

    options = draft.options
    asked = _time(book, draft, options["promised"], at)
    if asked or options["stage"] == "resolved" or options["audience"] == "channel":
        return asked
    often = cadence(book, incident, options["audience"])
    over = incident.history.status in ("resolved", "closed")
    return at + often if often and not over else None


def _record(draft: Draft, text: str) -> None:
    """Put the update onto the timeline; the message goes into the evidence and onto the terminal."""
    from opsbook.authoring.timeline import added, summary

    printed: list[str] = []

    def make(book: Book, incident: Document[Incident], entry: Entry) -> Change:
        said = _said(book, incident, draft, text)
        printed[:] = [said.text]
        ahead = {
            "next_update": _next(book, incident.content, draft, entry.at),
            "eta": _time(book, draft, draft.options["eta"], entry.at),
        }
        about = _about(draft) | {name: at for name, at in ahead.items() if at}
        from opsbook.authoring.entry import entry_of
        from opsbook.authoring.evidence import kept

        name = f"update-{draft.options['audience']}-{entry.at:%Y%m%dT%H%M%SZ}.md"
        files, places = kept(book, incident.id, {name: said.text.encode("utf-8")})
        whole = entry_of(
            **{name: getattr(entry, name) for name in entry.model_fields_set}
            | {"update": about, "evidence": (*entry.evidence, *places)}
        )
        change = added(incident, whole, summary(incident.id, f"update to {draft.options['audience']}"))
        return change._replace(files={**change.files, **files})

    draft.text = text
    draft.said["update"] = _about(draft)
    try:
        incident, _ = draft.write(make, _ANY)
    finally:  # it is to be sent, written or not
        _print("".join(printed))
    from opsbook.cli.options import the_book

    book = the_book()
    if not draft.options["dry_run"]:
        _say_when_due(book, current(book, draft.root, incident.id, _ANY).content, draft)


def _about(draft: Draft) -> dict[str, Any]:
    """Who is told, and at which stage."""
    return {name: said for name in ("audience", "stage") if (said := draft.options[name])}


def _print(text: str) -> None:
    from opsbook.output.frames import clean

    click.echo("\n".join(map(clean, text.split("\n"))), nl=False, color=colored() or None)


def _say_when_due(book: Book, incident: Incident, draft: Draft) -> None:
    from opsbook.authoring.communications import next_due
    from opsbook.model.time import write_duration

    audience = draft.options["audience"]
    if audience not in _AUDIENCES:
        return
    due = next_due(book, incident, audience)
    if due is None:
        hint(f"no further word to {audience} is due")
        return
    local = due.astimezone(zone_of(book, draft.who))
    away = due - draft.now
    how = f"in {write_duration(away)}" if away >= timedelta() else f"{write_duration(-away)} ago"
    hint(f"next word to {audience} due {local:%H:%M %Z}, {how}")
