"""How strong remedies are, and whether they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = """\
title: t
{top}
timeline:
  - {{at: 2026-03-02T09:00Z, milestone: declared, severity: {severity}, text: "x"}}
  - {{at: 2026-03-02T10:00Z, milestone: resolved, text: "y"}}
action_items:
{items}
"""
WEAK = "{title: t, strength: weaker, kind: process}"
UNRATED = "{title: t, kind: prevent}"


def files(
    *items: str,
    top: str = "severity: SEV1",
    severity: str = "SEV1",
    front: str = "status: in-review",
    zone: str = "UTC",
) -> dict[str, str]:
    lines = "\n".join(f"  item-{n}: {item}" for n, item in enumerate(items))
    return {
        "opsbook.toml": f'timezone = "{zone}"\n',
        f"{FOLDER}/incident.yaml": RECORD.format(top=top, severity=severity, items=lines),
        f"{FOLDER}/postmortem.md": f"---\n{front}\n---\n# t\n\n## Action items\n\nx\n",
    }


@pytest.mark.parametrize(
    "book",
    [
        files(WEAK, "{title: t, strength: intermediate}"),
        files(WEAK, UNRATED),
        files(WEAK, front="status: in-review\nweak_remedies_because: The vendor ships in May"),
        files(WEAK, front="status: draft"),
        files(WEAK, severity="SEV2", top="severity: SEV2"),
        files(WEAK, top="kind: drill"),
        files("{title: t, strength: weaker, status: declined, reason: dear}"),
        files("{title: t, strength: weaker, kind: investigate}"),
    ],
    ids=["better", "unrated", "why", "draft", "small", "drill", "declined", "question"],
)
def test_weak_remedies_are_left_in_peace(findings: Findings, book: dict[str, str]) -> None:
    assert findings("only_weak_remedies", book) == ()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ((WEAK,), "the only remedy is `weaker`, and no word why"),
        ((WEAK, WEAK), "every remedy is `weaker`, and no word why"),
        (
            (WEAK, "{title: t, strength: stronger, status: declined, reason: dear}"),
            "the only remedy is `weaker`, and no word why",
        ),
    ],
)
def test_a_large_incident_with_weak_remedies_alone_says_why(
    findings: Findings, items: tuple[str, ...], message: str
) -> None:
    (found,) = findings("only_weak_remedies", files(*items))
    assert (found.message, str(found.location)) == (message, f"{FOLDER}/postmortem.md:6:1")


def test_it_is_the_worst_severity_that_decides(findings: Findings) -> None:
    assert len(findings("only_weak_remedies", files(WEAK, top="severity: SEV2", severity="SEV0"))) == 1


def test_remedies_without_a_strength_are_named_the_first_three(findings: Findings) -> None:
    (found,) = findings("unrated_remedy", files(*[UNRATED] * 4, WEAK))
    assert found.message == "no `strength` on `item-0`, `item-1`, `item-2` …"
    assert findings("unrated_remedy", files(UNRATED, front="status: draft")) == ()
    assert findings("unrated_remedy", files(UNRATED, severity="SEV3", top="severity: SEV3")) == ()
    assert findings("unrated_remedy", files("{title: t, kind: investigate}")) == ()


DONE = "status: done, done_on: 2026-03-13, review_on: 2026-06-15"
VERDICT = "verdict: {reviewed_on: 2026-07-01, result: ineffective, reason: It fired at nobody}"


@pytest.mark.parametrize(
    ("item", "at", "late"),
    [
        (DONE, "2026-06-15T21:59", False),
        (DONE, "2026-06-15T22:01", True),
        (f"{DONE}, {VERDICT}", "2026-08-01T00:00", False),
        ("review_on: 2026-06-15", "2026-08-01T00:00", False),
        ("status: declined, reason: dear, review_on: 2026-06-15", "2026-08-01T00:00", False),
    ],
)
def test_the_look_is_owed_once_its_day_is_over_in_the_books_zone(
    findings: Findings, item: str, at: str, late: bool
) -> None:
    book = files(f"{{title: t, {item}}}", zone="Europe/Berlin")
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert bool(findings("overdue_effectiveness_review", book, instant)) is late
