"""The blocks of a post-mortem: what they say, and that a record's text stays text."""

from __future__ import annotations

import html
import re
from zoneinfo import ZoneInfo

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.authoring.blocks import action_items, timeline
from opsbook.book import document
from opsbook.book.kinds import kind
from opsbook.book.markdown import Page
from opsbook.defaults import severities
from opsbook.metrics.business_days import Calendar, Terms
from opsbook.model.incident import ActionItem, Entry, Incident
from opsbook.model.time import instant

BERLIN = Terms(severities(), Calendar(ZoneInfo("Europe/Berlin")))
UTC = Terms(severities(), Calendar(ZoneInfo("UTC")))


def incident(text: str) -> Incident:
    id = "2026-03-02-checkout-5xx"
    path = f"incidents/2026/{id}/incident.yaml"
    content: Incident = document.read(kind("incident"), id, path, text.encode()).content
    return content


def cell(text: str) -> str:
    """How the text of an entry stands in the table."""
    entry = Entry(at=instant("2026-03-02T09:02Z"), text=text)
    block = timeline(Incident(title="t", timeline=(entry,)), UTC)
    row = block.splitlines()[-2]
    assert row.startswith("| 09:02 |  | ")
    assert row.endswith(" |")
    return row.removeprefix("| 09:02 |  | ").removesuffix(" |")


def test_a_timeline_is_a_table_a_day_in_the_books_zone() -> None:
    record = incident("""\
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T22:58Z, milestone: started, approximate: true, text: "The pool shrank"}
  - {at: 2026-03-02T23:07:30Z, page: {person: ana, outcome: acted}, text: "Primary paged"}
  - {at: 2026-03-02T23:08Z, page: {person: chi}, text: "Expert paged"}
  - {at: 2026-03-02T23:14Z, milestone: declared, severity: SEV1, by: ana, text: "Declared"}
  - {at: 2026-03-02T23:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T23:27Z, type: decision, choice: mitigate, text: "Fail over first"}
  - {at: 2026-03-02T23:28Z, type: action, text: "Read the logs"}
  - {at: 2026-03-02T23:31Z, runbook: {id: database-failover, result: partial}, text: "Promoted"}
  - {at: 2026-03-02T23:40Z, milestone: resolved, update: {audience: customers}, text: "We are sorry"}
""")
    assert (
        timeline(record, BERLIN)
        == """
**2026-03-02, UTC+01:00**

| Time | Step | What happened |
| --- | --- | --- |
| about 23:58 | **Started** | The pool shrank |

**2026-03-03, UTC+01:00**

| Time | Step | What happened |
| --- | --- | --- |
| 00:07:30 | Page to ana (acted) | Primary paged |
| 00:08 | Page to chi | Expert paged |
| 00:14 | **Declared**, **SEV1** | Declared |
| 00:20 | Update (public, investigating) | Some orders fail |
| 00:27 | Decision | Fail over first |
| 00:28 |  | Read the logs |
| 00:31 | Runbook `database-failover` (partial) | Promoted |
| 00:40 | **Resolved**, Update (customers) | We are sorry |

"""
    )


def test_entries_stand_in_order_of_time_whatever_the_record_does() -> None:
    record = incident("""\
title: t
timeline:
  - {at: 2026-03-02T10:00Z, text: "second"}
  - {at: 2026-03-02T09:00Z, text: "first"}
  - {at: 2026-03-02T10:00Z, text: "third"}
""")
    assert re.findall("first|second|third", timeline(record, UTC)) == ["first", "second", "third"]


def test_an_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    record = incident("""\
title: t
timeline:
  - {at: 2026-10-25T00:30Z, text: "summer"}
  - {at: 2026-10-25T01:30Z, text: "winter"}
""")
    assert (
        timeline(record, BERLIN)
        == """
**2026-10-25, UTC+02:00**

| Time | Step | What happened |
| --- | --- | --- |
| 02:30 |  | summer |

**2026-10-25, UTC+01:00**

| Time | Step | What happened |
| --- | --- | --- |
| 02:30 |  | winter |

"""
    )


def test_a_zone_at_utc_says_so() -> None:
    record = incident('title: t\ntimeline:\n  - {at: 2026-03-02T09:00Z, text: "x"}\n')
    assert "**2026-03-02, UTC**" in timeline(record, UTC)


def test_action_items_say_who_does_what_by_when() -> None:
    record = incident("""\
title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:00Z, severity: SEV2, text: "Less than we thought"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  one: {title: Check the pool size, owner: chi, due: 2026-03-16, tracker: "https://t.example.com/PAY-812"}
  two: {title: Page on saturation, owner: payments, status: in-progress, tracker: PAY-813}
  three: {title: Draw a graph, due: 2026-03-20, status: done, done_on: 2026-03-19}
  four: {title: Fail over by itself, status: declined, reason: It hides the fault}
""")
    assert (
        action_items(record, BERLIN)
        == """
| Action item | Owner | Due | Status |
| --- | --- | --- | --- |
| Check the pool size ([tracker](https://t.example.com/PAY-812)) | chi | 2026-03-16 | open |
| Page on saturation (PAY-813) | payments | 2026-04-01 | in progress |
| Draw a graph | — | 2026-03-20 | done on 2026-03-19 |
| Fail over by itself | — | 2026-04-01 | declined: It hides the fault |

"""
    )


def test_without_a_resolution_or_a_severity_an_item_has_no_date() -> None:
    record = incident("title: t\naction_items:\n  one: {title: Look into it}\n")
    assert "| Look into it | — | — | open |" in action_items(record, UTC)


