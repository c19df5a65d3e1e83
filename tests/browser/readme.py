"""Takes the two pictures of the site that the README shows, small enough for a README: `make pictures`."""

from __future__ import annotations

import base64

from tests import sites
from tests.browser import chromium

PICTURES = {
    "site-home": ("index.html", 0),
    "site-incident": ("incidents/2026/2026-03-02-checkout-5xx/index.html", 0),
}
SIZE = {"width": 1240, "height": 1180}
SCALE = 0.8
QUALITY = 72


def main() -> int:
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        sites.served(sites.ROOT / "build/site") as address,
    ):
        browser = chromium.launch(playwright.chromium)
        with chromium.tab(browser, address, viewport=SIZE, device_scale_factor=SCALE) as (page, _):
            page.clock.install(time=sites.AT)
            for name, (path, down) in PICTURES.items():
                page.goto(path)
                page.evaluate(f"scrollTo(0, {down})")
                page.wait_for_timeout(500)
                taken = page.context.new_cdp_session(page).send(
                    "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
                )
                file = sites.ROOT / "docs" / f"{name}.webp"
                file.write_bytes(base64.b64decode(taken["data"]))
                print(file, f"{file.stat().st_size:,} bytes")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
