"""Which alerts need a runbook, and what counts as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]


def files(rule: str) -> dict[str, str]:
    return {
        "opsbook.toml": 'alerts = ["alerts/*.yaml"]\n',
        "alerts/node.yaml": f"groups:\n  - rules:\n      - {rule}\n",
        "runbooks/disk.md": "---\nalerts: [NodeDiskFull]\n---\n# Disk\n",
    }


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{alert: Down, labels: {severity: page}}", 1),
        ("{alert: Down}", 1),
        ("{alert: Down, labels: {severity: info}}", 0),
        ("{alert: Down, labels: {severity: none}}", 0),
        ("{alert: Down, annotations: {runbook: https://wiki.example.com/down}}", 0),
        ("{alert: Down, annotations: {runbook: TODO}}", 1),
        ("{alert: nodediskfull}", 0),
    ],
)
def test_an_alert_that_wakes_somebody_has_a_runbook(findings: Findings, rule: str, found: int) -> None:
    assert len(findings("alert_without_runbook", files(rule))) == found
