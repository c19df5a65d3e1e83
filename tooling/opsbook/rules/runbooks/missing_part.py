"""A runbook has every part that its kind asks for.

Who knows one runbook should know where to look in all of them: what an alert means, whom it hurts,
how to find the cause, how to stop it. A kind is an agreement between the people who write runbooks
and the one who is woken; this rule keeps it. The eight parts of `kind: incident` have a page each;
this one is for all others.

* `kind: alert` asks for Meaning, Impact, Diagnosis and Mitigation. A page that has them all, does not
  say its kind and has little of the default kind is taken for one.
* `kind: procedure` asks for an owner and a date only.
* A page that has none of the parts of its kind is one finding, not one for each: most often it is of another
  kind, and should say so.
* A page of a few words that says where to look instead (`moved to`, `See [...]`, `deprecated`), and one whose
  title ends in `[Deprecated]`, is asked for nothing.
* Kinds of your own, and the parts they ask for, stand in the settings under `runbook_kinds`, and more
  names for a part under `headings`.

Related: `unknown_runbook_kind`, `missing_steps`.

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

## A page of another kind says so

````markdown title="opsbook.toml"
default_runbook_kind = "alert"
````
````markdown title="runbooks/gather-logs.md"
# Gather the logs of a booking server  <!-- RUN009 -->

Run `bookingctl logs --since 2h` and attach what it writes to the case.
````

Use instead:

````markdown title="opsbook.toml"
default_runbook_kind = "alert"
````
````markdown title="runbooks/gather-logs.md"
---
kind: procedure
---
# Gather the logs of a booking server

Run `bookingctl logs --since 2h` and attach what it writes to the case.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find, runbook_kind
from opsbook.diagnostics import Finding
from opsbook.lint.parts import missing, required
from opsbook.lint.rule import rule
from opsbook.model.settings import PARTS

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN009", on="runbook", measured=(42, 42, 41))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    kind = runbook_kind(runbook, context.settings)
    parts = [part for part in required(runbook, context) if part not in PARTS["incident"]]
    if len(parts) > 1 and not any(find(runbook, part, context.settings) for part in parts):
        names = [f"`{part.capitalize()}`" for part in parts]
        message = f"no section {', '.join(names[:-1])} or {names[-1]}, which `kind: {kind}` asks for"
        yield Finding(runbook.head, message, f"add them, or say `kind: procedure` where this is no {kind}")
        return
    for part in parts:
        yield from missing(runbook, part, context)
