"""Every kind of page in a real browser: on a phone, and to somebody who sees little or uses a reader.

One page of each kind is looked at; `make pages` looks at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import sites
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Open

SHARES = 4


def test_no_page_scrolls_sideways_on_a_phone(tab: Open, site: Path) -> None:
    with tab(viewport=chromium.PHONE, is_mobile=True, has_touch=True) as page:
        wide = {}
        for path in sites.one_of_each(site):
            page.goto(path)
            if found := chromium.overflow(page):
                wide[path] = found
    assert wide == {}


@pytest.mark.skipif(not chromium.AXE.is_file(), reason="no axe-core: `make build/node` installs it")
@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_no_serious_fault_on_any_page(share: int, tab: Open, site: Path) -> None:
    with tab() as page:
        paths = sites.one_of_each(site)[share::SHARES]
        assert {path: found for path in paths if (found := serious(page, path))} == {}


@pytest.mark.skipif(not chromium.AXE.is_file(), reason="no axe-core: `make build/node` installs it")
def test_words_can_be_told_from_their_background_in_the_dark(tab: Open, site: Path) -> None:
    with tab(color_scheme="dark") as page:
        paths = [path for path in sites.one_of_each(site) if not path.startswith("reference/")][1::2]
        assert {path: found for path in paths if (found := serious(page, path, "color-contrast"))} == {}


def serious(page: Page, path: str, *only: str) -> list[str]:
    """What axe calls serious or critical: the rule, and the first places."""
    page.goto(path)
    page.evaluate(chromium.AXE.read_text("utf-8"))
    found = page.evaluate(
        "only => axe.run(document, {resultTypes: ['violations'], ...(only.length && {runOnly: only})})",
        list(only),
    )
    return [
        f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
