"""An entry is one line at its place by time; the top of the record follows where it must, and only there."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from opsbook.authoring.entry import line
from opsbook.authoring.timeline import added
from opsbook.book import yaml
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.incident import Entry

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
TOP = """\
title: Checkout answers 502
severity: SEV2  # so far
services: [checkout]
roles:
  incident-commander: ana
  scribe: [dev]
"""
TIMELINE = """\
timeline:
  - {at: 2026-03-02T09:10Z, severity: SEV2, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:20Z, text: "a"}  # the first
  - {at: 2026-03-02T09:20:00Z, text: "b"}
  - {at: 2026-03-02T11:30+01:00, text: "c"}
"""


def entry(**said: Any) -> Entry:
    return TypeAdapter(Entry).validate_python({"text": "x", **said})


def after(text: str, said: Entry) -> str:
    document = Book(Memory({PATH: text})).read(PATH)
    assert document.readable, document.problems
    ((source, result),) = added(document, said, "x").texts()
    assert source.text == text
    return result


@pytest.mark.parametrize(
    ("at", "before"),
    [
        ("2026-03-02T09:00Z", "  - {at: 2026-03-02T09:10Z"),
        ("2026-03-02T09:20Z", "  - {at: 2026-03-02T11:30"),
        ("2026-03-02T09:20:01Z", "  - {at: 2026-03-02T11:30"),
        ("2026-03-02T10:29Z", "  - {at: 2026-03-02T11:30"),
        ("2026-03-02T11:19+01:00", "  - {at: 2026-03-02T11:30"),
    ],
)
def test_an_entry_lands_by_time_after_what_is_there_of_its_instant(at: str, before: str) -> None:
    said = entry(at=at)
    assert after(TOP + TIMELINE, said) == (TOP + TIMELINE).replace(before, f"  - {line(said)}\n{before}")


def test_the_newest_lands_last_also_where_others_stand_out_of_order() -> None:
    text = TIMELINE.replace("09:10Z", "10:10Z")
    said = entry(at="2026-03-02T10:31Z")
    assert after(f"title: x\nseverity: SEV2\n{text}", said).endswith(f'text: "c"}}\n  - {line(said)}\n')


def test_the_top_follows_the_entry_that_decides() -> None:
    said = entry(
        at="2026-03-02T09:30Z",
        severity="SEV1",
        roles={"incident-commander": "ben", "scribe": (), "subject-matter-expert": ("chi", "dan")},
        services=("payments-api",),
    )
    assert after(TOP + TIMELINE, said).startswith(
        """\
title: Checkout answers 502
severity: SEV1  # so far
services: [checkout, payments-api]
roles:
  incident-commander: ben
  subject-matter-expert: [chi, dan]
timeline:
"""
    )


def test_the_top_stays_where_a_later_entry_decides() -> None:
    said = entry(at="2026-03-02T09:00Z", severity="SEV1", roles={"incident-commander": "ben"})
    assert after(TOP + TIMELINE, said).startswith(TOP)


def test_a_severity_that_the_top_does_not_say_goes_after_the_title() -> None:
    said = entry(at="2026-03-02T09:30Z", severity="SEV1", roles={"scribe": "dev"})
    assert after("title: x\n", said) == (
        f"title: x\nseverity: SEV1\nroles: {{scribe: dev}}\ntimeline:\n  - {line(said)}\n"
    )


def test_roles_that_only_the_timeline_says_stay_there() -> None:
    text = f"title: x\nseverity: SEV2\n{TIMELINE}"
    said = entry(at="2026-03-02T12:00Z", roles={"scribe": "dev"})
    assert after(text, said) == f"{text}  - {line(said)}\n"


def test_what_the_top_says_otherwise_is_not_touched_by_an_entry_about_something_else() -> None:
    odd = TOP.replace("SEV2", "SEV0").replace("ana", "zoe")
    assert after(odd + TIMELINE, entry(at="2026-03-02T12:00Z")).startswith(odd)


@pytest.mark.parametrize(
    ("services", "said", "expected"),
    [
        ("services:\n- checkout\n", ("orders-db",), "services:\n- checkout\n- orders-db\n"),
        ("services: {shop: down}\n", {"orders-db": "down"}, "services: {shop: down, orders-db: down}\n"),
        ("", {"orders-db": "down"}, "services:\n  - orders-db\n"),
        ("services: [checkout]\n", {"checkout": "down"}, "services: [checkout]\n"),
    ],
)  # fmt: skip
def test_a_service_that_is_hurt_as_well_is_named_at_the_top(services: str, said: Any, expected: str) -> None:
    text = after(f"title: x\n{services}timeline: []\n", entry(at="2026-03-02T12:00Z", services=said))
    assert text.startswith(f"title: x\n{expected}timeline:\n  - ")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, '{at: 2026-03-02T09:02:17Z, text: "x"}'),
        (
            {"text": 'Said "no"\nand left\x1b[2J\u202e: {#', "by": "system:alert", "approximate": True},
            (
                '{at: 2026-03-02T09:02:17Z, approximate: true, by: "system:alert", '
                'text: "Said \\"no\\"\\nand left\\x1b[2J\\u202e: {#"}'
            ),
        ),
        (
            {"evidence": ("evidence/pool.png", "https://example.com/?a, b"), "type": "finding"},
            (
                '{at: 2026-03-02T09:02:17Z, type: finding, text: "x", '
                'evidence: [evidence/pool.png, "https://example.com/?a, b"]}'
            ),
        ),
        (
            {"services": ("checkout",), "page": {"person": "ana", "alert": "A: b"}, "roles": {"scribe": ()}},
            (
                "{at: 2026-03-02T09:02:17Z, roles: {scribe: []}, services: [checkout], "
                'page: {person: ana, alert: "A: b"}, text: "x"}'
            ),
        ),
    ],
)
def test_an_entry_is_one_line_that_says_the_same(said: dict[str, Any], expected: str) -> None:
    before = entry(at="2026-03-02T09:02:17Z", **said)
    assert line(before) == expected
    assert TypeAdapter(Entry).validate_python(yaml.read(expected).data) == before
