"""Every part of a runbook is missed when it is gone, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.lint.catalog import catalog

Findings = Callable[..., tuple[Diagnostic, ...]]
RULES = {
    "trigger": "missing_trigger",
    "severity": "missing_severity",
    "prerequisites": "missing_prerequisites",
    "steps": "missing_steps",
    "verification": "missing_verification",
    "rollback": "missing_rollback",
    "owner": "missing_owner",
    "last_updated": "missing_last_updated",
}
KEYS = {"severity": "SEV1", "owner": "platform", "last_updated": "2026-03-20"}
NOTHING = {"severity": "[]", "owner": "", "last_updated": "~"}


def page(*, without: str = "", empty: str = "", top: str = "") -> str:
    """A runbook with all eight parts but one."""
    keys = [
        f"{key}: {NOTHING[key] if key == empty else value}\n" for key, value in KEYS.items() if key != without
    ]
    sections = [
        f"\n## {part.capitalize()}\n" + ("" if part == empty else "\n1. One thing.\n2. Another.\n")
        for part in RULES
        if part not in KEYS and part != without
    ]
    return f"---\n{top}{''.join(keys)}---\n# Fail over\n{''.join(sections)}"


def reported(findings: Findings, text: str, settings: str = "") -> dict[str, tuple[int, str]]:
    """Line and message by rule, of all rules that ask for a part."""
    files = {"runbooks/failover.md": text, "opsbook.toml": settings}
    found = {name: findings(name, files) for name in (*RULES.values(), "missing_part")}
    return {name: (each.location.start.line, each.message) for name, some in found.items() for each in some}


def test_a_whole_runbook_is_clean(findings: Findings) -> None:
    assert reported(findings, page()) == {}


@pytest.mark.parametrize("part", RULES)
def test_a_part_that_is_gone_is_missed_at_the_title(findings: Findings, part: str) -> None:
    text = page(without=part)
    line = text.splitlines().index("# Fail over") + 1
    message = f"no `{part}`" if part in KEYS else f"no section `{part.capitalize()}`"
    assert reported(findings, text) == {RULES[part]: (line, message)}


@pytest.mark.parametrize("part", RULES)
def test_a_part_that_says_nothing_is_missed_where_it_stands(findings: Findings, part: str) -> None:
    text = page(empty=part)
    written = f"{part}: {NOTHING[part]}" if part in KEYS else f"## {part.capitalize()}"
    line = text.splitlines().index(written) + 1
    name = part if part in KEYS else part.capitalize()
    assert reported(findings, text) == {RULES[part]: (line, f"`{name}` is empty")}


def test_a_page_without_a_title_is_pointed_at_by_its_first_key(findings: Findings) -> None:
    assert reported(findings, "---\nkind: procedure\nowner: ana\n---\nText.\n") == {
        "missing_last_updated": (2, "no `last_updated`")
    }


def test_a_page_of_an_unknown_kind_is_asked_for_nothing(findings: Findings) -> None:
    assert reported(findings, "---\nkind: alerts\n---\n# Title\n") == {}


def test_a_kind_of_the_settings_asks_for_its_own_parts(findings: Findings) -> None:
    settings = """\
default_runbook_kind = "drill"
[runbook_kinds.drill]
parts = ["Goal", "Owner"]
[headings]
goal = ["Why"]
"""
    assert reported(findings, "# Unplug a rack\n", settings) == {
        "missing_owner": (1, "no `owner`"),
        "missing_part": (1, "no section `Goal`"),
    }
    assert reported(findings, "# Unplug a rack\n\n## Why\n\nTo see.\n\n**Owner:** gil\n", settings) == {}


ALERT = "---\nkind: alert\n---\n# DiskFull\n"


def test_a_page_without_any_part_of_its_kind_is_one_finding(findings: Findings) -> None:
    message = "no section `Meaning`, `Impact`, `Diagnosis` or `Mitigation`, which `kind: alert` asks for"
    assert reported(findings, ALERT + "\nDelete logs.\n") == {"missing_part": (4, message)}


def test_a_page_with_one_part_of_its_kind_is_asked_for_each_other(findings: Findings) -> None:
    text = ALERT + "\n## Meaning\n\nFull.\n\n## Mitigating\n\nDelete logs.\n"
    found = findings("missing_part", {"runbooks/disk-full.md": text})
    assert [each.message for each in found] == ["no section `Diagnosis`", "no section `Impact`"]


@pytest.mark.parametrize(
    "text",
    [
        "# DiskFull\n\nThis alert has been moved to [storage](storage.md).\n",
        "# DiskFull\n\nSee [DiskFilling](disk-filling.md).\n",
        "# DiskFull\n\nThis alert is deprecated. You can silence it.\n",
        "# DiskFull [Deprecated]\n\n## Impact\n\n" + "Words. " * 100,
    ],
)
def test_a_page_that_says_where_to_look_instead_is_asked_for_nothing(findings: Findings, text: str) -> None:
    for kind in ("alert", "incident", "procedure"):
        assert reported(findings, text, f'default_runbook_kind = "{kind}"') == {}


def test_a_short_page_that_only_speaks_of_something_old_is_asked(findings: Findings) -> None:
    text = (
        "---\nkind: procedure\nowner: ana\n---\n# Scale\n\nLeave out the deprecated flag; see [this](a.md).\n"
    )
    assert reported(findings, text) == {"missing_last_updated": (5, "no `last_updated`")}


@pytest.mark.parametrize("heading", ["Recovery Validation", "Validate the restore", "Final verification"])
def test_a_verification_may_have_a_longer_name(findings: Findings, heading: str) -> None:
    text = page(without="verification") + f"\n### 4.6 {heading}\n\nLook.\n"
    assert reported(findings, text) == {}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("# T\n\n1. Drain the node.\n2. Restart it.\n", True),
        ("# T\n\n## 1. Drain\n\n`drain`\n\n## 2. Restart\n\n`restart`\n", True),
        ("# T\n\n## Step 1: Drain\n\n`drain`\n\n## Step 2: Restart\n\n`restart`\n", True),
        ("# T\n\n1. Only one thing.\n", False),
        ("# T\n\n- Drain the node.\n- Restart it.\n", False),
        ("# T\n\n## Prerequisites\n\n1. Access.\n2. Coffee.\n", False),
        ("# T\n\n```text\n1. Drain\n2. Restart\n```\n", False),
    ],
)
def test_numbered_steps_need_no_heading_of_their_own(findings: Findings, text: str, clean: bool) -> None:
    assert ("missing_steps" not in reported(findings, text)) == clean


def test_every_required_part_has_a_rule_in_the_order_of_the_format() -> None:
    codes = [rule.code for rule in catalog().values() if rule.name in RULES.values()]
    assert codes == [f"RUN00{number}" for number in range(1, 9)]
