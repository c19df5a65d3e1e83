"""Whether others have what this clone wrote, as far as it has heard from its remotes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.git import Git


def is_pushed(git: Git, path: str, said: str) -> bool:
    """Whether a file of the book holds these words on any branch of a remote; nothing is fetched for it."""
    with suppress(UserError):  # no git: nobody else has it
        git.require()
        refs = git.run("for-each-ref", "--format=%(refname)", "refs/remotes").decode("utf-8", "replace")
        for ref in refs.splitlines():
            found = git.objects.ask(f"{ref}:./{path}")
            if found is not None and said.encode() in found[1]:
                return True
    return False
