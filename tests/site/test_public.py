"""What anybody may know: no string that is not public reaches a public page, the status page or a feed."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
from tests.site.test_hostile import EVIL, FRONT, PAGES, RECORDS

from opsbook.book.kinds import KINDS
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site import build
from opsbook.site.guide import unlinked
from opsbook.site.public import Stub, public
from opsbook.site.public_pages import public_pages
from opsbook.site.render import Page
from opsbook.site.status import status

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
CANARY = "canary"
ID = "2026-03-04-doors"
FOLDER = f"incidents/2026/{ID}"
INCIDENT = """\
title: SHOWN title
severity: SEV1
visibility: public
services: [doors]
roles: {incident-commander: canary-1, scribe: [canary-2]}
summary: canary
impact: {description: canary, regions: [canary]}
contributing_factors: [canary]
alerts: [canary]
links: {chat: "https://canary.example/"}
slo: canary
changes: ["https://canary.example/1"]
tags: [canary]
timeline:
  - {at: 2026-03-04T08:00Z, milestone: started, by: canary-1, text: "canary", evidence: [evidence/canary.txt]}
  - at: 2026-03-04T08:05Z
    milestone: declared
    roles: {incident-commander: canary-1, subject-matter-expert: [canary-2]}
    by: canary-1
    text: canary
  - {at: 2026-03-04T08:06Z, page: {person: canary-1, policy: canary, alert: canary}, text: "canary"}
  - {at: 2026-03-04T08:07Z, runbook: {id: canary}, text: "canary", source: "https://canary.example/"}
  - {at: 2026-03-04T08:08Z, update: {audience: internal}, by: canary-1, text: "canary"}
  - {at: 2026-03-04T08:09Z, update: {audience: customers}, by: canary-1, text: "canary"}
  - at: 2026-03-04T08:10Z
    services: {doors: partial-outage}
    update: {audience: public, stage: investigating, next_update: 2026-03-04T08:40Z}
    by: canary-1
    text: SHOWN update
  - {at: 2026-03-04T09:00Z, milestone: mitigated, services: {doors: operational}, text: "canary"}
  - {at: 2026-03-04T09:30Z, milestone: resolved, by: canary-1, text: "canary"}
action_items:
  canary: {title: canary, owner: canary-1, tracker: "https://canary.example/", done_when: canary}
closure: {metrics_at_baseline: true, no_customer_reports: true, evidence: [canary], because: canary}
related: [2026-03-02-canary]
recovery: {rto: 1h}
"""
REPORT = """\
---
title: SHOWN report
status: published
visibility: public
authors: [canary-1]
facilitator: canary-2
attendees: [canary-1]
distribution: [{to: canary, at: 2026-03-05T08:00Z}]
tags: [canary]
---
# canary

Canary Ruiz said SHOWN words; canary-2 and @canary-1 agreed. [Canary](../../../rotations/people/canary-1.yaml)
and ![Canary](evidence/canary.png) <!-- canary -->

## Action items

<!-- opsbook:action-items -->
canary
<!-- /opsbook -->

## Lessons

