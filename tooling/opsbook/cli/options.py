"""What several commands have in common: how their help looks, and options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TextIO, TypeVar

import click

from opsbook.errors import UserError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich_click import RichCommand

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import Tree
    from opsbook.git import Git
    from opsbook.model.escalation import Escalation
    from opsbook.model.time import Interval
    from opsbook.output.frames import Paint
    from opsbook.sharing.branches import Branch

F = TypeVar("F", bound=Callable[..., Any])
_LONGEST = timedelta(days=3 * 366)
_NAMED = 10
"""Names that are listed where one is none of them; more are counted."""
_WIDEST = 110
"""Columns of a report; longer lines are hard to read."""


class Command(click.Command):
    """A command; rich sets its help, and is loaded for that alone."""

    def get_help(self, context: click.Context) -> str:
        from rich_click import RichCommand

        return _set_by_rich(RichCommand(**_said_by(self)), context)


class WordsAfter(Command):
    """A command that takes an id, and after which some words are commands of their own. A record that is
    called like one of them is asked for after an option, or after `--`."""

    def words(self) -> dict[str, click.Command]:
        """The commands by their words."""
        return {}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        found = self.words().get(args[0]) if args else None
        if found is not None:
            return found.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


class Group(click.Group):
    """A command of commands, with the same help."""

    command_class = Command
    groups: ClassVar[Mapping[str, Sequence[str]]] = {}
    """The commands by what they are for, where there are too many for one list."""

    def get_help(self, context: click.Context) -> str:
        from rich_click import RichGroup

        names = self.list_commands(context)
        commands = {name: each for name in names if (each := self.get_command(context, name))}
        return _set_by_rich(RichGroup(**_said_by(self), commands=commands), context, self.groups)


def _said_by(command: click.Command) -> dict[str, Any]:
    """What a command's help says of it."""
    return {each: getattr(command, each) for each in ("name", "params", "help", "epilog")}


def _set_by_rich(
    command: RichCommand, context: click.Context, groups: Mapping[str, Sequence[str]] | None = None
) -> str:
    from rich_click import RichContext, RichHelpConfiguration

    asked = ("info_name", "parent", "help_option_names", "max_content_width")
    panels: Any = [{"name": name, "commands": [*commands]} for name, commands in (groups or {}).items()]
    settings = RichHelpConfiguration(command_groups={context.command_path: panels} if panels else {})
    about = {each: getattr(context, each) for each in asked}
    return command.get_help(RichContext(command, rich_help_config=settings, **about))


def the_book() -> Book:
    """The book around the current folder, as it is on disk, with the incidents that live on branches of
    their own."""
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book

    return Book(the_tree(find_root(Path.cwd()))[0])


def the_git() -> Git:
    """Git, asked in the book around the current folder."""
    from opsbook.book.settings import find_root
    from opsbook.git import Git

    return Git(find_root(Path.cwd()))


def the_tree(root: Path) -> tuple[Tree, dict[str, Branch]]:
    """The files of the book, and the incidents of it that live on branches alone."""
    from opsbook.book.tree import WorkTree
    from opsbook.sharing.branches import any_branch

    tree = WorkTree(root)
    if not any_branch(root):
        return tree, {}
    from opsbook.sharing.branches import seen
    from opsbook.sharing.clone import Clone

    return seen(tree, Clone(root))


def named(book: Book, kind: str, id: str) -> Document[Any]:
    """The record that somebody names on the command line; UserError where there is none that can be
    read."""
    document = book.find(kind, id)
    if document is None:
        raise UserError(f"no {kind} `{id}` in this book", _meant(kind, id, book.names(kind)))
    if not document.readable:
        raise UserError(*document.refusal)
    return document


def _meant(kind: str, id: str, names: Sequence[str]) -> str:
    """What may have been meant by a name that is none's: what is near, else the names that it is a part of,
    else some of all; of incidents the newest."""
    from opsbook.book.validate import nearest

    near = nearest(id, names)
    within = [near] if near else [each for each in names if id.casefold() in each.casefold()]
    if len(within) == 1:
        return f"did you mean `{within[0]}`?"
    among = within or names
    listed = ", ".join((among[::-1] if kind == "incident" else among)[:_NAMED]) or "none"
    more = f" and {len(among) - _NAMED:,} more" if len(among) > _NAMED else ""
    return f"there are {listed}{more}"


def unread(documents: Iterable[Document[Any]]) -> list[str]:
    """Of each of some records that cannot be read, where it cannot, why, and what to do about it."""
    return ["; ".join(document.refusal) for document in documents if not document.readable]


