"""Characters that nobody sees, and links that run something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RUNBOOK = "runbooks/a.md"
Findings = Callable[..., tuple[Diagnostic, ...]]


def messages(findings: Findings, rule: str, text: str, path: str = RUNBOOK) -> list[str]:
    return [each.message for each in findings(rule, {path: text})]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rm \u202etxt.exe", "U+202E (right-to-left override)"),
        ("a\u2067b", "U+2067 (bidirectional control)"),
        ("pay\u200bments", "U+200B (zero-width space)"),
        ("pay\u200dments", "U+200D (zero-width joiner)"),
        ("a\U000e0041\U000e0042", "U+E0041 and 1 more"),
        ("left\u200eto right", "U+200E (left-to-right mark)"),
        ("mid\ufeffdle", "U+FEFF (zero-width no-break space)"),
    ],
)
def test_a_character_that_nobody_sees_is_named(findings: Findings, text: str, name: str) -> None:
    assert messages(findings, "invisible_character", f"# A\n\n{text}\n") == [
        f"a character that nobody sees: {name}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻 and 👨\u200d👩\u200d👧",
        "می\u200cخواهم",
        "שלום\u200f!",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "ภาษา\u200bไทย",
        "naïve – “quoted”…",
        "in a page \\u202e is no escape",
    ],
)
def test_what_writing_needs_passes(findings: Findings, text: str) -> None:
    assert messages(findings, "invisible_character", f"# A\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ('"a \\u202e b"', 1),
        ('"a \\x1b[31m b"', 1),
        ('"a \\e[31m b"', 1),
        ('"a \\U000E0041 b"', 1),
        ('"a \\\\u202e b"', 0),
        ("'a \\u202e b'", 0),
        ("a \\u202e b", 0),
        ('"tab \\t, line \\n, e acute \\u00e9"', 0),
    ],
)
def test_an_escape_counts_in_double_quotes_only(findings: Findings, title: str, count: int) -> None:
    assert len(messages(findings, "invisible_character", f"title: {title}\n", PATH)) == count
    front = f"---\ntitle: {title}\n---\n\n# A\n"
    assert len(messages(findings, "invisible_character", front)) == count


@pytest.mark.parametrize(
    "link",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](vbscript:x)",
        "<javascript:alert(1)>",
        "![a](data:image/svg+xml;base64,AAAA)",
        "[a][b]\n\n[b]: data:text/html,x",
    ],
)
def test_a_link_that_runs_something_is_found_as_a_browser_reads_it(findings: Findings, link: str) -> None:
    assert len(messages(findings, "unsafe_link", f"# A\n\n{link}\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://x.example/?q=javascript:1) and [b](data/graph.png)",
        "![a](data:image/png;base64,AAAA)",
        "`[a](javascript:alert(1))` and javascript: as a word",
        "Sensitive data:S3Object",
    ],
)
def test_other_links_and_words_pass(findings: Findings, text: str) -> None:
    assert messages(findings, "unsafe_link", f"# A\n\n{text}\n") == []


def test_addresses_and_texts_of_a_record_are_looked_at(findings: Findings) -> None:
    text = (
        'title: "javascript: the new bundle fails"\n'
        'links: {chat: "java\\tscript:alert(1)", graph: "https://graphs.example.com"}\n'
        'changes: ["vbscript:x"]\n'
        'timeline: [{at: 2026-03-02T09:06Z, text: "[it](javascript:x)", evidence: ["data:text/html,x"]}]\n'
        'action_items: {one: {title: "a [b](java&#115;cript:x)", tracker: "JAVASCRIPT:x"}}\n'
    )
    found = findings("unsafe_link", {PATH: text})
    assert [each.location.start.line for each in found] == [2, 3, 4, 4, 5, 5]
