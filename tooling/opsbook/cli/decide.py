"""`opsbook decide`: stop the pain first, or look for the cause first."""

from __future__ import annotations

from typing import Any

import click

from opsbook.cli.log import logged
from opsbook.cli.options import Command
from opsbook.cli.responding import Draft, entry_options


@click.command(cls=Command)
@click.argument("text", nargs=-1, required=True)
@click.option("--mitigate", "choice", flag_value="mitigate", help="Stop the pain first.")
@click.option("--investigate", "choice", flag_value="investigate", help="Look for the cause first.")
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, text: tuple[str, ...], choice: str | None, **options: Any) -> None:
    """Write a decision on the timeline: TEXT says what, and why.

    Whoever reads it later sees what was known when it was made.
    """
    Draft(obj, " ".join(text), options, type="decision", choice=choice).write(logged)
