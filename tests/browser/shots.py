"""Takes pictures of pages of a built site, to be looked at: `make shots`, or

    python -m tests.browser.shots index.html incidents/index.html
    python -m tests.browser.shots --kinds            the longest page of each kind of record
    python -m tests.browser.shots --screen …         what fits on the screen, not the whole page

Each is taken on a desktop, on a phone and in the dark, into build/shots.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests import sites
from tests.browser import chromium

LOOKS = {
    "desktop": {"viewport": chromium.DESKTOP},
    "phone": {"viewport": chromium.PHONE, "is_mobile": True, "has_touch": True},
    "dark": {"viewport": chromium.DESKTOP, "color_scheme": "dark"},
}


def main() -> int:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", nargs="*", help="addresses below the root, with #anchor and ?query")
    parser.add_argument("--kinds", action="store_true", help="the longest page of each kind of record")
    parser.add_argument("--screen", action="store_true", help="only what fits on the screen")
    parser.add_argument("--looks", nargs="+", choices=LOOKS, default=list(LOOKS))
    parser.add_argument("--site", type=Path, default=sites.ROOT / "build/site")
    parser.add_argument("--output", type=Path, default=sites.ROOT / "build/shots")
    asked = parser.parse_args()
    pages = [*asked.pages, *(sites.one_of_each(asked.site) if asked.kinds else ())] or ["index.html"]
    asked.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, sites.served(asked.site) as address:
        browser = chromium.launch(playwright.chromium)
        for look in asked.looks:
            with chromium.tab(browser, address, **LOOKS[look]) as (tab, faults):
                for path in pages:
                    tab.goto(path)
                    name = path.replace("/", "_").replace(".html", "").replace("#", "_").replace("?", "_")
                    file = asked.output / f"{name}.{look}.png"
                    tab.screenshot(path=file, full_page=not asked.screen)
                    print(file, *(["scrolls sideways:", *wide] if (wide := chromium.overflow(tab)) else []))
                    print(*faults, sep="\n", end="\n" if faults else "")
                    faults.clear()
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
