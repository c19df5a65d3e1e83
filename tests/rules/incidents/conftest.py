"""What a rule says of an incident, written as one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsbook.diagnostics import Diagnostic

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)
Says = Callable[..., list[str]]


@pytest.fixture
def says(findings: Callable[..., tuple[Diagnostic, ...]]) -> Says:
    """The findings of a rule in a timeline like `09:14 milestone: declared; 09:20 text: "hm"`, each as
    `LINE message` with the entries counted from 1; `at` is a time of that day."""

    def messages(
        rule: str, timeline: str, top: str = "", at: str | None = None, postmortem: str = ""
    ) -> list[str]:
        entries = "".join(
            f"  - {{at: 2026-03-02T{entry[:5]}Z, {entry[6:]}{'' if 'text:' in entry else ', text: x'}}}\n"
            for entry in timeline.split("; ")
        )
        head = f"title: Checkout answers 502\n{top}timeline:\n"
        files = {f"{FOLDER}/incident.yaml": head + entries}
        if postmortem:
            files[f"{FOLDER}/postmortem.md"] = f"---\n{postmortem}---\n# Checkout answers 502\n"
        clock = datetime.fromisoformat(f"2026-03-02T{at}Z") if at else APRIL
        return [
            f"{each.location.start.line - head.count(chr(10))} {each.message}".replace("2026-03-02T", "")
            for each in findings(rule, files, clock)
        ]

    return messages
