"""`opsbook schema`: the JSON Schemas of the records, for editors."""

from __future__ import annotations

from os.path import relpath
from pathlib import Path

import click

from opsbook.cli.options import Group
from opsbook.errors import UserError


@click.group(cls=Group)
def command() -> None:
    """The JSON Schemas of the records, for editors and other tools."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[DIR]")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a schema is not current.")
def write(folder: Path | None, check: bool) -> int:
    """Write the schemas into DIR (default: `schemas/` of the book).

    A record's first line then tells the editor which one is its own:

    # yaml-language-server: $schema=../../../schemas/incident.json
    """
    from opsbook.book.settings import find_root
    from opsbook.schemas import all_schemas

    target = folder or find_root(Path.cwd()) / "schemas"
    schemas = all_schemas()
    stale = [name for name, text in schemas.items() if _text(target / name) != text]
    if check:
        for name in stale:
            click.echo(f"{relpath(target / name)}: not current, run `opsbook schema write`", err=True)
        return int(bool(stale))
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (target / name).write_text(schemas[name], encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"cannot write to `{target}`: {error.strerror}") from None
    click.echo(f"{relpath(target)}: {len(stale)} written, {len(schemas) - len(stale)} were current")
    return 0


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
