"""`opsbook action list`: what is late, and what may be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsbook.cli.main import run

RECORD = """\
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
action_items:
  pool-size:
    title: Check the pool size
    due: 2026-03-16  # opsbook: ignore[ACT002] the vendor ships it in April until=2026-04-30
  canary:
    title: A canary for checkout
    due: 2026-03-18
"""


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    folder = tmp_path / "book/incidents/2026/2026-03-02-checkout-5xx"
    folder.mkdir(parents=True)
    (tmp_path / "book/opsbook.toml").touch()
    (folder / "incident.yaml").write_text(RECORD)
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("at", "late"),
    [
        ("2026-03-16T12:00Z", ["open", "open"]),
        ("2026-03-20T12:00Z", ["late, with a reason", "2 d late"]),
        ("2026-05-01T12:00Z", ["46 d late", "44 d late"]),
    ],
)
def test_what_a_comment_answers_is_late_with_a_reason_while_that_holds(
    at: str, late: list[str], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(book), "action", "list", "--at", at]) == 0
    lines = capsys.readouterr().out.splitlines()[1::2]
    assert [line.partition("  ")[2].strip().partition("  ")[2] for line in lines] == late
    assert run(["-C", str(book), "action", "list", "--at", at, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["overdue"], each["answered"]) for each in found] == [
        (state != "open", state == "late, with a reason") for state in late
    ]
