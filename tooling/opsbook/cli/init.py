"""`opsbook init`: a book to begin with."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from opsbook.cli.options import Command, at_option, home_zone, moment
from opsbook.errors import UserError


@click.command(cls=Command)
@click.argument(
    "directory", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--timezone", metavar="ZONE", help="The zone of dates and shifts; this machine's otherwise.")
@click.option("--dry-run", is_flag=True, help="Say which files would be written, write none.")
@click.option(
    "--yes", "-y", is_flag=True, help="Do not ask, where DIR is left out and something stands here."
)
@at_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    directory: Path | None,
    timezone: str | None,
    *,
    dry_run: bool,
    yes: bool,
    at: str | None,
) -> None:
    """Write a book into DIR that passes `opsbook check`: settings, policies, a team and its rotation, three
    runbooks, an example of an incident, and what pre-commit, CI and editors need.

    A file that is there is never touched: it is left as it is, and said so. Without DIR it is this folder;
    where something stands here already, it says what it will do, and on a terminal asks.
    """
    from opsbook.authoring.starting import Start, files
    from opsbook.model.time import local_day

    asked, directory = directory is not None, directory or Path()
    zone = home_zone(timezone)
    start = Start(local_day(moment(obj, at), zone), zone.key)
    wanted = files(start) | (_schemas() if not (directory / "schemas").exists() else {})
    kept = [path for path in wanted if os.path.lexists(directory / path)]
    new = {path: text for path, text in wanted.items() if path not in kept}
    if not asked and not dry_run and new and _announced(len(new)) and not yes and sys.stdin.isatty():
        click.confirm("Go on?", abort=True, err=True)
    if not dry_run:
        _write(directory, new)
    _tell(directory, list(new), kept, start.example, dry_run=dry_run)


def _announced(files: int) -> bool:
    """Say what is about to be written where something stands already; False where nothing does."""
    from opsbook.book.settings import find_root
    from opsbook.cli.responding import hint
    from opsbook.output.frames import clean
    from opsbook.text import count

    here = Path.cwd()
    try:
        root = find_root(here)
    except UserError:
        root = None
    beside = f"{count(files, 'file')} will be written"
    if root == here:
        hint(f"this is a book: {beside} that it lacks, all others stay as they are")
    elif root is not None:
        hint(f"this lies in the book {clean(str(root))}: {beside}, of another one")
    elif any(each.name != ".git" for each in here.iterdir()):
        hint(f"{clean(str(here))} is not empty: {beside} beside what stands here")
    else:
        return False
    return True


def _schemas() -> dict[str, str]:
    from opsbook.schemas import all_schemas

    return {f"schemas/{name}": text for name, text in all_schemas().items()}


def _write(directory: Path, texts: dict[str, str]) -> None:
    from opsbook.book.write import alone, replace_all

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make `{directory}`: {error.strerror}") from None
    with alone(directory):
        replace_all(directory, [], {path: text.encode("utf-8") for path, text in texts.items()})


def _tell(directory: Path, new: list[str], kept: list[str], example: str, *, dry_run: bool) -> None:
    from opsbook.output.frames import clean
    from opsbook.text import count

    said = "to be written" if dry_run else "written"
    click.echo(f"{count(len(new), 'file')} {said} in {clean(str(directory))}")
    for path in new if dry_run else ():
        click.echo(f"  {path}")
    for path in kept:
        click.echo(f"left as it is: {clean(path)}", err=True)
    inside = "" if directory == Path() else f"cd {clean(str(directory))} && "
    click.echo(f"""
Next:
  1. {inside}opsbook check
     finds nothing wrong; it will say so when that changes
  2. put your people into rotations/people/, your services into policies/services/
  3. pip install pre-commit && git init && git add . && pre-commit install
     from then on a bad record is refused before it is committed
  4. opsbook setup --as YOU
     so that what you write says who wrote it
  5. rm -r incidents/{example[:4]}/{example}
     removes the example, once you have read it""")
