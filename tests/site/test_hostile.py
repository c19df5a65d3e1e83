"""A book whose every text tries to become something else: markup, a script, a template, a link.

The pages are read as Markdown and, built by the real MkDocs, as HTML.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from opsbook.book.kinds import KINDS
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.cli.main import cli
from opsbook.site import build
from opsbook.site.pages import pages
from opsbook.site.reference import reference

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
AT = "2026-03-02T09:02Z"
DAY = "2026-03-02"
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
SCRIPT = "<script>alert(1)</script> <b onclick=x> [x](javascript:alert(2)) {{ 7*7 }} `*_# {: .x }"
EVIL = f"</td>\n\n```\n{SCRIPT}\u202e"
ITEM = {"title": EVIL, "done_when": EVIL, "tracker": EVIL, "evidence": [EVIL]}
DECLINED = {**ITEM, "status": "declined", "reason": EVIL}
CLOSURE = {"metrics_at_baseline": True, "no_customer_reports": True, "evidence": [EVIL], "because": EVIL}
PROOFS = [EVIL, "../../../opsbook.toml", "/etc/passwd"]
INCIDENT = {
    "title": EVIL,
    "summary": EVIL,
    "impact": {"description": EVIL, "regions": [EVIL]},
    "contributing_factors": [EVIL],
    "alerts": [EVIL],
    "links": {"chat": EVIL, "script": "javascript:alert(3)", "quote": 'https://a.example/"onclick=x'},
    "changes": [EVIL, "javascript:alert(3)"],
    "slo": EVIL,
    "tags": [EVIL],
    "closure": CLOSURE,
    "timeline": [
        {"at": AT, "text": EVIL, "by": "system:x", "source": EVIL, "evidence": PROOFS},
        {"at": AT, "text": EVIL, "update": {"audience": "public"}},
    ],
    "action_items": {"one": ITEM, "two": DECLINED},
}
FRONT = {"title": EVIL, "tags": [EVIL], "alerts": [EVIL], "variables": {EVIL: EVIL}}
LEVEL = {"name": EVIL, "definition": EVIL, "aliases": [EVIL], "examples": [EVIL]}
ASKED = {"ask": EVIL, "help": EVIL, "if_yes": "S", "if_no": "S"}
TOLD = dict.fromkeys(("name", "best_for", "choose_when", "avoid_when", "cost", "source"), EVIL)
TOOL = {**TOLD, "purpose": "paging", "as_of": DAY}
LAYER = {"name": EVIL, "versions": [{"starts": f"{DAY} 09:00", "members": ["ana"]}]}
RECORDS: dict[str, Any] = {
    f"{FOLDER}/incident.yaml": INCIDENT,
    "rotations/people/ana.yaml": {
        "name": EVIL,
        "title": EVIL,
        "timezone": "UTC",
        "accounts": {"chat": EVIL},
        "absences": [{"from": DAY, "to": DAY, "reason": EVIL}],
    },
    "rotations/teams/a.yaml": {"name": EVIL, "description": EVIL, "chat": EVIL, "members": ["ana"]},
    "rotations/holidays/a.yaml": {DAY: EVIL},
    "rotations/a.yaml": {"description": EVIL, "timezone": "UTC", "layers": [LAYER]},
    "rotations/overrides/a.yaml": {
        "rotation": "a",
        "reason": EVIL,
        "covers": [{"from": AT, "to": "2026-03-02T10:02Z", "on": ["ana"]}],
    },
    "rotations/handoffs/a.yaml": {"rotation": "a", "at": AT, "by": "ana", "acknowledged": AT, "note": EVIL},
    "policies/services/a.yaml": {"name": EVIL, "description": EVIL, "team": "a", "links": {"x": EVIL}},
    "policies/escalation/a.yaml": {
        "description": EVIL,
        "levels": [{"page": [{"person": "ana"}], "escalate_after": "5m"}],
    },
    "policies/roles.yaml": {"roles": {"a": {"name": EVIL, "description": EVIL, "duties": [EVIL]}}},
    "policies/targets.yaml": {"targets": {"a": {"metric": "incidents", "trend": "falling", "why": EVIL}}},
    "policies/on-call.yaml": {
        "description": EVIL,
        "night": {"from": "22:00", "to": "06:00"},
        "weekend": ["sat", "sun"],
    },
    "policies/tools.yaml": {"tools": {"a": TOOL}},
    "policies/severities.yaml": {"levels": {"S": LEVEL}, "questions": {"q": ASKED}},
}
PAGES = {
    f"{FOLDER}/postmortem.md": {"title": EVIL, "tags": [EVIL], "distribution": [{"to": EVIL, "at": AT}]},
    "runbooks/x.md": FRONT,
}


def hostile() -> Book:
    """Hostile text in every field that takes text; JSON is YAML."""
    files = {path: json.dumps(record) for path, record in RECORDS.items()}
    for path, front in PAGES.items():
        files[path] = f"---\n{json.dumps(front)}\n---\n# {EVIL}\n\n## {EVIL}\n\n1. {EVIL}\n"
    return Book(Memory({"opsbook.toml": "", "policies/communications/a.md.j2": EVIL, **files}))


class Tags(HTMLParser):
    """Every tag of a page with its attributes; what stands in scripts; the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_hostile_book_can_be_read() -> None:
    documents = (document for kind in KINDS for document in hostile().documents(kind.name))
    assert {document.path: document.problems for document in documents if document.problems} == {}


