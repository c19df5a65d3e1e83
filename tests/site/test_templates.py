"""Templates of the book in place of opsbook's: what they may do, and what no stranger's template can."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.sites import ROOT, opsbook

from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.cli.main import cli
from opsbook.errors import UserError
from opsbook.site.guide import unlinked
from opsbook.site.pages import pages
from opsbook.site.public import public
from opsbook.site.public_pages import public_pages
from opsbook.site.reference import reference
from opsbook.site.render import Page, templates_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FOLDER = "site/templates"
INCIDENT = """\
title: Checkout <fails>
severity: SEV1
summary: SECRET words
visibility: public
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "SECRET entry", by: ana}
"""
SEALED = "title: Sealed\nvisibility: restricted\n"
FILES: dict[str, str | bytes] = {
    "opsbook.toml": 'timezone = "UTC"\n',
    "incidents/2026/2026-03-02-checkout-5xx/incident.yaml": INCIDENT,
    "incidents/2026/2026-03-09-sealed/incident.yaml": SEALED,
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: UTC\n",
}
PAGE = "incidents/2026/2026-03-02-checkout-5xx/index.md"


def book(**templates: str) -> Book:
    named = {f"{FOLDER}/{name.replace('__', '/')}.md.j2": text for name, text in templates.items()}
    return Book(Memory({**FILES, **named}))


def site(**templates: str) -> dict[str, str]:
    return {page.path: page.content.decode() for page in pages(book(**templates), NOW)}


def public_site(**templates: str) -> dict[str, str]:
    found = book(**templates)
    made = public_pages(public(found, NOW), "Shop", unlinked(found), templates_of(found.tree))
    return {page.path: page.content.decode() for page in made}


# ── what they may do ──────────────────────────────────────────────────────────────────────


def test_a_template_of_the_book_takes_the_place_of_opsbooks_by_the_same_name() -> None:
    found = site(incident="{{ front }}\n\n# {{ title }}\n\nOURS {{ guide.severity(record.severity) }}\n")
    assert "# Checkout &#60;fails&#62;\n\nOURS <span" in found[PAGE]
    assert "OURS" not in found["rotations/people/ana.md"]


def test_it_may_be_opsbooks_with_a_part_of_its_own() -> None:
    extended = '{% extends "opsbook/incident.md.j2" %}{% block path %}OURS {{ super() }}{% endblock %}'
    ours, theirs = site(incident=extended)[PAGE], site()[PAGE]
    assert ours.replace("OURS ", "").split() == theirs.split()
    assert "OURS" in ours


def test_it_may_have_parts_in_files_of_their_own() -> None:
    found = site(page='{% extends "opsbook/page.md.j2" %}\n{% block path %}{% include "ours/note.md.j2" %}'
                 '{{ super() }}{% endblock %}', ours__note="NOTE\n")  # fmt: skip
    assert "NOTE" in found["index.md"]


def test_the_reference_is_made_with_them_too() -> None:
    own = templates_of(book(rule="{{ front }}\n\nOURS {{ rule.code }}\n").tree)
    found = {page.path: page.content.decode() for page in reference(cli, own)}
    assert "OURS ACT002" in found["reference/rules/ACT002.md"]


def test_in_the_sandbox_every_page_is_what_it_is_without() -> None:
    plain = load(ROOT)
    with_one = Book(Memory({f"{FOLDER}/unused.md.j2": "x"}, below=plain.tree))

    def made(found: Book) -> list[Page]:
        own = templates_of(found.tree)
        shown = public_pages(public(found, NOW), "Shop", unlinked(found), own)
        return [*pages(found, NOW, reference(cli, own)), *shown]

    assert made(with_one) == made(plain)


# ── what no template can ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ front }}\n{{ recrod }}", "incident.md.j2:2: 'recrod' is undefined"),
        ("\n\n{% if %}", "incident.md.j2:3: "),
        ("{{ ''.__class__.__mro__ }}", "incident.md.j2:1: .*__class__.*unsafe"),
        ("{{ record.parse_file('/etc/passwd') }}", "incident.md.j2:1: .*parse_file.*unsafe"),
        ("{{ record.parse_raw('x', proto='pickle', allow_pickle=True) }}", "parse_raw.*unsafe"),
        ("{{ kind.model.mro() }}", "unsafe"),
        ("{{ guide.survey.restricted }}", "survey.*unsafe"),
        ("{{ guide.link.__globals__ }}", "__globals__.*unsafe"),
        ("{{ say.re.sys }}", "has no attribute 're'"),
        ("{{ about.facts.__globals__ }}", "unsafe"),
        ("{% import '/etc/passwd' as x %}", "/etc/passwd"),
        ("{% include '../../opsbook.toml' %}", "opsbook.toml"),
        ("{% include 'opsbook/../../../opsbook.toml' %}", "opsbook.toml"),
        ("{% extends '/proc/self/environ' %}", "environ"),
        ("{% include 'incident.md.j2' %}", "recursion"),
        ("{% for i in range(10**9) %}x{% endfor %}", "[Rr]ange too big"),
        ("{{ 'x' * 10**9 }}", "longer"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ guide.link() }}", "missing"),
    ],
)
def test_a_template_that_breaks_out_or_is_wrong_is_told_with_its_line(template: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        site(incident=template)
    assert f"{error.value}".startswith(f"{FOLDER}/incident.md.j2:")


def test_parts_that_lack_what_a_page_asks_for_are_the_books_fault_too() -> None:
    with pytest.raises(UserError, match=f"{FOLDER}: `.*`, with the templates of the book: "):
        site(_parts="{% macro nothing() %}{% endmacro %}")


def test_what_a_record_says_stays_text_in_a_template_that_does_not_think_of_it() -> None:
    found = site(incident="{{ front }}\n\n<p>{{ record.title }} {{ record.timeline[0].text }}</p>")
    assert "<p>Checkout &#60;fails&#62; SECRET entry</p>" in found[PAGE]


def test_a_public_template_is_shown_what_is_public_and_no_more() -> None:
    curious = (
        "{{ front }}\n{{ event }} {{ guide }} {{ guide.link('person', 'ana') }} "
        "{{ guide.link('incident', '2026-03-09-sealed') }} {{ shown }} {{ as_of }} {{ self }}"
    )
    found = public_site(public__incident=curious)
    assert "Checkout" in found[PAGE], "the title is public"
    for path, page in found.items():
        for secret in ("SECRET", "Ana Ruiz", "Sealed"):
            assert secret not in page, path
    for asked in ("record", "book", "survey", "facts", "event.incident"):
        with pytest.raises(UserError, match=r"undefined|no attribute|unsafe"):
            public_site(public__incident=f"{{{{ {asked}.title }}}}")


def test_an_internal_template_is_none_of_the_public_site() -> None:
    assert "OURS" not in "".join(public_site(incident="OURS", home="OURS").values())


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff", "page.md.j2: no UTF-8"), (b"x" * 100_001, "page.md.j2: 100,001 bytes, a template at most")],
)
def test_a_file_that_is_no_template_is_said_to_be(content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        templates_of(Memory({f"{FOLDER}/page.md.j2": content}))


@pytest.mark.parametrize("linked", [f"{FOLDER}/page.md.j2", FOLDER])
def test_a_symbolic_link_is_never_followed(linked: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "page.md.j2").write_text("SECRET")
    place = tmp_path / "book" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(secret / "page.md.j2" if linked.endswith(".j2") else secret)
    with pytest.raises(UserError, match="a symbolic link, which is not followed"):
        templates_of(WorkTree(tmp_path / "book"))


# ── the command ───────────────────────────────────────────────────────────────────────────


def test_the_build_says_which_templates_it_took_from_the_book(tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").touch()
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "missing.md.j2").write_text("{{ front }}\n\n# {{ title }}\n\nOURS\n")
    done = opsbook(tmp_path, "site", "build", "--markdown-only", "--at", "2026-11-23T09:00Z")
    assert (done.returncode, done.stderr) == (0, f"template of the book: {FOLDER}/missing.md.j2\n")
    (tmp_path / FOLDER / "missing.md.j2").write_text("{{ front }}\n{{ gone }}\n")
    done = opsbook(tmp_path, "site", "build", "--markdown-only", "--at", "2026-11-23T09:00Z")
    assert done.returncode == 2
    assert f"error: {FOLDER}/missing.md.j2:2: 'gone' is undefined\n" in done.stderr
    assert "Traceback" not in done.stderr
