"""Telephone numbers, addresses and secrets in records, and what only looks like them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opsbook.cli.main import run
from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
PERSON = "rotations/people/ana.yaml"
Findings = Callable[..., tuple[Diagnostic, ...]]


def quoted(findings: Findings, rule: str, text: str, path: str = "runbooks/a.md") -> list[str]:
    return [each.location.text for each in findings(rule, {path: text})]


@pytest.mark.parametrize(
    "number", ["+49 170 2345678", "+491702345678", "+44 (20) 7946-1234", "+1 415.262.9981", "+47 412 34 987"]
)
def test_a_number_in_international_form_is_found(findings: Findings, number: str) -> None:
    assert quoted(findings, "phone_number", f"Ring Ana: {number}.\n") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "at 2026-03-02T09:00+01:00 and 2026-03-02 09:00:00+0100",
        "+1 555 123 4567, +1-415-555-0132, +44 7700 900123, +1 800 262 9981, +49 800 3301000",
        "10.0.0.1:8080, v1.2.3+20260302, ticket 4711234567, commit 1234567890, 1717171717171",
        "```diff\n+ 4917023 45678\n```",
        "latency +120000000 ns, a+4915123456789",
        "phone: see the paging tool",
    ],
)
def test_what_only_looks_like_a_number_passes(findings: Findings, text: str) -> None:
    assert quoted(findings, "phone_number", text + "\n") == []


def test_any_number_after_the_word_is_found_once(findings: Findings) -> None:
    person = 'name: a\ntimezone: UTC\naccounts: {phone: "0170 2345678", mobile: "+49 170 2345678"}\n'
    assert quoted(findings, "phone_number", person, PERSON) == ["0170 2345678", "+49 170 2345678"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jana.k@gmail.com and Jana.K@GMX.de", ["jana.k@gmail.com", "Jana.K@GMX.de"]),
        ("ana@kestrel-tickets.com, git@github.com, user@gmail.com, support@outlook.com", []),
        ("jana@gmail.example.com, ssh://jana@live.host.internal, @jana, a@b", []),
    ],
)
def test_addresses_at_free_services_are_found_but_for_roles(
    findings: Findings, text: str, expected: list[str]
) -> None:
    assert quoted(findings, "private_email_address", text + "\n") == expected


def test_in_the_record_of_a_person_every_address_is_theirs(findings: Findings) -> None:
    person = "name: a\ntimezone: UTC\naccounts: {mail: ana@kestrel-tickets.com, other: ana@example.com}\n"
    assert quoted(findings, "private_email_address", person, PERSON) == ["ana@kestrel-tickets.com"]


def test_no_output_repeats_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "Qm4vZr81Xc" + "Ty7HnLw2Kd"
    (tmp_path / "opsbook.toml").write_text("")
    (tmp_path / "runbooks").mkdir()
    text = f"# Restart <b>\n\nAuthorization: Bearer {secret} <b>\n"
    (tmp_path / "runbooks/restart.md").write_text(text)
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    for form in ("full", "concise", "json", "github", "sarif", "junit", "markdown") * 2:  # cold, then warm
        run(["-C", str(tmp_path), "check", "--at", "2026-03-09T12:00Z", "--format", form])
        printed = "".join(capsys.readouterr())
        assert "HYG004" in printed
        assert secret not in printed
        assert secret[4:] not in printed
