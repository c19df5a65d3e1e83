"""Markdown: a summary on a forge, in which record text is text: no link, mention, tag or table."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from opsbook.diagnostics import Diagnostic, Level
from opsbook.edits import Edit, Fix
from opsbook.lint.check import Report
from opsbook.output.frames import clean
from opsbook.output.markdown import render
from opsbook.text import Location, Source, Span

HOSTILE = (
    "]]> ${{ x }} ::set-output ##[error] \x1b[31m\u202e | ` <script>alert(1)</script> <!-- x --> @octocat "
    "#12 org/repo#3 [a](javascript:x) ![i](https://evil.example/i.png) www.evil.example mailto:a@b.example "
    "https://evil.example :tada: $x$ **b** __i__ ~~s~~ \\ &lt; \n\n# head\n\r- list\x00"
)
PATH = "policies/services/checkout.yaml"


def finding(
    message: str = "`a` is no `b`", level: Level = Level.ERROR, hint: str = "", path: str = PATH
) -> Diagnostic:
    where = Location(Source(path, "name: x\nteam: a\n"), Span(14, 15))
    return Diagnostic("REF001", "unknown_reference", level, where, message, hint)


def report(*findings: Diagnostic) -> str:
    return render(Report(findings, (), 3))


class Shown(HTMLParser):
    """What a reader sees of a page, and the tags and attributes that make it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.outside_code: list[str] = []
        self._code = 0
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(name for name, _ in attrs)}
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self._code:
            self.outside_code.append(data)


def test_a_report_counts_by_level_and_lists_by_file() -> None:
    where = finding().location
    mended = finding()._replace(fix=Fix("write it", (Edit(where, "b"),)))
    other = finding("no owner", Level.ADVICE, "add one", "runbooks/cache.md")
    assert report(mended, finding(level=Level.WARNING), other, finding()._replace(before="base")) == (
        "## opsbook: 3 findings in 3 records\n\n"
        "| level | findings | `--fix` mends |\n|---|--:|--:|\n"
        "| error | 1 | 1 |\n| warning | 1 | 0 |\n| advice | 1 | 0 |\n\n"
        f"### `{PATH}`\n\n"
        "- **error** `REF001` unknown\\_reference, line 2, column 7: `a` is no `b`\n"
        "- **warning** `REF001` unknown\\_reference, line 2, column 7: `a` is no `b`\n\n"
        "### `runbooks/cache.md`\n\n"
        "- **advice** `REF001` unknown\\_reference, line 2, column 7: no owner (add one)\n\n"
        "1 finding that this change did not bring; `opsbook check` shows them.\n"
    )


def test_nothing_wrong_is_one_line() -> None:
    assert report() == "## opsbook: nothing wrong in 3 records\n"


TABLE = {"table", "thead", "tbody", "tr", "th", "td", "style"}
ALLOWED = TABLE | {"h2", "h3", "ul", "li", "strong", "code", "p"}


@pytest.mark.parametrize("place", ["message", "hint", "path"])
def test_record_text_is_shown_as_it_is_and_makes_nothing(place: str) -> None:
    shown = Shown(report(finding(**{place: HOSTILE})))
    assert shown.tags <= ALLOWED
    assert clean(HOSTILE) in shown.text
    for text in shown.outside_code:  # where a forge looks for mentions and numbers of issues
        assert not re.search(r"@\w|#\d", text)


def test_an_address_in_prose_is_not_made_a_link() -> None:
    written = report(finding("see www.evil.example, https://evil.example"))
    assert written.endswith(": see www\\.evil.example, https\\://evil.example\n")


@given(st.text(alphabet=st.sampled_from("`ab @#\\[]()<>|*_~!:/w.&$\n"), max_size=40))
def test_no_text_makes_anything_but_code(text: str) -> None:
    shown = Shown(report(finding(f"x{text}x")))
    assert shown.tags <= ALLOWED
    spaces = re.compile(r"[ `]+")  # a code span may lose a space at its edge, and its backticks
    assert spaces.sub("", clean(f"x{text}x")) in spaces.sub("", shown.text)


def test_a_report_stays_within_what_a_job_summary_may_hold() -> None:
    many = [finding("`a` " * 50, path=f"runbooks/{number}.md") for number in range(9000)]
    written = report(*many)
    assert 800_000 < len(written.encode()) < 1 << 20
    listed = written.count("### ")
    assert written.endswith(f"\n{9000 - listed:,} more findings; `opsbook check` shows them.\n")
