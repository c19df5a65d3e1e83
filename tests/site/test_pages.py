"""A book becomes pages: what stands on them, and what must never."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from tests.sites import ROOT

from opsbook.book.kinds import KINDS
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.cli.main import cli
from opsbook.lint.catalog import catalog
from opsbook.output.metrics import formulas
from opsbook.site.manual import CHAPTERS, TOURS
from opsbook.site.pages import Site, pages
from opsbook.site.reference import reference
from opsbook.site.render import Page
from opsbook.site.survey import index_page

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ID = "2026-03-02-checkout-5xx"
FOLDER = f"incidents/2026/{ID}"
INCIDENT = """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
roles: {incident-commander: ana}
summary: The *pool* was too small.
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, approximate: true, text: "Pool **shrank**"}
  - at: 2026-03-02T09:14Z
    milestone: declared
    severity: SEV1
    roles: {incident-commander: ana}
    by: ana
    text: Declared
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - at: 2026-03-02T09:31Z
    runbook: {id: failover, result: partial}
    text: Promoted
    evidence: [evidence/pool.txt]
  - {at: 2026-03-02T22:59Z, milestone: resolved, text: "Resolved"}
action_items:
  late: {title: Check the pool, owner: ana, due: 2026-03-31}
  later: {title: Graph the pool, owner: payments, due: 2026-04-01}
  by-policy: {title: Page on the pool}
"""
POSTMORTEM = """\
---
status: published
authors: [ana]
---
# Checkout

## Summary

