"""What is a secret, what stands in place of one, and how it is masked."""

from __future__ import annotations

import random
import string

import pytest

from opsbook.lint.secrets import find, masked

ALL = string.ascii_letters + string.digits


def lot(length: int, letters: str = ALL, seed: int = 4) -> str:
    """Letters drawn by lot; no secret stands in this file."""
    chosen = random.Random(f"{seed} {length}")
    return "".join(chosen.choice(letters) for _ in range(length))


HEX = "0123456789abcdef"
SHAPES = {
    "a GitHub token": ["ghp" + "_" + lot(36), "github" + "_pat_" + lot(82)],
    "a GitLab token": ["glpat" + "-" + lot(20)],
    "an AWS access key": ["AK" + "IA" + lot(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")],
    "a Slack token": ["xoxb" + "-" + lot(12, string.digits) + "-" + lot(24)],
    "a Slack webhook": ["https://hooks.slack.com/services/T" + lot(8) + "/B" + lot(8) + "/" + lot(24)],
    "a Google API key": ["AI" + "za" + lot(35)],
    "a Stripe key": ["sk" + "_live_" + lot(24)],
    "an npm token": ["npm" + "_" + lot(36)],
    "a PyPI token": ["pypi" + "-AgEIcHlwaS5vcmc" + lot(80)],
    "a SendGrid key": ["SG" + "." + lot(22) + "." + lot(43)],
    "a Twilio key": ["SK" + lot(32, HEX)],
    "an Azure storage key": ["AccountKey=" + lot(86) + "=="],
    "a JSON Web Token": ["eyJ" + lot(20) + ".eyJ" + lot(30) + "." + lot(43)],
    "a private key": ["-----BEGIN RSA PRIVATE" + " KEY-----\nMIIE" + lot(60)],
    "a value of `password`": [f'password: "{lot(16)}"', f"DB_PASSWORD={lot(14)}"],
    "a value of `secret`": ["aws_secret_access_key = " + lot(40)],
    "a value of `api_key`": [f"api_key='{lot(32, HEX)}'"],
    "a value of `authorization`": ["Authorization: Bearer " + lot(32)],
    "a password in an address": [f"postgres://app:{lot(16)}@db.internal/x"],
}


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, texts in SHAPES.items() for text in texts])
def test_a_secret_is_known_by_its_shape_and_masked(what: str, text: str) -> None:
    (secret,) = find(text)
    assert secret.what == what
    hidden = masked(text)
    assert len(hidden) == len(text)
    if secret.shown:
        assert text[slice(*secret.span)] not in hidden
        assert hidden[slice(*secret.span)].rstrip("*") == secret.shown


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_" + "x" * 36,
        "password: <token>, password=${DB_PASSWORD}, password = hunter2",
        "token: $(cat /var/run/secrets/token)",
        "secret: payments-db-credentials-2026",
        "token: payments-primary-2026-03",
        "-----BEGIN PRIVATE KEY-----\n...\n",
        "Authorization: Bearer $TOKEN",
        "postgres://user:password@host/db",
        "password: 2026-03-02T10:00:00Z",
        "image: sha256:" + lot(64, HEX) + ", commit " + lot(40, HEX),
        "the token: see https://wiki.example.com/how-to-rotate-tokens",
        "signingkey = " + lot(16, HEX.upper()),
    ],
)
def test_what_stands_in_place_of_a_secret_is_none(text: str) -> None:
    assert list(find(text)) == []
    assert masked(text) == text
