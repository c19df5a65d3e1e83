"""`opsbook merge-driver`: how git merges two versions of an incident; `opsbook setup` registers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opsbook.cli.options import Command


@click.command(cls=Command, hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path", required=False, default="incident.yaml")
@click.pass_obj
def command(obj: dict[str, Any], /, base: Path, ours: Path, theirs: Path, path: str) -> int:  # noqa: ARG001
    """Merge THEIRS into OURS, two versions of an incident that began as BASE.

    Exits with 1 where one field was changed to different things; the file then shows both between git's
    marks. Where one of them is no incident that can be read, their lines are merged.
    """
    from opsbook.authoring.merge import merge

    texts = [file.read_bytes() for file in (base, ours, theirs)]
    try:
        result = merge(*(text.decode("utf-8") for text in texts))
    except ValueError:
        return _by_lines(base, ours, theirs)
    ours.write_bytes(result.text.encode("utf-8"))
    for each in result.conflicts:
        click.echo(f"{path}: {'/'.join(map(str, each.pointer))} was changed to different things", err=True)
    return 1 if result.conflicts else 0


def _by_lines(base: Path, ours: Path, theirs: Path) -> int:
    import subprocess

    names = map(str, (ours, base, theirs))
    return min(subprocess.run(["git", "merge-file", "--quiet", *names], check=False).returncode, 1)
