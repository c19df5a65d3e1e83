"""How the roles at the top are put right without touching anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.edits import apply

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
BEN = "{incident-commander: ben}"
Findings = Callable[..., tuple[Diagnostic, ...]]


def record(top: str, *roles: str) -> str:
    entries = [
        f"  - {{at: 2026-03-02T09:{10 + n}Z, roles: {each}, text: x}}\n" for n, each in enumerate(roles)
    ]
    return f"title: t\n{top}timeline:\n{''.join(entries)}"


def mended(findings: Findings, text: str) -> str | None:
    """The text after the first fix; as it was where nothing is found; None where there is no fix."""
    people = {f"rotations/people/{id}.yaml": f"name: {id}\ntimezone: UTC\n" for id in ("ana", "ben", "chi")}
    found = findings("wrong_roles", {PATH: text} | people)
    if not found:
        return text
    if found[0].fix is None:
        return None
    edits = [(edit.location.span, edit.replacement) for edit in found[0].fix.edits]
    return apply(text, edits)


@pytest.mark.parametrize(
    ("top", "roles", "after"),
    [
        ("roles: {incident-commander: ana}  # who\n", BEN, "roles: {incident-commander: ben}  # who\n"),
        ("roles:\n  incident-commander: 'ana'  # y\n", BEN, "roles:\n  incident-commander: 'ben'  # y\n"),
        ("roles: {incident-commander: [ana]}\n", BEN, "roles: {incident-commander: [ben]}\n"),
        ("roles: {scribe: ana}\n", "{scribe: [ana, ben]}", "roles: {scribe: [ana, ben]}\n"),
        ("roles: {}\n", BEN, "roles: {incident-commander: ben}\n"),
        ("roles: {scribe: ana, }\n", BEN, "roles: {scribe: ana, incident-commander: ben, }\n"),
        ("roles:\n  scribe: ana  # y\n", BEN, "roles:\n  scribe: ana  # y\n  incident-commander: ben\n"),
        ("roles: {scribe: ana}\n", "{scribe: []}", "roles: {}\n"),
        ("roles: {scribe: ana, responder: chi}\n", "{scribe: []}", "roles: {responder: chi}\n"),
        ("roles: {responder: chi, scribe: ana}\n", "{scribe: []}", "roles: {responder: chi}\n"),
        ("roles:\n  scribe: ana\n  responder: chi\n", "{scribe: []}", "roles:\n  responder: chi\n"),
        ("roles:\n  responder: chi\n  scribe: ana\n", "{scribe: []}", "roles:\n  responder: chi\n"),
    ],
)
def test_only_the_role_changes(findings: Findings, top: str, roles: str, after: str) -> None:
    assert mended(findings, record(top, roles)) == record(after, roles)


def test_a_new_line_ends_as_the_others_do(findings: Findings) -> None:
    text = record("roles:\n  scribe: ana\n", BEN).replace("\n", "\r\n")
    after = record("roles:\n  scribe: ana\n  incident-commander: ben\n", BEN).replace("\n", "\r\n")
    assert mended(findings, text) == after


@pytest.mark.parametrize(
    ("top", "roles"),
    [
        ("roles:\n  incident-commander:\n    - ana\n", BEN),
        ("roles: {incident-commander: [ana,\n  chi]}\n", BEN),
        ("roles:\n  scribe: ana\n", "{scribe: []}"),
        ("roles:\n  scribe: ana  # on the train\n  responder: chi\n", "{scribe: []}"),
        ("roles: {responder: chi, # first\n  scribe: ana}\n", "{scribe: []}"),
        ("roles: {incident-commander: ana}\n", "{incident-commander: bne}"),
    ],
    ids=["a block list", "two lines", "the only one", "a comment", "a comment between", "nobody known"],
)
def test_where_it_is_not_safe_there_is_no_fix(findings: Findings, top: str, roles: str) -> None:
    assert mended(findings, record(top, roles)) is None


@pytest.mark.parametrize(
    "text",
    [
        record("", BEN),
        record("roles: {incident-commander: ben}\n", BEN),
        record("roles: {scribe: [ana, ben]}\n", "{scribe: [ben, ana]}"),
        record("roles: {incident-commander: ben, scribe: ana}\n", BEN),
        record("roles: {scribe: ana}\n", BEN, "{incident-commander: []}"),
        record("roles: {scribe: ana}\n", "{scribe: ben}", "{scribe: chi}").replace("09:10", "09:30"),
    ],
    ids=["no roles at the top", "the same", "another order", "no word of it", "vacated", "out of order"],
)
def test_nothing_is_said_where_nothing_is_wrong(findings: Findings, text: str) -> None:
    assert mended(findings, text) == text
