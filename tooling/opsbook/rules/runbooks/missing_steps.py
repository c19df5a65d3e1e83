"""A runbook says what to do, step by step.

Everything else on the page leads to this. At 3 a.m. a reader follows, and does not compose: numbered
steps, each one action with the command to copy, let two people say "I'm at four" to each other and
let the next one take over in the middle.

A section `Steps`, `Procedure`, `Resolution` and the like counts, at any level. So do steps that are
numbered, in a list or by their headings, wherever no other part holds them: a page that is nothing
but steps need not say so.

Related: `unnumbered_steps`, `missing_part`.

## Example

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue  <!-- RUN004 -->

## Trigger

The oldest message is older than five minutes.

## Verification

1. Buy a test ticket.
2. It arrives within a minute.
````

Use instead:

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue

## Trigger

The oldest message is older than five minutes.

## Steps

1. Double the workers.
2. Look for one message that comes back again and again, and set it aside.

## Verification

1. Buy a test ticket.
2. It arrives within a minute.
````
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.lint.parts import missing, required
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_CONTENT = "a numbered list, one action each, with the command to copy"
_NUMBERED = re.compile(r"(?:step\s+)?\d+\s*[.):]", re.IGNORECASE)


@rule("RUN004", on="runbook", measured=(0, 0, 0))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    for finding in missing(runbook, "steps", context, _CONTENT):
        if not _numbered(runbook, context):
            yield finding


def _numbered(runbook: Document[Runbook], context: Context) -> bool:
    """Whether at least two numbered items or headings stand outside every other part."""
    page = runbook.page
    others = [
        found.body
        for part in required(runbook, context)
        if part != "steps" and (found := find(runbook, part, context.settings))
    ]
    starts = [item.span.start for item in page.items if item.ordered and item.depth == 1]
    starts += [heading.span.start for heading in page.headings if _NUMBERED.match(heading.text)]
    free = [at for at in starts if not any(body.start <= at < body.end for body in others)]
    return len(free) > 1
