"""`opsbook site`: the book as pages for people who do not read YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Group, at_option, moment
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.site.build import Batch
    from opsbook.site.kept import Kept
    from opsbook.site.render import Page, Templates

_PAGES = "build/pages"
_BUILT_BY = {"mkdocs": ("mkdocs", "material"), "zensical": ("zensical",)}
"""The modules that each builder needs."""
visibility_option = click.option(
    "--visibility", type=click.Choice(("internal", "public")), default="internal",
    help="For whom: `public` shows what is marked so, of that only what customers may know.",
)  # fmt: skip
builder_option = click.option(
    "--builder", type=click.Choice(tuple(_BUILT_BY)), default="mkdocs",
    help="What makes HTML of the pages; Zensical is the successor of Material for MkDocs.",
)  # fmt: skip
_PLACES = ("incidents", "runbooks", "rotations", "policies")
"""Where records stand."""


@click.group(cls=Group)
def command() -> None:
    """The book as a site, for people who do not read YAML."""


@command.command()
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
    help="Where the site goes; `build/site` of the book when left out, `build/public` of the public site.",
)  # fmt: skip
@visibility_option
@click.option(
    "--told-at", metavar="INSTANT", help="When teams were last told what is overdue, for the home page."
)
@builder_option
@click.option("--markdown-only", is_flag=True, help=f"Write the pages into {_PAGES} and stop there.")
@at_option
@click.pass_context
def build(
    context: click.Context,
    output: Path | None,
    visibility: str,
    told_at: str | None,
    builder: str,
    markdown_only: bool,
    at: str | None,
) -> int:
    """Build the site of the book.

    Writes a page of Markdown for every record, lists and a reference into build/pages, and has
    MkDocs make a site of them by the mkdocs.yml of the book. A record that cannot be read is
    listed on the home page and stops nothing. Exits with 1 where MkDocs warns.
    """
    _need("jinja2", "pygments", *(() if markdown_only else _BUILT_BY[builder]))
    from opsbook.book.settings import find_root
    from opsbook.site import build as site

    root = find_root(Path.cwd())
    job = _Job(context, root, visibility, builder, told_at, output)
    if not markdown_only:
        site.refuse_foreign(job.target)
    book = _book(root)
    job.write(book, moment(context.find_root().obj, at))
    return 0 if markdown_only else job.make()


@command.command()
@click.option(
    "--address", metavar="HOST:PORT", default="127.0.0.1:8000", show_default=True,
    help="Where browsers find it; port 0 is any that is free.",
)  # fmt: skip
@visibility_option
@builder_option
@at_option
@click.pass_context
def serve(context: click.Context, address: str, visibility: str, builder: str, at: str | None) -> None:
    """Show the site while the book is being written.

    Builds it, shows it to browsers on this machine, and builds it anew whenever a file of the book
    changes: of incidents and post-mortems only those pages whose inputs changed. Open pages load
    themselves again. Ctrl-C ends it.
    """
    _need("jinja2", "pygments", *_BUILT_BY[builder])
    from opsbook.book.settings import find_root
    from opsbook.site import build as site
    from opsbook.site.kept import Kept
    from opsbook.site.serve import parsed, serve
    from opsbook.site.state import looks

    where = parsed(address)
    root = find_root(Path.cwd())
    job = _Job(context, root, visibility, builder)
    job.kept = Kept(job.pages)
    site.refuse_foreign(job.target)

    rules = list(_book(root).rule_paths())

    def build() -> None:
        book = _book(root)
        rules[:] = book.rule_paths()
        job.write(book, moment(context.find_root().obj, at))
        job.make()

    serve(where, job.target, build, lambda: looks(root, rules), partial(click.echo, err=True))


class _Job:
    """A site to build: for whom, with what, and where it goes."""

    def __init__(
        self,
        context: click.Context,
        root: Path,
        visibility: str,
        builder: str,
        told_at: str | None = None,
        output: Path | None = None,
    ) -> None:
        self.root = root
        self.public = visibility == "public"
        self.builder = builder
        self.told_at = moment({}, told_at) if told_at else None
        self.place, self.shown = (
            ("build/public-pages", "build/public") if self.public else (_PAGES, "build/site")
        )
        self.pages = root / self.place
        self.target = output.absolute() if output else root / self.shown
        self.shown = str(output or self.shown)
        self.program: Any = context.find_root().command
        self.kept: Kept | None = None

    def write(self, book: Book, at: datetime) -> None:
        """Write the pages of Markdown, unless those that are there were made of the same."""
        from opsbook.processors import without_cycles
        from opsbook.site import build as site
        from opsbook.site.state import minute, state

        of = state(book, self.public, self.told_at, minute(at))
        if of and of == site.made_of(self.pages):
            click.echo(f"{self.place}: {site.count(self.pages):,} files, nothing changed")
            return
        with without_cycles():
            count = site.write_batches(self._batches(book, at), self.pages, of)
        click.echo(f"{self.place}: {count:,} files")

    def _batches(self, book: Book, at: datetime) -> Iterable[Batch]:
        from opsbook.output.frames import clean
        from opsbook.site.build import Batch
        from opsbook.site.pages import Site
        from opsbook.site.render import FOLDER, assets, templates_of

        templates = templates_of(book.tree)
        for name in templates.own:
            click.echo(f"template of the book: {clean(f'{FOLDER}/{name}')}", err=True)
        if self.public:
            return [Batch(_public_pages(book, at, templates))]
        others = chain(_reference(self.program, templates), calendars(book, at), assets())
        return Site(book, at, self.told_at, self.kept).batches(others)

    def make(self) -> int:
        """Have the builder make a site of the pages; 1 where it warns."""
        from opsbook.output.frames import clean
        from opsbook.site import build as site

        pages = site.made_of(self.pages)  # says how mkdocs.yml and the builders are, too
        of = pages and f"{pages} {self.builder}"
        if of and of == site.made_of(self.target):
            click.echo(f"{self.shown}: nothing changed, begin with index.html")
            return 0
        warnings = site.make(
            self.root, self.pages, self.target, builder=self.builder, partial=self.public, state=of
        )
        for warning in warnings:
            click.echo(f"warning: {clean(warning)}", err=True)
        if warnings:
            tool = "Zensical" if self.builder == "zensical" else "MkDocs"
            click.echo(f"no site: {tool} warned {len(warnings):,} times about {self.place}", err=True)
            return 1
        click.echo(f"{self.shown}: begin with index.html")
        return 0


@command.command()
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
    help="Where it goes; `build/status` of the book when left out.",
)  # fmt: skip
@at_option
@click.pass_context
def status(context: click.Context, output: Path | None, at: str | None) -> None:
    """Write a status page for customers.

    It shows the services and incidents that are marked `visibility: public`: how they stand, and what the
    public was told. Plain HTML with a feed and JSON, for any web server; no script, no other host.
    """
    _need("jinja2")
    from opsbook.book.load import load
    from opsbook.book.settings import find_root
    from opsbook.site import build as site
    from opsbook.site.guide import unlinked
    from opsbook.site.public import public
    from opsbook.site.status import status as pages

    root = find_root(Path.cwd())
    book, instant = load(root), moment(context.find_root().obj, at)
    target = output.absolute() if output else root / "build" / "status"
    found = public(book, instant)
    site.write(pages(found, book.settings.site.name, unlinked(book)), target)
    click.echo(f"services: {len(found.components):,}")
    click.echo(f"incidents: {len(found.events):,}, open: {sum(event.open for event in found.events):,}")
    click.echo(f"{output or 'build/status'}: begin with index.html")


def calendars(book: Book, at: datetime) -> Iterator[Page]:
    """A calendar to subscribe to of each rotation and of each person who takes turns, for thirteen weeks."""
    from opsbook.model.time import Interval, local_day, midnight
    from opsbook.oncall.calendar import Event, events
    from opsbook.output.ical import event, together
    from opsbook.site.render import Page
    from opsbook.site.survey import calendar_page

    zone = book.settings.timezone
    today = local_day(at, zone)
    within = Interval(midnight(today, zone), midnight(today + timedelta(weeks=13), zone))
    text = cache(partial(event, changed=within.start))  # each in the calendars of a rotation and of people
    shown = {each.id for each in book.people if each.content.visibility != "restricted"}
    of: dict[tuple[str, str, str], list[Event]] = {}
    for rotation in book.rotations:
        found: list[Event] = []
        with suppress(LookupError):  # it follows one that cannot be read
            found = [each for each in events(book, rotation.id, within) if shown.issuperset(each.people)]
        of["rotation", rotation.id, rotation.id] = found
        for each in found:
            for person in each.people:
                of.setdefault(("person", person, book.name_of(person)), []).append(each)
    for (kind, id, title), found in of.items():
        found.sort(key=lambda each: (each.interval, each.uid))
        yield Page(calendar_page(kind, id), together(f"On call: {title}", map(text, found)).encode())


def _reference(program: Any, templates: Templates) -> Iterator[Page]:
    """What opsbook says of itself, which with its own templates is the same until it changes."""
    from opsbook.lint.program import remembered
    from opsbook.site.reference import reference
    from opsbook.site.render import Page

    if templates.own:
        yield from reference(program, templates)
        return

    def made() -> list[tuple[str, bytes]]:
        return [(page.path, page.content) for page in reference(program)]

    for path, content in remembered("reference", made):
        yield Page(path, content)


def _public_pages(book: Book, at: datetime, templates: Templates) -> Iterator[Page]:
    from opsbook.site.guide import unlinked
    from opsbook.site.public import public
    from opsbook.site.public_pages import public_pages

    return public_pages(public(book, at), book.settings.site.name, unlinked(book), templates)


def _book(root: Path) -> Book:
    """The book, and what git knows of the past of its records."""
    from opsbook.book.past import Past
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.git import Git
    from opsbook.lint.history import history

    git = Git(root)
    return Book(WorkTree(root), past=Past(git, lambda: history(git, *_PLACES)))


def _need(*modules: str) -> None:
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        extra = "zensical" if "zensical" in modules else "site"
        raise UserError(
            f"the site needs `{missing[0]}`, which is not installed",
            f'install opsbook with its extra `{extra}`: `pip install ".[{extra}]"` in a checkout of it',
        )
