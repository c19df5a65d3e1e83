"""The system's Chromium, and a tab that takes note of what a good page never does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
STILL: dict[str, Any] = {"viewport": DESKTOP, "reduced_motion": "reduce"}
FOUND = ".md-search-result__item a, a[role=option]"
"""What the search of Material found, or of Zensical."""
_ASKS = "() => document.activeElement.name === 'query' || document.activeElement.shadowRoot !== null"
AXE = Path(__file__).parents[2] / "build/node/node_modules/axe-core/axe.min.js"


def installed() -> str | None:
    """Where the system has a Chromium."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(chromium: BrowserType) -> Browser:
    return chromium.launch(executable_path=installed(), args=list(FLAGS))


@contextmanager
def tab(browser: Browser, address: str, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A tab on a site, and the list of its faults: errors, dialogs, requests that fail or leave the site."""
    context = browser.new_context(base_url=address, **{**STILL, **options})
    page, faults = context.new_page(), list[str]()
    host = urlsplit(address).netloc
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: said.type == "error" and faults.append(f"console: {said.text}"))

    def asked(url: str) -> None:
        if urlsplit(url).netloc not in (host, "") and urlsplit(url).scheme != "blob":
            faults.append(f"another host: {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))
    try:
        yield page, faults
    finally:
        context.close()


def overflow(page: Page) -> list[str]:
    """What stands out of the page to the right, so that it scrolls sideways; nothing where it does not."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.querySelectorAll("body *")]
            .filter(each => each.getBoundingClientRect().right > wide + 1)
            .slice(0, 5).map(each => each.outerHTML.slice(0, 120));
        }"""
    )


def search(page: Page, words: str) -> None:
    """Types into the search, once it is open: what has the focus before the theme's script listens opens it
    late, and what is put there without a key being pressed may go unheard. Zensical's opens by `/`."""
    if page.locator("[data-md-component=search-query]").count():
        page.wait_for_function(
            """() => {
              const query = document.querySelector("[data-md-component=search-query]");
              if (!document.querySelector("#__search").checked) { query.blur(); query.focus(); }
              return document.querySelector("#__search").checked;
            }""",
            polling=500,  # the theme answers a moment later
        )
    else:
        slash(page)
    page.keyboard.type(words)
    page.wait_for_selector(FOUND)


def slash(page: Page) -> None:
    """Opens the search by its key, which the theme's script hears once it listens."""
    for _ in range(40):
        page.keyboard.press("/")
        if page.evaluate(_ASKS):
            return
        page.wait_for_timeout(250)
    raise AssertionError("the search does not open")
