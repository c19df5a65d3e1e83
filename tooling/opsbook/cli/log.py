"""`opsbook log`: one more line on the timeline."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command
from opsbook.cli.responding import Draft, entry_options, hint, link_option, links_of, say_secrets
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident


@click.command(cls=Command)
@click.argument("text", nargs=-1)
@click.option("--finding", is_flag=True, help="It was found out.")
@click.option("--action", is_flag=True, help="It was done.")
@click.option("--paged", metavar="PERSON", help="Somebody was paged.")
@click.option("--runbook", metavar="ID", help="A runbook was followed.")
@click.option(
    "--result", type=click.Choice(("ok", "partial", "failed")), help="What came of the runbook; else ok."
)
@link_option
@click.option("--force", is_flag=True, help="Keep evidence of more than 1 MB.")
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, text: tuple[str, ...], **options: Any) -> None:
    """Write TEXT on the timeline of the current incident.

    `… | opsbook log -` keeps what a command prints as evidence, with secrets masked. A file that `--evidence`
    names is kept as it is; what looks like a secret in it is said.
    """
    if options["finding"] and options["action"]:
        raise click.UsageError("--finding or --action: write two entries")
    if options["paged"] and options["runbook"]:
        raise click.UsageError("--paged or --runbook: write two entries")
    if options["result"] and not options["runbook"]:
        raise click.UsageError("--result goes with --runbook")
    captures = text[:1] == ("-",)
    links = links_of(options["links"])
    draft = Draft(obj, _words(text[1:] if captures else text, links, options), options, **_said(options))
    if captures:
        _capture(draft)
    draft.write(lambda book, incident, entry: logged(book, incident, entry, links))


def logged(
    book: Book,  # noqa: ARG001
    incident: Document[Incident],
    entry: Entry,
    links: Mapping[str, str] | None = None,
) -> Change:
    """The change that puts an entry on the timeline, and links at the top."""
    from opsbook.authoring.timeline import added, linked, summary

    return added(incident, entry, summary(incident.id, entry.headline), *linked(links or {}))


def _words(text: tuple[str, ...], links: Mapping[str, str], options: dict[str, Any]) -> str:
    """What was typed, and where people meet, by which `undo` knows a link; else what the options say."""
    words = " ".join(text)
    where = ", ".join(f"{name}: {address}" for name, address in links.items())
    if where:
        return f"{words} ({where})" if words else where
    if words.strip() or text:
        return words
    if options["paged"]:
        return f"{options['paged']} paged"
    if options["runbook"]:
        return f"Followed {options['runbook']}: {options['result'] or 'ok'}"
    return ""


def _said(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if options["finding"] or options["action"]:
        said["type"] = "finding" if options["finding"] else "action"
    if options["paged"]:
        said["page"] = {"person": options["paged"]}
    if options["runbook"]:
        said["runbook"] = {"id": options["runbook"], "result": options["result"] or "ok"}
    return said


def _capture(draft: Draft) -> None:
    """Keep what stands on stdin, its secrets masked."""
    from opsbook.authoring.entry import typed
    from opsbook.authoring.evidence import LIMIT, without_secrets

    if sys.stdin.isatty():
        hint("reading from the terminal until Ctrl-D")
    content = sys.stdin.buffer.read()
    if len(content) > LIMIT and not draft.options["force"]:
        raise UserError(
            f"{len(content) / 1_000_000:.1f} MB on stdin, evidence has 1 MB at most: see {_aside(content)}",
            "`opsbook log --evidence FILE` keeps the part that matters, `--force` all of it",
        )
    text, masked = without_secrets(content.decode("utf-8", "surrogateescape"))
    say_secrets(masked, lambda each: f"masked on line {each.line}: {each.what}")
    content = text.encode("utf-8", "surrogateescape")
    if not draft.text:
        first = next((line for line in text.splitlines() if line.strip()), "nothing was printed")
        draft.text = typed(f"Output: {first.strip()[:120]}")
    draft.files[f"output-{draft.now:%Y%m%dT%H%M%SZ}.txt"] = content


def _aside(content: bytes) -> str:
    """A file outside the book for what is not written into it."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix="opsbook-", suffix=".txt")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return name
