"""A page for the review of each quarter: what the command prints, with links, without what is not shown."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.antipatterns import Reviews
from opsbook.metrics.attested import Quarter
from opsbook.output.report import head
from opsbook.site.guide import unlinked
from opsbook.site.pages import pages
from opsbook.site.public import public
from opsbook.site.public_pages import public_pages

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FILES: dict[str, str | bytes] = {
    "opsbook.toml": 'timezone = "UTC"\n',
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: UTC\n",
    "policies/services/shop.yaml": "name: Shop\nvisibility: public\n",
}


def incident(day: str, name: str = "slow", declared: str = "09:40", more: str = "") -> dict[str, str | bytes]:
    """An incident that was noticed at nine, and declared when it is said."""
    return {
        f"incidents/{day[:4]}/{day}-{name}/incident.yaml": (
            "title: Slow\nseverity: SEV1\nservices: [shop]\nroles: {incident-commander: ana}\n"
            f"contributing_factors: [load]\n{more}timeline:\n"
            f'  - {{at: {day}T09:00Z, milestone: detected, text: "Noticed"}}\n'
            f'  - {{at: {day}T{declared}Z, milestone: declared, text: "Declared"}}\n'
            f'  - {{at: {day}T10:00Z, milestone: resolved, text: "Resolved"}}\n'
        )
    }


def site(*incidents: dict[str, str | bytes], at: datetime = NOW) -> dict[str, str]:
    return {page.path: page.content.decode() for page in pages(book(*incidents), at)}


def book(*incidents: dict[str, str | bytes]) -> Book:
    files = dict(FILES)
    for each in incidents:
        files |= each
    return Book(Memory(files))


def reports(found: dict[str, str]) -> list[str]:
    return sorted(path for path in found if re.fullmatch(r"reports/\d.*", path))


def test_each_quarter_with_incidents_has_a_page_that_leads_to_the_next_and_the_one_before() -> None:
    found = site(
        incident("2025-02-03"), incident("2026-02-02"), incident("2026-02-09"), incident("2026-04-06")
    )
    assert reports(found) == ["reports/2025Q1.md", "reports/2026Q1.md", "reports/2026Q2.md"]
    page = found["reports/2026Q1.md"]
    assert "## 2026Q1, 2026-01-01 to 2026-03-31: 2 incidents {" in page
    assert '<a href="../reports/2025Q1.html">← 2025Q1</a> · <a href="../reports/2026Q2.html">' in page
    listed = found["reports/index.md"]
    assert listed.index("2026Q2") < listed.index("2026Q1") < listed.index("2025Q1")
    assert "1 so far" in listed
    assert '<a href="reports/index.html">' in found["metrics.md"]


def test_it_says_what_the_command_says_and_incidents_have_their_titles_and_are_links() -> None:
    incidents = incident("2026-02-02"), incident("2026-02-09", declared="09:05")
    reviews = Reviews(book(*incidents), NOW)
    told = reviews.report(Quarter(2026, 1))
    page = site(*incidents)["reports/2026Q1.md"]
    assert head(told) in page
    for part in reviews.agenda(told, 60):
        assert f"<strong>{part.title}</strong>, {part.minutes} minutes" in page
    link = '<a href="../incidents/2026/2026-02-02-slow/index.html">Slow</a>'
    assert f"<td>{link}</td>" in page, "who declared late is named in the table"
    assert f"Delayed declaration ({link})" in page, "and in the agenda"
    assert "Delayed declaration (1)" in site(*incidents)["reports/index.md"]


def test_what_has_words_alone_in_common_did_not_come_back() -> None:
    words = "Ledgers overflowed past midnight while shards throttled replication backlogs"

    def told(day: str, services: str, factor: str) -> dict[str, str | bytes]:
        [(path, text)] = incident(day).items()
        said = str(text).replace("[shop]", services).replace("[load]", f"[{factor}]")
        return {path: said.replace("title: Slow", f"title: {words}")}

    def came_back(services: str, factor: str) -> str:
        found = site(told("2025-12-02", "[shop]", "load"), told("2026-02-02", services, factor))
        return found["reports/2026Q1.md"].partition("What came back")[2].partition("Alerts")[0]

    assert "nothing was like it before" in came_back("[other]", "another")
    for services, factor, common in (
        ("[shop]", "another", "service shop"),
        ("[other]", "load", "factor load"),
    ):
        assert " is like " in came_back(services, factor)
        assert f"({common})" in came_back(services, factor)


def test_it_begins_with_the_incidents_that_count() -> None:
    sealed = incident("2026-02-10", "sealed", more="visibility: restricted\n")
    drill = incident("2026-02-11", "drill", more="kind: drill\n")
    page = "---\nstatus: published\n---\n# Slow\n\n## Summary\n\nIt was slow.\n"
    told = {"incidents/2026/2026-02-02-slow/postmortem.md": page}
    [(path, text)] = incident("2026-03-30", "open").items()
    goes_on = {path: str(text).replace("milestone: resolved, ", "").replace("[shop]", "[shop, other]")}
    found = site(
        incident("2026-02-02") | told, goes_on, sealed, drill, at=datetime(2026, 3, 30, 10, 30, tzinfo=UTC)
    )
    listed = found["reports/2026Q1.md"].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in listed.strip().splitlines()]
    assert [re.sub(r"[|\s]+", " ", row).strip() for row in rows] == [
        "Slow SEV1 shop , other 1 h 30 min so far none",
        "Slow SEV1 shop 1 h published",
    ]
    assert 'href="../incidents/2026/2026-02-02-slow/index.html">Slow<' in listed
    assert 'href="../incidents/2026/2026-02-02-slow/postmortem.html">published<' in listed


def test_lengths_are_written_as_on_the_page_of_metrics() -> None:
    [(path, text)] = incident("2026-02-02").items()
    long = {path: str(text).replace("T10:00Z, milestone: resolved", "T10:00Z, milestone: mitigated")}
    over = "  - {at: 2026-02-03T15:30Z, milestone: resolved, text: Resolved}\n"
    page = site({path: f"{long[path]}{over}"})["reports/2026Q1.md"]
    assert ">1 d 6 h</td>" in page
    assert "Slow</a> (1 d 6 h). What did the time go into?" in page


def test_a_restricted_incident_counts_in_no_report_and_is_named_in_none() -> None:
    shown, sealed = incident("2026-02-02"), incident("2026-02-09", "sealed", more="visibility: restricted\n")
    page = f"{next(iter(sealed)).removesuffix('incident.yaml')}postmortem.md"
    alone = site(shown)
    both = site(shown, sealed | {page: "# Sealed\n\nCaused by human error.\n"})
    assert both["reports/2026Q1.md"] == alone["reports/2026Q1.md"]
    assert both["reports/index.md"] == alone["reports/index.md"]
    assert reports(site(sealed)) == []


def test_what_never_counts_and_what_no_command_would_take_has_no_page() -> None:
    found = site(
        incident("2026-02-02", more="kind: drill\n"),
        incident("2026-08-03", "to-come"),
        incident("1969-02-03", "long-ago"),
        incident("9999-12-30", "the-end"),
    )
    assert reports(found) == []
    assert "nothing to report yet" in found["reports/index.md"]


def test_many_incidents_of_a_habit_are_counted_once_there_are_more_than_are_named() -> None:
    found = site(*(incident(f"2026-02-{day:02}") for day in range(1, 29)))["reports/2026Q1.md"]
    assert ", and 8 more</td>" in found


def test_text_of_records_is_text_there_too() -> None:
    factor = "<b>[x](javascript:y)</b> `a` <!-- b --> @all"
    named = f"contributing_factors: [{json.dumps(factor)}]\n"
    pair = [incident(day) for day in ("2026-02-02", "2026-02-09")]
    texts = {
        path: f"{text}".replace("contributing_factors: [load]\n", named)
        for each in pair
        for path, text in each.items()
    }
    page = site(dict(texts))["reports/2026Q1.md"]
    line = page.partition("2 in the quarter")[0].rpartition("<li>")[2]
    assert re.findall(r"<[^>]*>", line) == ["<code>", "</code>"]
    assert html.unescape(re.sub(r"<[^>]*>", "", line)) == f"{factor.replace('`', '')}: "


def test_the_public_site_has_no_report() -> None:
    found = book(incident("2026-02-02", more="visibility: public\n"))
    made = public_pages(public(found, NOW), "Shop", unlinked(found))
    assert not [page.path for page in made if "report" in page.path]
