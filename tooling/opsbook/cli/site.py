"""`opsbook site`: the book as pages for people who do not read YAML."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Group, at_option, moment
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

_PAGES = "build/pages"
_PLACES = ("incidents", "runbooks", "rotations", "policies")
"""Where records stand."""


@click.group(cls=Group)
def command() -> None:
    """The book as a site, for people who do not read YAML."""


@command.command()
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
    help="Where the site goes; `build/site` of the book when left out.",
)  # fmt: skip
@click.option("--markdown-only", is_flag=True, help=f"Write the pages into {_PAGES} and stop there.")
@at_option
@click.pass_context
def build(context: click.Context, output: Path | None, markdown_only: bool, at: str | None) -> int:
    """Build the site of the book.

    Writes a page of Markdown for every record, lists and a reference into build/pages, and has
    MkDocs make a site of them by the mkdocs.yml of the book. A record that cannot be read is
    listed on the home page and stops nothing. Exits with 1 where MkDocs warns.
    """
    _need("jinja2", "pygments", *(() if markdown_only else ("mkdocs", "material")))
    from opsbook.book.settings import find_root
    from opsbook.output.frames import clean
    from opsbook.site import build as site
    from opsbook.site.pages import pages
    from opsbook.site.reference import reference

    root = find_root(Path.cwd())
    target = output.absolute() if output else root / "build" / "site"
    if not markdown_only:
        site.refuse_foreign(target)
    program: Any = context.find_root().command
    found = pages(_book(root), moment(context.find_root().obj, at), reference(program))
    count = site.write(found, root / _PAGES)
    click.echo(f"{_PAGES}: {count:,} files")
    if markdown_only:
        return 0
    warnings = site.make(root, root / _PAGES, target)
    for warning in warnings:
        click.echo(f"warning: {clean(warning)}", err=True)
    if warnings:
        click.echo(f"no site: MkDocs warned {len(warnings):,} times about {_PAGES}", err=True)
        return 1
    click.echo(f"{output or 'build/site'}: begin with index.html")
    return 0


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
        raise UserError(
            f"the site needs `{missing[0]}`, which is not installed",
            'install opsbook with its extra `site`: `pip install ".[site]"` in a checkout of it',
        )
