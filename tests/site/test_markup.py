"""A record's Markdown becomes safe HTML that any site generator passes on."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from opsbook.site import markup


def known(target: str) -> str | None:
    return target if target.startswith(("https://", "pool.png")) else None


def test_a_fence_inside_a_step_stays_inside_the_step() -> None:
    steps = "1. List them.\n\n    ```\n    ls <dir>\n\n    ls\n    ```\n\n2. Wait.\n"
    assert markup.page(steps, known) == (
        '<div><ol><li><p>List them.</p><div class="highlight"><pre><code>ls &#60;dir&#62;&#10;&#10;ls'
        "</code></pre></div></li><li><p>Wait.</p></li></ol></div>"
    )


def test_a_list_needs_no_blank_line_and_two_spaces_nest() -> None:
    text = "First:\n- one\n  - two\n- three\n"
    assert markup.page(text, known) == (
        "<div><p>First:</p><ul><li>one<ul><li>two</li></ul></li><li>three</li></ul></div>"
    )


def test_a_table_keeps_its_columns_aligned() -> None:
    text = "Text\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"
    assert markup.page(text, known) == (
        '<div><p>Text</p><table><thead><tr><th>a</th><th style="text-align: right">b</th></tr></thead>'
        '<tr><td>1</td><td style="text-align: right">2</td></tr></table></div>'
    )


def test_headings_stay_markdown_and_the_only_one_of_level_one_is_the_pages_own() -> None:
    assert markup.page("# Failover\n\n## Steps\n\nGo.\n\n### Promote\n", known) == (
        "## Steps { #steps }\n\n<div><p>Go.</p></div>\n\n### Promote { #promote }"
    )


def test_several_headings_of_level_one_move_down() -> None:
    assert markup.page("# Trigger\n# Steps\n## Steps\n", known) == (
        "## Trigger { #trigger }\n\n## Steps { #steps }\n\n### Steps { #steps-1 }"
    )


def test_a_heading_inside_an_entry_is_bold() -> None:
    assert markup.block("# Found\nit", known) == "<p><strong>Found</strong></p>\n\n<p>it</p>\n\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>alert(1)</script>", "<p>&#60;script&#62;alert(1)&#60;/script&#62;</p>"),
        ("a <b onclick=x>c</b>", "<p>a &#60;b onclick&#61;x&#62;c&#60;/b&#62;</p>"),
        ("a <!-- opsbook: ignore[RUN001] --> b", "<p>a  b</p>"),
        ("<!-- one\ntwo -->", ""),
        ("[x](javascript:alert(1))", '<p><span class="ob-nowhere" title="javascript:alert(1)">x</span></p>'),
        (
            "<javascript:x>",
            '<p><span class="ob-nowhere" title="javascript:x">javascript:x</span></p>',
        ),
        (
            "[x](data:text/html,<b>)",
            '<p><span class="ob-nowhere" title="data:text/html,&#60;b&#62;">x</span></p>',
        ),
        ('[x](https://a.example/"onclick=)', '<p><a href="https://a.example/&#34;onclick&#61;">x</a></p>'),
        ("![graph](pool.png)", '<p><img src="pool.png" alt="graph" loading="lazy"></p>'),
        ("![far](https://a.example/x.png)", '<p><a href="https://a.example/x.png">far</a></p>'),
        (
            "{{ config }} {: onclick=x }",
            "<p>&#123;&#123; config &#125;&#125; &#123;: onclick&#61;x &#125;</p>",
        ),
    ],
)
def test_nothing_that_a_record_says_becomes_markup_of_the_page(written: str, shown: str) -> None:
    assert markup.block(written, known).strip() == shown


def test_a_fence_cannot_end_early_in_the_generators_dialect() -> None:
    found = markup.page("````text\n```\n~~~\n# no heading\n````\n", known)
    assert re.findall(r"\n|```|~~~", found) == []


def test_code_is_highlighted_and_named_by_its_file() -> None:
    assert markup.page('```yaml title="a.yaml"\na: 1\n```\n', known) == (
        '<div><div class="highlight"><span class="filename">a.yaml</span><pre><code>'
        '<span class="nt">a</span><span class="p">:</span><span class="w"> </span><span class="l l-Scalar '
        'l-Scalar-Plain">1</span></code></pre></div></div>'
    )


def test_quotes_nested_without_end_stay_shallow() -> None:
    assert markup.page(">" * 5000 + "deep", known).count("<blockquote>") == 24


def test_anchors_are_those_of_a_forge() -> None:
    assert [markup.slug(words) for words in ("What went well?", "Who's on call", "a_b  c", "Rücknahme")] == [
        "what-went-well", "whos-on-call", "a_b--c", "rücknahme",
    ]  # fmt: skip


# ── any text at all ───────────────────────────────────────────────────────────────────────

MARKS = """\
# |## |- |1. |   |    |> |- [ ] |---|===|***|```|~~~|`|*|**|_|^|~|$|[|](|](b.md)|)|![|[x]|[x]: javascript:y|
[^1]|<|</p>|>|<b>|<!--|-->|<div>|</div>|<script>|<hr>|<br/>|<?php|<![CDATA[|]]>|<!DOCTYPE|&|&lt;|&#60;|&copy;|\\|{{|}}|
{: .x }|{ #id }|:smile:|http://x|<http://y>|a|b c|é|🔥|\u202e|\x00|\x02|\x03|\t|\r"""
PIECES = st.sampled_from([*MARKS.replace("\n", "").split("|"), "|", "\n", "\n\n", "\n|a|b|\n|-|-|\n|c|\n"])
ALLOWED = (
    "p em strong del code pre div span a img br hr ul ol li blockquote table thead tr th td h1 h2 h3 h4 h5 h6"
)
TAGS = set(ALLOWED.split())
ATTRIBUTES = {"class", "id", "href", "src", "alt", "title", "loading", "style", "start"}


class Html(HTMLParser):
    """The tags of a text, whether they are balanced, and its words without spaces."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.strange: list[object] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS or {name for name, _ in attrs} - ATTRIBUTES:
            self.strange.append((tag, attrs))
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.strange.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.words += "".join(data.split())


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_the_generators_dialect_shows_the_same_words_in_known_tags_only(text: str) -> None:
    page = markup.page(text, known)
    built = Html(Markdown(extensions=["toc", "tables", "fenced_code", "attr_list"]).convert(page))
    assert (built.open, built.strange) == ([], [])
    assert built.words == Html(re.sub(r"(?m)^#+ (.*) \{ #\S+ \}$", r"<p>\1</p>", page)).words


WORDS = ["a", "B", "é", "7", *" .,#-+=:>!()'@/%\u202e\xa0", '"', "1. ", "- ", "  "]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map("".join))
def test_a_sentence_is_shown_as_the_parser_would_show_it(text: str) -> None:
    read = f"{text}\n"  # what has two lines is no sentence
    assert markup.block(text, known) == markup.block(read, known)


def test_blocks_are_passed_on_as_they_stand_and_markdown_between_them_is_read() -> None:
    page = "## Steps { #s }\n\n<div><p>a & *b*</p>\n<ol></div>\n\n*text*\n\n<span>c</span>\n"
    plain = Markdown(extensions=["attr_list", "opsbook.site.blocks"]).convert(page)
    assert plain == (
        '<h2 id="s">Steps</h2>\n<div><p>a & *b*</p>\n<ol></div>\n<p><em>text</em></p>\n<p><span>c</span></p>'
    )
