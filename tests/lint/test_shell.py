"""Where commands begin in a block of shell, and what stands there literally."""

from __future__ import annotations

import pytest

from opsbook.book.markdown import Page
from opsbook.lint.shell import Block, blocks, printed


def block(code: str, before: str = "", indent: str = "") -> Block:
    lines = "".join(f"{indent}{line}\n" for line in ("```bash", *code.splitlines(), "```"))
    (found,) = blocks(Page(f"{before}{lines}"))
    return found


def begins(code: str) -> list[str]:
    return [line.code for line in block(code).lines if line.begins and not line.comment]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one \\\n  --two\nthree", ["one \\", "three"]),
        ("one |\n  two\nthree", ["one |", "three"]),
        ("cat <<EOF\nnot this\nEOF\ntwo", ["cat <<EOF", "two"]),
        ("cat <<-'END'\n\tnot $this\n\tEND\ntwo", ["cat <<-'END'", "two"]),
        ("psql -c '\n  select 1\n'\ntwo", ["psql -c '", "two"]),
        ('echo "a # b\nc"\ntwo', ['echo "a # b', "two"]),
        ("x=$(one\n  two)\nthree", ["x=$(one", "three"]),
        ("# it's\none # it's\ntwo", ["one", "two"]),
        ('grep x <<<"$y"\ntwo', ['grep x <<<"$y"', "two"]),
        ("ssh <<host>>\ntwo", ["ssh <<host>>", "two"]),
    ],
)
def test_a_command_begins_where_nothing_is_open(code: str, expected: list[str]) -> None:
    assert begins(code) == expected


def test_what_stands_between_single_quotes_is_literal() -> None:
    found = block("awk '{print $1}' \"$FILE\" '$x'")
    text = found.lines[0].code
    at = [text.index(part) + found.lines[0].span.start for part in ("$1", "$FILE", "$x")]
    assert [found.quoted(each) for each in at] == [True, False, True]


def test_lines_of_a_block_in_a_list_are_counted_from_the_text() -> None:
    before = "1. Do this.\n\n"
    found = block("one\n  two", before, indent="   ")
    page = f"{before}   ```bash\n   one\n     two\n   ```\n"
    assert [page[slice(*line.span)] for line in found.lines] == ["one", "two"]


@pytest.mark.parametrize(
    "line",
    [
        "NAME    READY   STATUS",
        "storage: 160Gi",
        '"reason": "Healthy",',
        "-rw-r--r--  1 ana staff 12 Jan  1 x",
        "2026-03-02T09:02:11Z started",
        'pod "web-0" deleted',
        "deployment.apps/web restarted",
        "(3 rows)",
        "├── cluster.yaml",
    ],
)
def test_what_no_shell_would_run_was_printed(line: str) -> None:
    assert printed(block(f"one\n{line}").lines[1])


@pytest.mark.parametrize(
    "line",
    [
        "HOST=db-1 make",
        "curl https://x.example.com",
        "NAME=1",
        "git push origin a:b",
        "{ ls; }",
        ": > file",
        "[ -e x ]",
    ],
)
def test_commands_were_not(line: str) -> None:
    assert not printed(block(f"one\n{line}").lines[1])
