"""Incidents of the internal site for programs: what the feed and the JSON say, and what they never do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.feeds import ENTRIES
from opsbook.site.pages import pages

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
INCIDENT = """\
title: Checkout answers <502> & more
severity: SEV1
services: [checkout]
summary: The *pool* was [too small](https://wiki.example.com).
contributing_factors: [load]
tags: [helm]
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: Declared}
  - {at: 2026-03-02T10:00Z, milestone: resolved, text: "Resolved by <b>a larger pool</b>"}
  - {at: 2026-05-02T10:00Z, text: "To come"}
"""
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
SEALED = "title: Sealed\nseverity: SEV0\nvisibility: restricted\nroles: {incident-commander: ana}\n"
FILES: dict[str, str | bytes] = {
    "opsbook.toml": 'timezone = "UTC"\n',
    f"{FOLDER}/incident.yaml": INCIDENT,
    f"{FOLDER}/postmortem.md": "# Why\n",
    "incidents/2026/2026-03-09-sealed/incident.yaml": SEALED,
    "policies/services/checkout.yaml": "name: Checkout\nteam: web\n",
}


def made(files: dict[str, str | bytes]) -> tuple[ElementTree.Element, dict[str, Any]]:
    found = {page.path: page.content for page in pages(Book(Memory(files)), NOW)}
    return ElementTree.fromstring(found["feed.xml"]), json.loads(found["incidents.json"])


def test_the_json_says_of_each_incident_what_it_is_and_where_it_stands() -> None:
    _, said = made(FILES)
    assert said == {
        "schema": 1,
        "as_of": "2026-04-01T12:00Z",
        "incidents": [
            {
                "id": "2026-03-02-checkout-5xx",
                "title": "Checkout answers <502> & more",
                "page": f"{FOLDER}/index.html",
                "kind": "incident",
                "severity": "SEV1",
                "status": "resolved",
                "summary": "The *pool* was [too small](https://wiki.example.com).",
                "began": "2026-03-02T09:14Z",
                "declared": "2026-03-02T09:14Z",
                "resolved": "2026-03-02T10:00Z",
                "services": [{"id": "checkout", "name": "Checkout"}],
                "contributing_factors": ["load"],
                "tags": ["helm"],
                "postmortem": f"{FOLDER}/postmortem.html",
            }
        ],
        "restricted": [{"date": "2026-03-09", "severity": "SEV0"}],
    }


def test_an_entry_of_the_feed_says_how_it_stands_and_what_happened_last_before_now() -> None:
    feed, _ = made(FILES)
    [entry] = feed.findall(f"{ATOM}entry")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{FOLDER}/index.html"
    assert entry.findtext(f"{ATOM}title") == "Checkout answers <502> & more"
    assert entry.findtext(f"{ATOM}published") == "2026-03-02T09:14:00Z"
    assert entry.findtext(f"{ATOM}updated") == "2026-03-02T10:00:00Z"
    html = entry.findtext(f"{ATOM}content") or ""
    assert html.startswith("<p>resolved: Checkout</p>")
    assert '<a href="https://wiki.example.com">too small</a>' in html
    assert html.endswith("Resolved by &#60;b&#62;a larger pool&#60;/b&#62;</p>")
    assert "To come" not in html


def test_the_feed_holds_those_that_changed_last_the_last_first() -> None:
    files: dict[str, str | bytes] = {"opsbook.toml": 'timezone = "UTC"\n'}
    for number in range(ENTRIES + 5):
        id = f"2026-03-{1 + number % 28:02}-case-{number}"
        files[f"incidents/2026/{id}/incident.yaml"] = (
            f"title: Case {number}\ntimeline:\n"
            f"  - {{at: 2026-03-{1 + number % 28:02}T09:{number:02}Z, milestone: declared, text: Declared}}\n"
        )
    feed, said = made(files)
    changed = [each.findtext(f"{ATOM}updated") or "" for each in feed.findall(f"{ATOM}entry")]
    assert len(changed) == ENTRIES
    assert changed == sorted(changed, reverse=True)
    assert len(said["incidents"]) == ENTRIES + 5


def test_a_book_without_incidents_has_both() -> None:
    feed, said = made({"opsbook.toml": ""})
    assert feed.findall(f"{ATOM}entry") == []
    assert said["incidents"] == said["restricted"] == []
