"""A browser for all tests of this folder; they skip where there is none.

`OPSBOOK_BUILDER=zensical` shows it the site as Zensical makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import sites
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., AbstractContextManager["Page"]]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="no playwright")
    if chromium.installed() is None:
        pytest.skip("no chromium: `apt-get install chromium` brings it on Debian")
    with api.sync_playwright() as playwright:
        found = chromium.launch(playwright.chromium)
        yield found
        found.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site of the example book."""
    if sites.BUILDER != "mkdocs":
        pytest.importorskip(sites.BUILDER, reason=sites.MISSING)
    return sites.built(tmp_path_factory)


@pytest.fixture(scope="package")
def address(site: Path) -> Iterator[str]:
    with sites.served(site) as address:
        yield address


@pytest.fixture
def tab(browser: Browser, address: str) -> Open:
    """Opens a tab on the site; whatever a good page never does fails the test when the tab closes."""

    @contextmanager
    def opened(**options: Any) -> Iterator[Page]:
        with chromium.tab(browser, address, **options) as (page, faults):
            yield page
            assert faults == []

    return opened