See [it](incident.yaml), [how](../../../runbooks/db/failover.md#steps) and [nothing](gone.md).
"""
RUNBOOK = """\
---
owner: payments
services: [checkout]
---
# Fail over

## Steps

1. Go.
"""
FILES: dict[str, str | bytes] = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    f"{FOLDER}/incident.yaml": INCIDENT,
    f"{FOLDER}/postmortem.md": POSTMORTEM,
    f"{FOLDER}/evidence/pool.txt": "in use: 20\n",
    "runbooks/db/failover.md": RUNBOOK,
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\n",
}


def site(files: dict[str, str | bytes] | None = None, at: datetime = NOW) -> dict[str, str]:
    """The pages of a book by path."""
    book = Book(Memory(files or FILES))
    return {page.path: page.content.decode() for page in pages(book, at)}


def words(page: str) -> str:
    """A page without its tags, its spaces collapsed."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# ── what stands there ─────────────────────────────────────────────────────────────────────


def test_every_record_has_a_page_at_its_own_path() -> None:
    handbook = {path for path in site() if path.startswith("handbook/")}
    found = set(site()) - {index_page(kind) for kind in KINDS} - handbook
    assert found == {
        f"{FOLDER}/index.md",
        f"{FOLDER}/postmortem.md",
        f"{FOLDER}/evidence/pool.txt",
        "runbooks/db/failover.md",
        "rotations/people/ana.md",
        "rotations/teams/payments.md",
        "policies/services/checkout.md",
        "index.md",
        "incidents/action-items.md",
        "metrics.csv",
        "metrics.md",
        "reports/2026Q1.md",
        "reports/index.md",
        "tags.md",
        "incidents/2026/index.md",
        "incidents/2026/postmortems.md",
        "feed.xml",
        "incidents.json",
        "incidents/index.json",
        "incidents/postmortems.json",
        "search-incidents.json",
        *(f"assets/{each.name}" for each in (ROOT / "tooling/opsbook/site/assets").iterdir()),
    }


def test_every_kind_has_a_list_or_a_page_even_in_an_empty_book() -> None:
    found = site({"opsbook.toml": ""})
    assert {index_page(kind) for kind in KINDS} <= set(found)
    assert "SEV0: Critical outage" in found["policies/severities.md"], "the default policy holds"
    assert "None yet." in found["runbooks/index.md"]


def test_times_are_those_of_the_books_zone_and_days_too() -> None:
    page = site()[f"{FOLDER}/index.md"]
    assert '<time datetime="2026-03-02T09:14Z">10:14</time>' in page
    assert page.count('class="ob-day"') == 1
    moved = site({**FILES, "opsbook.toml": 'timezone = "Asia/Tokyo"\n'})[f"{FOLDER}/index.md"]
    assert re.findall(r'<li class="ob-day">(.*)</li>', moved) == [
        "Monday, 2 March 2026",
        "Tuesday, 3 March 2026",
    ]


def test_an_entry_shows_what_it_set_and_who_did_it() -> None:
    shown = words(site()[f"{FOLDER}/index.md"])
    assert "≈ 10:02 started Pool shrank" in shown
    assert "10:14 declared SEV1 Declared Incident commander : Ana Ruiz by Ana Ruiz" in shown
    assert "10:31 runbook Fail over partial Promoted · pool.txt" in shown


def test_what_is_late_with_a_reason_is_overdue_on_every_page_and_says_so() -> None:
    reason = "due: 2026-03-20 # opsbook: ignore[ACT002] the vendor ships in May until=2026-12-31"
    text = (
        INCIDENT[: INCIDENT.index("action_items:")] + f"action_items:\n  late:\n    title: T\n    {reason}\n"
    )
    found = site({f"{FOLDER}/incident.yaml": text, "opsbook.toml": ""})
    board = words(found["incidents/action-items.md"])
    assert "Overdue 1 T nobody late, with a reason" in board
    assert "overdue at the end of the week" in board
    assert "Also 1 action item late with a reason: the board has it." in words(found["index.md"])


def test_a_duplicate_says_so_in_the_list() -> None:
    text = INCIDENT.replace("milestone: resolved", "milestone: closed") + "duplicate_of: 2026-03-01-slow\n"
    found = site({f"{FOLDER}/incident.yaml": text, "opsbook.toml": ""})
    assert "duplicate closed" in words(found["incidents/index.md"])


def test_an_item_is_overdue_from_the_day_after_and_due_by_policy_without_a_date() -> None:
    shown = words(site()["incidents/action-items.md"])
    assert "Check the pool 2026-03-31 Ana Ruiz overdue" in shown
    assert "Graph the pool 2026-04-01 Payments open" in shown
    assert "Page on the pool 2026-04-01 nobody open" in shown, "SEV1 allows 30 days"
    earlier = words(site(at=datetime(2026, 3, 31, 21, 59, tzinfo=UTC))["incidents/action-items.md"])
    assert "Ana Ruiz overdue" not in earlier
    later = words(site(at=datetime(2026, 3, 31, 22, tzinfo=UTC))["incidents/action-items.md"])
    assert "Ana Ruiz overdue" in later


def test_an_incident_is_open_until_it_is_resolved() -> None:
    unresolved = {**FILES, f"{FOLDER}/incident.yaml": INCIDENT.replace("milestone: resolved, ", "")}
    home = words(site(unresolved)["index.md"])
    assert "1 incident is open An alert fired? Find its runbook" in home
    assert "SEV1 investigating Checkout answers 502 Checkout Since 2026-03-02 10:02" in home
    assert "internal: next update was due 10:44" in home, "SEV1 allows half an hour"
    assert "No incident is open The last one: Checkout answers 502" in words(site()["index.md"])


@pytest.mark.parametrize("line", ["kind: drill", "duplicate_of: 2026-03-01-other"])
def test_a_drill_and_a_duplicate_are_never_open(line: str) -> None:
    text = INCIDENT.replace("milestone: resolved, ", "") + line + "\n"
    assert "No incident is open" in words(site({**FILES, f"{FOLDER}/incident.yaml": text})["index.md"])


def test_a_record_says_who_names_it() -> None:
    found = site()
    team, runbook = words(found["rotations/teams/payments.md"]), words(found["runbooks/db/failover.md"])
    assert "Named by Incidents : Checkout answers 502 Runbooks : Fail over Services : Checkout" in team
    assert "Incident When Result Checkout answers 502 2026-03-02 10:31 partial" in runbook


def test_links_between_records_hold_and_others_become_text() -> None:
    page = site()[f"{FOLDER}/postmortem.md"]
    assert '<a href="../../../incidents/2026/2026-03-02-checkout-5xx/index.html">it</a>' in page
    assert '<a href="../../../runbooks/db/failover.html#steps">how</a>' in page
    assert '<span class="ob-nowhere" title="gone.md">nothing</span>' in page


def test_a_record_that_cannot_be_read_is_listed_and_says_why() -> None:
    found = site({**FILES, "rotations/people/ana.yaml": "name: [Ana\n"})
    assert "Records that cannot be read rotations/people/ana.yaml" in words(found["index.md"])
    assert "This record cannot be read" in found["rotations/people/ana.md"]
    assert "unreadable" in found["rotations/people/index.md"]


def test_a_record_that_somebody_breaks_while_pages_are_made_says_why(tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(ROOT / "tests/books/healthy", root)
    list(pages(Book(WorkTree(root)), NOW))  # what records say of others is remembered
    site = Site(Book(WorkTree(root)), NOW)
    (root / "incidents/2026/2026-03-02-checkout-5xx/incident.yaml").write_text("title: [\n")
    made: list[Page] = []
    for batch in site.batches():
        batch.gave += [part(made.append) for part in batch.parts]
        made += batch.pages
    found = {page.path: page.content.decode("utf-8", "replace") for page in made}
    assert "This record cannot be read" in found["incidents/2026/2026-03-02-checkout-5xx/index.md"]


def test_the_questions_are_a_tree_that_asks_each_once() -> None:
    shown = words(site()["policies/severities.md"])
    assert "Yes SEV0 Critical outage" in shown
    assert shown.count("Is major functionality degraded?") == 1
    circle = "levels:\n  SEV1: {name: Bad, definition: It is bad}\nquestions:\n"
    circle += "  one: {ask: One?, if_yes: SEV1, if_no: two}\n  two: {ask: Two?, if_yes: one, if_no: gone}\n"
    shown = words(site({**FILES, "policies/severities.yaml": circle})["policies/severities.md"])
    assert "One? Yes SEV1 Bad It is bad" in shown
    assert "No Two? Yes Answer once more: One? No gone" in shown


def test_the_same_book_and_instant_give_the_same_pages() -> None:
    assert site() == site()


# ── what is not shown ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("broken", ["", "title: [\n"])
def test_a_restricted_incident_appears_nowhere(broken: str) -> None:
    secret = INCIDENT.replace("Checkout answers 502", "Sealed") + "visibility: restricted\n" + broken
    found = site({**FILES, f"{FOLDER}/incident.yaml": secret})
    assert not [path for path in found if path.startswith(FOLDER)]
    assert not [path for path, page in found.items() if "Sealed" in page or ID in page]
    assert "2 restricted records not shown." in found["index.md"]


def test_evidence_is_pictures_and_texts_only_and_texts_end_in_txt() -> None:
    names = ("a.png", "b.log", "c.html", "d.svg", "e.md", "f", "g.js")
    evidence = {f"{FOLDER}/evidence/{name}": b"\xff<b>" for name in names}
    found = {page.path: page.content for page in pages(Book(Memory({**FILES, **evidence})), NOW)}
    assert {path for path in found if "/evidence/" in path} == {
        f"{FOLDER}/evidence/{name}" for name in ("a.png", "b.log.txt", "pool.txt")
    }
    assert found[f"{FOLDER}/evidence/b.log.txt"].decode() == "\ufffd<b>"


# ── names ─────────────────────────────────────────────────────────────────────────────────


def test_a_title_that_is_only_strange_still_makes_a_page() -> None:
    name = json.dumps("\U0001f525 \u202a\x85 ünïcode", ensure_ascii=False).replace("\x85", "\\x85")
    files = {**FILES, "rotations/people/ana.yaml": f"name: {name}\ntimezone: UTC\n"}
    page = site(files)["rotations/people/ana.md"]
    assert yaml.safe_load(page.split("---\n")[1]) == {"title": "\U0001f525 \ufffd\ufffd ünïcode"}


def test_a_name_that_no_address_may_hold_gets_a_safe_page() -> None:
    files = {**FILES, "rotations/people/a b#?.yaml": "name: Odd\ntimezone: UTC\n"}
    assert "rotations/people/a_20b_23_3f.md" in site(files)


def test_a_folder_whose_name_is_no_text_gets_a_safe_page_too() -> None:
    folder = os.fsdecode(b"incidents/2026/2026-03-05-\xff")
    record = next(text for path, text in FILES.items() if path.endswith("/incident.yaml"))
    settings = 'edit_url = "https://git.example.com/{path}"\n'
    found = site({f"{folder}/incident.yaml": record, "opsbook.toml": settings})
    assert "https://git.example.com/incidents/2026/2026-03-05-%FF" in html.unescape(
        found["incidents/2026/2026-03-05-_dcff/index.md"]
    )


# ── reference ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def documented() -> dict[str, str]:
    return {page.path: page.content.decode() for page in reference(cli)}


def test_every_rule_has_a_page_with_its_levels(documented: dict[str, str]) -> None:
    for code, rule in catalog().items():
        page = documented[f"reference/rules/{code}.md"]
        levels = (rule.terms.adopt, rule.terms.recommended, rule.terms.strict)
        assert "".join(f"<td>{level}</td>" for level in levels) in page
        assert f'<a href="{code}.html">' in documented["reference/rules/index.md"]


def test_every_command_has_a_page_with_its_usage_and_options(documented: dict[str, str]) -> None:
    page = words(documented["reference/commands/check.md"])
    assert "opsbook check &#91;OPTIONS&#93; &#91;PATHS&#93;..." in page
    assert "--exit-zero Exit with 0 whatever is found." in page
    assert "## opsbook schema write" in documented["reference/commands/schema.md"]


def test_every_kind_has_a_page_that_says_what_its_keys_mean(documented: dict[str, str]) -> None:
    assert {f"reference/records/{kind.name}.md" for kind in KINDS if kind.model} <= set(documented)
    page = words(documented["reference/records/incident.md"])
    assert "title required text What customers would say is wrong, in one line." in page
    assert "timeline list of entry What happened, in order of time." in page
    assert "at required like 2026-03-02T09:02Z When it happened" in page


def test_every_file_of_the_manual_is_a_page_with_its_title_and_its_text(documented: dict[str, str]) -> None:
    files = {each.stem: each.read_text("utf-8") for each in (ROOT / "tooling/opsbook/manual").iterdir()}
    assert set(files) == {*TOURS, *CHAPTERS}
    for name, text in files.items():
        title = next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")
        tour = name.removeprefix("tour-")
        page = documented[f"reference/tutorial/{tour}.md" if name in TOURS else f"reference/{name}.md"]
        assert f"# {title}\n" in page
        assert page.count("\n# ") == 1
        assert page.count('<div class="highlight">') == text.count("\n```") / 2
        if name in TOURS:
            assert f'<a href="{tour}.html">{title}</a>' in documented["reference/tutorial/index.md"]


def test_the_figures_are_explained_by_the_code_that_computes_them(documented: dict[str, str]) -> None:
    shown, written = html.unescape(words(documented["reference/metrics.md"])), formulas.page()
    for heading in re.findall(r"^## (.*)$", written, re.MULTILINE):
        assert f"## {heading} {{" in documented["reference/metrics.md"]
    assert "this is the estimate of greatest likelihood" in shown
