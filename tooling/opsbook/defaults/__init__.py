"""The policies that hold where a book has none of its own; `opsbook init` ships the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.book import document
from opsbook.book.kinds import kind

if TYPE_CHECKING:
    from opsbook.model.on_call import OnCall
    from opsbook.model.role import Roles
    from opsbook.model.severity import Severities


@cache
def severities() -> Severities:
    """SEV0 to SEV3 with the usual duties."""
    return _policy("severities")  # type: ignore[no-any-return]


@cache
def roles() -> Roles:
    """Commander, communications lead, subject-matter expert, scribe, responder."""
    return _policy("roles")  # type: ignore[no-any-return]


@cache
def on_call() -> OnCall:
    """Nights from 22:00 to 06:00, a week of notice, eleven hours of rest, turns of two weeks at most."""
    return _policy("on-call")  # type: ignore[no-any-return]


def _policy(name: str) -> Any:
    path = f"{name}.yaml"
    content = Path(__file__).with_name(path).read_bytes()
    return document.read(kind(name), name, path, content).content
