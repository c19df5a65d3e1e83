"""A GitHub to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.forge.server import Forge, serving


@pytest.fixture
def forge() -> Iterator[Forge]:
    with serving(Forge()) as found:
        yield found
