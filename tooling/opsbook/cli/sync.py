"""`opsbook sync`: commit what waits, take in what others wrote, and send what is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opsbook.cli.options import Command
from opsbook.cli.saving import say, share
from opsbook.errors import UserError
from opsbook.git import in_git

_NAMED = 3
"""Files that are named; more are counted."""


@click.command(cls=Command)
@click.pass_obj
def command(obj: dict[str, Any], /) -> int:  # noqa: ARG001
    """Bring this clone and its remote together.

    Commits what earlier commands could not, fetches, puts what is ours on top of what others wrote, by what
    it means, and pushes, until the remote has it. Without a network everything is kept for the next time.
    What you changed by hand is yours to commit: it stays as it is, and is named.
    """
    from opsbook.book.settings import find_root
    from opsbook.book.write import alone
    from opsbook.sharing.clone import Clone
    from opsbook.sharing.sync import catch_up

    root = find_root(Path.cwd())
    if not in_git(root):
        raise UserError(f"`{root}` is in no git repository", "`git init` makes one")
    clone = Clone(root)
    with alone(root):
        why = catch_up(clone)
        if why:
            say(f"what commands wrote is not committed: {why}; once that is settled, `opsbook sync` again")
        even = share(clone)
    own = sorted({*clone.uncommitted()} - clone.waiting.keys())
    if own:
        more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
        say(f"your own changes are in no commit, so nobody else has them: {', '.join(own[:_NAMED])}{more}")
        say("  `git commit` them, then `opsbook sync`")
    if even and not why:
        click.echo("in sync")
    return 0 if even and not why else 1
