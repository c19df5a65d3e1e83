"""The page of metrics: what counts, what is said in words, and what a spreadsheet gets."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.pages import pages

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
TARGETS = """\
targets:
  quick: {metric: time_to_resolve, severity: [SEV1], at_most: 1h}
  done: {metric: action_items_done, share_at_least: 0.9}
  fewer: {metric: incidents, severity: [SEV1], trend: falling}
"""


def incident(day: str, minutes: int, extra: str = "") -> str:
    return (
        f"title: Of {day}\nseverity: SEV1\nservices: [checkout]\n{extra}timeline:\n"
        f"  - {{at: {day}T09:00Z, milestone: started, text: x}}\n"
        f"  - {{at: {day}T09:05Z, milestone: declared, severity: SEV1, text: x}}\n"
        f"  - {{at: {day}T{9 + minutes // 60:02}:{minutes % 60:02}Z, milestone: resolved, text: x}}\n"
    )


def site(**incidents: str) -> dict[str, str]:
    files = {f"incidents/2026/{id.replace('_', '-')}/incident.yaml": text for id, text in incidents.items()}
    book = Book(Memory({"opsbook.toml": "", "policies/targets.yaml": TARGETS, **files}))
    return {page.path: page.content.decode() for page in pages(book, NOW)}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_target_says_what_came_of_it() -> None:
    found = words(site(**{"2026_03_02_a": incident("2026-03-02", 90)})["metrics.md"])
    assert "Time to resolve (MTTR), SEV1 1 h 30 min missed: mean at most 1 h; 0 of 1 kept to it" in found
    assert "Incidents, SEV1 cannot tell should be falling" in found


def test_few_incidents_say_that_nobody_can_tell() -> None:
    both = {"2026_03_02_a": incident("2026-03-02", 90), "2025_12_01_b": incident("2025-12-01", 30)}
    assert "Cannot tell".lower() in words(site(**both)["metrics.md"]).lower()


def test_the_table_for_a_spreadsheet_has_what_counts_and_is_shown() -> None:
    found = site(
        **{
            "2026_03_02_a": incident("2026-03-02", 90),
            "2026_03_03_b": incident("2026-03-03", 30, "visibility: restricted\n"),
            "2026_03_04_c": incident("2026-03-04", 30, "kind: drill\n"),
        }
    )
    assert found["metrics.csv"] == (
        "incident,began,severity,services,detect_minutes,acknowledge_minutes,declare_minutes,"
        "mitigate_minutes,resolve_minutes\r\n"
        "2026-03-02-a,2026-03-02T09:00Z,SEV1,checkout,,,,,90\r\n"
    )
    assert "2026-03-03" not in found["metrics.md"]


def test_a_book_without_incidents_has_a_page_all_the_same() -> None:
    found = words(site()["metrics.md"])
    assert "No incident of the year tells." in found
    assert "Nobody, as far as the record says." in found