SHOWN lesson
"""
DRAFT = REPORT.replace("status: published", "status: draft").replace("SHOWN", "canary")


def canaries() -> dict[str, str | bytes]:
    """A book with a canary in every field that takes text, but for those of one public incident that are
    for everybody."""

    def sung(value: Any) -> Any:
        return json.loads(json.dumps(value).replace(json.dumps(EVIL)[1:-1], CANARY))

    def named(path: str) -> str:
        for name, other in (("checkout-5xx", CANARY), ("/a.", f"/{CANARY}."), ("/x.", f"/{CANARY}.")):
            path = path.replace(name, other)
        return path.replace("/ana.", f"/{CANARY}-1.")

    files: dict[str, str | bytes] = {
        named(path): json.dumps(sung(record))
        for path, record in RECORDS.items()
        if path != "policies/roles.yaml"
    }
    front = json.dumps(sung(FRONT | {"visibility": "internal"}))
    files |= {named(path): f"---\n{front}\n---\n# {CANARY}\n" for path in PAGES}
    internal = INCIDENT.replace("SHOWN", CANARY)
    report = REPORT.replace("SHOWN", CANARY)
    year = "incidents/2026"
    return files | {
        "opsbook.toml": 'timezone = "UTC"\nsite = { name = "SHOWN name" }\n',
        "policies/communications/canary.md.j2": CANARY,
        "policies/attestations.yaml": "attestations:\n"
        "  - {what: alert-audit, day: 2026-03-01, by: canary-1, note: canary, evidence: [canary]}\n",
        "policies/services/doors.yaml": "name: SHOWN doors\ndescription: canary\nteam: canary\n",
        "policies/services/gates.yaml": "name: SHOWN gates\ndescription: SHOWN about\nteam: canary\n"
        "links: {canary: https://canary.example}\nvisibility: public\n",
        "rotations/people/canary-1.yaml": "name: Canary Ruiz\ntimezone: UTC\naccounts: {chat: canary}\n",
        "rotations/people/canary-2.yaml": "name: Canary\ntimezone: UTC\nvisibility: public\n",
        f"{FOLDER}/incident.yaml": INCIDENT,
        f"{FOLDER}/postmortem.md": REPORT,
        f"{FOLDER}/evidence/canary.txt": CANARY,
        f"{FOLDER}/evidence/canary.png": CANARY,
        f"{year}/2026-03-05-gates/incident.yaml": INCIDENT.replace("SHOWN title", "SHOWN gates title"),
        f"{year}/2026-03-05-gates/postmortem.md": DRAFT,
        f"{year}/2026-03-03-canary/incident.yaml": internal.replace("visibility: public", ""),
        f"{year}/2026-03-03-canary/postmortem.md": report,
        f"{year}/2026-03-06-canary/incident.yaml": internal.replace(": public\n", ": restricted\n"),
        f"{year}/2026-03-06-canary/postmortem.md": report,
        f"{year}/2026-03-07-canary/incident.yaml": f"kind: drill\n{internal}",
        "runbooks/open.md": "---\ntitle: SHOWN runbook\nowner: canary-1\nalerts: [canary]\n"
        "visibility: public\nvariables: {canary: canary}\n---\n## Steps\n\nSHOWN step; ask Canary Ruiz.\n",
    }  # fmt: skip


def everything(files: dict[str, str | bytes], at: datetime = NOW) -> list[Page]:
    """Every file of the public site and of the status page."""
    book = Book(Memory(files))
    found, name = public(book, at), book.settings.site.name
    return [*public_pages(found, name, unlinked(book)), *status(found, name, unlinked(book))]


def test_the_book_of_canaries_can_be_read_and_has_one_in_every_kind() -> None:
    book = Book(Memory(canaries()))
    documents = [document for kind in KINDS for document in book.documents(kind.name)]
    assert {document.path: document.problems for document in documents if document.problems} == {}
    assert {document.kind.name for document in documents} | {"roles"} == {kind.name for kind in KINDS}
    assert [each.path for each in documents if CANARY not in each.source.text.lower()] == []


def test_no_canary_reaches_a_public_page_the_status_page_or_a_feed() -> None:
    for page in everything(canaries()):
        assert CANARY not in page.path.lower()
        assert CANARY.encode() not in page.content.lower(), page.path


def test_no_canary_reaches_the_built_site_its_search_or_a_file_name(tmp_path: Path) -> None:
    book = Book(Memory(canaries()))
    found = public(book, NOW)
    build.write(public_pages(found, book.settings.site.name, unlinked(book)), tmp_path / "pages")
    assert build.make(tmp_path, tmp_path / "pages", tmp_path / "site", partial=True) == []
    files = [file for file in (tmp_path / "site").rglob("*") if file.is_file()]
    assert [file for file in files if CANARY in file.name.lower()] == []
    assert [file for file in files if CANARY.encode() in file.read_bytes().lower()] == []
    index = (tmp_path / "site/search/search_index.json").read_text("utf-8")
    for word in ("title", "update", "report", "words", "lesson", "runbook", "step", "about"):
        assert f"SHOWN {word}" in index


def test_what_is_public_is_shown() -> None:
    pages = {page.path: page.content.decode() for page in everything(canaries())}
    for path in (f"{FOLDER}/index.md", f"incidents/{ID}.html"):
        for word in ("title", "update", "doors"):
            assert f"SHOWN {word}" in pages[path]
        assert "incident commander" in pages[path]
    for path in (f"{FOLDER}/postmortem.md", f"incidents/{ID}.html"):
        assert re.search(r"The incident commander said SHOWN words; (?:the|a) [\w-]+", pages[path])
        assert "SHOWN lesson" in pages[path]
        assert "Action items" not in pages[path], "a section that was only made from the record"
    assert "SHOWN step; ask a responder." in pages["runbooks/open.md"]
    assert "SHOWN about" in pages["index.html"]


def test_a_restricted_incident_is_a_day_and_a_severity() -> None:
    found = public(Book(Memory(canaries())), NOW)
    assert found.stubs == (Stub(date(2026, 3, 6), "SEV1", None),)
    pages = {page.path: page.content.decode() for page in everything(canaries())}
    for path in ("history.html", "incidents/index.md"):
        assert "An incident of 2026-03-06, SEV1" in pages[path]


def test_the_status_page_says_how_services_stand_while_an_incident_is_open() -> None:
    book = Book(
        Memory(canaries() | {"policies/services/doors.yaml": "name: Doors\nteam: a\nvisibility: public\n"})
    )
    states = {}
    for minute in (0, 12, 70):
        found = public(book, datetime(2026, 3, 4, 8 + minute // 60, minute % 60, tzinfo=UTC))
        states[minute] = (
            {each.name: each.state for each in found.components}["Doors"],
            found.events[-1].status,
        )
    assert states == {
        0: ("degraded", "investigating"),
        12: ("partial-outage", "investigating"),
        70: ("operational", "mitigated"),
    }
    assert public(book, NOW).events[-1].services[0].state == "partial-outage", "at the worst"
    assert public(book, datetime(2026, 3, 1, tzinfo=UTC)).events == (), "nothing had happened yet"


HOSTILE = canaries() | {
    f"{FOLDER}/incident.yaml": INCIDENT.replace("SHOWN title", "</title><script>alert(1)</script>").replace(
        "SHOWN update", '"<img src=x onerror=alert(1)> [x](javascript:alert(1)) ]]> \\u0007"'
    ),
    f"{FOLDER}/postmortem.md": REPORT.replace("SHOWN words", "<script>alert(1)</script> [x](javascript:x)"),
    "opsbook.toml": "site = { name = '<script>alert(1)</script>' }\n",
    "policies/services/gates.yaml": "name: <b>\ndescription: '\"><script>'\nteam: a\nvisibility: public\n",
}  # fmt: skip


def test_hostile_texts_are_text_on_the_status_page_and_in_the_feeds() -> None:
    for page in everything(HOSTILE):
        text = page.content.decode()
        if page.path.endswith(".html"):
            parser = html5lib.HTMLParser(strict=True)
            tree = parser.parse(text)
            assert not list(tree.iter("{http://www.w3.org/1999/xhtml}script"))
            links = [each.get("href", "") for each in tree.iter("{http://www.w3.org/1999/xhtml}a")]
            assert not [link for link in links if link.startswith("javascript")]
        elif page.path.endswith(".xml"):
            atom = "{http://www.w3.org/2005/Atom}"
            feed = ElementTree.fromstring(text)
            assert feed.findtext(f"{atom}title") == "<script>alert(1)</script>"
            entry = feed.findall(f"{atom}entry")[-1]
            assert entry.findtext(f"{atom}title") == "</title><script>alert(1)</script>"
            assert "<img" not in (entry.findtext(f"{atom}content") or "")
        elif page.path.endswith(".json"):
            assert json.loads(text)["incidents"][-1]["title"] == "</title><script>alert(1)</script>"


def test_an_entry_of_the_feed_is_the_same_one_when_it_changes_and_has_all_that_atom_asks() -> None:
    def entries(at: datetime) -> list[dict[str, str]]:
        content = next(page.content for page in everything(canaries(), at) if page.path == "feed.xml")
        atom = "{http://www.w3.org/2005/Atom}"
        return [
            {each.tag.removeprefix(atom): each.text or "" for each in entry}
            for entry in ElementTree.fromstring(content).findall(f"{atom}entry")
        ]

    early, late = entries(datetime(2026, 3, 4, 8, 20, tzinfo=UTC))[-1], entries(NOW)[-1]
    assert {"id", "title", "link", "published", "updated", "content"} <= set(early)
    assert early["id"] == late["id"]
    assert re.match(r"<p>[^<&]*</p>", late["content"]), "HTML, escaped once"
    assert (early["updated"], late["updated"]) == ("2026-03-04T08:10:00Z", "2026-03-04T09:30:00Z")


@pytest.mark.parametrize("page", ["index.html", "history.html", f"incidents/{ID}.html"])
def test_the_status_page_asks_nobody_else_and_runs_nothing(page: str) -> None:
    text = next(each.content.decode() for each in everything(canaries()) if each.path == page)
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