def test_no_page_holds_markup_that_a_record_wrote() -> None:
    for page in pages(hostile(), NOW):
        if not page.path.endswith(".md"):
            continue
        body = page.content.decode().split("\n---\n", 1)[1]
        for never in ("<script", "<b ", "{{", "```", "{: .x", "\u202e"):
            assert never not in body, (page.path, never)


def test_links_lead_to_the_web_or_to_pages_of_the_site() -> None:
    allowed = re.compile(r"https://a\.example/|[\w./-]*(\?[a-z]+=[\w.%-]*)?(#[\w-]+)?\Z")
    for page in pages(hostile(), NOW):
        if page.path.endswith(".md") and page.path != "handbook/reading.md":  # a list of links of our own
            leads = re.findall(r'(?:href|src)="([^"]*)"', page.content.decode())
            assert [each for each in leads if not allowed.match(each)] == []


def test_front_matter_is_escaped_for_the_theme_and_quoted_for_yaml() -> None:
    page = next(page for page in pages(hostile(), NOW) if page.path == f"{FOLDER}/index.md")
    front = yaml.safe_load(page.content.decode().split("---\n")[1])
    assert front["title"].startswith("&lt;/td&gt; ``` &lt;script&gt;alert(1)&lt;/script&gt; &lt;b onclick")
    assert "<" not in front["description"]
    assert "\n" not in front["description"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    build.write(pages(hostile(), NOW, reference(cli)), root / "pages")
    assert build.make(root, root / "pages", root / "site") == []
    return root / "site"


def test_the_built_site_runs_no_script_and_no_handler_of_a_record(built: Path) -> None:
    for file in built.rglob("*.html"):
        page = file.read_text("utf-8")
        assert "<script>alert" not in page, file
        for tag, attributes in Tags(page).found:
            assert not [name for name in attributes if name.startswith("on")], (file, tag, attributes)
            for name in ("href", "src"):
                target = (attributes.get(name) or "").lower()
                assert not target.startswith(("javascript:alert", "data:")), (file, tag, target)


def test_the_built_site_shows_the_text_as_it_was_written(built: Path) -> None:
    shown = " ".join(Tags((built / FOLDER / "index.html").read_text("utf-8")).text.split())
    assert f"{SCRIPT}\ufffd" in shown


@pytest.mark.parametrize("visibility", ["Restricted", '"\\x72estricted"'])
def test_an_incident_that_cannot_say_who_may_read_it_hides_its_postmortem_and_evidence(
    visibility: str,
) -> None:
    folder = "incidents/2026/2026-03-02-leak"
    files = {
        "opsbook.toml": "",
        f"{folder}/incident.yaml": f"title: a secret\nvisibility: {visibility}\nbroken: [\n",
        f"{folder}/postmortem.md": "# a secret\n",
        f"{folder}/evidence/log.txt": "a secret\n",
    }
    assert not [page for page in pages(Book(Memory(files)), NOW) if "a secret" in str(page)]
