"""An owner has left when their last day is over in the book's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Findings = Callable[..., tuple[Any, ...]]

INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
ITEM = "title: t\naction_items:\n  check: {{title: Check, owner: {owner}, status: {status}{more}}}\n"


def files(owner: str = "ana", status: str = "open", more: str = "", zone: str = "UTC") -> dict[str, str]:
    return {
        "opsbook.toml": f'timezone = "{zone}"\n',
        INCIDENT: ITEM.format(owner=owner, status=status, more=more),
        "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\nuntil: 2026-03-31\n",
        "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\n",
        "rotations/teams/web.yaml": "name: Web\nmembers: [ana]\nuntil: 2026-03-31\n",
    }


def test_the_last_day_is_a_day_of_the_books_zone(findings: Findings) -> None:
    at = datetime.fromisoformat("2026-03-31T22:30+00:00")
    assert findings("departed_owner", files(), at) == ()
    (found,) = findings("departed_owner", files(zone="Europe/Berlin"), at)
    assert found.message == "`ana` left on 2026-03-31 and owns `check`"
    assert [str(each.location) for each in found.related] == ["rotations/people/ana.yaml:3:8"]


def test_a_team_may_be_gone_too(findings: Findings) -> None:
    assert len(findings("departed_owner", files("web"))) == 1


def test_who_is_there_who_is_unknown_and_who_finished_are_left_in_peace(findings: Findings) -> None:
    assert findings("departed_owner", files("ben")) == ()
    assert findings("departed_owner", files("nobody")) == ()
    assert findings("departed_owner", files(status="done", more=", done_on: 2026-03-30")) == ()
    assert findings("departed_owner", files(status="declined", more=", reason: dear")) == ()
