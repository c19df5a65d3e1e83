"""How a generated block is brought up to date without touching anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.edits import apply

Findings = Callable[..., tuple[Diagnostic, ...]]
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = 'title: t\ntimeline:\n  - {at: 2026-03-02T09:02Z, text: "<!-- /opsbook --> | *x*"}\n'
INNER = """
**2026-03-02, UTC**

| Time | Step | What happened |
| --- | --- | --- |
| 09:02 |  | &lt;!-- /opsbook --&gt; &#124; *x* |

"""
BLOCK = f"<!-- opsbook:timeline -->\n{INNER}<!-- /opsbook -->"


def found_in(findings: Findings, page: str, record: str = RECORD) -> tuple[Diagnostic, ...]:
    return findings("stale_block", {f"{FOLDER}/postmortem.md": page, f"{FOLDER}/incident.yaml": record})


def mended(findings: Findings, page: str) -> str:
    found = found_in(findings, page)
    assert all(each.fix and each.fix.safe for each in found)
    edits = [(edit.location.span, edit.replacement) for each in found if each.fix for edit in each.fix.edits]
    return apply(page, edits)


@pytest.mark.parametrize("old", ["", "\n", "\nold words\n\n", INNER.replace("09:02", "09:03")])
@pytest.mark.parametrize(("before", "after"), [("# T\n\nBefore.\n\n", "\n\nAfter.\n"), ("", "")])
def test_the_block_is_written_and_the_rest_stays(
    findings: Findings, old: str, before: str, after: str
) -> None:
    stale = f"{before}<!-- opsbook:timeline -->\n{old}<!-- /opsbook -->{after}"
    assert mended(findings, stale) == f"{before}{BLOCK}{after}"


def test_a_block_that_is_current_is_left_alone(findings: Findings) -> None:
    assert found_in(findings, f"# T\n\n{BLOCK}\n") == ()


def test_line_ends_of_windows_are_kept_and_are_no_difference(findings: Findings) -> None:
    stale = "# T\r\n\r\n<!-- opsbook:timeline -->\r\n<!-- /opsbook -->\r\n"
    current = f"# T\n\n{BLOCK}\n".replace("\n", "\r\n")
    assert mended(findings, stale) == current
    assert found_in(findings, current) == ()


def test_a_block_in_a_list_keeps_to_its_column(findings: Findings) -> None:
    stale = "1. What happened:\n\n   <!-- opsbook:timeline -->\n   <!-- /opsbook -->\n"
    current = mended(findings, stale)
    assert "\n   | 09:02 |  |" in current
    assert found_in(findings, current) == ()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<!-- opsbook:actions -->\n<!-- /opsbook -->\n", "no block is called `actions`"),
        ("<!-- opsbook:timeline -->\n\nText\n", "block `timeline` never ends"),
        ("<!-- opsbook:timeline --><!-- /opsbook -->\n", "block `timeline` never ends"),
        (f"<!-- opsbook:action-items -->\n\n{BLOCK}\n", "block `action-items` never ends"),
    ],
)
def test_a_block_that_nobody_can_write_is_said_without_a_fix(
    findings: Findings, page: str, message: str
) -> None:
    (found,) = found_in(findings, f"# T\n\n{page}")
    assert (found.message, found.fix, found.location.start.line) == (message, None, 3)


def test_a_block_shown_as_code_is_none(findings: Findings) -> None:
    assert found_in(findings, "# T\n\n```markdown\n<!-- opsbook:timeline -->\n<!-- /opsbook -->\n```\n") == ()


def test_without_a_record_to_read_nothing_is_stale(findings: Findings) -> None:
    page = "# T\n\n<!-- opsbook:timeline -->\n<!-- /opsbook -->\n"
    assert found_in(findings, page, "title: [broken\n") == ()
    assert findings("stale_block", {f"{FOLDER}/postmortem.md": page}) == ()
