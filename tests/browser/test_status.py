"""The status page in a real browser: while an incident is open, and when all is well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import sites
from tests.browser import chromium
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OPEN = "2026-04-17T08:20Z"
INCIDENT = "incidents/2026-04-17-storefront-flood.html"


@pytest.fixture(scope="module", params=[OPEN, sites.AT])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("status")
    done = sites.opsbook(sites.ROOT, "site", "status", "--at", request.param, "--output", str(folder / "out"))
    assert done.returncode == 0, done.stderr
    with sites.served(folder / "out") as found:
        yield found


@pytest.mark.skipif(not chromium.AXE.is_file(), reason="no axe-core: `make build/node` installs it")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_the_status_page(scheme: str, browser: Browser, address: str) -> None:
    with chromium.tab(browser, address, color_scheme=scheme) as (page, faults):
        for path in ("index.html", "history.html", INCIDENT):
            assert serious(page, path) == []
        assert faults == []


def test_it_fits_a_phone_and_needs_no_script(browser: Browser, address: str) -> None:
    phone = {"viewport": chromium.PHONE, "is_mobile": True}
    with chromium.tab(browser, address, **phone) as (page, _):
        for path in ("index.html", "history.html", INCIDENT):
            page.goto(path)
            assert chromium.overflow(page) == []
    with chromium.tab(browser, address, java_script_enabled=False) as (page, faults):
        page.goto("index.html")
        page.get_by_role("link", name="All incidents").first.click()
        page.get_by_role("link", name="Event pages time out").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Event pages time out for most visitors"
        assert faults == []