def require_here(book: Book, path: str) -> None:
    """UserError where what stands at a path is seen from a branch alone, and is not in the work tree."""
    from opsbook.book.tree import on_disk

    if path in on_disk(book.tree)[1]:
        id = path.split("/")[2]
        raise UserError(f"{id} is on branch incident/{id} alone", f"`git switch incident/{id}` goes there")


def policy_of(book: Book, service: str) -> Document[Escalation]:
    """The policy that pages for a service; UserError where it names none that can be read."""
    document = named(book, "service", service)
    policy = document.content.escalation
    if policy is None:
        raise UserError(f"service `{service}` names no `escalation` policy", f"add it to {document.path}")
    return named(book, "escalation", policy)


def at_option(function: F) -> F:
    """`--at INSTANT`: judge as of another time."""
    return click.option(
        "--at", metavar="INSTANT", envvar="OPSBOOK_AT", help="As of this instant instead of now."
    )(function)


def style_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--format` of a report that people, pages and programs read, and `--json`; the command gets `style`."""

    @wraps(function)
    def styled(*arguments: Any, style: str, as_json: bool, **options: Any) -> Any:
        return function(*arguments, style="json" if as_json else style, **options)

    chosen = click.option(
        "--format", "style", type=click.Choice(("text", "markdown", "json")), default="text",
        show_default=True, help="How to print it.",
    )  # fmt: skip
    as_json = click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
    return chosen(as_json(styled))


def deliver(text: str, output: Path | None) -> None:
    """Write a text into a file, or print it where none is named."""
    if output is None:
        click.echo(text, nl=False, color=colored() or None)
    else:
        from opsbook.book.write import put

        put(output, text)


def print_report(
    style: str,
    data: Callable[[], Any],
    markdown: Callable[[], str],
    text: Callable[[Paint, int], Iterable[str]],
) -> None:
    """Print a report in the style that `style_options` gives: as plain data, as a page, or as lines for a
    terminal of some width."""
    if style == "json":
        from opsbook.output.json import encoded

        said = encoded(data())
    elif style == "markdown":
        said = markdown()
    else:
        import shutil

        from opsbook.output.frames import Paint

        said = "".join(text(Paint(colored()), min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)))
    click.echo(said, nl=False, color=colored() or None)


def moment(obj: dict[str, Any], at: str | None) -> datetime:
    """The instant that `--at` names, else now; UserError where it is none."""
    if at is None:
        now: datetime = obj["now"]
        return now
    try:  # the usual way of writing it, without loading what explains the others
        found = datetime.fromisoformat(at)
        if found.tzinfo is not None and ":" in at:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import instant

    try:
        return instant(at)
    except PydanticCustomError as error:
        where = "OPSBOOK_AT" if os.environ.get("OPSBOOK_AT") == at else "--at"
        raise UserError(f"{where}: {error.message()}") from None


def home_zone(asked: str | None) -> ZoneInfo:
    """The zone of a book to begin with: as asked by `--timezone`, else this machine's, else UTC."""
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import zone

    try:
        return zone(asked or _machines_zone())
    except PydanticCustomError as error:
        if asked is None:
            return zone("UTC")
        raise UserError(f"--timezone: {error.message()}") from None


def _machines_zone() -> str:
    """The IANA name of this machine's zone, as far as it says so; of UTC the one that people use."""
    named = os.environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime")
    found = named.partition("zoneinfo/")[2] or named
    return "UTC" if found in ("Etc/UTC", "Etc/UCT", "UCT", "Etc/Zulu", "Zulu") else found


def day(option: str, text: str | None) -> date | None:
    """The day that an option names; UserError where it is none."""
    if text is None:
        return None
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import day

    try:
        return day(text)
    except PydanticCustomError as error:
        raise UserError(f"{option}: {error.message()}") from None


def zone(option: str, text: str | None) -> ZoneInfo | None:
    """The time zone that an option names; UserError where it is none."""
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import zone

    try:
        return zone(text) if text else None
    except PydanticCustomError as error:
        raise UserError(f"{option}: {error.message()}") from None


def days_between(first: date, last: date, zone: ZoneInfo, longest: timedelta | None = _LONGEST) -> Interval:
    """From the first instant of a day to the end of another, in a zone; UserError where it ends before it
    begins, and where it is longer than anybody reads."""
    from opsbook.model.time import Interval, midnight

    if last < first:
        raise UserError(f"--to {last} is before --from {first}")
    if longest is not None and last - first > longest:
        raise UserError(f"--from {first} --to {last} is longer than 3 years", "ask for less at a time")
    return Interval(midnight(first, zone), midnight(last + timedelta(days=1), zone))


def colored(stream: TextIO | None = None) -> bool:
    """Whether what is printed may have colours: on a terminal, or where FORCE_COLOR asks for them."""
    if os.environ.get("NO_COLOR"):
        return False
    stream = stream or sys.stdout
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
