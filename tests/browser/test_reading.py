"""What people do on the site: find their way, search, read in the dark, on paper and by keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Open

RUNBOOK = "runbooks/data/database-failover.html"
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/index.html"


def test_a_reader_finds_the_way_from_home_to_an_incident_and_its_service(tab: Open) -> None:
    with tab() as page:
        page.goto("index.html")
        page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Incidents").click()
        page.locator(".md-content").get_by_role("link", name="Checkout answers 502").first.click()
        page.wait_for_url(f"**/{INCIDENT}")
        page.locator(".md-content").get_by_role("link", name="Checkout", exact=True).first.click()
        page.wait_for_url("**/policies/services/checkout.html")
        assert page.get_by_role("heading", level=1).inner_text().startswith("Checkout")


@pytest.mark.parametrize(
    ("words", "leads_to"),
    [
        ("OrdersDbPrimaryDown", RUNBOOK),
        ("configuration-change", INCIDENT),
        ("daylight saving", "incidents/2026/2026-03-30-doors-an-hour-late/index.html"),
    ],
    ids=["a runbook by its alert", "an incident by its cause", "an incident by its tag"],
)
def test_the_search_finds(words: str, leads_to: str, tab: Open) -> None:
    with tab() as page:
        page.goto("index.html")
        chromium.search(page, words)
        there = page.locator(chromium.FOUND).and_(page.locator(f'[href*="{leads_to}"]'))
        there.first.wait_for(state="attached")  # what was found for the first letters may stand there before


def test_the_search_leads_to_a_record_before_it_leads_to_a_list_that_names_it(tab: Open) -> None:
    with tab() as page:
        page.goto("index.html")
        chromium.search(page, "renamed")
        found = page.locator(chromium.FOUND)
        found.and_(page.locator(f'[href*="{INCIDENT}"]')).first.wait_for(state="attached")
        places = found.evaluate_all("all => all.map(each => new URL(each.href).pathname.slice(1))")
        lists = [place for place, path in enumerate(places) if path in ("incidents/index.html", "tags.html")]
        assert all(place > places.index(INCIDENT) for place in lists)


def test_the_search_shows_of_a_long_text_the_paragraph_that_it_found(tab: Open) -> None:
    with tab(viewport=chromium.PHONE) as page:
        page.goto(INCIDENT)
        if not page.locator("[data-md-component=search-query]").count():
            pytest.skip("Zensical's search shows titles")
        chromium.search(page, "renamed")
        found = page.locator(chromium.FOUND).and_(
            page.locator('[href*="2026-03-02-checkout-5xx/postmortem"]')
        )
        article = found.locator("article").first
        article.wait_for(state="attached")
        assert "The chart had renamed a key" in article.inner_text()
        assert "The detour is the lesson" not in article.inner_text()
        tallest = "all => Math.max(...all.map(each => each.getBoundingClientRect().height))"
        assert page.locator(".md-search-result__article").evaluate_all(tallest) <= 180


def test_on_a_phone_a_runbook_leads_to_its_steps_at_once(tab: Open) -> None:
    with tab(viewport=chromium.PHONE) as page:
        page.goto(RUNBOOK)
        page.get_by_role("navigation", name="Sections").get_by_role("link", name="Steps").click()
        page.wait_for_url("**#steps")
        page.wait_for_function("() => document.querySelector('#steps').getBoundingClientRect().top < 120")


def test_a_page_that_is_old_says_so_where_it_tells_how_things_are_now(tab: Open) -> None:
    for at, words in (
        ("2026-11-23T09:30:00Z", None), ("2026-11-24T03:00:00Z", "Built 18 h ago"),
        ("2026-11-30T09:00:00Z", "Built 7 days ago"),
    ):  # fmt: skip
        with tab() as page:
            page.clock.install(time=at)
            for path in ("index.html", "rotations/index.html", "policies/services/checkout.html"):
                page.goto(path)
                page.wait_for_load_state()
                note = page.locator("article .ob-old")
                assert (words in note.inner_text()) if words else not note.count(), (path, at)
            page.goto(INCIDENT)
            assert not page.locator("article .ob-old").count()


def test_a_command_of_a_runbook_is_read_whole_on_a_phone(tab: Open) -> None:
    with tab(viewport=chromium.PHONE) as page:
        page.goto(RUNBOOK)
        code = page.locator(".ob-steps pre:has(span) > code")
        assert code.count() > 5
        assert code.evaluate_all("all => all.every(each => each.scrollWidth <= each.clientWidth + 1)")


def background(page: Page) -> int:
    """How light the page is behind its text, from 0 to 255."""
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    red, green, blue, *_ = map(int, re.findall(r"\d+", colour))
    return (red + green + blue) // 3


def test_the_site_is_dark_where_the_system_is_and_as_the_reader_chose(tab: Open) -> None:
    with tab(color_scheme="dark") as page:
        page.goto(INCIDENT)
        assert background(page) < 60
        page.locator("[data-md-component=palette] label:visible").click()
        assert background(page) > 200
        page.goto(RUNBOOK)
        assert background(page) > 200, "the choice holds on the next page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_only_the_page_itself_stands_dark_on_white(scheme: str, tab: Open) -> None:
    with tab(color_scheme=scheme) as page:
        page.goto(INCIDENT)
        page.emulate_media(media="print")
        for part in (".md-header", ".md-tabs", ".md-sidebar--primary", ".md-footer", ".headerlink"):
            assert not page.locator(part).first.is_visible(), part
        assert page.get_by_role("heading", level=1).is_visible()
        assert background(page) > 240
        ink = page.evaluate("() => getComputedStyle(document.querySelector('.md-typeset h1')).color")
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 130


def focused(page: Page) -> str:
    return str(
        page.evaluate("() => document.activeElement.textContent.trim() || document.activeElement.name")
    )


def test_a_keyboard_is_enough(tab: Open) -> None:
    with tab() as page:
        page.goto(INCIDENT)
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = page.evaluate("() => document.activeElement.closest('.md-content') !== null")
        assert inside, "the next stop after the skip link stands in the page"
        page.wait_for_timeout(1000)  # a moment after a jump within the page the theme closes the search
        chromium.slash(page)
        page.keyboard.type("OrdersDbPrimaryDown")
        page.wait_for_selector(chromium.FOUND)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: INCIDENT not in url)


def test_where_the_keyboard_is_can_be_seen(tab: Open) -> None:
    with tab() as page:
        page.goto("incidents/index.html")
        page.locator(".md-content a[href]").first.focus()
        page.keyboard.press("Tab")
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_phone_opens_the_menu_and_the_search(tab: Open) -> None:
    with tab(viewport=chromium.PHONE, is_mobile=True, has_touch=True) as page:
        page.goto(RUNBOOK)
        page.locator("label[for=__drawer].md-header__button").click()
        page.locator(".md-nav--primary a", has_text="Incidents").first.click()
        page.wait_for_url("**/incidents/index.html")
        page.locator("label[for=__drawer].md-header__button").click()
        page.locator(".md-nav--primary a", has_text="Post-mortems").first.click()
        page.wait_for_url("**/incidents/postmortems.html")


def test_every_page_works_without_scripts(tab: Open) -> None:
    with tab(java_script_enabled=False) as page:
        page.goto(INCIDENT)
        assert page.get_by_role("heading", level=1).inner_text().startswith("Checkout answers 502")
        page.get_by_role("link", name="Home").first.click()
        page.wait_for_url("**/index.html")
