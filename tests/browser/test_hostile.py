"""A book whose every field tries to run something, in a real browser: nothing runs, everything is text.

Two hundred payloads: ways out of where a text stands, times what would then run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import sites
from tests.browser import chromium
from tests.site.test_hostile import EVIL, FRONT, PAGES, RECORDS

from opsbook.book.kinds import KINDS
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site import build
from opsbook.site.guide import unlinked
from opsbook.site.pages import pages
from opsbook.site.public import public
from opsbook.site.status import status

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUN = "window.owned=1;alert(1)"
OUT = ("", '">', "'>", "</title>", "</script>", "</td></table>", "--></style>", "]]>", "`\n\n", "\n\n```\n\n")
RUNS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext><img src=x onerror={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle={RUN}><summary>x",
    f"<a href=javascript:{RUN}>x</a>",
    f"[x](javascript:{RUN})",
    f"[x](  JaVaScRiPt&colon;{RUN})",
    f"![x](data:text/html,<script>{RUN}</script>)",
    f"[x]: javascript:{RUN}\n\n[x]",
    f"<javascript:{RUN}>",
    f'[x](data:text/html;base64,PHNjcmlwdD4 "onmouseover={RUN}")',
    f"{{{{ ''.__class__.__mro__ }}}}{{% raw %}}<script>{RUN}</script>",
    f"x{{: onclick={RUN} .x #__config }}",
    f"<form action=javascript:{RUN}><button autofocus onfocus={RUN}>x",
    "<link rel=stylesheet href=//evil.example/x.css><style>@import '//evil.example'</style>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'><base href=//evil.example/>",
    f"\u202e\u2028\ufeff<scr\0ipt>{RUN}</scr\0ipt><object data=//evil.example/x></object>",
)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
PAYLOADS = [f"{out}{run}" for out in OUT for run in RUNS]
SHARES = 10


def files() -> dict[str, str | bytes]:
    """Records of every kind: each field holds a tenth of the payloads, and ten of a kind hold all of them."""
    found: dict[str, str | bytes] = {"opsbook.toml": ""}
    for share in range(SHARES):
        evil = "\n\n".join(each.replace("\0", "") for each in PAYLOADS[share::SHARES])
        text = json.dumps(evil)[1:-1]

        def hostile(record: Any, text: str = text) -> str:
            return json.dumps(record).replace(json.dumps(EVIL)[1:-1], text)

        for path, record in RECORDS.items():
            found[_apart(path, share)] = hostile(record)
        for path in PAGES:
            front = hostile(FRONT | {"variables": {"NAME": EVIL}})  # a key is never so long
            found[_apart(path, share)] = f"---\n{front}\n---\n# {evil}\n\n## {evil}\n\n1. {evil}\n\n{evil}\n"
        found[f"policies/communications/evil{share}.md.j2"] = evil
        seen = json.loads(str(found[_apart("incidents/2026/2026-03-02-checkout-5xx/incident.yaml", share)]))
        found[f"incidents/2026/2026-03-03-open-{share}/incident.yaml"] = json.dumps(
            seen | {"visibility": "public"}
        )
    return found


def _apart(path: str, share: int) -> str:
    """A place of its own for each share of the payloads, where there may be several such records."""
    for name in ("checkout-5xx/", "people/ana.", "/a.", "/x."):
        if name in path and not path.startswith(("rotations/teams", "rotations/people")):
            end = name[-1]
            return path.replace(name, f"{name[:-1]}{share or ''}{end}")
    return path


def test_there_are_two_hundred_payloads_and_the_book_can_be_read() -> None:
    assert len(set(PAYLOADS)) == 200
    book = Book(Memory(files()))
    documents = [document for kind in KINDS for document in book.documents(kind.name)]
    assert {document.path: document.problems for document in documents if document.problems} == {}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The hostile book as a site, and its status page."""
    if sites.BUILDER != "mkdocs":
        pytest.importorskip(sites.BUILDER, reason=sites.MISSING)

    def make(folder: Path) -> None:
        now = datetime(2026, 4, 1, 12, tzinfo=UTC)
        book = Book(Memory(files()))
        build.write(pages(book, now), folder / "pages")
        (folder / "mkdocs.yml").write_text((sites.ROOT / "mkdocs.yml").read_text().split("  - Reference:")[0])
        made = build.make(folder, folder / "pages", folder / "site", builder=sites.BUILDER, partial=True)
        assert made == []
        build.write(status(public(book, now), PAYLOADS[0], unlinked(book)), folder / "site" / "status")

    folder = sites.shared(tmp_path_factory, "hostile", make) / "site"
    with sites.served(folder) as address:
        yield address, folder


def test_nothing_that_a_record_wrote_runs(browser: Browser, address: tuple[str, Path]) -> None:
    root, folder = address
    paths = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*.html"))]
    assert len(paths) > 60
    with chromium.tab(browser, root) as (page, faults):
        for path in paths:
            page.goto(path)
            found = page.evaluate(
                """() => ({
                  owned: window.owned === 1,
                  handlers: [...document.querySelectorAll("*")].filter(each =>
                    [...each.attributes].some(({name}) => name.startsWith("on"))).length,
                  links: [...document.querySelectorAll("[href], [src], [action]")].map(each =>
                    each.getAttribute("href") || each.getAttribute("src") || each.getAttribute("action"))
                    .filter(to => /^\\s*(javascript|data:text|vbscript|\\/\\/)/i.test(to)),
                  strange: document.querySelectorAll(
                    "iframe, object, embed, base, math, .md-content script, meta[http-equiv=refresh]").length,
                })"""
            )
            assert found == {"owned": False, "handlers": 0, "links": [], "strange": 0}, path
            assert faults == [], path


def test_everything_shows_as_it_was_written(browser: Browser, address: tuple[str, Path]) -> None:
    with chromium.tab(browser, address[0]) as (page, faults):
        page.goto("incidents/2026/2026-03-02-checkout-5xx/index.html")
        shown = page.locator(".md-content").inner_text()
        for each in PAYLOADS[::SHARES]:
            words = each.strip().split("\n")[-1].strip()
            assert words in shown or "\n" in each, each
        assert faults == []


def test_searching_and_filtering_show_hostile_titles_as_text(
    browser: Browser, address: tuple[str, Path]
) -> None:
    with chromium.tab(browser, address[0]) as (page, faults):
        page.goto("incidents/index.html?text=script")
        page.locator(".ob-filter").get_by_role("status").filter(has_text="incident").wait_for()
        chromium.search(page, "raw")
        page.wait_for_timeout(300)
        assert page.evaluate("() => window.owned === undefined")
        assert faults == []
