"""A message says what is known and marks what is not; a template reaches what it is given and no more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.authoring.communications import UNKNOWN, Draft, next_due, render
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError

ID = "2026-03-02-checkout-5xx"
PATH = f"incidents/2026/{ID}/incident.yaml"
NOW = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
TEXT = """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
"""


def book(templates: dict[str, str] | None = None, text: str = TEXT) -> Book:
    files = {f"policies/communications/{name}.md.j2": body for name, body in (templates or {}).items()}
    return Book(Memory({"opsbook.toml": 'timezone = "Europe/Berlin"\n', PATH: text, **files}))


def said(the_book: Book, audience: str, template: str | None = None, **more: object) -> str:
    draft = Draft(audience, **more)  # type: ignore[arg-type]
    return render(the_book, the_book.read(PATH), draft, NOW, template).text


@pytest.mark.parametrize(
    "audience", ["internal", "executives", "customers", "public", "regulator", "channel"]
)
@pytest.mark.parametrize("stage", [None, "investigating", "identified", "monitoring", "resolved"])
def test_every_audience_has_a_message_at_every_stage(audience: str, stage: str | None) -> None:
    text = said(book(), audience, stage=stage, text="Some orders fail.")
    assert "Checkout answers 502" in text or audience == "regulator"
    assert "None" not in text
    assert "{{" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_what_is_not_known_is_marked() -> None:
    assert f"**What customers feel:** {UNKNOWN}" in said(book(), "executives")
    assert f"**Commander:** {UNKNOWN}" in said(book(), "internal")


@pytest.mark.parametrize("audience", ["public", "executives"])
@pytest.mark.parametrize("stage", [None, "investigating"])
def test_a_next_word_is_spoken_of_only_where_one_comes(audience: str, stage: str | None) -> None:
    assert "Next" not in said(book(), audience, stage=stage, text="Some orders fail.")
    ahead = datetime(2026, 3, 2, 9, 50, tzinfo=UTC)
    text = said(book(), audience, stage=stage, text="Some orders fail.", next_update=ahead)
    assert "10:50 CET" in text
    assert "Next" in text
    assert "\n\n\n" not in text


def test_the_books_own_template_comes_first_and_the_stage_before_the_audience() -> None:
    templates = {"public": "plain", "public-resolved": "over", "public-first": "first"}
    assert said(book(templates), "public", stage="identified") == "plain\n"
    assert said(book(templates), "public", stage="resolved") == "over\n"
    assert said(book(templates), "public", stage="investigating") == "first\n"
    assert said(book(templates), "public", template="public-resolved") == "over\n"


def test_a_template_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UserError) as error:
        said(book({"ours": "x"}), "public", template="other")
    assert error.value.hint.startswith("there are channel, customers")
    assert "ours" in error.value.hint


@pytest.mark.parametrize("name", ["../../opsbook.toml", "/etc/passwd", "..", ""])
def test_the_name_of_a_template_is_no_path(name: str) -> None:
    with pytest.raises(UserError, match="no template"):
        said(book(), "public", template=name or ".")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("\n{{ incident.titel }}", "public.md.j2:2: .*titel"),
        ("{% if %}", "public.md.j2:1: "),
        ("{{ ''.__class__.__mro__ }}", "public.md.j2.*__class__.*unsafe"),
        ("{{ incident.__class__ }}", "unsafe"),
        ("{{ incident.parse_file('/etc/passwd') }}", "parse_file.*unsafe"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "recursion"),
        ("{% include '/etc/passwd' %}", "public.md.j2.*no loader"),
        ("{{ 1 / 0 }}", "division"),
        ("{% for i in range(10**9) %}x{% endfor %}", "[Rr]ange too big"),
    ],
)
def test_a_template_reaches_what_it_is_given_and_no_more(template: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        said(book({"public": template}), "public")


def test_what_a_record_says_is_text_and_never_a_template() -> None:
    hostile = TEXT.replace("Checkout answers 502", '"{{ 7 * 7 }} {% raw %}"')
    assert "{{ 7 * 7 }} {% raw %}" in said(book(text=hostile), "internal")


def test_the_next_word_is_due_as_promised_or_as_the_severity_asks() -> None:
    the_book = book()
    assert next_due(the_book, the_book.read(PATH).content, "public") == datetime(
        2026, 3, 2, 9, 44, tzinfo=UTC
    )
    promised = TEXT + (
        "  - {at: 2026-03-02T09:20Z, update: {audience: public, next_update: 2026-03-02T09:30Z}, text: x}\n"
    )
    the_book = book(text=promised)
    assert next_due(the_book, the_book.read(PATH).content, "public") == datetime(
        2026, 3, 2, 9, 30, tzinfo=UTC
    )
    assert next_due(the_book, the_book.read(PATH).content, "regulator") is None


@pytest.mark.parametrize("end", ["resolved", "closed"])
def test_nobody_waits_for_a_next_word_once_it_is_over(end: str) -> None:
    the_book = book(text=TEXT + (
        "  - {at: 2026-03-02T09:20Z, update: {audience: public, next_update: 2026-03-02T09:50Z}, text: x}\n"
        f"  - {{at: 2026-03-02T09:40Z, milestone: {end}, text: x}}\n"
    ))  # fmt: skip
    assert next_due(the_book, the_book.read(PATH).content, "public") is None


def test_the_templates_of_the_example_book_render() -> None:
    root = Path(__file__).parents[2] / "policies/communications"
    templates = {file.name.partition(".")[0]: file.read_text("utf-8") for file in root.iterdir()}
    for name in templates:
        assert said(book(templates), "public", template=name, text="Some orders fail.")
