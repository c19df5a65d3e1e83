"""DOC024: what is a part of a text, and what a comment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opsbook import Book, check
from opsbook.book.tree import Memory

NOW = datetime(2026, 4, 1, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"


TEAM = "rotations/teams/payments.yaml"


def found(text: str, path: str = INCIDENT) -> list[str]:
    diagnostics = check(Book(Memory({path: text})), NOW).diagnostics
    assert not [each.message for each in diagnostics if each.code < "DOC019"], "it can be read"
    return [each.location.text for each in diagnostics if each.code == "DOC024"]


def incident(line: str) -> str:
    return f"{line}\ntimeline:\n  - {{at: 2026-03-02T09:06Z, text: It fired}}\n"


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("title: fixed #42", "#42"),
        ("title: fixed   #42 and #43", "#42 and #43"),
        ("title: See #inc-4711 for more  ", "#inc-4711 for more"),
        ("title: Asked in #payments", "#payments"),
        ("title: Checkout\nsummary: Words\n  over lines, see #42", "#42"),
        ("title: Asked in #payments, nobody was there\r", "#payments, nobody was there"),
    ],
)
def test_a_number_or_a_channel_after_a_text_is_a_part_of_it(line: str, lost: str) -> None:
    assert found(incident(line)) == [lost]


@pytest.mark.parametrize(
    "line",
    [
        "title: fixed # 42",
        "title: fixed#42",
        'title: "fixed #42"',
        "title: 'fixed #42'",
        'title: "fixed"  #42',
        "title: |\n  fixed #42",
        "title: Checkout answers 502 #checked",
        "title: Checkout answers 502 #check this again",
        "title: Checkout\nseverity: SEV1 #42",
        "title: Checkout\nservices: #see-below\n  - checkout",
        "#42\ntitle: Checkout\n#inc-4711",
        "title: Checkout answers 502 #opsbook: ignore[INC001] x",
    ],
)
def test_what_may_be_a_comment_is_left_alone(line: str) -> None:
    assert found(incident(line)) == []


def test_a_channel_that_is_taken_for_nothing_at_all_is_found() -> None:
    team = "name: Payments\nmembers: [ana]\nchat: #payments-oncall\n"
    assert found(team, TEAM) == ["#payments-oncall"]
    assert found(team.replace("#", "\n# "), TEAM) == []
    assert found(team.replace("#payments-oncall", "# ask first"), TEAM) == []


def test_in_a_page_only_the_front_matter_is_yaml() -> None:
    page = "---\nsummary: see #42\n---\n# Failover\n\nSee #42\n"
    assert found(page, "runbooks/failover.md") == ["#42"]
