"""Lists of any length: by pages, by years, and as data for the script that filters."""

from __future__ import annotations

import json
from datetime import UTC, datetime

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
        "factor": [["load", "load"]],
    }
    assert data["rows"][0] == [
        "2026/2026-01-02-case-1", "Case 1 <b>", "2026-01-02 09:00", [0], [0], [0, 1], [0], [0],
    ]  # fmt: skip
    assert len(data["rows"]) == 3


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
