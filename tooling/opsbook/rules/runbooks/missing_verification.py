"""A runbook says how to see that it worked.

A command that exits with 0 is no proof, and a tired person takes the first green graph for the end of
the incident. Verification names what to look at from the customer's side, the value that means
"mended", and how long to watch before saying so.

Of some 750 public runbooks one in twenty has such a section, while about half tell the reader to verify
something along the way; therefore this is advice where a collection is being adopted.

Related: `missing_steps`, `missing_part`.

## Example

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue  <!-- RUN005 -->

## Steps

1. Double the workers.
````

Use instead:

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue

## Steps

1. Double the workers.

## Verification

The age of the oldest message falls, and stays under a minute for ten minutes. Buy a test ticket: it
arrives by e-mail within that minute.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.lint.parts import missing
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN005", on="runbook", measured=(5, 5, 5))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "verification", context, "what to look at, and the value that says it worked")
