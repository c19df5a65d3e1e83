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


def site(others: dict[str, str] | None = None, /, **incidents: str) -> dict[str, str]:
    files = {
        f"incidents/{id[:4]}/{id.replace('_', '-')}/incident.yaml": text for id, text in incidents.items()
    }
    book = Book(Memory({"opsbook.toml": "", "policies/targets.yaml": TARGETS, **files, **(others or {})}))
    return {page.path: page.content.decode() for page in pages(book, NOW)}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_target_says_what_came_of_it() -> None:
    found = words(site(**{"2026_03_02_a": incident("2026-03-02", 90)})["metrics.md"])
    said = (
        "Time to resolve, mean (MTTR), SEV1 1 h 30 min missed: at most 1 h; 0 of 1 kept to it · from Targets"
    )
    assert said in found
    assert (
        "Incidents, SEV1 cannot tell should be falling; 1 in 90 days, no record yet of the 90 days before"
        in found
    )


def test_targets_of_one_subject_stand_together_what_was_missed_first_and_say_where_they_come_from() -> None:
    policy = "levels: {SEV1: {name: Bad, definition: Bad, acknowledge_within: 5m}}\n"
    targets = """\
targets:
  fewer: {metric: incidents, severity: [SEV1], trend: falling}
  soon: {metric: time_to_acknowledge, severity: [SEV1], at_most: 5m}
  quick: {metric: time_to_resolve, severity: [SEV1], at_most: 2h}
"""
    incidents = {}
    for day, minute in ((1, 1), (2, 1), (3, 2), (4, 9)):
        at = f"2026-03-{day:02}T09:{minute:02}Z"
        steps = f"  - {{at: 2026-03-{day:02}T09:00Z, milestone: detected, text: x}}\n"
        steps += f"  - {{at: {at}, milestone: acknowledged, text: x}}\n"
        incidents[f"2026_03_{day:02}_a"] = incident(f"2026-03-{day:02}", 30) + steps
    page = site({"policies/severities.yaml": policy, "policies/targets.yaml": targets}, **incidents)[
        "metrics.md"
    ]
    names = [words(tile) for tile in re.findall(r"<li[^>]*>(.*?) <strong>", page.partition("ob-tiles")[2])]
    assert names == [
        "Time to acknowledge, nine in ten, SEV1",
        "Time to acknowledge, mean (MTTA), SEV1",
        "Incidents, SEV1",
        "Time to resolve, mean (MTTR), SEV1",
    ]
    assert "missed: at most 5 min; 3 of 4 kept to it · from Severities" in words(page)
    assert "met: at most 5 min; 3 of 4 kept to it · from Targets" in words(page)
    assert '<a href="policies/severities.html">Severities</a>' in page


def test_a_trend_says_how_many_there_were() -> None:
    days = ["2025-10-01", "2025-11-01", "2026-03-02"]
    found = words(site(**{f"{day}-a".replace("-", "_"): incident(day, 90) for day in days})["metrics.md"])
    assert "Incidents, SEV1 cannot tell should be falling; 1 in 90 days, 1 in the 90 before" in found
    assert "{ #incidents } as many as before: 1 incident Incidents a month" in found


def test_of_the_one_who_was_paged_most_it_is_no_verdict() -> None:
    page = "  - {at: 2026-03-02T03:00Z, page: {person: ana}, text: x}\n"
    files = {
        "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: UTC\n",
        "policies/targets.yaml": "targets:\n  night: {metric: pages_per_night, count_at_most: 3}\n",
    }
    found = words(site(files, **{"2026_03_02_a": incident("2026-03-02", 90) + page})["metrics.md"])
    assert "Pages in one night 1 met: at most 3; most: Ana Ruiz" in found


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


LEFT = (
    "action_items:\n  AI-1: {title: Mend it, owner: ana, status: done, due: 2026-03-20, "
    "done_on: 2026-03-19}\n"
)
HOME = "index.md"


def test_the_action_items_that_are_done_are_the_same_on_every_page() -> None:
    found = site(
        **{
            "2026_03_02_a": incident("2026-03-02", 90, LEFT),
            "2026_03_03_b": incident("2026-03-03", 30, LEFT.replace("done,", "open,", 1)),
            "2026_03_04_drill": incident("2026-03-04", 30, f"kind: drill\n{LEFT}"),
        }
    )
    assert "Action items done 50% 1 of 2 that fell due in a year" in words(found[HOME])
    assert "Done, of those that fell due 1 of 2, 50%" in words(found["metrics.md"])


def test_days_since_the_last_incident_are_days_of_the_calendar_on_every_page() -> None:
    late = incident("2026-03-31", 30).replace("T09", "T22")
    service = {"policies/services/checkout.yaml": "name: Checkout\nteam: shop\n"}
    found = site(service, **{"2026_03_31_a": late, "2026_03_01_b": incident("2026-03-01", 30)})
    assert "Days since a SEV0 or SEV1 1 Of 2026-03-31" in words(found[HOME])
    assert "Days since the last 1 Of 2026-03-31" in words(found["policies/services/checkout.md"])
    table = words(found["metrics.md"]).partition("Days since the last")[2]
    assert table.startswith(" Checkout 2 182 d 5 h 1 "), "fourteen hours ago, and yesterday"


def test_home_counts_the_months_and_days_that_the_page_of_metrics_counts() -> None:
    started = incident("2026-02-28", 30).replace("T09:05", "T23:59").replace("02-28T23", "03-01T23")
    drill = incident("2026-03-04", 30, "kind: drill\n")
    found = site(
        **{
            "2026_03_01_a": started,
            "2026_03_04_drill": drill,
            "2025_04_30_b": incident("2025-04-30", 30),
            "2025_03_31_c": incident("2025-03-31", 30),
        }
    )
    tables = [
        re.findall(r"<tr><td>(\w{3} \d{4})</td>.*>(\d+)</td></tr>", found[path])
        for path in (HOME, "metrics.md")
    ]
    assert tables[0] == tables[1]
    assert tables[0][0] == ("May 2025", "0")
    assert tables[0][-3:] == [("Feb 2026", "1"), ("Mar 2026", "0"), ("Apr 2026", "0")]
    assert "Incidents in 90 days 1 more than the 0 of the 90 days before" in words(found[HOME])


def test_home_holds_a_young_record_against_nothing() -> None:
    found = words(site(**{"2026_03_31_a": incident("2026-03-31", 30)})[HOME])
    assert "Incidents in 90 days 1 no record yet of the 90 days before" in found
