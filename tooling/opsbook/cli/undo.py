"""`opsbook undo`: the last entry was a mistake."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, the_book
from opsbook.cli.responding import Draft, asks, current, incident_option, lines, no_input_option
from opsbook.cli.saving import NO_ENTRY, keep_note, note, save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident

_ANY = ("triage", "investigating", "mitigated", "resolved", "closed")


@click.command(cls=Command)
@click.option("--correct", is_flag=True, help="Write a correcting entry, also where it could be taken back.")
@no_input_option
@incident_option
@saving_options
@click.pass_obj
def command(obj: dict[str, Any], /, correct: bool, **options: Any) -> None:
    """Take back the entry that this clone wrote last, as long as nobody else has it.

    Its commit goes as well, so that a pasted secret is in no history, while it is the last one and only this
    branch has it; else another commit takes the entry back. What was pushed stays: others have acted on it.
    An entry that corrects it is written instead. It goes one step back only, and where that was no entry it
    says how to take it back.
    """
    from opsbook.authoring.evidence import is_address
    from opsbook.authoring.undo import corrected, taken_back
    from opsbook.output.frames import clean

    draft = Draft(obj, "-", options)
    if not correct:
        _require_entry(draft.root)
    incident, place = _last(the_book(), draft, correct=correct)
    entry = incident.content.timeline[place]
    if entry.milestone == "declared" and not correct:
        raise UserError(
            f"{incident.id} was declared, and is kept",
            "`opsbook close --false-alarm` says that there was nothing",
        )
    if not correct and _is_pushed(draft, incident, place):
        said = f"`{entry.headline}` was pushed: others have read it"
        if not asks(options) or not click.confirm(f"{clean(said)}. Write a correcting entry?", err=True):
            raise UserError(said, "`opsbook undo --correct` writes an entry that corrects it")
        correct = True
    if correct:
        at = entry.at.strftime("%H:%MZ")
        draft.text = f"Correction: what was logged at {at} was a mistake: {entry.headline}"
        draft.options["incident"] = incident.id
        draft.write(lambda _, document, new: corrected(document, _again(document, draft, place), new), _ANY)
        return

    def change(book: Book) -> Change:
        document, where = _last(book, draft, correct=False)
        return taken_back(document, where)

    folder = incident.path.removesuffix("incident.yaml")
    beside = frozenset(folder + each for each in entry.evidence if not is_address(each))
    save(change, options | {"takes_back": (incident.id, beside)})
    if not options["dry_run"]:
        keep_note(draft.root, "last", incident.id)
        lines(_said(incident, place))


def _require_entry(root: Path) -> None:
    """UserError where the last that this clone did was no entry, or is not known."""
    noted = note(root, "last") or ""
    if noted and not keep_note(root, "last", noted):
        raise UserError(
            "what this clone did last is not known: what it notes in `.git` cannot be written",
            "take the entry out of its record by hand",
        )
    sort, *said = noted.split("\n")
    if sort == NO_ENTRY:
        what, *paths = said
        raise UserError(f"the last that this clone did was no entry: {what}", _way_back(root, what, paths))


def _way_back(root: Path, what: str, paths: list[str]) -> str:
    """How git takes back what a command did to some files."""
    from opsbook.git import Git

    git = Git(root)
    asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
    stand = {entry[3:].removeprefix(git.prefix): entry[:2] for entry in git._names(*asked)}
    new = [path for path, how in stand.items() if how == "??"]
    known = [path for path in stand if path not in new]
    ways = [shlex.join(("git", "checkout", "--", *known))] if known else []
    ways += [shlex.join(("rm", *new))] if new else []
    if ways:
        return f"it is not committed: `{' && '.join(ways)}` takes it back, with all that you changed there"
    saying = ("--fixed-strings", f"--grep={what}")
    commit = git.run("log", "-1", "--format=%h", *saying, "HEAD", "--branches", "--", *paths).decode().strip()
    return f"`git revert {commit}` takes it back" if commit else "`git log` says what became of it"


def _again(document: Document[Incident], draft: Draft, place: int) -> int:
    """The place of the entry in the record as it is now."""
    found = _place(document, draft)
    return place if found is None else found


def _last(book: Book, draft: Draft, *, correct: bool) -> tuple[Document[Incident], int]:
    """The entry that this clone wrote last, else the last of the incident that is meant."""
    id, _, said = (note(draft.root, "last") or "").partition(" ")
    id = "" if id.startswith(NO_ENTRY) else id
    incident = current(book, draft.root, draft.options.get("incident") or id or None, _ANY)
    if not incident.content.timeline:
        raise UserError(f"{incident.id} has no entry", "nothing to take back")
    found = _place(incident, draft)
    if found is None:
        if id == incident.id and said:
            raise UserError(
                "the last entry that this clone wrote is not there any more", "nothing to take back"
            )
        if id and said and not correct:
            raise UserError(
                f"the last that this clone wrote is an entry of {id}",
                "`opsbook undo` takes it back, "
                f"`opsbook undo --correct -i {incident.id}` corrects the last of this one",
            )
        if id and not correct:
            raise UserError(
                "undo goes one step back only",
                "`opsbook undo --correct` writes an entry that corrects the one before",
            )
        found = incident.content.history.in_order[-1][0]
    return incident, found


def _place(incident: Document[Incident], draft: Draft) -> int | None:
    from opsbook.authoring.undo import place_of

    id, _, line = (note(draft.root, "last") or "").partition(" ")
    return place_of(incident.content, line) if id == incident.id else None


def _said(incident: Document[Incident], place: int) -> Any:
    from opsbook.authoring.evidence import is_address
    from opsbook.output.frames import clean

    entry = incident.content.timeline[place]
    yield f"{clean(incident.id)}  took back: {clean(entry.headline)}\n"
    for each in entry.evidence:
        if not is_address(each):
            yield f"  {clean(each)} stays; delete it if it should not\n"


def _is_pushed(draft: Draft, incident: Document[Incident], place: int) -> bool:
    from opsbook.git import Git
    from opsbook.sharing.pushed import is_pushed

    return is_pushed(Git(draft.root), incident.path, incident.at("timeline", place).text)
