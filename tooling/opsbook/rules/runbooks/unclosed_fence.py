"""A block of code that is opened is closed.

Without its last line a block runs to the end of the page, or of the list item it stands in. Everything
below is then shown as code: headings are gone, links do not lead anywhere, and the steps after it are
nothing that a reader or a tool can see.

In a list item the closing line has to be indented like the opening one. Further left it ends the item
and opens a block of its own.

On 14 public collections of runbooks and 9 of post-mortems two pages have such a block; both were found,
and no other.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash  <!-- RUN021 -->
journalctl --vacuum-size=200M

## Verification

The disk is below 80 %.
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
journalctl --vacuum-size=200M
```

## Verification

The disk is below 80 %.
````

Related: `fence_without_language`, `missing_verification`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Fence
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.runbook import Runbook

_MARK = re.compile(r"`{3,}|~{3,}")
_HINT = "add a line with the same signs, indented like the first, where the code ends"


@rule("RUN021", on=("runbook", "postmortem"), adopt="warning", recommended="error", measured=(2, 2, 2))
def check(page: Document[Runbook | Postmortem], context: Context) -> Iterator[Finding]:
    before = -1  # where a block that was not closed ends
    for fence in page.page.fences:
        mark = _MARK.match(page.source.text, fence.span.start) if fence.fenced else None
        if mark is None or _closed(page.source.text, fence, mark[0]):
            continue
        meant_to_close = before >= 0 and not page.source.text[before : fence.span.start].strip()
        before = fence.span.end
        if not meant_to_close:
            end = Related(page.span(Span(fence.span.end, fence.span.end)), "it runs to here")
            message = "a block that is never closed begins here"
            yield Finding(page.span(Span(*mark.span())), message, _HINT, (end,))


def _closed(text: str, fence: Fence, mark: str) -> bool:
    """Whether the last line of a block is one that closes it."""
    *before, last = text[fence.span.start : fence.span.end].splitlines()
    closing = last.strip("> \t")
    return bool(before) and set(closing) == {mark[0]} and len(closing) >= len(mark)
