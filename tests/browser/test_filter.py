"""Incidents and post-mortems, filtered in a browser, also by keyboard; the address says what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Open

LIST = "incidents/index.html"
LIBRARY = "incidents/postmortems.html"


def titles(page: Page) -> list[str]:
    page.wait_for_function("() => document.querySelector('.ob-filter output').textContent !== ''")
    return page.locator("[data-ob-found] tbody td:first-child").all_inner_texts()


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_what_is_asked_stands_in_the_address_and_gives_the_same_list_to_others(tab: Open) -> None:
    with tab() as page:
        page.goto(LIST)
        everything = page.locator("[data-ob-lists] tbody tr").count()
        page.get_by_label("Severity").select_option("SEV1")
        page.get_by_label("Service").select_option("checkout")
        page.get_by_label("Text").fill("answers 502")
        page.wait_for_function(
            "() => document.querySelector('.ob-filter output').textContent === '1 incident'"
        )
        found = titles(page)
        assert found == ["Checkout answers 502 for one request in three"]
        assert len(found) < everything
        assert query(page) == {"severity": ["SEV1"], "service": ["checkout"], "text": ["answers 502"]}
        shared = page.url
    with tab() as other:
        other.goto(shared)
        assert titles(other) == found
        assert other.get_by_label("Severity").input_value() == "SEV1"
        other.get_by_role("button", name="Show all").click()
        other.wait_for_selector("[data-ob-lists]:visible")
        assert query(other) == {}


def test_each_of_the_filters_finds_what_it_says(tab: Open) -> None:
    asked = {
        "status=drill": "Drill: the orders database loses its primary on a Thursday morning",
        "team=payments": "Checkout answers 502 for one request in three",
        "year=2025": "Wallet passes arrive hours late",
        "factor=configuration-change": "Checkout answers 502 for one request in three",
    }
    with tab() as page:
        for each, title in asked.items():
            page.goto(f"{LIST}?{each}")
            assert title in titles(page), each
            page.goto("index.html")


def test_post_mortems_are_found_by_each_of_the_filters_and_by_their_summaries(tab: Open) -> None:
    checkout, wallet = "Checkout answers 502 for one request in three", "Wallet passes arrive hours late"
    asked = {
        "severity=SEV1": checkout,
        "status=published": checkout,
        "service=checkout": checkout,
        "team=payments": checkout,
        "year=2025": wallet,
        "factor=configuration-change": checkout,
        "tag=helm": checkout,
        "text=family+emoji": wallet,
    }
    with tab() as page:
        page.goto(LIBRARY)
        every = page.locator(".ob-cards .ob-title").count()
        for each, title in asked.items():
            page.goto(f"{LIBRARY}?{each}")
            found = [words.partition("\n")[0] for words in titles(page)]
            assert title in found, each
            assert len(found) < every, each
            assert page.locator("[data-ob-lists]:visible").count() == 0, "what is found stands there instead"
            page.goto("index.html")
        page.goto(f"{LIBRARY}?year=2025")
        titles(page)
        assert page.locator(".ob-filter").get_by_role("status").inner_text() == "1 post-mortem"
        page.locator("[data-ob-found] tbody a").first.click()
        page.wait_for_url("**/incidents/2025/2025-11-14-wallet-passes-late/postmortem.html")
        page.go_back()
        titles(page)
        page.get_by_role("button", name="Show all").click()
        page.wait_for_selector("#year-2026")


def test_on_a_phone_the_choices_fold_away_until_one_is_made(tab: Open) -> None:
    with tab(viewport=chromium.PHONE) as page:
        page.goto(LIST)
        page.locator("[data-ob-lists] tbody a").first.wait_for()
        first = page.locator("[data-ob-lists] tbody a").first.bounding_box()
        assert first is not None
        assert first["y"] < 400
        assert not page.get_by_label("Severity").is_visible()
        page.goto(f"{LIST}?severity=SEV0")
        titles(page)
        assert page.get_by_label("Severity").is_visible()


def test_a_row_leads_to_its_incident_and_back_to_what_was_asked(tab: Open) -> None:
    with tab() as page:
        page.goto(f"{LIST}?severity=SEV0")
        titles(page)
        page.locator("[data-ob-found] tbody a").first.click()
        page.wait_for_url("**/incidents/2026/2026-01-16-orders-not-written/index.html")
        page.go_back()
        assert titles(page) == ["Fans are charged and get no order"]


def test_what_finds_nothing_says_so_and_an_unknown_value_is_shown(tab: Open) -> None:
    with tab() as page:
        page.goto(f"{LIST}?service=gone&text=%3Cscript%3Ealert(1)%3C/script%3E")
        assert titles(page) == []
        assert page.locator(".ob-filter output").inner_text() == "0 incidents"
        assert page.get_by_label("Service").input_value() == "gone"


def test_the_keyboard_is_enough_and_a_reader_hears_how_many(tab: Open) -> None:
    with tab() as page:
        page.goto(LIST)
        page.get_by_label("Severity").focus()
        page.keyboard.press("s")
        titles(page)
        assert query(page)["severity"] == ["SEV0"]
        assert (
            page.locator("output").first.evaluate("each => each.getAttribute('role') || each.tagName")
            == "OUTPUT"
        )
        assert page.locator(".ob-filter").get_by_role("status").inner_text() == "1 incident"


@pytest.mark.parametrize("list", [LIST, LIBRARY])
def test_on_a_phone_the_filter_and_what_it_finds_fit(list: str, tab: Open) -> None:
    with tab(viewport=chromium.PHONE, is_mobile=True, has_touch=True) as page:
        page.goto(f"{list}?service=checkout")
        assert titles(page)
        assert chromium.overflow(page) == []


@pytest.mark.parametrize("list", [LIST, LIBRARY])
def test_without_scripts_there_is_no_filter_and_every_year_is_a_link_away(list: str, tab: Open) -> None:
    with tab(java_script_enabled=False) as page:
        page.goto(list)
        assert not page.locator(".ob-filter").is_visible()
        page.get_by_role("link", name="2025", exact=True).click()
        page.get_by_role("link", name="Wallet passes arrive hours late").click()
