"""What of a rotation is history, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]

PATH = "rotations/payments-primary.yaml"
THEN = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-03-30 09:00, every: 1w, members: [ana, chi]}
  - name: nights
    timezone: America/New_York
    versions: [{starts: 2026-03-30 20:00, every: 1 shift, members: [dan, eva]}]
    windows: [{days: [mon], from: "20:00", to: "08:00"}]
"""


def edited(findings: Findings, now: str, at: str = "2026-04-01T12:00") -> list[str]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = findings("edited_version", {PATH: now}, moment, before={PATH: THEN})
    return [f"{each.location.start.line} {each.message}" for each in found]


@pytest.mark.parametrize(
    "now",
    [
        THEN.replace("[ana, chi]}", "[ana, chi]}\n      - {starts: 2026-04-13 09:00, members: [ben]}"),
        THEN.replace("weekly", "days"),
        THEN.replace("name: weekly", "name: weekly\n    timezone: Europe/London"),
    ],
    ids=["a new version", "another name", "another clock"],
)
def test_nothing_is_said_of(findings: Findings, now: str) -> None:
    assert edited(findings, now) == []


def test_a_version_may_be_edited_until_it_begins_on_the_clock_of_its_layer(findings: Findings) -> None:
    now = THEN.replace("[dan, eva]", "[eva, dan]")
    assert edited(findings, now, "2026-03-30T23:59") == []
    assert edited(findings, now, "2026-03-31T00:00") == [
        "9 the version that began at 2026-03-30 20:00 was edited"
    ]


def test_a_later_version_may_be_edited_while_the_one_before_it_holds(findings: Findings) -> None:
    now = THEN.replace("[ana, chi]", "[ana, dan]")
    assert edited(findings, now, "2026-03-30T06:59") == []
    assert edited(findings, now, "2026-03-30T07:00") == [
        "6 the version that began at 2026-03-30 09:00 was edited"
    ]


def test_a_layer_that_is_gone_takes_its_history_with_it(findings: Findings) -> None:
    now = THEN.partition("  - name: nights")[0]
    assert edited(findings, now) == ["2 the version that began at 2026-03-30 20:00 in layer `nights` is gone"]


def test_a_version_that_begins_at_another_time_is_gone(findings: Findings) -> None:
    now = THEN.replace("2026-01-05", "2026-01-12")
    assert edited(findings, now) == ["4 the version that began at 2026-01-05 09:00 is gone"]


def test_a_rotation_that_now_follows_another_has_lost_its_history(findings: Findings) -> None:
    assert len(edited(findings, "follows: other\noffset: 1\n")) == 3
