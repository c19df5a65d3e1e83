"""The structure of a page: headings, sections, fences, links, raw HTML, comments, each with its span."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opsbook.book.markdown import Page, front_matter
from opsbook.text import Span


def cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


# ── headings and sections ─────────────────────────────────────────────────────────────────

RUNBOOK = """\
# Größe 😀 failover

Before.

## Steps

1. Promote

### When it *fails* (`rc=1`)

Call.

## Rollback ##

Last updated
over two lines
==============

End.
"""


def test_headings_are_whole_lines_with_their_words() -> None:
    page = Page(RUNBOOK)
    assert [(each.level, each.text, cut(RUNBOOK, each.span)) for each in page.headings] == [
        (1, "Größe 😀 failover", "# Größe 😀 failover"),
        (2, "Steps", "## Steps"),
        (3, "When it fails (rc=1)", "### When it *fails* (`rc=1`)"),
        (2, "Rollback", "## Rollback ##"),
        (1, "Last updated over two lines", "Last updated\nover two lines\n=============="),
    ]


def test_a_section_runs_to_the_next_heading_of_its_level_or_above() -> None:
    sections = {each.heading.text: cut(RUNBOOK, each.body).strip() for each in Page(RUNBOOK).sections}
    assert sections["Größe 😀 failover"].endswith("## Rollback ##")
    assert sections["Steps"] == "1. Promote\n\n### When it *fails* (`rc=1`)\n\nCall."
    assert sections["When it fails (rc=1)"] == "Call."
    assert sections["Rollback"] == ""
    assert sections["Last updated over two lines"] == "End."


def test_what_looks_like_a_heading_in_code_a_comment_or_a_list_of_hashes_is_none() -> None:
    text = "```\n# a\n```\n\n    # b\n\n<!--\n# c\n-->\n\n#d\n\n\\# e\n\n####### f\n"
    assert Page(text).headings == []


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ("", True),
        ("\n \t\r\n", True),
        ("\n<!-- to be\n\nwritten -->\n", True),
        ("\n### Later\n\n<!-- todo -->\n\n### Even later\n", True),
        ("\nSaid.\n", False),
        ("\n### Later\n\nSaid.\n", False),
        ("\n<!-- todo --> said\n", False),
        ("\n<br>\n", False),
        ("\n```\n```\n", False),
        ("\n```\n<!-- shown -->\n```\n", False),
        ("\n<!-- opsbook:timeline -->\n<!-- /opsbook -->\n", False),
    ],
)
def test_a_section_is_empty_when_a_reader_finds_nothing_in_it(body: str, empty: bool) -> None:
    page = Page("# Page\n\n## Impact\n" + body + "\n## Next\n\nText.\n")
    impact = next(each for each in page.sections if each.heading.text == "Impact")
    assert page.empty(impact.body) is empty


# ── code ──────────────────────────────────────────────────────────────────────────────────

FENCES = """\
```sh
ls --größe
```

