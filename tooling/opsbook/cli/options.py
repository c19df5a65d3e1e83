"""Options that several commands have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO, TypeVar

import rich_click as click

from opsbook.errors import UserError

F = TypeVar("F", bound=Callable[..., Any])


def at_option(function: F) -> F:
    """`--at INSTANT`: judge as of another time."""
    return click.option(
        "--at", metavar="INSTANT", envvar="OPSBOOK_AT", help="As of this instant instead of now."
    )(function)


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
        raise UserError(f"--at: {error.message()}") from None


def colored(stream: TextIO | None = None) -> bool:
    """Whether what is printed may have colours: on a terminal, or where FORCE_COLOR asks for them."""
    if os.environ.get("NO_COLOR"):
        return False
    stream = stream or sys.stdout
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
