"""A runbook has every part that its kind asks for.

Who knows one runbook should know where to look in all of them: what an alert means, whom it hurts,
how to find the cause, how to stop it. A kind is an agreement between the people who write runbooks
and the one who is woken; this rule keeps it. The eight parts of `kind: incident` have a page each;
this one is for all others.

* `kind: alert` asks for Meaning, Impact, Diagnosis and Mitigation. A page that has them all, does not
  say its kind and has little of the default kind is taken for one.
* `kind: procedure` asks for an owner and a date only.
* Kinds of your own, and the parts they ask for, stand in the settings under `runbook_kinds`, and more
  names for a part under `headings`.

## Example

````markdown title="runbooks/alerts/OrdersDbReplicationLag.md"
---
kind: alert
---
# OrdersDbReplicationLag  <!-- RUN009 -->

## Meaning

A replica is more than 30 seconds behind.

## Diagnosis

Look for a long transaction on the primary.

## Mitigation  <!-- RUN009 -->
````

Use instead:

````markdown title="runbooks/alerts/OrdersDbReplicationLag.md"
---
kind: alert
---
# OrdersDbReplicationLag

## Meaning

A replica is more than 30 seconds behind.

## Impact

Reports are old. Customers notice nothing until the primary fails; then they lose these seconds.

## Diagnosis

Look for a long transaction on the primary.

## Mitigation

End the transaction; its owner stands in `application_name`.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.lint.parts import missing, required
from opsbook.lint.rule import rule
from opsbook.model.settings import PARTS

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN009", on="runbook")
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    for part in required(runbook, context):
        if part not in PARTS["incident"]:
            yield from missing(runbook, part, context)
