"""What the commands of a response share: who types, which incident is meant, when it was, what to do next.

They are typed at 3 a.m.: one line, no question, no network. What is written is never refused for what the
rules say of it; that goes to stderr as next steps. What cannot be written is printed, to be pasted.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.cli.options import Command, colored, moment, named, unread
from opsbook.cli.saving import Meanwhile, keep_note, note, save, saving_options
from opsbook.errors import UserError
from opsbook.git import git_folders

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.authoring.change import Change
    from opsbook.authoring.evidence import Masked
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic
    from opsbook.model.incident import Entry, Incident, Milestone

F = TypeVar("F", bound=Callable[..., Any])


class NotMetError(UserError):
    """What was asked needs a word that nobody gave: there is nothing to paste."""


OPEN = ("triage", "investigating", "mitigated")
"""How an incident stands whose response goes on."""
_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?\Z")
_URGENT = ("long_silence", "late_update", "broken_promise", "no_progress", "no_commander")
"""Findings about a clock that runs: while it does they are said again after each command."""
_LISTED = 10
"""Incidents that are named where it is not clear which is meant; the newest."""
_ENDS = ("acknowledged", "mitigated", "resolved")
"""Milestones that say nothing of an incident that is closed."""
_ONCE = ("mitigated", "resolved")
"""Milestones that are not written again unless something new is said of them."""
_TELLS = ("at", "by", "services", "evidence")
"""Options of an entry that say something beside its milestone."""
_SECRETS = 20
"""Secrets that are listed; more are counted."""
_STEPS = 3
"""Findings that are shown after a command; more are counted."""


# ── options ───────────────────────────────────────────────────────────────────────────────


_LEFT_OUT = "that of the branch, of this clone, or the only open one"


def incident_option(function: F, left_out: str = _LEFT_OUT) -> F:
    """`-i ID`: which incident is meant."""
    told = f"Which incident; left out, {left_out}."
    return click.option("-i", "--incident", metavar="ID", help=told)(function)


def incident_named(left_out: str = _LEFT_OUT) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`ID` or `-i ID` of a command that asks about one incident; the command gets `incident`."""

    def named_by(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(*arguments: Any, id: str | None, incident: str | None, **options: Any) -> Any:
            if id and incident and id != incident:
                raise click.UsageError("ID or -i ID: name one incident")
            return function(*arguments, incident=id or incident, **options)

        return click.argument("id", required=False)(incident_option(command, left_out))

    return named_by


def entry_options(function: F) -> F:
    """The options of every command that writes an entry."""
    options = (
        incident_option,
        click.option(
            "--at", metavar="TIME",
            help="When it happened: `03:02` on your clock, the last such moment, or an instant; else now.",
        ),
        click.option("--by", metavar="PERSON", help="Who did it, where that is not you."),
        click.option(
            "--service", "services", multiple=True, metavar="ID[=STATE]",
            help="How a service stands from then on: operational, degraded, partial-outage or down.",
        ),
        click.option(
            "--evidence", multiple=True, metavar="FILE|URL",
            help="What shows it; a file is copied as it is into the incident's `evidence/`.",
        ),
        saving_options,
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def link_option(function: F) -> F:
    """`--link NAME=URL`: where people meet."""
    return click.option(
        "--link",
        "links",
        multiple=True,
        metavar="NAME=URL",
        help="Where people meet: `war_room=…`, `chat=…`.",
    )(function)


def links_of(given: Sequence[str]) -> dict[str, str]:
    """Addresses by name; UserError for a word that is neither."""
    pairs = [each.partition("=") for each in given]
    for name, equals, address in pairs:
        if not (equals and name and address):
            raise UserError(f"--link `{name}` says no address", "write it as `war_room=https://…`")
    return {name: _without_secrets(address) for name, _, address in pairs}


def now(obj: Mapping[str, Any]) -> datetime:
    """This second; `OPSBOOK_AT` is another."""
    return moment(dict(obj), os.environ.get("OPSBOOK_AT")).replace(microsecond=0)


def no_input_option(function: F) -> F:
    """`--no-input`: ask nothing, whoever is there."""
    return click.option("--no-input", is_flag=True, help="Ask nothing, on a terminal either.")(function)


def asks(options: Mapping[str, Any]) -> bool:
    """Whether somebody is there to be asked."""
    return not options.get("no_input") and sys.stdin.isatty() and sys.stderr.isatty()


# ── this clone ────────────────────────────────────────────────────────────────────────────


def person(root: Path) -> str | None:
    """Who types: `OPSBOOK_PERSON`, else whom `opsbook setup --as` stored. Unknown is said once a clone."""
    said = os.environ.get("OPSBOOK_PERSON", "").strip()
    if said:
        return said
    noted = note(root, "person")
    if noted is None and keep_note(root, "person", ""):
        hint("who you are is not known, and left out: `opsbook setup --as PERSON` says so once for all")
    return noted or None


def vouching(book: Book, root: Path, asked: str | None) -> str:
    """Who vouches: as asked, else who types; UserError where that is nobody of the book."""
    who = asked or person(root)
    if who is None:
        raise UserError("who vouches is not known", "`--by PERSON`, or `opsbook setup --as PERSON`")
    return named(book, "person", who).id


def hint(text: str) -> None:
    """A line beside the answer."""
    from opsbook.output.frames import Paint, clean

    color = colored(sys.stderr)
    click.echo(Paint(color)(clean(text), "2"), err=True, color=color or None)


def warn(message: str, more: str) -> None:
    """A line before the answer that nobody should miss; the next steps do not say its message again."""
    from opsbook.output.frames import Paint, clean

    _told().add(message)
    color = colored(sys.stderr)
    click.echo(f"{Paint(color)('note', '1;33')} {clean(f'{message}: {more}')}", err=True, color=color or None)


def _told() -> set[str]:
    """What this command has said beside its answer, of what it says once."""
    told: set[str] = click.get_current_context().meta.setdefault("opsbook.told", set())
    return told


def say_unread(book: Book, ids: Iterable[str]) -> None:
    """Of incidents that an answer leaves out, since they cannot be read: where, and why."""
    found = [document for id in ids if (document := book.find("incident", id))]
    for line in unread(found[:_LISTED]):
        hint(line)
    if len(found) > _LISTED:
        hint(f"and {len(found) - _LISTED:,} more that cannot be read: `opsbook check`")


# ── which incident ────────────────────────────────────────────────────────────────────────


def current(book: Book, root: Path, asked: str | None, among: tuple[str, ...] = OPEN) -> Document[Incident]:
    """The incident that is meant: as asked, else of the branch, else of this clone, else the only open
    one, else the only one that stands in one of these ways. UserError names those that it could be, and
    those that cannot be read: one of them may be what is meant, and a second is not to be declared."""
    id = _meant(book, asked) if asked else _branch(root) or _noted(book, root, among)
    if id:
        return named(book, "incident", id)
    from opsbook.book.facts import standing

    stands = standing(book)
    found = [id for id, status in stands.items() if status in OPEN]
    found = found or [id for id, status in stands.items() if status in among]
    broken = [document for id, status in stands.items() if status == "unreadable"
              if (document := book.find("incident", id))]  # fmt: skip
    if len(found) == 1:
        _say_passed_over(broken)
        return named(book, "incident", found[0])
    if not found:
        if len(broken) == 1 and not broken[0].readable:
            raise UserError(*broken[0].refusal)
        if broken:
            raise UserError("no incident that can be read is open", "\n".join(unread(broken[-_LISTED:])))
        raise UserError(
            "no incident is open", '`opsbook declare "what customers see"` begins one, `-i ID` names another'
        )
    listed = [f"-i {id}" for id in found[-_LISTED:]]
    raise UserError(f"{len(found)} incidents could be meant; say which", "\n".join(listed))


def _say_passed_over(broken: Sequence[Document[Incident]]) -> None:
    """Of what cannot be read, and may be open as well, that it was passed over; once a command."""
    for line in unread(broken[-_LISTED:]):
        if line not in _told():
            _told().add(line)
            hint(f"passed over, though it may be open: {line}")


def _meant(book: Book, asked: str) -> str:
    """The id that is asked for, or that of the only incident not over that has these words in it."""
    if book.has("incident", asked):
        return asked
    from opsbook.book.facts import standing

    found = [id for id in standing(book) if asked.casefold() in id.casefold()]
    return found[0] if len(found) == 1 else asked


def _branch(root: Path) -> str | None:
    """The incident of the branch `incident/ID` that is checked out."""
    folders = git_folders(root)
    try:
        head = (folders[0] / "HEAD").read_text("utf-8").strip() if folders else ""
    except (OSError, UnicodeDecodeError):
        return None
    before = "ref: refs/heads/incident/"
    return head.removeprefix(before) if head.startswith(before) else None


def _noted(book: Book, root: Path, among: tuple[str, ...]) -> str | None:
    """The incident that was declared in this clone, until it is closed."""
    id = note(root, "current")
    document = book.find("incident", id) if id and re.fullmatch(r"[\w.-]+", id) else None
    if document is None:
        return None
    status = document.content.history.status if document.readable else "unreadable"
    return document.id if status != "closed" or status in among else None


# ── names ─────────────────────────────────────────────────────────────────────────────────


def level_named(book: Book, asked: str) -> str:
    """The severity level that is meant by its name or by one of its other names, `sev 1` by `SEV1`; what no
    level is called stays as it is, for the rules to say."""
    levels = book.severities.levels
    for name, level in levels.items():
        if _letters(asked) in map(_letters, (name, level.name, *level.aliases)):
            return name
    return asked


def _letters(name: str) -> str:
    """A name without its case, and without what parts its words."""
    return re.sub(r"[\s_-]+", "", name.casefold())


def level_said(book: Book, asked: str) -> str:
    """The same; what no level is called is kept, which is said before anything is answered."""
    from opsbook.book.validate import nearest

    name, levels = level_named(book, asked), book.severities.levels
    if name not in levels and re.fullmatch(r"[\w.-]+", name):
        near = nearest(name, levels)
        meant = f"did you mean `{near}`?" if near else f"there are {', '.join(levels)}."
        kept = f"It is kept as you said it, until `opsbook severity {near or 'LEVEL'}` says another"
        warn(f"no severity `{name}`", f"{meant} {kept}")
    return name


def role_named(book: Book, asked: str) -> str:
    """The role that is meant: by its id, its first letters, its initials or its last word, where these are
    one role's; what no role is called stays as it is."""
    roles = list(book.roles.roles) if book.roles else []
    said = asked.casefold()
    by_letters = [role for role in roles if "".join(re.findall(r"\b\w", role.casefold())) == said]
    by_part = [role for role in roles if _begins_or_ends(role.casefold(), said)]
    for found in ([role for role in roles if role.casefold() == said], by_letters, by_part):
        if len(found) == 1:
            return found[0]
    return asked


def _begins_or_ends(role: str, said: str) -> bool:
    return role.startswith(said) or role.endswith(f"-{said}")


# ── when ──────────────────────────────────────────────────────────────────────────────────


def zone_of(book: Book, who: str | None) -> ZoneInfo:
    """The clock of a person; the book's where they have none."""
    document = book.find("person", who) if who else None
    if document is not None and document.readable:
        return document.content.timezone  # type: ignore[no-any-return]
    return book.settings.timezone


def when(text: str | None, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant that is meant: now, the last time that a clock showed this, or an instant as written."""
    if text is None:
        return at
    clock = _CLOCK.match(text.strip())
    if clock is None or int(clock["hour"]) > 23:
        return moment({}, text).replace(microsecond=0)
    from opsbook.model.time import first_instant

    hour, minute, second = (int(part or 0) for part in clock.groups())
    today = at.astimezone(zone).replace(tzinfo=None, fold=0)
    wall = today.replace(hour=hour, minute=minute, second=second)
    for days in (0, 1, 2):
        day = wall - timedelta(days=days)
        twice = (day.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
        shown = [each for each in twice if each.astimezone(zone).replace(tzinfo=None, fold=0) == day]
        past = [each for each in shown or [first_instant(day, zone)] if each <= at]
        if past:
            return past[0]
    return at


def on_clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant on a clock, with its day where that is another one than now."""
    local = at.astimezone(zone)
    day = "" if local.date() == now.astimezone(zone).date() else f"{local:%a %-d %b} "
    return f"{day}{local:%H:%M %Z}"


def moment_of(text: str | None, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant that is meant; said where it is further back than whoever types may think."""
    found = when(text, at, zone)
    if text and _CLOCK.match(text.strip()) and at - found > timedelta(hours=12):
        hint(f"{text} was last on {found.astimezone(zone):%a %-d %b}: `--at` with a date says another day")
    return found


# ── an entry ──────────────────────────────────────────────────────────────────────────────


def _without_secrets(text: str) -> str:
    """What was typed, with stars for tokens that somebody pasted: a commit keeps them for ever."""
    from opsbook.authoring.evidence import without_known

    text, masked = without_known(text)
    for each in masked:
        hint(f"masked {each.what} in what you typed ({each.shown}…): revoke it where it is real")
    return text


def say_secrets(found: Sequence[Masked], said: Callable[[Masked], str]) -> None:
    """Say of each secret what there is to say, with the letters of it that may be shown."""
    for each in found[:_SECRETS]:
        hint(said(each) + (f" ({each.shown}…)" if each.shown else ""))
    if len(found) > _SECRETS:
        hint(f"and {len(found) - _SECRETS} more")


class Draft:
    """An entry as it is typed, before anybody knows whether the book can be read."""

    def __init__(self, obj: Mapping[str, Any], text: str, options: Mapping[str, Any], **said: Any) -> None:
        from opsbook.authoring.entry import typed
        from opsbook.book.settings import find_root

        self.root = find_root(Path.cwd())
        self.now = now(obj)
        self.options = dict(options)
        self.text = _without_secrets(typed(text))
        self.who = person(self.root)
        self.said = said
        self.files: dict[str, bytes] = {}
        """What becomes evidence, by the name that it should have."""
        for name in options.get("evidence", ()):
            self._take(name)

    def _take(self, name: str) -> None:
        """Read a file that becomes evidence as it is, and say which secrets it seems to hold."""
        from opsbook.authoring.evidence import is_address, require_small, secrets_of

        if is_address(name):
            return
        try:
            content = Path(name).read_bytes()
        except OSError as error:
            raise UserError(
                f"cannot read `{name}`: {error.strerror}; nothing was written",
                "run it again without `--evidence`, and add the file later",
            ) from None
        require_small(f"`{name}`", len(content), self.options.get("force", False))
        found = secrets_of(content)
        say_secrets(found, lambda each: f"{name}:{each.line} holds what looks like {each.what}")
        if found:
            hint(
                "evidence is kept as it is: `opsbook undo` takes it back, "
                f"`opsbook log - < {shlex.quote(name)}` keeps it with its secrets masked"
            )
        self.files[name] = content

    def entry(self, book: Book, evidence: Iterable[str] = ()) -> Entry:
        """The entry, with its time on the clock of whoever types."""
        from opsbook.authoring.entry import entry_of

        if not self.text:
            raise NotMetError("an entry without words", 'say what happened: `opsbook log "rolled back 4812"`')
        at = moment_of(self.options.get("at"), self.now, zone_of(book, self.who))
        said = self.said | {"at": at, "text": self.text}
        if links := tuple(evidence):
            said["evidence"] = links
        said["by"] = self.options.get("by") or self.who
        if self.options.get("services"):
            said["services"] = _services(self.options["services"])
        return entry_of(**said)

    def write(
        self,
        change: Callable[[Book, Document[Incident], Entry], Change],
        among: tuple[str, ...] = OPEN,
    ) -> tuple[Document[Incident], Entry]:
        """Put the entry into the incident that is meant, and say what follows from it."""
        made: list[tuple[Book, Document[Incident], Entry, Change]] = []

        def make(book: Book) -> Change:
            from opsbook.authoring.evidence import kept

            incident = current(book, self.root, self.options.get("incident"), among)
            files, links = kept(book, incident.id, self.files, self.options.get("evidence", ()))
            entry = self.entry(book, links)
            whole = change(book, incident, entry)
            whole = whole._replace(files={**whole.files, **files})
            made.append((book, incident, entry, whole))
            return whole

        def steps() -> list[Diagnostic]:
            book, incident, _, whole = made[-1]
            return to_do(book, whole, incident.path, self.now)

        then = Meanwhile(steps)
        try:
            save(make, self.options, then)
        except NotMetError:
            raise
        except UserError as error:
            raise UserError(error.message, "\n".join([error.hint, *self._to_paste(made)])) from None
        book, incident, entry, _ = made[-1]
        if not self.options.get("dry_run"):
            self._said(book, incident, entry)
            if incident.content.history.status == "closed" and entry.milestone in _ENDS:
                hint(f"{incident.id} was closed before: `opsbook reopen` where it began again, or `undo`")
            say_steps(then(), incident.path)
        return incident, entry

    def _to_paste(self, made: list[tuple[Book, Document[Incident], Entry, Change]]) -> Iterator[str]:
        """What would have been written into the record; the entry alone where nobody knows which."""
        from opsbook.authoring.entry import line
        from opsbook.book.snapshot import Book
        from opsbook.book.tree import Memory
        from opsbook.edits import added

        if made:
            _, incident, _, change = made[-1]
            yield f"to paste into {incident.path}:"
            for source, after in change.texts():
                if source.path == incident.path:
                    yield from added(source.text, after)
            return
        with suppress(UserError, ValueError):
            entry = self.entry(Book(Memory({})))
            yield from ("to paste:", f"  - {line(entry)}")

    def _said(self, book: Book, incident: Document[Incident], entry: Entry) -> None:
        from opsbook.authoring.entry import line
        from opsbook.output.frames import clean

        keep_note(self.root, "last", f"{incident.id} {line(entry)}")
        local = entry.at.astimezone(zone_of(book, self.who))
        sort = entry.milestone or entry.severity or ""
        words = (
            entry.headline if entry.headline.casefold() == sort else f"{sort}: {entry.headline}".lstrip(": ")
        )
        click.echo(f"{clean(incident.id)}  {local:%H:%M:%S %Z}  {clean(words)}")


def _services(given: Iterable[str]) -> dict[str, str | None]:
    """`checkout=degraded` → that state; UserError for a state that is none."""
    from opsbook.book.validate import nearest

    known = ("operational", "degraded", "partial-outage", "down")
    found: dict[str, str | None] = {}
    for each in given:
        id, equals, state = each.partition("=")
        if equals and state not in known:
            near = nearest(state, known)
            raise UserError(
                f"`{state}` is no state of a service",
                f"did you mean `{near}`?" if near else f"there are {', '.join(known)}",
            )
        found[id] = state or None
    return found


def milestone(name: Milestone, default: str, about: str, among: tuple[str, ...] = OPEN) -> click.Command:
    """The command that says that an incident reached a milestone."""

    @click.argument("text", nargs=-1)
    @entry_options
    @click.pass_obj
    def command(obj: dict[str, Any], /, text: tuple[str, ...], **options: Any) -> None:
        from opsbook.authoring.timeline import added, summary

        draft = Draft(obj, " ".join(text) or default, options, milestone=name)
        told = any((*text, *(options[each] for each in _TELLS)))
        if name in _ONCE and not told and _is_reached(draft, name, among):
            return
        draft.write(lambda _, incident, entry: added(incident, entry, summary(incident.id, name)), among)

    command.__doc__ = about
    return click.command(cls=Command)(command)


def _is_reached(draft: Draft, name: Milestone, among: tuple[str, ...]) -> bool:
    """Whether the incident has reached a milestone already, since it came back where it did; says so."""
    from opsbook.cli.options import the_book

    with suppress(UserError, ValueError):  # said where the entry is written
        book = the_book()
        content = current(book, draft.root, draft.options["incident"], among).content
        place = content.history.rounds[-1].get(name)
        if place is not None:
            since = on_clock(content.timeline[place].at, draft.now, zone_of(book, draft.who))
            hint(f"already {name} at {since}, nothing was written: with a text it is another entry")
            return True
    return False


# ── next steps ────────────────────────────────────────────────────────────────────────────


def next_steps(book: Book, change: Change, path: str, at: datetime, then: Book | None = None) -> None:
    """Say in a few lines what is to do about a record since a change."""
    say_steps(to_do(book, change, path, at, then), path)


def to_do(book: Book, change: Change, path: str, at: datetime, then: Book | None = None) -> list[Diagnostic]:
    """What `opsbook check` says of a record since a change, or that cannot wait.

    `then` is the book as it is since the change, where that is more than other texts.
    """
    then = then or book.with_texts({source.path: text for source, text in change.texts()})
    document = then.read(change.landed(path))
    goes_on = document.readable and document.content.history.status in OPEN
    begun = any(source.path == path and not source.text for source, _ in change.texts())
    known = () if begun else _findings(book, path, at)
    before = {(each.code, each.message) for each in known}
    found = [
        each
        for each in _findings(then, change.landed(path), at)
        if (each.code, each.message) not in before or (goes_on and each.name in _URGENT)
    ]
    found.sort(key=lambda each: (each.name not in _URGENT, -each.level))
    return list({(each.code, each.message): each for each in found}.values())


def say_steps(found: Sequence[Diagnostic], path: str) -> None:
    """A line for each of the first few things to do about the record at a path."""
    from opsbook.output.frames import Paint, clean

    found = [each for each in found if each.message not in _told()]
    color = colored(sys.stderr)
    paint = Paint(color)
    for each in found[:_STEPS]:
        step = f"{each.message}: {each.hint}" if each.hint else each.message
        click.echo(f"{paint('next', '1;36')} {clean(step)}", err=True, color=color or None)
    if len(found) > _STEPS:
        hint(f"and {len(found) - _STEPS} more: `opsbook check {path}`")


def _findings(book: Book, path: str, at: datetime) -> tuple[Diagnostic, ...]:
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import check

    if not book.tree.has(path):
        return ()
    with suppress(UserError):  # settings that name an unknown rule are for `opsbook check` to report
        return check(book, lambda: Selection(book.settings), at, subjects=[path])[0].diagnostics
    return ()


def lines(found: Iterator[str]) -> None:
    """Print an answer."""
    click.echo("".join(found), nl=False, color=colored() or None)