~~~ {.yaml title="x"}
a: ```
~~~

- Promote 😀:

  ```console
  $ promote

  done
  ```

    indented

```` markdown
```
inside
```
````

```
```

```text
never closed
"""


def test_fences_have_a_language_a_span_and_their_code() -> None:
    page = Page(FENCES)
    assert [(each.language, each.fenced, cut(FENCES, each.code)) for each in page.fences] == [
        ("sh", True, "ls --größe\n"),
        (".yaml", True, "a: ```\n"),
        ("console", True, "$ promote\n\n  done\n"),
        ("markdown", True, "```\ninside\n```\n"),
        ("", True, ""),
        ("text", True, "never closed\n"),
    ]
    assert cut(FENCES, page.fences[2].span) == "```console\n  $ promote\n\n  done\n  ```"
    assert cut(FENCES, page.fences[4].span) == "```\n```"
    assert page.fences[4].code.start == page.fences[4].span.start + len("```\n")
    assert cut(FENCES, page.fences[5].span) == "```text\nnever closed"


def test_indented_code_is_code_without_a_language() -> None:
    text = "Text\n\n    rm -rf é\n\n    ls\n"
    (block,) = Page(text).fences
    assert (block.language, block.fenced, cut(text, block.code)) == ("", False, "rm -rf é\n\n    ls\n")


# ── links, lists, HTML ────────────────────────────────────────────────────────────────────


def test_links_and_pictures_lead_somewhere() -> None:
    text = "É [a](b.md 'c') ![😀](d.png) <https://e.f> [g][h] [i] [j]\n\n[h]: /k\n[i]: #l\n"
    assert [(each.target, cut(text, each.span)) for each in Page(text).links] == [
        ("b.md", "[a](b.md 'c')"),
        ("d.png", "![😀](d.png)"),
        ("https://e.f", "<https://e.f>"),
        ("/k", "[g][h]"),
        ("#l", "[i]"),
    ]


def test_list_items_know_their_depth_and_whether_they_are_numbered() -> None:
    text = "1. é\n   - b\n     1) c\n2. d\n\n* [ ] e\n"
    assert [(each.ordered, each.depth, cut(text, each.span)) for each in Page(text).items] == [
        (True, 1, "1. é\n   - b\n     1) c"),
        (False, 2, "- b\n     1) c"),
        (True, 3, "1) c"),
        (True, 1, "2. d"),
        (False, 1, "* [ ] e"),
    ]


def test_raw_html_is_told_from_comments_and_from_code() -> None:
    text = "É <b>x</b> `<i>` <!-- c\nd --> e\n\n<div>\n<!-- f --><script>\n</div>\n\n    <pre>\n\n1 < 2 > 0\n"
    page = Page(text)
    assert [cut(text, span) for span in page.html] == ["<b>", "</b>", "<div>", "<script>", "</div>"]
    assert [cut(text, span) for span in page.comments] == ["<!-- c\nd -->", "<!-- f -->"]


def test_a_comment_over_several_blocks_is_one_comment() -> None:
    text = "a\n\n<!-- one\n\n# no heading\n\n- no item 😀\n\n--> <b>\n\nend\n"
    page = Page(text)
    assert [cut(text, span) for span in page.comments] == ["<!-- one\n\n# no heading\n\n- no item 😀\n\n-->"]
    assert [cut(text, span) for span in page.html] == ["<b>"]
    assert page.headings == page.items == []


def test_a_comment_that_never_ends_runs_to_the_end() -> None:
    text = "a\n\n<!-- b\n\n# c\n"
    assert [cut(text, span) for span in Page(text).comments] == ["<!-- b\n\n# c\n"]


# ── generated blocks ──────────────────────────────────────────────────────────────────────

GENERATED = """\
## Timeline

  <!-- opsbook:timeline -->
| Time | é |
| --- | --- |
<!-- /opsbook -->

```
<!-- opsbook:shown -->
<!-- /opsbook -->
```

<!-- opsbook:action-items -->
<!-- /opsbook -->

<!-- opsbook:left-open -->
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_generated_block_is_what_stands_between_its_comments(end: str) -> None:
    text = GENERATED.replace("\n", end)
    assert [(each.name, cut(text, each.inner)) for each in Page(text).generated] == [
        ("timeline", f"| Time | é |{end}| --- | --- |{end}"),
        ("action-items", ""),
    ]
    first, second = Page(text).generated
    assert cut(text, first.span).startswith("  <!-- opsbook:timeline -->")
    assert cut(text, second.span) == f"<!-- opsbook:action-items -->{end}<!-- /opsbook -->"


def test_markers_on_one_line_or_the_wrong_way_round_are_no_block() -> None:
    assert Page("a <!-- opsbook:timeline --> b <!-- /opsbook --> c\n").generated == ()
    assert Page("<!-- /opsbook -->\n\n<!-- opsbook:timeline -->\n").generated == ()


def test_the_later_of_two_openings_begins_the_block() -> None:
    text = "<!-- opsbook:timeline -->\na\n<!-- opsbook:timeline -->\nb\n<!-- /opsbook -->\n"
    assert [cut(text, each.inner) for each in Page(text).generated] == ["b\n"]


# ── front matter ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["---", "+++"])
def test_front_matter_is_split_from_the_page(mark: str, end: str) -> None:
    text = f"{mark}{end}title: é{end}a: ---{end}{mark} {end}# Page{end}{mark}{end}"
    front = front_matter(text)
    assert front
    assert (front.mark, front.closed) == (mark, True)
    assert cut(text, front.span) == f"title: é{end}a: ---{end}"
    assert text[front.body :] == f"# Page{end}{mark}{end}"


