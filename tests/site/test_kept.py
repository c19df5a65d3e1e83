"""What is kept of the last build is what would have been made again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError
from opsbook.site import build
from opsbook.site.kept import Kept
from opsbook.site.pages import Own, Site
from opsbook.site.render import Page

AS_OF = datetime(2026, 3, 20, 12, tzinfo=UTC)
NAMES = (
    "2026-03-02-checkout-5xx",
    "2026-03-05-search-slow",
    "2026-03-09-checkout-slow",
    "2026-03-11-mail-lost",
)
CLOSED = """\
title: {title}
severity: SEV2
services: [{service}]
contributing_factors: [retry-storm]
related: [{related}]
roles: {{incident-commander: [ana]}}
timeline:
  - {{at: 2026-03-02T09:00Z, milestone: declared, text: "[A](../../../policies/services/checkout.yaml)"}}
  - {{at: 2026-03-02T10:00Z, milestone: resolved, by: ana, text: "As in 2026-03-02-checkout-5xx"}}
  - {{at: 2026-03-02T11:00Z, milestone: closed, by: ana, text: Closed}}
"""
POSTMORTEM = (
    "---\nstatus: published\n---\n\n# What we learned\n\nSee [the other](../{other}/incident.yaml).\n"
)


def folder(id: str) -> str:
    return f"incidents/2026/{id}"


def files() -> dict[str, str]:
    """A book of a few incidents that name one another."""
    found = {
        "opsbook.toml": "",
        "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
        "rotations/teams/shop.yaml": "name: Shop\nmembers: [ana]\n",
        "policies/services/checkout.yaml": "name: Checkout\nteam: shop\n",
        "policies/services/search.yaml": "name: Search\nteam: shop\n",
        "runbooks/checkout-5xx.md": "---\nowner: shop\nservices: [checkout]\n---\n\n# Checkout 5xx\n",
    }
    for number, id in enumerate(NAMES):
        service = "search" if "search" in id else "checkout"
        related = NAMES[number - 1]
        found[f"{folder(id)}/incident.yaml"] = CLOSED.format(
            title=f"T{number}", service=service, related=related
        )
        found[f"{folder(id)}/postmortem.md"] = POSTMORTEM.format(other=related)
    found[f"{folder(NAMES[0])}/incident.yaml"] += "alerts: [CheckoutErrors]\n"
    return found


class Building:
    """Builds one after the other, in one folder."""

    def __init__(self, place: Path) -> None:
        self.place = place / "pages"
        self.kept = Kept(self.place)
        self.made: list[str] = []

    def site(self, texts: dict[str, str], as_of: datetime = AS_OF) -> Site:
        """A site that notes which pages of incidents and post-mortems were made."""
        site = Site(Book(Memory(texts)), as_of, kept=self.kept)
        draft = site._draft

        def noted(own: Own, *about: Any) -> Callable[[], Page]:
            self.made.append(own.card.page)
            return draft(own, *about)

        site._draft = noted  # type: ignore[method-assign,assignment]
        return site

    def pages(self, texts: dict[str, str], as_of: datetime = AS_OF) -> dict[str, bytes]:
        """The pages of incidents and post-mortems, as they are written."""
        self.made = []
        found = own_pages(self.site(texts, as_of))
        build.write(found, self.place)
        return {page.path: page.content for page in found}


def fresh(texts: dict[str, str], as_of: datetime = AS_OF) -> dict[str, bytes]:
    return {page.path: page.content for page in own_pages(Site(Book(Memory(texts)), as_of))}


def own_pages(site: Site) -> list[Page]:
    """The pages of incidents and post-mortems."""
    found: list[Page] = []
    for batch in site.batches():
        if not found:
            batch.gave += [part(found.append) for part in batch.parts]
    return found


def edited(path: str, old: str, new: str) -> Callable[[dict[str, str]], None]:
    def edit(texts: dict[str, str]) -> None:
        assert old in texts[path]
        texts[path] = texts[path].replace(old, new)

    return edit


def added(path: str, text: str) -> Callable[[dict[str, str]], None]:
    return lambda texts: texts.update({path: text})


def removed(path: str) -> Callable[[dict[str, str]], None]:
    return lambda texts: texts.__delitem__(path)


FIRST, SECOND, THIRD, LAST = (f"{folder(id)}/incident.yaml" for id in NAMES)
NEW = CLOSED.format(title="New", service="search", related=NAMES[1])
EDITS: dict[str, tuple[Callable[[dict[str, str]], None], int]] = {
    "nothing": (lambda texts: None, 0),
    "a runbook that nobody names": (added("runbooks/x.md", "# X\n"), 0),
    "a runbook for an alert": (added("runbooks/y.md", "---\nalerts: [CheckoutErrors]\n---\n# Y\n"), 2),
    "a text of one": (edited(FIRST, "Closed", "Over"), 2),
    "a title that others show": (edited(FIRST, "title: T0", "title: T9"), 8),
    "a post-mortem": (edited(f"{folder(NAMES[2])}/postmortem.md", "learned", "know"), 3),
    "a post-mortem goes": (removed(f"{folder(NAMES[2])}/postmortem.md"), 3),
    "an incident goes": (removed(SECOND), 8),
    "another incident": (added("incidents/2026/2026-03-12-search-lost/incident.yaml", NEW), 8),
    "another service": (edited("policies/services/search.yaml", "Search", "Finding"), 8),
    "a person goes": (removed("rotations/people/ana.yaml"), 8),
    "a policy": (added("policies/severities.yaml", "levels: {SEV1: {}, SEV2: {}}\n"), 8),
    "a template": (
        added(
            "site/templates/incident.md.j2",
            '{% extends "opsbook/incident.md.j2" %}{% block path %}\n<p>Ours</p>\n{% endblock %}',
        ),
        8,
    ),
    "a factor in common goes": (edited(THIRD, "retry-storm", "certificate"), 8),
    "evidence": (added(f"{folder(NAMES[0])}/evidence/pool.txt", "10 of 10"), 2),
    "one is open again": (edited(LAST, "milestone: closed", "milestone: reopened"), 2),
}


@pytest.mark.parametrize(("edit", "most"), EDITS.values(), ids=EDITS)
def test_pages_are_those_of_a_build_from_nothing(
    tmp_path: Path, edit: Callable[[dict[str, str]], None], most: int
) -> None:
    before, after = files(), copy.copy(files())
    building = Building(tmp_path)
    assert building.pages(before) == fresh(before)
    assert len(building.made) == 8
    edit(after)
    assert building.pages(after) == fresh(after)
    assert len(building.made) <= most
    assert building.pages(before) == fresh(before), "and back again"


def test_evidence_that_a_page_shows_is_part_of_what_it_is_made_of(tmp_path: Path) -> None:
    before = files()
    edited(FIRST, "text: Closed}", "text: Closed, evidence: [evidence/pool.txt]}")(before)
    path = f"{folder(NAMES[0])}/evidence/pool.txt"
    before[path] = "10 of 10"
    after = {**before, path: "20 of 20"}
    building = Building(tmp_path)
    assert building.pages(before) == fresh(before)
    assert building.pages(after) == fresh(after) != fresh(before)


def test_a_page_that_is_gone_from_the_folder_is_made_again(tmp_path: Path) -> None:
    building = Building(tmp_path)
    building.pages(files())
    (building.place / folder(NAMES[0]) / "index.md").unlink()
    assert building.pages(files()) == fresh(files())
    assert building.made == [f"{folder(NAMES[0])}/index.md"]


def test_what_a_build_that_failed_made_is_not_taken_for_what_is_in_the_folder(tmp_path: Path) -> None:
    building, after = Building(tmp_path), files()
    building.pages(files())
    edited(LAST, "T3", "Another title")(after)
    deep = {f"runbooks/{'a/' * 120}b.md": "# Deep down\n"}
    with pytest.raises(UserError, match="folders down"):
        build.write_batches(building.site({**after, **deep}).batches(), building.place)
    assert building.pages(after) == fresh(after)


def test_the_clock_matters_to_what_is_open_and_a_new_day_to_all(tmp_path: Path) -> None:
    texts = files()
    edited(LAST, "milestone: closed", "milestone: reopened")(texts)
    building = Building(tmp_path)
    building.pages(texts)
    building.pages(texts, AS_OF + timedelta(hours=1))
    assert set(building.made) == {f"{folder(NAMES[-1])}/index.md", f"{folder(NAMES[-1])}/postmortem.md"}
    building.pages(texts, AS_OF + timedelta(days=1))
    assert len(building.made) == 8


def test_what_other_processes_made_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    for name in ("_FEW", "_TOGETHER"):
        monkeypatch.setattr(f"opsbook.site.pages.{name}", 1)
    building = Building(tmp_path)

    def built(texts: dict[str, str]) -> bytes:
        site = building.site(texts)
        build.write_batches(site.batches(), building.place)
        return (building.place / "incidents" / "index.json").read_bytes()

    first = built(files())
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    building.made = []
    assert built(files()) == first
    assert building.made == []
