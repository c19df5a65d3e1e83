"""The catalogue of runbooks: by alert and by service, on pages of a fair length."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.pages import pages

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def site(count: int, alerts: int = 2, severity: str = "[SEV1]") -> dict[str, str]:
    """The catalogue of so many runbooks of three services, each for so many alerts."""
    files = {
        "opsbook.toml": "",
        **{
            f"policies/services/{name}.yaml": f"name: {name.upper()}\nteam: all\n"
            for name in ("cart", "pay", "web")
        },
        **{
            f"runbooks/case-{number:03}.md": (
                f"---\nservices: [{('cart', 'pay', 'web')[number % 3]}]\nseverity: {severity}\n"
                f"alerts: [{', '.join(f'Alert{number:03}{letter}' for letter in 'abcdefgh'[:alerts])}]\n"
                f"---\n# Case {number:03}\n"
            )
            for number in range(count)
        },
    }
    made = pages(Book(Memory(files)), NOW)
    found = {page.path: page.content.decode() for page in made if page.path.startswith("runbooks/index")}
    return dict(sorted(found.items(), key=lambda each: (len(each[0]), each[0])))


def rows(page: str) -> list[str]:
    return re.findall(r"<tr><td><a[^>]*>([^<]*)</a>", page)


def alerts(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]*)</code>", page)


def test_a_hundred_runbooks_are_one_page_without_a_way_on() -> None:
    found = site(100)
    assert list(found) == ["runbooks/index.md"]
    assert len(rows(found["runbooks/index.md"])) == 100
    assert "Page 1" not in found["runbooks/index.md"]


def test_an_alert_is_a_line_with_its_runbook_on_the_page_and_in_what_the_search_finds() -> None:
    line = '<li><code>Alert000a</code> <a href="../runbooks/case-000.html">Case 000</a></li>'
    assert line in site(1)["runbooks/index.md"]


def test_more_are_several_pages_and_each_runbook_stands_on_one_of_them() -> None:
    found = site(220)
    assert list(found) == ["runbooks/index.md", "runbooks/index-2.md", "runbooks/index-3.md"]
    listed = [rows(page) for page in found.values()]
    assert [len(each) for each in listed] == [100, 100, 20]
    assert sorted(name for each in listed for name in each) == [f"Case {number:03}" for number in range(220)]
    assert (
        '<a href="../runbooks/index.html">← Before</a> · Page 2 of 3 · <a href="../runbooks/index-3.html">'
        in (found["runbooks/index-2.md"])
    )


def test_a_runbook_that_is_called_like_a_part_of_the_list_has_a_page_of_its_own() -> None:
    files = {f"runbooks/{name}.md": f"# {name}\n" for name in ("index-2", *(f"a{n:03}" for n in range(100)))}
    found = {
        page.path: page.content.decode() for page in pages(Book(Memory({"opsbook.toml": "", **files})), NOW)
    }
    assert "\n# index-2\n" in found["runbooks/index-2_.md"]
    assert "# Runbooks" in found["runbooks/index-2.md"]
    assert '<a href="../runbooks/index-2_.html">index-2</a>' in found["runbooks/index-2.md"]


def test_the_first_page_has_all_alerts_as_far_as_a_page_has_room() -> None:
    few, many = site(120), site(120, 8)
    assert [len(alerts(page)) for page in few.values()] == [240, 0]
    assert [len(alerts(page)) for page in many.values()] == [400, 400, 160]
    assert [name for page in many.values() for name in alerts(page)] == sorted(
        f"Alert{number:03}{letter}" for number in range(120) for letter in "abcdefgh"
    )


def test_each_page_leads_to_where_the_runbooks_of_a_service_begin() -> None:
    found = site(220)
    places = {"cart": "index", "pay": "index", "web": "index-2"}
    for page in found.values():
        for service, place in places.items():
            assert f'<a href="../runbooks/{place}.html#service-{service}">{service.upper()}</a>' in page
    for service, place in places.items():
        assert f"{{ #service-{service} }}" in found[f"runbooks/{place}.md"]


def test_severities_that_lie_side_by_side_are_told_by_the_first_and_the_last() -> None:
    def said(severity: str) -> str:
        cell = site(1, severity=severity)["runbooks/index.md"].partition('data-label="Severity">')[2]
        return re.sub(r"<[^>]+>", "", cell.partition("</td>")[0])

    assert said("[SEV2, SEV0, SEV1]") == "SEV0 to SEV2"
    assert said("[SEV0, SEV1]") == "SEV0 SEV1"
    assert said("[SEV0, SEV1, SEV3]") == "SEV0 SEV1 SEV3"
    assert said("[]") == ""


def test_a_catalogue_of_runbooks_that_cannot_be_read_is_empty() -> None:
    made = pages(Book(Memory({"runbooks/case.md": "---\nservices: [\n---\n# Case\n"})), NOW)
    found = {page.path: page.content.decode() for page in made if page.path.startswith("runbooks/")}
    assert "0 runbooks" in found["runbooks/index.md"]
    assert "runbooks/case.md" in found
