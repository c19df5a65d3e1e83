"""A runbook says what one needs before the first step.

The worst place to find out that an account is missing is between two steps, with the old primary
down and the new one not yet up. Prerequisites are read before anything is touched: access, tools,
who has to say "go", and what must not be running at the same time.

`Before you start`, `Requirements` and the like count; so does a sentence that says there are none.

Related: `undeclared_placeholder`, `missing_part`.

## Example

````markdown title="runbooks/database-failover.md"
# Fail the orders database over  <!-- RUN003 -->

## Steps

1. Promote the replica with the least lag.
````

Use instead:

````markdown title="runbooks/database-failover.md"
# Fail the orders database over

## Prerequisites

- `sudo` on a database host, or the bastion with a copy of `patroni.yml`
- No schema migration is running: ask in `#platform`

## Steps

1. Promote the replica with the least lag.
````

## An empty section is none

````markdown title="runbooks/database-failover.md"
# Fail the orders database over

## Prerequisites  <!-- RUN003 -->

## Steps

1. Promote the replica with the least lag.
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

_CONTENT = "access, tools and conditions to have before step 1; `None.` is an answer"


@rule("RUN003", on="runbook", measured=(5, 5, 5))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "prerequisites", context, _CONTENT)
