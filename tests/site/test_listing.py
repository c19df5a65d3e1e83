"""Lists of any length: by pages, by years, and as data for the script that filters."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.listing import PAGE
from opsbook.site.pages import pages

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
SEALED = "title: Sealed\nseverity: SEV1\nvisibility: restricted\nroles: {incident-commander: ana}\n"


def book(count: int) -> dict[str, str | bytes]:
    """A book of so many incidents in two years."""
    files: dict[str, str | bytes] = {
        "opsbook.toml": "",
        "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: UTC\n",
        "rotations/teams/web.yaml": "name: Web\nmembers: [ana]\n",
        "policies/services/shop.yaml": "name: Shop\nteam: web\n",
        "incidents/2026/2026-02-02-sealed-leak/incident.yaml": SEALED,
    }
    for number in range(count):
        year, day = 2025 + number % 2, 1 + number % 28
        id = f"{year}-01-{day:02}-case-{number}"
        files[f"incidents/{year}/{id}/incident.yaml"] = (
            f"title: Case {number} <b>\nseverity: SEV2\nservices: [shop, gone]\n"
            "contributing_factors: [load]\n"
            f'timeline:\n  - {{at: {year}-01-{day:02}T09:00Z, milestone: declared, text: "Declared"}}\n'
        )
    return files


def site(count: int) -> dict[str, str]:
    return {page.path: page.content.decode() for page in pages(Book(Memory(book(count))), NOW)}


def test_the_data_names_each_thing_once_and_every_incident_by_numbers() -> None:
    data = json.loads(site(3)["incidents/index.json"])
    assert data["names"] == {
        "severity": [["SEV2", "SEV2", "rank-2"]],
        "status": [["investigating", "investigating", "investigating"]],
        "service": [["shop", "Shop"], ["gone", "gone"]],
        "team": [["web", "Web"]],
        "year": [["2025", "2025"], ["2026", "2026"]],
        "factor": [["load", "load"]],
        "tag": [],
    }
    assert data["page"] == "index.html"
    assert data["fields"] == list(data["names"])
    assert data["shown"] == ["severity", "status", "service"]
    assert data["rows"][0] == [
        "2026/2026-01-02-case-1", "Case 1 <b>", "2026-01-02 09:00", "", [0], [0], [0, 1], [0], [1], [0], [],
    ]  # fmt: skip
    assert len(data["rows"]) == 3


def postmortems(count: int, front: str = "status: published\ntags: [dns]") -> dict[str, str]:
    """The site of so many incidents in two years, each with a post-mortem."""
    files = book(count)
    for path in [path for path in files if "case" in path]:
        files[path.replace("incident.yaml", "postmortem.md")] = f"---\n{front}\n---\n# Why\n"
    files["incidents/2026/2026-02-02-sealed-leak/postmortem.md"] = "# Sealed\n"
    return {page.path: page.content.decode() for page in pages(Book(Memory(files)), NOW)}


def test_post_mortems_are_filtered_by_their_incident_and_by_what_they_say_themselves() -> None:
    found = postmortems(2)
    data = json.loads(found["incidents/postmortems.json"])
    assert data["page"] == "postmortem.html"
    assert data["names"]["status"] == [["published", "published", "published"]]
    assert data["names"]["tag"] == [["dns", "dns"]]
    assert data["rows"] == [
        ["2026/2026-01-02-case-1", "Case 1 <b>", "2026-01-02", "", [0], [0], [0, 1], [0], [1], [0], [0]],
        ["2025/2025-01-01-case-0", "Case 0 <b>", "2025-01-01", "", [0], [0], [0, 1], [0], [0], [0], [0]],
    ]
    for name in ("severity", "status", "service", "team", "year", "factor", "tag"):
        assert f'<select name="{name}">' in found["incidents/postmortems.md"]


def test_post_mortems_beyond_the_cards_are_listed_by_year() -> None:
    found = postmortems(2 * PAGE + 2)
    library = found["incidents/postmortems.md"]
    assert "The 60 newest on cards." in library
    assert library.count('class="ob-card"') == 60
    assert f'<a href="../incidents/2025/postmortems.html">2025</a> ({PAGE + 1})' in library
    first, second = found["incidents/2025/postmortems.md"], found["incidents/2025/postmortems-2.md"]
    assert (first.count("/postmortem.html"), second.count("/postmortem.html")) == (PAGE, 1)


def test_a_post_mortem_without_a_record_of_its_incident_is_listed_by_its_day() -> None:
    files = {"opsbook.toml": "", "incidents/2026/2026-01-02-old/postmortem.md": "# The old days\n"}
    found = {page.path: page.content.decode() for page in pages(Book(Memory(files)), NOW)}
    [row] = json.loads(found["incidents/postmortems.json"])["rows"]
    assert row[:4] == ["2026/2026-01-02-old", "2026-01-02-old", "2026-01-02", ""]
    assert row[4:] == [[], [0], [], [], [0], [], []]


def test_a_year_is_cut_into_pages_that_lead_to_each_other() -> None:
    found = site(2 * PAGE + 2)
    first, second = found["incidents/2025/index.md"], found["incidents/2025/index-2.md"]
    assert "Page 1 of 2" in first
    assert '<a href="../../incidents/2025/index-2.html">Older →</a>' in first
    assert '<a href="../../incidents/2025/index.html">← Newer</a>' in second
    assert (first.count("case-"), second.count("case-")) == (PAGE, 1)
    assert (
        f"(<!-- -->{PAGE + 1})" in found["incidents/index.md"]
        or f"({PAGE + 1})" in found["incidents/index.md"]
    )


def test_a_restricted_incident_is_a_day_a_severity_and_whom_to_ask() -> None:
    found = site(1)
    assert "2026-02-02" in found["incidents/index.md"]
    assert "Ana Ruiz" in found["incidents/index.md"]
    for path, page in found.items():
        assert "sealed" not in path.lower()
        assert "sealed" not in page.lower(), path


def test_an_empty_book_has_a_list_that_says_so() -> None:
    found = {page.path: page.content.decode() for page in pages(Book(Memory({"opsbook.toml": ""})), NOW)}
    assert "None yet." in found["incidents/index.md"]
    assert json.loads(found["incidents/index.json"])["rows"] == []


def test_the_newest_post_mortems_are_searched_in_full_and_older_ones_by_what_they_were_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("opsbook.site.library._IN_FULL", 1)
    files = {"opsbook.toml": ""}
    for day in ("01", "02"):
        folder = f"incidents/2026/2026-03-{day}-a"
        files[f"{folder}/incident.yaml"] = (
            f"title: T{day}\nsummary: Summary {day}\n"
            "contributing_factors: [small-pool]\ntags: [black-friday, dns]\n"
        )
        files[f"{folder}/postmortem.md"] = (
            "---\ntags: [dns, read-aloud]\n---\n"
            f"# P\n\n## Root cause\n\nThe *pool*{day} was `small`.\n\n## Timeline\n\n"
            "<!-- opsbook:timeline -->\n- generated\n<!-- /opsbook -->\n\nAfter.\n"
        )
    found = {page.path: page.content for page in pages(Book(Memory(files)), NOW)}
    rows = json.loads(found["search-incidents.json"])
    assert [row for row in rows if "postmortem" in row[0]] == [
        ["incidents/2026/2026-03-02-a/postmortem.html", "Post-mortem: T02", "The pool02 was small.\nAfter."],
        [
            "incidents/2026/2026-03-01-a/postmortem.html",
            "Post-mortem: T01",
            "Summary 01\nsmall pool, black friday, dns, read aloud",
        ],
    ]


def test_an_incident_is_searched_by_its_alerts_its_factors_and_its_tags_with_their_words_apart() -> None:
    files = {
        "opsbook.toml": "",
        "incidents/2026/2026-03-01-a/incident.yaml": (
            "title: A\nsummary: Late\nalerts: [Doors-Late]\n"
            "contributing_factors: [time-zone]\ntags: [daylight-saving, time-zone]\n"
        ),
        "incidents/2026/2026-03-02-b/incident.yaml": "title: B\n",
    }
    found = {page.path: page.content for page in pages(Book(Memory(files)), NOW)}
    assert json.loads(found["search-incidents.json"]) == [
        ["incidents/2026/2026-03-01-a/index.html", "A", "Late\nDoors-Late, time zone, daylight saving"],
        ["incidents/2026/2026-03-02-b/index.html", "B", ""],
    ]


def test_what_a_filter_offers_is_not_searched() -> None:
    for name in ("index", "postmortems"):
        assert '<form class="ob-filter" data-search-exclude' in postmortems(2)[f"incidents/{name}.md"]
