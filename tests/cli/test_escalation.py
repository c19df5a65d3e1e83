"""`opsbook escalation test`: what it says where the proof fails, or cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsbook.cli.main import run

Out = pytest.CaptureFixture[str]

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


BOOK = {
    "opsbook.toml": "",
    "rotations/primary.yaml": "timezone: Etc/UTC\nlayers:\n  - name: weekly\n    versions:\n"
    "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana]}\n",
    "rotations/secondary.yaml": "follows: primary\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Etc/UTC\n",
    "policies/services/web.yaml": "name: Web\nteam: web\nescalation: web\n",
    "policies/escalation/web.yaml": "levels:\n  - {page: [{rotation: secondary}], escalate_after: 5m}\n"
    "fallback: {person: ana}\n",
}


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPSBOOK_AT", "2026-02-02T12:00Z")
    return tmp_path


def test_a_book_without_tests_has_none_that_failed(book: Path, capsys: Out) -> None:
    assert run(["escalation", "test"]) == 0
    assert capsys.readouterr().out == "no tests; 1 policy of 1 service proved until 2026-05-04\n"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("rotations/primary.yaml", "timezone: Etc/UTC\nlayers: 5\n", ":2:9 cannot be read: found the number"),
        ("rotations/overrides/2026-02-02-swap.yaml", "rotation: 5\n", ":1:11 cannot be read: "),
    ],
)  # fmt: skip
def test_nothing_is_proved_by_what_cannot_be_read(
    book: Path, path: str, text: str, said: str, capsys: Out
) -> None:
    (book / path).parent.mkdir(exist_ok=True)
    (book / path).write_text(text)
    assert run(["escalation", "test"]) == 1
    out, err = capsys.readouterr()
    assert err.startswith(f"{path}{said}")
    assert err.endswith(f"; `opsbook check {path}` says how to mend it\n")
    assert out == "no tests; 1 policy of 1 service: no proof, since 1 record cannot be read\n"
    assert run(["escalation", "show", "web"]) == 1
    out, shown = capsys.readouterr()
    assert shown == err
    assert "fallback, person ana" in out


def test_a_policy_that_cannot_be_read_is_not_left_out_of_the_proof_in_silence(
    book: Path, capsys: Out
) -> None:
    (book / "policies/escalation/web.yaml").write_text("levels: 5\n")
    assert run(["escalation", "test"]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("policies/escalation/web.yaml:1:9 cannot be read: ")
    assert "proved" not in out