@pytest.mark.parametrize(
    "text",
    ["", "--", "----\na: b\n----\n", " ---\na: b\n---\n", "--- x\n---\n", "---" + " " * 99 + "x\n---\n"],
)
def test_what_does_not_begin_with_the_mark_alone_on_a_line_has_no_front_matter(text: str) -> None:
    assert front_matter(text) is None


def test_the_page_begins_after_its_front_matter() -> None:
    text = "---\n# é\n---\n# Page 😀\n\n[a](b)\n"
    front = front_matter(text)
    assert front
    page = Page(text, front.body)
    assert [(each.text, cut(text, each.span)) for each in page.headings] == [("Page 😀", "# Page 😀")]
    assert [cut(text, each.span) for each in page.links] == ["[a](b)"]


# ── anything ──────────────────────────────────────────────────────────────────────────────


def spans(page: Page) -> list[Span]:
    named = [*page.headings, *page.fences, *page.links, *page.items, *page.generated]
    parts = [
        *(fence.code for fence in page.fences),
        *(section.body for section in page.sections),
        *(block.inner for block in page.generated),
    ]
    return [*(each.span for each in named), *parts, *page.html, *page.comments]


PIECES = st.sampled_from(
    [
        *"#*_`~<>[]()!-+|\\ \n\t\r&;:1.aé😀=",
        *(
            "\n\n",
            "```",
            "<!--",
            "-->",
            "\n# ",
            "\n- ",
            "\n1. ",
            "> ",
            "<b>",
            "[a](b)",
            "    ",
            "\r\n",
            "&amp;",
        ),
        *("<!-- opsbook:timeline -->\n", "<!-- /opsbook -->\n", "| a |\n| - |\n"),
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(0, 5))
@example("\n# ` #", 0)
def test_every_span_lies_in_the_text(text: str, start: int) -> None:
    page = Page(text, min(start, len(text)))
    for span in spans(page):
        assert page.start <= span.start <= span.end <= len(text)
    for section in page.sections:
        assert page.empty(section.body) in (True, False)
    for comment in page.comments:
        assert cut(text, comment).startswith("<!--")
    for fence in page.fences:
        assert fence.span.start <= fence.code.start <= fence.code.end <= len(text)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_wide_characters_before_a_page_move_its_spans_and_nothing_else(text: str) -> None:
    plain, wide = "aaaa\n\n", "é😀ä€\n\n"
    assert spans(Page(plain + text)) == spans(Page(wide + text))


NASTY = [
    *("[", "*", "<", ">", "`", "_", "![", "](", "[](", "<!--", "<a ", "&", "\\", "~", "|", "a*_", "``a`"),
    *("1. ", "- ", "> ", "# a\n", "- a\n", "<b>\n", "```\n", "|a|\n|-|\n", "[a]: b\n", "a\n=\n", "**a:**\n"),
    "<!-- opsbook:a -->\n",
]


@pytest.mark.parametrize("piece", NASTY)
def test_nothing_that_is_repeated_takes_long(piece: str) -> None:
    started = time.process_time()
    page = Page("# Page\n\n" + piece * 5_000)
    assert all(page.empty(section.body) in (True, False) for section in page.sections)
    assert page.generated == ()
    assert time.process_time() - started < 1


def test_the_pages_of_the_corpora_have_their_spans_in_place(corpora: Path) -> None:
    folders = corpora / "runbooks", corpora / "postmortems"
    files = [file for folder in folders for file in sorted(folder.rglob("*.md"))]
    assert len(files) > 700
    for file in files:
        text = file.read_bytes().decode()
        page = Page(text)
        assert all(0 <= span.start <= span.end <= len(text) for span in spans(page)), file
        assert all(cut(text, each.span).startswith(("```", "~~~")) for each in page.fences if each.fenced), (
            file
        )
        assert all(cut(text, each.span)[:1] in "[!<" for each in page.links), file


def test_a_comment_after_the_last_cell_of_a_row_is_one() -> None:
    text = "| a | b |\n|---|---|\n| 1 | 2 | <!-- x --> <!-- y -->\n| <!-- z --> | 4 |\n\n<!-- end -->\n"
    page = Page(text)
    assert [text[start:end] for start, end in page.comments] == [
        f"<!-- {w} -->" for w in ("x", "y", "z", "end")
    ]
    assert page.html == []
