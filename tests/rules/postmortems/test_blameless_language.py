"""What the rules on blameless language hear, what passes, and what they offer instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Findings = Callable[..., tuple[Any, ...]]

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RULES = ["counterfactual", "blamed_person", "human_error", "judged_character", "vague_remedy"]
ANA = {"rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Madrid\n"}


def heard(findings: Findings, rule: str, text: str) -> list[str]:
    files = {f"{FOLDER}/postmortem.md": f"# Checkout\n\n## Cause\n\n{text}\n", **ANA}
    return [each.location.text for each in findings(rule, files)]


@pytest.mark.parametrize(
    ("rule", "text", "words"),
    [
        ("counterfactual", "We **should** have\nnoticed the queue.", "We **should** have\nnoticed"),
        ("counterfactual", "It shouldn’t have been rushed.", "shouldn’t have been rushed"),
        ("counterfactual", "An alert could have prevented this.", "could have prevented"),
        ("counterfactual", "If we had only looked, all was there.", "If we had only looked"),
        ("blamed_person", "Ana failed to check the pool.", "Ana failed to check"),
        ("blamed_person", "The on-call engineer forgot to tell support.", None),
        ("blamed_person", "It was the developer's mistake.", "the developer's mistake"),
        ("blamed_person", "The deploy broke, a mistake by @ana.", "mistake by @ana"),
        ("human_error", "- Operator error", "Operator error"),
        ("human_error", "Somebody fat-fingered the limit.", "fat-fingered"),
        ("judged_character", "The review was careless.", "careless"),
        ("judged_character", "She should have known better.", "should have known better"),
        ("vague_remedy", "- Pay closer attention to renamed keys", "Pay closer attention"),
        ("vague_remedy", "1. Remind everybody to look twice", "Remind everybody to"),
        ("vague_remedy", "We must always double-check the chart.", "always double-check"),
    ],
)
def test_it_hears(findings: Findings, rule: str, text: str, words: str | None) -> None:
    found = heard(findings, rule, text)
    assert len(found) == 1
    assert words is None or found == [words]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "text",
    [
        "Ana deployed 4812 at 03:02, and half of the pods failed to start.",
        "We failed to reach the vendor.",
        "The probe should have failed, and a longer stall could have caused more.",
        "We should have tested backups and a dashboard; support should have a number to call.",
        "Was there anything that we could have done better?",
        "We discussed whether the team should have been told.",
        "You should have also been paged with the other alert (unless a human mistake was made).",
        "Ensure users are aware of the change.",
        "This was not human error, and nobody was careless.",
        "It was never the engineer's mistake.",
        'The guide says "we should have noticed" and “human error”.',
        "> We should have noticed. Human error.",
        "`human error` and\n\n```\nuser error: careless\n```",
        "[The Field Guide to Understanding Human Error](https://example.com/book)",
        "The user error rate rose; user errors are shown in red.",
        "A lazy-loaded module knew better than to fail.".replace("knew better than to fail", "was missing"),
        "Being more careful will not help, so nobody was asked to.".replace("Being more", "No more"),
        "14:02 Ana reminded everybody of the freeze.",
    ],
)
def test_it_passes(findings: Findings, rule: str, text: str) -> None:
    assert heard(findings, rule, text) == []


def test_a_sentence_is_heard_once_and_each_sentence_for_itself(findings: Findings) -> None:
    text = "We should have noticed, and we could have asked. We should have waited."
    assert heard(findings, "counterfactual", text) == ["We should have noticed", "We should have waited"]


def test_an_offer_fits_what_was_written(findings: Findings) -> None:
    def offers(text: str) -> list[str]:
        files = {f"{FOLDER}/postmortem.md": f"# Checkout\n\n{text}\n"}
        return [each.hint for rule in RULES for each in findings(rule, files)]

    assert offers("We should have noticed it.") == ['say what was, and why: "We had not noticed, because …"']
    assert offers("It should not have been merged.") == [
        'say what was, and why: "it had been merged, because …"'
    ]
    assert offers("The engineer failed to verify it.") == [
        "say what was done, and what made it look right not to verify"
    ]


def test_an_incidents_texts_are_heard_where_they_are_written(findings: Findings) -> None:
    record = (
        "title: We should have noticed\n"
        "summary: >\n  Human\n  error\n"
        "timeline:\n"
        '  - {at: 2026-03-02T09:02Z, text: "The \\"pool\\" shrank. We should have noticed."}\n'
        "action_items:\n  care: {title: Be more careful}\n"
    )
    files = {f"{FOLDER}/incident.yaml": record}
    found = [str(each.location) for rule in RULES for each in findings(rule, files)]
    path = f"{FOLDER}/incident.yaml"
    assert found == [f"{path}:6:57", f"{path}:2:10", f"{path}:8:17"]
