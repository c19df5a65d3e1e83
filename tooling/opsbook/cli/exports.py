"""What a command that imports is given: files, and who or what of theirs is whose here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.importing.export import File


def files_of(paths: tuple[str, ...]) -> list[File]:
    """The files of some paths; `-` is standard input. UserError where one cannot be read."""
    from opsbook.importing.export import File

    found = []
    for path in paths:
        try:
            with click.open_file(path, "rb") as stream:
                found.append(File("standard input" if path == "-" else path, stream.read()))
        except OSError as error:
            raise UserError(f"cannot read `{path}`: {error.strerror}") from None
    return found


def id_of(option: str, text: str | None) -> str | None:
    """The id that an option names; UserError where it is none."""
    from opsbook.model.kind import ID

    if text and not re.fullmatch(ID.removesuffix("$"), text):
        raise UserError(f"{option}: `{text}` is no id", "ids are letters, digits, `-`, `_` and `.`")
    return text or None


def pairs(option: str, typed: Iterable[str]) -> dict[str, str]:
    """What is typed as `theirs=ours`."""
    found = {}
    for pair in typed:
        theirs, equals, id = pair.rpartition("=")
        if not equals or not theirs.strip():
            raise UserError(f"{option}: `{pair}` has no `=`", f"write {option} theirs=ours")
        found[theirs.strip()] = id_of(option, id.strip()) or ""
    return found
