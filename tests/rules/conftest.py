"""What a rule finds in a book written in a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.lint.catalog import by_name
from opsbook.lint.examples import Example

Findings = Callable[..., tuple[Diagnostic, ...]]


@pytest.fixture
def findings() -> Findings:
    """The findings of a rule, by name, in files; the clock stands at noon of 1 April 2026. `before` holds
    files as they were at the base of a change."""

    def find(
        name: str,
        files: dict[str, str],
        at: datetime = datetime(2026, 4, 1, 12, tzinfo=UTC),
        before: dict[str, str] | None = None,
    ) -> tuple[Diagnostic, ...]:
        now, then = ({path: text.encode() for path, text in each.items()} for each in (files, before or {}))
        return Example("", now, frozenset(), at, frozenset(), then).findings(by_name(name))

    return find
