"""A section of a post-mortem says something.

An empty heading is what the template left. It looks finished from afar, and tells the reader that
there was nothing to say: no impact, nothing that went well. If that is so, a sentence says it better.

Sections that post-mortems are made of are looked at, required or not. A comment is no content; a
block that opsbook generates is. A page that says `status: draft` is left in peace.

Related: `missing_section`, `template_words`.

## Example

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
---
status: in-review
---
# Wallet passes arrive an hour late

## Impact

4,100 passes came late, none was lost.

## What went well  <!-- PM003 -->

<!-- be generous -->

## What went wrong

The reminder went to somebody who had left.
````

Use instead:

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
---
status: in-review
---
# Wallet passes arrive an hour late

## Impact

4,100 passes came late, none was lost.

## What went well

Every e-mailed ticket had been written to work without the pass.

## What went wrong

The reminder went to somebody who had left.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.parts import quoted, unfinished
from opsbook.lint.rule import rule
from opsbook.model.postmortem import SECTIONS, Postmortem

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.text import Location


@rule("PM003", on="postmortem", measured=(37, 37, 37))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem):
        return
    empty: dict[Location, str] = {}
    for section in (*SECTIONS["full"], "lessons"):
        found = find(postmortem, section, context.settings)
        if found and found.empty:
            empty.setdefault(found.location, quoted(found))
    for location, name in empty.items():
        yield Finding(location, f"section {name} is empty", "write it, or say why there is nothing to say")
