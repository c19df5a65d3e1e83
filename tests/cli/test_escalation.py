"""`opsbook escalation test`: what it says where the proof fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsbook.cli.main import run

BROKEN = Path(__file__).parents[1] / "books/broken"


def test_what_fails_is_said_in_lines_that_a_terminal_holds(
    quiet: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BROKEN)
    assert run(["escalation", "test", "--at", "2026-04-01T09:00Z"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[:4] == [
        "policies/escalation/deck.yaml:5:5: test fails",
        "  0m: rotation `deck-mate` is paged, expected rotation `deck`",
        "deck at SEV0: ana is paged twice in a row",
        "  315.8 h in 60 stretches, first Wed 1 Apr 11:00 – 12:00",
    ]
    assert lines[-1] == "times are of Europe/Berlin"