def test_an_empty_record_says_that_there_is_nothing() -> None:
    assert timeline(Incident(title="t"), UTC) == "\n*The record has no timeline yet.*\n\n"
    assert action_items(Incident(title="t"), UTC) == "\n*No action items.*\n\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Pool size 20, expected **50**", "Pool size 20, expected **50**"),
        ("`kubectl get pods` hangs", "`kubectl get pods` hangs"),
        ("See [the graph](evidence/pool.png)", "See [the graph](evidence/pool.png)"),
        (
            "See [it](https://g.example.com:3000/d/x?a=1&b=2#p)",
            "See [it](https://g.example.com:3000/d/x?a=1&b=2#p)",
        ),
        ("See https://g.example.com/d/x?a=1&b=2", "See https://g.example.com/d/x?a=1&b=2"),
        ("Ready!", "Ready!"),
        ("AT&T is down, R&D too", "AT&T is down, R&D too"),
        ("[ops] took over", "[ops] took over"),
        ("one line\nand its end", "one line and its end"),
        ("the headline\n\nand the rest", "the headline …"),
        ("the headline\r\n\r\nand the rest", "the headline …"),
        ("a | b", "a &#124; b"),
        ("`ps | grep x`", "&#96;ps &#124; grep x&#96;"),
        ("`a` and `", "`a` and &#96;"),
        ("``a` b``", "&#96;&#96;a&#96; b&#96;&#96;"),
        ("C:\\temp\\", "C:&#92;temp&#92;"),
        ("\\| a", "&#92;&#124; a"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("`<b>`", "&#96;&lt;b&gt;&#96;"),
        ("&lt; stays", "&amp;lt; stays"),
        ("&#106;avascript", "&amp;#106;avascript"),
        ("--> out", "--&gt; out"),
        ("<!-- /opsbook -->", "&lt;!-- /opsbook --&gt;"),
        ("[x](javascript:alert)", "[x&#93;(javascript:alert)"),
        ("[x](javascript:1)", "[x&#93;(javascript:1)"),
        ("[x](//evil.example.com)", "[x&#93;(//evil.example.com)"),
        ("[x](&#106;avascript:alert)", "[x&#93;(&amp;#106;avascript:alert)"),
        ("[x][y]", "[x&#93;[y]"),
        ("[TOC]", "&#91;TOC]"),
        ("x {: onclick=y }", "x &#123;: onclick=y }"),
        ("`${HOME}` of [{: a=b }](x)", "`${HOME}` of [&#123;: a=b }&#93;(x)"),
        ("![x](https://e.example.com/p.png)", "&#33;[x](https://e.example.com/p.png)"),
        ("[![x](https://e.example.com/a)](data:x)", "[&#33;[x](https://e.example.com/a)&#93;(data:x)"),
        ("line\u2028separator\u0085here", "line separator here"),
    ],
)
def test_text_shows_as_it_stands(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_a_title_a_tracker_and_a_reason_are_text_too() -> None:
    item = ActionItem(
        title="a | b", tracker="https://x) <b>", status="declined", reason="<!-- /opsbook -->\n| x |"
    )
    row = action_items(Incident(title="t", action_items={"one": item}), UTC).splitlines()[-2]
    assert row == (
        "| a &#124; b (https://x) &lt;b&gt;) | — | — | declined: &lt;!-- /opsbook --&gt; &#124; x &#124; |"
    )


MARKS = [
    *"`|<>\\[]()!&#;*_~-:/ \n\r",
    "a",
    "1",
    "<!--",
    "-->",
    "```",
    "](",
    "\n# ",
    "\n\n",
    "<b>",
    "{: id=x }",
]
MARKS += ["javascript:", "[x](", "https://e.example.com/"]
HOSTILE = st.lists(st.sampled_from(MARKS), min_size=1, max_size=30).map("".join)


@given(HOSTILE.filter(str.strip))
def test_no_text_leaves_its_cell(text: str) -> None:
    entries = tuple(Entry(at=instant("2026-03-02T09:02Z"), text=words) for words in (text, "after"))
    block = timeline(Incident(title="t", timeline=entries), UTC)
    page = f"# Title\n\n<!-- opsbook:timeline -->\n{block}<!-- /opsbook -->\n"
    seen = Page(page)
    assert [heading.text for heading in seen.headings] == ["Title"]
    assert (seen.html, seen.fences, seen.items) == ([], [], [])
    assert [block.name for block in seen.generated] == ["timeline"]
    assert len(seen.comments) == 2
    assert all(
        re.match(r"https?://|[\w.]", link.target) and "script:" not in link.target for link in seen.links
    )
    rows = page.splitlines()[8:-2]
    assert [row.count("|") for row in rows] == [4, 4]
    assert html.unescape(rows[1]) == "| 09:02 |  | after |"


@given(HOSTILE.filter(str.strip))
def test_no_text_becomes_markup_on_the_site(text: str) -> None:
    entry = Entry(at=instant("2026-03-02T09:02Z"), text=text)
    block = timeline(Incident(title="t", timeline=(entry,)), UTC)
    page = markdown.markdown(block, extensions=["tables", "attr_list", "md_in_html", "fenced_code", "toc"])
    tags = set(re.findall(r"<(\w+)([^>]*)>", page))
    usual = {"p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in tags} <= usual | {"em", "code", "a"}
    assert all(not more or re.fullmatch(r' href="(https://e|[\w./#-])[\w./#&;-]*"', more) for _, more in tags)
