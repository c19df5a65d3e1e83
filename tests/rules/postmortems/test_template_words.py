"""What a template left behind, and what people write that only looks like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Findings = Callable[..., tuple[Any, ...]]

PATH = "incidents/2026/2026-03-02-checkout-5xx/postmortem.md"


def found(findings: Findings, text: str) -> list[str]:
    return [each.location.text for each in findings("template_words", {PATH: f"# Checkout\n\n{text}\n"})]


@pytest.mark.parametrize(
    "text",
    ["At HH:MM it broke.", "[insert impact here]", "<describe the impact>", "{{ summary }}", "- TBD"],
)
def test_this_was_left(findings: Findings, text: str) -> None:
    assert len(found(findings, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "What `YYYY-MM-DD` means is TBD by the vendor.",
        "TODO: ask the vendor",
        "[add an alert](https://example.com/1)",
        "```\n{{ summary }}\n```",
        'The page said "[insert name]".',
        "<!-- [insert impact] -->",
    ],
)
def test_this_was_written(findings: Findings, text: str) -> None:
    assert found(findings, text) == []


def test_a_draft_may_hold_it(findings: Findings) -> None:
    assert findings("template_words", {PATH: "---\nstatus: draft\n---\n# Checkout\n\nHH:mm\n"}) == ()
