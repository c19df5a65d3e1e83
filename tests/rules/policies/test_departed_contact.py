"""Who is told of overdue action items has left when their last day is over in the book's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Findings = Callable[..., tuple[Any, ...]]


def files(told: str) -> dict[str, str]:
    return {
        "policies/severities.yaml": "levels:\n  SEV1: {name: n, definition: d, "
        f"tell_when_overdue: [{told}]}}\n",
        "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\nuntil: 2026-03-31\n",
        "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\n",
        "rotations/teams/web.yaml": "name: Web\nmembers: [ana]\nuntil: 2026-03-31\n",
    }


def test_a_person_or_a_team_is_gone_once_the_last_day_is_over(findings: Findings) -> None:
    day = datetime.fromisoformat("2026-03-31T12:00+00:00")
    assert findings("departed_contact", files("ana, ben, web"), day) == ()
    assert [each.message for each in findings("departed_contact", files("ana, ben, web"))] == [
        "`ana` left on 2026-03-31 and is told what is overdue",
        "`web` left on 2026-03-31 and is told what is overdue",
    ]


def test_somebody_unknown_is_another_rules(findings: Findings) -> None:
    assert findings("departed_contact", files("nobody")) == ()
    assert len(findings("unknown_reference", files("nobody"))) == 1
