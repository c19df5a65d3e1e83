"""What a response writes: how bad it is, what becomes evidence, what an alert says, when it may be closed."""

from __future__ import annotations

import base64
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook import defaults
from opsbook.authoring.alertmanager import notice
from opsbook.authoring.classification import Answer, answer, classify
from opsbook.authoring.closing import stable_from, stable_since
from opsbook.authoring.declaration import new_id, slug
from opsbook.authoring.entry import line
from opsbook.authoring.evidence import without_secrets
from opsbook.authoring.undo import corrected, taken_back
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError
from opsbook.model.severity import Severities

PATH = "incidents/2026/2026-03-02-x/incident.yaml"


def incident(*entries: str, top: str = "") -> Any:
    lines = "".join(f'  - {{at: 2026-03-02T{each}, text: "x"}}\n' for each in entries)
    document = Book(Memory({PATH: f"title: x\n{top}timeline:\n{lines}"})).read(PATH)
    assert document.readable, document.problems
    return document


# ── how bad ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"down": "yes"}, "SEV0"),
        ({"down": "no", "degraded": "yes", "workaround": "yes"}, "SEV1"),
        ({"down": "no", "degraded": "yes", "workaround": "no"}, "SEV0"),
        ({"down": "no", "degraded": "no", "customers": "yes"}, "SEV2"),
        ({"down": "no", "degraded": "no", "customers": "no"}, "SEV3"),
        ({"down": "unsure"}, "SEV0"),
        ({"down": "no", "degraded": "unsure", "workaround": "unsure"}, "SEV0"),
        ({"down": "no", "degraded": "no", "customers": "unsure"}, "SEV2"),
    ],
)
def test_the_questions_lead_to_a_level_and_whoever_is_unsure_to_the_worse(
    answers: dict[str, Answer], level: str
) -> None:
    found = classify(defaults.severities(), lambda question: answers[question])
    assert found.level == level
    assert [step.question for step in found.path] == list(answers)


@given(st.lists(st.sampled_from(["yes", "no"]), min_size=3, max_size=3))
def test_being_unsure_is_never_milder_than_any_answer(answers: list[Answer]) -> None:
    policy = defaults.severities()
    ranks = list(policy.levels)
    said = iter(answers)
    unsure = classify(policy, lambda _: "unsure")
    assert ranks.index(unsure.level) <= ranks.index(classify(policy, lambda _: next(said)).level)


@pytest.mark.parametrize(
    ("leads", "said"), [("a", "was asked already"), ("nowhere", "which is no question and no level")]
)
def test_questions_that_lead_nowhere_are_refused(leads: str, said: str) -> None:
    policy = Severities.model_validate(
        {
            "levels": {"SEV1": {"name": "x", "definition": "x"}},
            "questions": {"a": {"ask": "a?", "if_yes": leads, "if_no": "SEV1"}},
        }
    )
    with pytest.raises(UserError, match=said):
        classify(policy, lambda _: "yes")


@pytest.mark.parametrize(("text", "meant"), [("Y", "yes"), (" no ", "no"), ("?", "unsure"), ("maybe", None)])
def test_an_answer_is_read_as_people_write_it(text: str, meant: str | None) -> None:
    assert answer(text) == meant


# ── evidence ──────────────────────────────────────────────────────────────────────────────

RANDOM = "zZ9kL2mN4pQ6rS8tU0vW1xY3zA5bC7dE"


@pytest.mark.parametrize(
    ("text", "kept", "what"),
    [
        ("token=ghp_" + "8Qw3nZr6TkY1bVc5Lx0MhJd7Fa2SgE4UiPo9", "token=ghp_" + "*" * 36, "a GitHub token"),
        (f"id {RANDOM} ok", f"id zZ{'*' * 30} ok", "a value that looks random"),
        ("postgres://app:Zq8vX2mN4pQ6@db/x", "postgres://app:Zq**********@db/x", "a password in an address"),
    ],
)
def test_a_secret_is_masked_and_told(text: str, kept: str, what: str) -> None:
    found, masked = without_secrets(f"first\n{text}\nlast")
    assert found == f"first\n{kept}\nlast"
    assert [(each.what, each.line) for each in masked] == [(what, 2)]


def test_a_private_key_goes_from_its_first_line_to_its_last() -> None:
    body = "".join(f"{'A1b2' * 16}\n" for _ in range(3))
    key = "-----BEGIN RSA PRIVATE" + f" KEY-----\n{body}-----END RSA PRIVATE KEY-----"
    found, masked = without_secrets(f"a\n{key}\nb\n")
    assert (found.count("\n"), found.replace("*", "").split()) == (7, ["a", "b"])
    assert [each.what for each in masked] == ["a private key"]


@pytest.mark.parametrize(
    "text",
    [
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "a3bb189e-8bf9-3888-9912-ace4e6543002",
        "/usr/share/dotnet/shared/Microsoft.NETCore.App/System.Private.CoreLib.dll",
        "checkout-deployment-7d9f8b6c5-x2x7k   1/1   Running",
        "2026-03-02T09:02:17.123456789Z level=info caller=main.go:42 elapsed=1.2345678901234567",
        "com.example.VeryLongClassNameOfSomeService2.handleRequest(VeryLongClassName.java:120)",
    ],
)
def test_what_a_terminal_prints_all_day_is_kept(text: str) -> None:
    assert without_secrets(text) == (text, [])


@given(st.text("aZ9kL2mN4+/=_-. \n\r:token", max_size=200))
def test_masking_keeps_length_and_lines(text: str) -> None:
    found, _ = without_secrets(text)
    assert len(found) == len(text)
    assert [c for c in found if c in "\r\n"] == [c for c in text if c in "\r\n"]


