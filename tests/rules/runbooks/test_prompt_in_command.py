"""Which lines of a block carry a prompt, and when taking it away is safe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.edits import apply

Findings = Callable[..., tuple[Diagnostic, ...]]


def found_in(
    findings: Findings, code: str, language: str = "bash", indent: str = ""
) -> tuple[Diagnostic, ...]:
    lines = "".join(f"{indent}{line}\n" for line in (f"```{language}", *code.splitlines(), "```"))
    text = f"# Title\n\n1. Do this.\n\n{lines}"
    return findings("prompt_in_command", {"runbooks/one.md": text})


def mended(findings: Findings, code: str) -> tuple[str, bool] | None:
    """A block after the fix, and whether that is safe; None without a finding or a fix."""
    found = found_in(findings, code, indent="   ")
    if not found or not found[0].fix:
        return None
    fix = found[0].fix
    text = apply(
        found[0].location.source.text, [(edit.location.span, edit.replacement) for edit in fix.edits]
    )
    lines = text.splitlines()
    return "\n".join(line.removeprefix("   ") for line in lines[5:-1]), fix.safe


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("$ kubectl get pods", "kubectl get pods"),
        ("$  uptime", "uptime"),
        ("# who is there?\n$ who", "# who is there?\nwho"),
        ("$ one\n\n$ two", "one\n\ntwo"),
        ("$ oc patch vm x \\\n  --type=json", "oc patch vm x \\\n  --type=json"),
        ("$ du -sh /* |\n    sort -h\n$ df", "du -sh /* |\n    sort -h\ndf"),
        ("$ make &&\n  make install", "make &&\n  make install"),
    ],
)
def test_prompts_are_taken_away(findings: Findings, before: str, after: str) -> None:
    assert mended(findings, before) == (after, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sh-5.1# ceph -s", "ceph -s"),
        ("ana@db-1:~$ uptime", "uptime"),
        ("[root@db-1 ~]# uptime", "uptime"),
    ],
)
def test_a_prompt_that_names_a_host_is_not_taken_away_unasked(
    findings: Findings, before: str, after: str
) -> None:
    assert mended(findings, before) == (after, False)


@pytest.mark.parametrize(
    "session",
    [
        "$ df -h /var\nFilesystem  Size\n/dev/sda1   40G",
        "$ kubectl get pods\npsql --list",
        "$ cat <<EOF\n$ not a prompt\nEOF",
    ],
)
def test_what_may_be_output_is_left_to_a_person(findings: Findings, session: str) -> None:
    found = found_in(findings, session)
    assert [(each.message, each.fix) for each in found] == [
        ("`$` before a command in a block of `bash`", None)
    ]


@pytest.mark.parametrize(
    "code",
    [
        "# a comment, or is it root?\nsystemctl restart nginx",
        "# systemctl restart nginx",
        "echo $ HOME",
        "echo '\n $x'",
        "$HOME/bin/failover",
        "$(failover)",
        "printf 'costs: \\\n$ 5'",
        "ssh ana@db-1 uptime",
        "git@example.com:kestrel/checkout # clone this",
    ],
)
def test_what_only_looks_like_a_prompt_is_none(findings: Findings, code: str) -> None:
    assert found_in(findings, code) == ()


@pytest.mark.parametrize("language", ["console", "text", "", "sql", "shell-session"])
def test_only_blocks_that_promise_a_script_are_looked_at(findings: Findings, language: str) -> None:
    assert found_in(findings, "$ uptime", language) == ()


def test_a_block_is_reported_once_at_its_first_prompt(findings: Findings) -> None:
    (found,) = found_in(findings, "# look\n$ one\n$ two")
    assert (str(found.location), found.location.text) == ("runbooks/one.md:7:1", "$ ")


def test_line_ends_of_windows_stay(findings: Findings) -> None:
    text = "# Title\r\n\r\n```bash\r\n$ one\r\n$ two\r\n```\r\n"
    (found,) = findings("prompt_in_command", {"runbooks/one.md": text})
    assert found.fix is not None
    edits = [(edit.location.span, edit.replacement) for edit in found.fix.edits]
    assert apply(text, edits) == text.replace("$ ", "")
