"""A link leads to an address, and runs nothing.

A link to `javascript:` runs what follows it with the rights of whoever clicks, on the page where the
record is shown; `vbscript:` and `data:` do the like in some programs. Nobody writes one by hand for a
reader: it was pasted, or somebody tries what the page lets through.

Looked at are links and pictures on pages and in every text of a record, and the addresses under
`links`, `tracker`, `changes`, `evidence` and `source`. What a browser would still understand counts:
capital letters, line breaks and character references in the scheme. Pictures written into the page as
`data:image/png` and the like pass, and so does anything in code.

In 965 runbooks and post-mortems of twenty collections there is no such link, and nothing is taken for
one.

## Example

```markdown title="runbooks/database-failover.md"
# Database failover

[Open the console](javascript:alert(1))  <!-- HYG002 -->
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
links:
  chat: "javascript:alert(1)"  # HYG002
timeline:
  - {at: 2026-03-02T09:06Z, text: "See [the graph](data:text/html;base64,PHNjcmlwdD4)"}  # HYG002
```

Use instead:

```markdown title="runbooks/database-failover.md"
# Database failover

[Open the console](https://console.example.com)
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
links:
  chat: "https://chat.example.com/incident-2026-03-02-checkout-5xx"
timeline:
  - {at: 2026-03-02T09:06Z, text: "See [the graph](evidence/graph.png)"}
```

Related: `raw_html`, `invisible_character`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.texts import passages, texts
from opsbook.lint.words import cue

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.text import Location, Pointer

_KINDS = tuple(kind.name for kind in KINDS if kind.name != "communication")
_ADDRESSES = frozenset(("links", "tracker", "changes", "evidence", "source"))
_IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\ufeff]")
"""What browsers take out of a scheme, and what nobody sees in it."""
_RUNS = re.compile(r"(javascript|vbscript|data(?!:image/(?:png|jpe?g|gif|webp|avif)[;,])):", re.IGNORECASE)
_CUE = cue("data javascript avascript vascript ascript script vbscript bscript")
"""Of these schemes: what is left of one as a word, where an ignored sign stands within it."""


@rule("HYG002", on=_KINDS, adopt="warning", recommended="error", measured=(0, 0, 0))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    source = document.source
    runs = ("&" in source.text or _CUE.given(document)) and _may_run(source.lowered)
    if not runs and (document.kind.markdown or "\\" not in source.text):
        return
    for passage in passages(document, _has_links):
        for link in passage.page.links:
            scheme = _scheme(link.target)
            if scheme:
                yield _finding(passage.locate(link.span), scheme)
    if not runs:
        return
    for pointer, text in texts(document):
        scheme = _scheme(text) if _is_address(pointer) else None
        if scheme:
            yield _finding(document.at(*pointer), scheme)


def _has_links(text: str) -> bool:
    return ("](" in text or "<" in text or "]:" in text) and _may_run(text.lower())


def _may_run(text: str) -> bool:
    """Whether a text in lower case has a part of such a scheme, or an escape that may stand for one."""
    return ("&" in text and "&#" in text) or _begins("script", text) or _begins("data", text)


def _begins(word: str, text: str) -> bool:
    return word in text and any(word + sign in text for sign in ":&\\")


def _is_address(pointer: Pointer) -> bool:
    return not _ADDRESSES.isdisjoint(pointer)


def _scheme(target: str) -> str | None:
    """The scheme of an address that runs something."""
    found = _RUNS.match(_IGNORED.sub("", target[:200]))
    return found[1].lower() if found else None


def _finding(place: Location, scheme: str) -> Finding:
    return Finding(place, f"a `{scheme}:` link", "link to an `https:` address, or to a file of the book")