# ── an alert ──────────────────────────────────────────────────────────────────────────────


def webhook(*alerts: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "4", "alerts": alerts, **more})


def test_a_notice_says_what_an_incident_is_declared_from() -> None:
    text = webhook(
        {"status": "resolved", "fingerprint": "b", "labels": {"alertname": "Old", "service": "shop"}},
        {
            "status": "firing", "fingerprint": "a", "startsAt": "2018-08-03T09:52:26.739266876+02:00",
            "labels": {"alertname": "Errors", "service": "pay", "severity": "page"},
            "annotations": {"summary": "Many\nerrors"}, "generatorURL": "https://prometheus.example.com/g?x",
        },
        {"status": "firing", "fingerprint": "a", "labels": {"alertname": "Errors", "service": "pay"}},
    )  # fmt: skip
    found = notice(text)
    assert found.title == "Many errors"
    assert found.services == ("shop", "pay")
    assert found.severity == "page"
    assert found.link == "https://prometheus.example.com/g?x"
    assert [(each.name, each.source) for each in found.firing] == [("Errors", "alertmanager:a")]


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "yesterday", "2018-08-03T09:52:26", None, 7])
def test_an_instant_that_is_none_is_not_known(since: Any) -> None:
    assert notice(webhook({"labels": {}, "startsAt": since})).alerts[0].since is None


def test_a_storm_is_cut_and_counted() -> None:
    found = notice(webhook(*({"fingerprint": f"{n}", "labels": {"alertname": "x"}} for n in range(300))))
    assert (len(found.alerts), found.left_out) == (20, 280)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"alerts": 1}', '{"alerts": [1]}', "[" * 5000, "null"]
)
def test_what_is_no_notice_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        notice(text)


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=3) | st.integers(),
                    lambda inner: st.lists(inner, max_size=2)
                    | st.dictionaries(st.sampled_from(["alerts", "labels", "alertname", "service", "status",
                                                       "annotations", "summary", "startsAt", "fingerprint",
                                                       "commonLabels", "severity", "generatorURL"]),
                                      inner, max_size=4), max_leaves=12))  # fmt: skip
def test_no_json_is_more_than_refused(data: Any) -> None:
    with suppress(UserError):
        notice(json.dumps(data))


# ── ids ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Checkout answers 502!", "checkout-answers-502"),
        ("Zahlungen für Ümläute", "zahlungen-fur-umlaute"),
        ("can't pay", "cant-pay"),
        ("../..", "incident"),
        ("事故", "incident"),
        ("x" * 300, "x" * 50),
        ("many words " * 20, "many-words-many-words-many-words-many-words-many"),
    ],
)
def test_a_title_becomes_a_slug(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_any_title_is_an_id_that_every_system_can_hold(title: str) -> None:
    found = new_id(datetime(2026, 3, 2, tzinfo=UTC), UTC, title, lambda _: False)  # type: ignore[arg-type]
    assert found.removeprefix("2026-03-02-").replace("-", "a").isalnum()
    assert found.isascii()
    assert len(found) <= 61


# ── closing ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entries", "since"),
    [
        ((), None),
        (("09:10Z, milestone: mitigated",), "09:10"),
        (("09:10Z, milestone: mitigated", "09:20Z, milestone: mitigated"), "09:20"),
        (("09:10Z, milestone: mitigated", "09:20Z, milestone: reopened"), None),
        (("09:20Z, milestone: reopened", "09:30Z, milestone: resolved"), "09:30"),
        (("09:10Z, milestone: mitigated", "09:30Z, milestone: resolved"), "09:10"),
        (("09:10Z, milestone: mitigated", "11:00Z, milestone: mitigated"), "09:10"),
    ],
)  # fmt: skip
def test_it_is_stable_since_the_last_mitigation(entries: tuple[str, ...], since: str | None) -> None:
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    expected = since and datetime.fromisoformat(f"2026-03-02T{since}+00:00")
    content = incident("09:00Z", *entries).content
    assert stable_since(content, at) == (expected or None)
    asked = timedelta(minutes=30)
    assert stable_from(content, at, asked) == (expected + asked if expected else None)


# ── undoing ───────────────────────────────────────────────────────────────────────────────


def test_taking_an_entry_back_leaves_what_was_said_elsewhere() -> None:
    document = incident(
        "09:00Z, severity: SEV2", "09:10Z, severity: SEV1", "09:20Z", top="severity: SEV1\nroles: {x: y}\n"
    )
    ((_, after),) = taken_back(document, 1).texts()
    assert after == document.source.text.replace("SEV1\nroles", "SEV2\nroles").replace(
        '  - {at: 2026-03-02T09:10Z, severity: SEV1, text: "x"}\n', ""
    )


def test_a_correction_of_a_first_severity_says_no_other() -> None:
    document = incident("09:00Z", "09:10Z, severity: SEV1", top="severity: SEV1\n")
    entry = incident("09:30Z").content.timeline[0]
    ((_, after),) = corrected(document, 1, entry).texts()
    assert after == f"{document.source.text}  - {line(entry)}\n"


def test_a_megabyte_of_secrets_is_masked_line_by_line() -> None:
    dice = random.Random(1)
    lines = [base64.b64encode(dice.randbytes(57)).decode() for _ in range(13_000)]
    text, masked = without_secrets("\n".join(lines))
    assert [len(line) for line in text.split("\n")] == [76] * 13_000
    assert [each.line for each in masked] == sorted(each.line for each in masked)
    assert len(masked) > 10_000
