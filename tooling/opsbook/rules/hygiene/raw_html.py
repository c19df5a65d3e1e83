"""Records are Markdown, without HTML in it.

A browser that shows the record does what its HTML says: it runs a script, loads a picture from another
host and tells that host who reads about the outage, or leaves a table open over the rest of the page. It
also takes any word in angle brackets for a tag and shows nothing: `scp <file> <host>` becomes `scp`,
unless it stands in backticks.

Looked at is every page and every text of a record: titles, summaries, timelines, definitions, duties,
reasons. Templates of communications are not, nor a runbook's `variables`. Comments pass, and so do
addresses like `<https://status.example.com>`, everything in backticks and code blocks, and blocks that
opsbook generates from the incident.

Run on the pages of twenty collections of runbooks and post-mortems, it found tags and placeholders
that a page does not show.

## Example

```markdown title="runbooks/database-failover.md"
# Database failover

Ask <b>before</b> you begin.  <!-- HYG001 -->

<details>  <!-- HYG001 -->
<summary>Commands</summary>

Connect to <host> and promote the replica.  <!-- HYG001 -->

</details>
```

Use instead:

```markdown title="runbooks/database-failover.md"
# Database failover

Ask **before** you begin.

## Commands

Connect to `<host>` and promote the replica.
```

## Example: an incident

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "Latency < 5 s again, see <https://graphs.example.com>"}
  - {at: 2026-03-02T09:31Z, text: "Restarted <pod-name><br>twice"}  # HYG001
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "Latency < 5 s again, see <https://graphs.example.com>"}
  - {at: 2026-03-02T09:31Z, text: "Restarted `<pod-name>` twice"}
```

Related: `unsafe_link`, `invisible_character`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.texts import passages
from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.lint.context import Context

_KINDS = tuple(kind.name for kind in KINDS if kind.name != "communication")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_INSTEAD = {
    "a": "write a link: `[text](address)`; a heading is an anchor by itself",
    "b strong": "write `**…**`",
    "i em": "write `*…*`",
    "br": "begin a new paragraph, list item or table row",
    "code kbd samp tt pre": "write it in backticks, or as a block between lines of three",
    "details summary h1 h2 h3 h4 h5 h6": "write a heading: `## …`",
    "hr": "write `***` on a line of its own",
    "img picture": "write `![what it shows](address)`",
    "table thead tbody tfoot tr th td": "write a Markdown table",
    "ul ol li dl dt dd": "write a list: `- …`",
    "p div span center font small section article": "leave the tag out",
    "script iframe style link meta object embed form input button": "take it out, and link to what it shows",
}
_OTHER_TAGS = (
    "abbr address area aside audio base bdi bdo big blockquote body canvas caption cite col colgroup data "
    "datalist del dfn dialog fieldset figcaption figure footer frame frameset head header hgroup html ins "
    "label legend main map mark marquee math menu meter nav noscript optgroup option output param progress "
    "q rp rt ruby s search select slot source strike sub sup svg template textarea time title track u var "
    "video wbr"
)
_HINTS = {tag: hint for tags, hint in _INSTEAD.items() for tag in tags.split()}
_HINTS |= dict.fromkeys(_OTHER_TAGS.split(), "write it in Markdown, or in backticks")


@rule("HYG001", on=_KINDS, adopt="warning", recommended="error", measured=(122, 50, 50))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    said = set()
    for place in _places(document):
        finding = _finding(place)
        key = place.start.line, finding.hint
        if key not in said:  # a row of a table with six <br> is mended at once
            said.add(key)
            yield finding


def _places(document: Document[Any]) -> Iterator[Location]:
    for passage in passages(document, _has_tags):
        yield from map(passage.locate, _raw(passage.page))


def _has_tags(text: str) -> bool:
    return "<" in text


def _raw(page: Page) -> Iterator[Span]:
    """Each stretch of raw HTML, but for the ends of what began earlier on the page."""
    opened: set[str] = set()
    for span in _stretches(page):
        tags = _TAG.findall(page.text, *span)
        ends = bool(tags) and all(slash and name in opened for slash, name in tags)
        opened |= {name for slash, name in tags if not slash}
        if not ends and not any(block.span.start <= span.start < block.span.end for block in page.generated):
            yield span


def _stretches(page: Page) -> Iterator[Span]:
    """Raw HTML with nothing but white space in between is one: a parser gives it line by line."""
    whole: Span | None = None
    for span in page.html:
        if whole and not page.text[whole.end : span.start].strip():
            whole = Span(whole.start, span.end)
            continue
        if whole:
            yield whole
        whole = span
    if whole:
        yield whole


def _finding(place: Location) -> Finding:
    tag = _TAG.match(place.text)
    if tag and tag[2].lower() not in _HINTS:
        shown = place.text.partition(">")[0][:40] + ">"
        return Finding(
            place,
            f"`{shown}` is a tag to a browser, which shows nothing",
            f"if it stands for something, put it in backticks: `` `{shown}` ``",
        )
    shown = f"<{tag[1]}{tag[2]}>" if tag else " ".join(place.text.split())[:40]
    return Finding(place, f"raw HTML: `{shown}`", _HINTS[tag[2].lower()] if tag else "take it out")
