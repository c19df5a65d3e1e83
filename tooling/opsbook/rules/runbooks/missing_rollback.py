"""A runbook says how to go back.

The cure may make it worse, and then nobody has the calm to work out the way back, least of all from
halfway through. Written in the afternoon it takes ten minutes. "This cannot be undone" is a rollback
too: it tells the reader to think before the step, not after.

Of some 750 public runbooks one in a hundred has such a section; therefore this is advice where a
collection is being adopted.

Related: `unguarded_command`, `missing_part`.

## Example

````markdown title="runbooks/database-failover.md"
# Fail the orders database over  <!-- RUN006 -->

## Steps

1. Promote the replica with the least lag.
````

Use instead:

````markdown title="runbooks/database-failover.md"
# Fail the orders database over

## Steps

1. Promote the replica with the least lag.

## Rollback

Once the former primary is a healthy replica with lag 0, switch back to it with the same steps. Before
that there is no way back: writes have moved.
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

_CONTENT = "how to undo each step, or why there is no way back and what to do then"


@rule("RUN006", on="runbook", measured=(11, 11, 11))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "rollback", context, _CONTENT)
