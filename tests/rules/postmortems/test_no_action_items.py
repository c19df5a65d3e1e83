"""What counts as a list without work, and as a word why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Findings = Callable[..., tuple[Any, ...]]

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
BLOCK = "<!-- opsbook:action-items -->\n\n*No action items.*\n\n<!-- /opsbook -->"


def found(findings: Findings, section: str, record: str | None = None) -> int:
    files = {f"{FOLDER}/postmortem.md": f"# Checkout\n\n## Action items\n\n{section}\n\n## Links\n\nNone.\n"}
    if record is not None:
        files[f"{FOLDER}/incident.yaml"] = f"title: t\nseverity: SEV1\n{record}"
    return len(findings("no_action_items", files))


@pytest.mark.parametrize("words", ["None.", "- N/A", "*none*", "### Now\n\nNone\n<!-- yet -->", BLOCK])
def test_these_words_say_that_there_is_none(findings: Findings, words: str) -> None:
    assert found(findings, words) == found(findings, words, "") == 1


@pytest.mark.parametrize(
    "words",
    [
        "None: the key is refused since change 4817.",
        f"{BLOCK}\n\nNothing else can rename the key.",
        "- Refuse unknown keys",
    ],
)
def test_a_sentence_is_a_reason(findings: Findings, words: str) -> None:
    assert found(findings, words) == found(findings, words, "") == 0


def test_the_records_action_items_count_and_so_does_the_form_that_its_severity_asks_for(
    findings: Findings,
) -> None:
    assert found(findings, "None.", "action_items: {refuse: {title: Refuse unknown keys}}\n") == 0
    assert found(findings, "None.", "kind: drill\n") == 0
    assert found(findings, "None.", "title: [\n") == 0
