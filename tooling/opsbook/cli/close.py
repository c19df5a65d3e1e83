"""`opsbook close`: it is stable, and somebody attests the closing criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, named, the_book
from opsbook.cli.responding import (
    OPEN,
    Draft,
    NotMetError,
    asks,
    current,
    entry_options,
    no_input_option,
    on_clock,
    zone_of,
)

if TYPE_CHECKING:
    from opsbook.authoring.closing import Closing
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident

_CRITERIA = {
    "metrics_at_baseline": "Are the metrics back at their baseline?",
    "no_customer_reports": "Has nobody reported the problem since?",
}


_AMONG = ("resolved", *OPEN)


@click.command(cls=Command)
@click.argument("text", nargs=-1)
@click.option("--metrics-at-baseline", is_flag=True, help="Attest that the metrics are back at baseline.")
@click.option("--no-customer-reports", is_flag=True, help="Attest that nobody reports the problem any more.")
@click.option("--because", metavar="TEXT", help="Why it is closed before it was stable for long enough.")
@click.option("--false-alarm", is_flag=True, help="There was no incident.")
@click.option("--duplicate-of", metavar="ID", help="It is another incident, which is told there.")
@no_input_option
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, text: tuple[str, ...], **options: Any) -> None:
    """Close an incident: stable for as long as the policy asks, and the closing criteria attested.

    The stable time runs from the last mitigation; a reopening begins it anew. On a terminal the criteria are
    asked for, elsewhere each has its flag.
    """
    from opsbook.authoring.closing import Closing, closed

    if options["false_alarm"] and options["duplicate_of"]:
        raise click.UsageError("--false-alarm or --duplicate-of")
    closing = Closing(options["because"], options["false_alarm"], options["duplicate_of"])
    draft = Draft(obj, " ".join(text) or _words(closing), options, milestone="closed")

    book = the_book()  # what has to be asked is asked before the book is held
    incident = current(book, draft.root, options["incident"], _AMONG)
    if closing.duplicate_of and named(book, "incident", closing.duplicate_of).id == incident.id:
        raise NotMetError(f"{incident.id} is no duplicate of itself", "name the other one")
    if closing.attested:
        _attest(draft)
        closing = closing._replace(because=_because(book, incident, draft.entry(book), closing, draft))
    draft.options["incident"] = incident.id
    draft.write(lambda _, document, entry: closed(document, entry, closing))


def _words(closing: Closing) -> str:
    if closing.duplicate_of:
        return f"Duplicate of {closing.duplicate_of}"
    return "False alarm" if closing.false_alarm else "Closed"


def _attest(draft: Draft) -> None:
    """Make sure that each criterion is attested; nobody else may say so."""
    missing = [name for name in _CRITERIA if not draft.options[name]]
    for name in missing if asks(draft.options) else ():
        if not click.confirm(_CRITERIA[name], err=True):
            raise NotMetError("not closed: a closing criterion is not met", "`opsbook log` says what is left")
        draft.options[name] = True
    missing = [name for name in _CRITERIA if not draft.options[name]]
    if missing:
        flags = " ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise NotMetError(
            "closing attests the closing criteria", f"where they are met: `opsbook close {flags}`"
        )


def _because(
    book: Book, incident: Document[Incident], entry: Entry, closing: Closing, draft: Draft
) -> str | None:
    """Why it is closed too soon; None where it is not. UserError where it is and nobody says why."""
    from opsbook.authoring.closing import stable_from
    from opsbook.model.time import write_duration

    asked = book.severities.stable_before_close
    stable = stable_from(incident.content, entry.at, asked)
    if closing.because or (stable and entry.at >= stable):
        return closing.because
    if stable is None:
        place = incident.content.history.rounds[-1].get("reopened")
        said = "nobody said that it was mitigated"
        if place is not None:
            reopened = incident.content.timeline[place].at
            said += f" since it was reopened at {on_clock(reopened, draft.now, zone_of(book, draft.who))}"
        way = "`opsbook mitigate --at TIME` says since when, or --because says why that does not matter"
    else:
        local = stable.astimezone(zone_of(book, draft.who))
        said = f"it must be stable for {write_duration(asked)}, until {local:%H:%M %Z}"
        way = "close it then, or say why it can be sooner: --because TEXT"
    if asks(draft.options):
        reason: str = click.prompt(f"{said}. Why close it now?", err=True)
        return reason
    raise NotMetError(said, way)
