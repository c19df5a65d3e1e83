"""Where rotations that follow one another lead."""

from __future__ import annotations

from collections.abc import Callable

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
LAYERS = "timezone: UTC\nlayers: [{name: all, versions: [{starts: 2026-01-05 09:00, members: [ana]}]}]\n"


def said(findings: Findings, **follows: str) -> dict[str, str]:
    """The message for each rotation that gets one, where each follows the next."""
    files = {f"rotations/{id}.yaml": f"follows: {other}\n" for id, other in follows.items()}
    found = findings("circular_follow", {"rotations/primary.yaml": LAYERS} | files)
    return {each.location.path[len("rotations/") : -len(".yaml")]: each.message for each in found}


def test_a_chain_that_ends_at_layers_is_right(findings: Findings) -> None:
    assert said(findings, secondary="primary", tertiary="secondary") == {}


def test_a_rotation_that_follows_itself_is_reported(findings: Findings) -> None:
    assert said(findings, a="a") == {"a": "follows itself: `a` → `a`"}


def test_each_rotation_of_a_circle_is_reported_and_none_that_leads_into_it(findings: Findings) -> None:
    assert said(findings, a="b", b="c", c="a", outside="a") == {
        "a": "follows itself: `a` → `b` → `c` → `a`",
        "b": "follows itself: `b` → `c` → `a` → `b`",
        "c": "follows itself: `c` → `a` → `b` → `c`",
    }


def test_an_unknown_rotation_is_left_to_unknown_reference(findings: Findings) -> None:
    assert said(findings, a="nowhere") == {}
