"""What was written down in a chat or a table becomes a timeline: once, with its time, as harmless text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsbook.cli.main import run

ID = "2026-03-02-checkout"
RECORD = f"incidents/2026/{ID}/incident.yaml"
TEXT = """\
title: Checkout   # a comment
timeline:
  - {at: 2026-03-02T09:00Z, milestone: detected, text: "Seen"}

  - at: 2026-03-02T10:00Z   # by hand
    text: Over
"""
USERS = [
    {"id": "U1", "name": "ana.k", "real_name": "Ana K", "profile": {}},
    {"id": "U2", "name": "zoe", "profile": {"real_name": "Zoe <b>"}},
]


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {
        "opsbook.toml": 'timezone = "Europe/Berlin"\n',
        RECORD: TEXT,
        "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\naccounts: {chat: ana.k}\n",
        "rotations/people/ben.yaml": "name: Ben\ntimezone: Europe/Berlin\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def take(name: str, file: str, text: Any, *words: str) -> int:
    Path(file).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return run(["timeline", "import", name, file, "-i", ID, *words])


def entries(book: Path) -> list[str]:
    """The lines that were added."""
    before = TEXT.splitlines()
    return [line.strip() for line in (book / RECORD).read_text().splitlines() if line not in before]


def message(minute: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "user": "U1",
        "ts": f"{1772442000 + 60 * minute}.000{minute:03}",
        "text": text,
    } | more


def test_what_people_wrote_lands_in_order_and_once(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chat = [
        *USERS,
        message(70, "after"),
        message(5, "<@U2> see <https://x.example/a(b)|the graph> in <#C1|ops> &amp; `a &lt; b`"),
        message(6, "<!here> rolled back", user="U2", thread_ts="1.1"),
        message(7, "joined", subtype="channel_join"),
        message(8, "fired", bot_id="B1", username="alerts"),
        message(9, ""),
    ]
    assert take("chat-export", "chat.json", chat) == 0
    assert capsys.readouterr().out == (
        "3 lines added\n"
        "  1: skipped, `channel_join`\n"
        "  1: skipped, by the program `alerts`\n"
        "  1: skipped, without a word\n"
        "  `Zoe <b>`: is nobody here, and left out: --person 'Zoe <b>'=ID says who\n"
        f"\nwrote {RECORD}\n"
    )
    assert (book / RECORD).read_text() == TEXT.replace(
        '"Seen"}\n',
        '"Seen"}\n'
        '  - {at: 2026-03-02T09:05Z, by: ana, source: "slack:1772442300.000005", text: "@zoe see '
        '[the graph](https://x.example/a%28b%29) in #ops & `a < b`"}\n'
        '  - {at: 2026-03-02T09:06Z, source: "slack:1772442360.000006", text: "@here rolled back"}\n',
    ) + '  - {at: 2026-03-02T10:10Z, by: ana, source: "slack:1772446200.000070", text: after}\n'.replace(
        "text: after", 'text: "after"'
    )
    assert take("chat-export", "chat.json", [*chat, message(71, "later")], "--person", "zoe=ben") == 0
    assert entries(book)[-1].endswith('text: "later"}')
    assert len(entries(book)) == 4


def test_an_entry_that_somebody_changed_since_is_left_as_it_is(book: Path) -> None:
    chat = [*USERS, message(5, "a tipo")]
    assert take("chat-export", "chat.json", chat) == 0
    mended = (book / RECORD).read_text().replace("a tipo", "a typo")
    (book / RECORD).write_text(mended)
    assert take("chat-export", "chat.json", chat) == 0
    assert (book / RECORD).read_text() == mended


def test_what_was_written_cannot_be_anything_but_words(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = [
        message(
            5, "&lt;script&gt;alert(1)&lt;/script&gt; <javascript:alert(1)|click> \x1b[2J ##[group] \u202e"
        ),
        message(6, 'end"}\n  - {at: 2026-03-02T09:00Z, text: "x"}\n&lt;!-- /opsbook --&gt;'),
        message(7, "token ghp_" + "8Qw3nZr6TkY1bVc5Lx0MhJd7Fa2SgE4UiPo9" + " here"),
        message(8, "x" * 5000),
    ]
    assert take("chat-export", "chat.json", chat) == 0
    assert "\x1b" not in capsys.readouterr().out
    first, second, third, fourth = entries(book)
    assert 'text: "\\\\<script>alert(1)\\\\</script> click [2J ##[group]' in first
    assert second.count("at:") == 2
    assert "\\\\<!-- /opsbook" in second
    assert f"token ghp_{36 * '*'} here" in third
    assert len(fourth) < 4200
    assert run(["check", RECORD, "--at", "2026-03-03T09:00Z"]) in (0, 1)
    assert "unreadable" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words", "added"),
    [
        (
            "at,text,by\n2026-03-02T10:05+01:00,One,ana\n2026-03-02 09:06 UTC,\"Two, three\",Nobody\n",
            (),
            [
                '{at: 2026-03-02T09:05Z, by: ana, source: "csv:…", text: "One"}',
                '{at: 2026-03-02T09:06Z, source: "csv:…", text: "Two, three"}',
            ],
        ),
        (
            "Time;Event\n10:05;One\n~10:06;Two\n9:10 pm;Late\n00:20;Next day\n",
            ("--timezone", "Europe/Berlin"),
            [
                '{at: 2026-03-02T09:05Z, source: "csv:…", text: "One"}',
                '{at: 2026-03-02T09:06Z, approximate: true, source: "csv:…", text: "Two"}',
                '{at: 2026-03-02T20:10Z, source: "csv:…", text: "Late"}',
                '{at: 2026-03-02T23:20Z, source: "csv:…", text: "Next day"}',
            ],
        ),
        (
            "Date,Time,What happened\n2026-03-02,09:05,One\n,09:06 - 09:10,Two\n2026-13-45,09:07,X\n,?,X\n",
            ("--timezone", "UTC"),
            [
                '{at: 2026-03-02T09:05Z, source: "csv:…", text: "One"}',
                '{at: 2026-03-02T09:06Z, source: "csv:…", text: "Two (- 09:10)"}',
            ],
        ),
        (
            "time,event\n09:05 UTC,One\n",
            ("--date", "2026-03-04"),
            ['{at: 2026-03-04T09:05Z, source: "csv:…", text: "One"}'],
        ),
    ],
)  # fmt: skip
def test_a_table_as_csv(book: Path, text: str, words: tuple[str, ...], added: list[str]) -> None:
    import re

    for _ in range(2):
        assert take("csv", "t.csv", text, *words) == 0
        assert [
            re.sub(r"csv:[0-9a-f]{12}", "csv:…", each.removeprefix("- ")) for each in entries(book)
        ] == added


def test_the_tables_of_a_page(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (
        "# Post-mortem\n\n| Owner | Status |\n|---|---|\n| ana | done |\n\n"
        "| Time (UTC) | Event |\n| :--- | --- |\n| 2026-03-02 09:05 | Pool \\| full<br>again |\n"
        "| HH:mm | Template |\n\nno more | 09:07\n"
    )
    assert take("markdown-table", "p.md", page) == 0
    assert capsys.readouterr().out == f"1 line added\n  p.md:10: no time: `HH:mm`\n\nwrote {RECORD}\n"
    assert [each[:28] for each in entries(book)] == ["- {at: 2026-03-02T09:05Z, so"]
    assert 'text: "Pool | full again"}' in entries(book)[0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("csv", "at,text\n09:05,One\n", "error: f:2: `09:05` has no zone\n  say which clock"),
        ("csv", "a,b\n1,2\n", "error: f: no columns `at` and `text`\n"),
        ("csv", "", "error: f: no columns `at` and `text`\n"),
        ("markdown-table", "# No table\n", "error: f: no table of times and events\n"),
        (
            "markdown-table",
            "| Time (CET) | Event |\n|---|---|\n| 09:05 | A |\n",
            "error: f:3: `09:05` is in `CET`",
        ),
        ("chat-export", "[]", "error: f: no messages\n"),
        ("chat-export", "{}", "error: f: no messages\n"),
        ("chat-export", "[1, null]", "error: f: no messages\n"),
        ("chat-export", "[", "error: f:1:2: not JSON"),
        ("chat-export", '"x"', "error: f `x` is no list"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_written(
    book: Path, name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(name, "f", text) == 2
    assert capsys.readouterr().err.startswith(said)
    assert (book / RECORD).read_text() == TEXT


def test_a_dry_run_shows_the_difference(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take("csv", "t.csv", "at,text\n2026-03-02T09:05Z,One\n", "--dry-run") == 0
    said = capsys.readouterr()
    assert "+  - {at: 2026-03-02T09:05Z" in said.out
    assert said.err == "\n1 line to be added\n"
    assert (book / RECORD).read_text() == TEXT


def test_many_lines_into_an_empty_timeline(book: Path) -> None:
    (book / RECORD).write_text("title: Checkout\n")
    rows = "".join(f"2026-03-02T{n // 60:02}:{n % 60:02}Z,Line {n}\n" for n in reversed(range(300)))
    assert take("csv", "t.csv", "at,text\n" + rows) == 0
    found = [line.rpartition("text: ")[2] for line in (book / RECORD).read_text().splitlines()[2:]]
    assert found == [f'"Line {n}"}}' for n in range(300)]
