"""Evidence on an incident's page: small texts and pictures are shown, all else is a link."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.pages import pages

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"


def page(evidence: dict[str, bytes], *entries: str, text: str = "Seen") -> str:
    """The page of an incident whose one entry names all its evidence, or which has the entries given."""
    named = ", ".join(f"evidence/{name}" for name in evidence)
    lines = entries or (f'{{at: 2026-03-02T09:14Z, text: "{text}", evidence: [{named}]}}',)
    files: dict[str, str | bytes] = {
        "opsbook.toml": 'timezone = "UTC"\n',
        f"{FOLDER}/incident.yaml": "title: Slow\ntimeline:\n" + "".join(f"  - {each}\n" for each in lines),
        **{f"{FOLDER}/evidence/{name}": content for name, content in evidence.items()},
    }
    found = {page.path: page.content.decode(errors="replace") for page in pages(Book(Memory(files)), NOW)}
    return found[f"{FOLDER}/index.md"]


def shown(found: str) -> list[str]:
    """The texts and pictures that a page shows, by name."""
    texts = re.findall(r'<details class="ob-more ob-exhibit"><summary>(.*?)</summary>', found)
    return [*texts, *re.findall(r'<img src="[^"]*/([^"/]*)"', found)]


@pytest.mark.parametrize("name", ["pool.txt", "errors.log", "rates.csv", "values.diff"])
def test_a_small_text_is_folded_below_its_entry_and_still_a_link(name: str) -> None:
    found = page({name: b"in use: 20\nidle: 0\n"})
    folded = found[found.index("<details class") : found.index("</details>")]
    assert "open" not in folded[: folded.index(">")]
    assert html.unescape(re.sub(r"<[^>]*>", "", folded.partition("</summary>")[2])) == "in use: 20\nidle: 0"
    assert f"/evidence/{name}" in found


def test_a_picture_is_shown_with_words_and_loaded_when_it_comes_into_view() -> None:
    found = page({"pool.png": b"\x89PNG"}, text="The <b>pool</b>\\nmore")
    address = f"../../../{FOLDER}/evidence/pool.png"
    assert f'<a href="{address}"><img src="{address}"' in found
    assert 'alt="pool.png: The &#60;b&#62;pool&#60;/b&#62;" loading="lazy"' in found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("large.log", b"x" * 8_001),
        ("large.png", b"x" * 512_001),
        ("drawn.svg", b"<svg/>"),
        ("moving.gif", b"GIF89a"),
        ("page.html", b"<p>x</p>"),
        ("dump.txt", b"a\0b"),
        ("empty.txt", b" \n"),
    ],
)
def test_what_is_large_or_no_plain_text_or_picture_is_not_shown(name: str, content: bytes) -> None:
    assert shown(page({name: content})) == []


def test_what_a_text_says_is_text() -> None:
    evil = "</code></pre></details><script>alert(1)</script>\n\n# {{ 7 }} ```\n[x](javascript:y) \u202e"
    found = page({"evil.log": evil.encode() + b"\xff"})
    assert "<script" not in found
    folded = found[found.index("<details class") : found.index("</details>")]
    assert re.findall(r"<[^>]*>", folded.partition("</summary>")[2]) == [
        '<div class="highlight">', "<pre>", "<code>", "</code>", "</pre>", "</div>",
    ]  # fmt: skip
    assert "\u202e" not in folded
    assert "\n" not in folded, "an empty line would end the block"


def test_a_file_is_shown_once_and_a_page_shows_so_many() -> None:
    twice = page(
        {"pool.txt": b"20"},
        '{at: 2026-03-02T09:14Z, text: "One", evidence: [evidence/pool.txt, evidence/./pool.txt]}',
        '{at: 2026-03-02T09:15Z, text: "Two", evidence: [evidence/pool.txt]}',
    )
    assert shown(twice) == ["pool.txt"]
    assert twice.index("<details class") < twice.index("Two")
    many = page({f"{number:02}.txt": b"x" * 8_000 for number in range(30)})
    assert shown(many) == [f"{number:02}.txt" for number in range(12)]
    assert len(many) < 12 * 8_000 + 20_000


@pytest.mark.parametrize(
    "named", ["evidence/gone.txt", "../../../opsbook.toml", "/etc/passwd", "incident.yaml"]
)
def test_no_other_file_is_shown_whatever_an_entry_names(named: str) -> None:
    found = page({"pool.txt": b"20"}, f'{{at: 2026-03-02T09:14Z, text: "One", evidence: ["{named}"]}}')
    assert shown(found) == []
