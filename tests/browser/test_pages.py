"""Every kind of page in a real browser: on a phone, in the dark, to an assistive technology, on paper.

One page of each kind is looked at; `make pages` looks at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests import sites
from tests.browser import chromium

if TYPE_CHECKING:
    from tests.browser.conftest import Open


def test_no_page_scrolls_sideways_on_a_phone(tab: Open, site: Path) -> None:
    with tab(viewport=chromium.PHONE, is_mobile=True, has_touch=True) as page:
        wide = {}
        for path in sites.one_of_each(site):
            page.goto(path)
            if found := chromium.overflow(page):
                wide[path] = found
    assert wide == {}
