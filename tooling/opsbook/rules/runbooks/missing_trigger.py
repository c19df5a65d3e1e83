"""A runbook says when to use it.

At 3 a.m. somebody has an alert, a list of runbooks, and one guess. A trigger that names the alert and
what one sees turns the guess into a choice; one that also says when *not* to start here keeps a cure
for another illness from making this one worse.

A section counts when it begins with `Trigger`, `Symptoms`, `Alerts` or `When to use`, at any level;
`headings` in the settings adds names of your own. `alerts` in the front matter link the runbook to its
alerts; they do not say what a person sees.

Related: `unknown_alert`, `missing_part`.

## Example

````markdown title="runbooks/cache-invalidation.md"
# Empty the page cache  <!-- RUN001 -->

## Steps

1. Purge by tag, one region at a time.
````

Use instead:

````markdown title="runbooks/cache-invalidation.md"
# Empty the page cache

## Trigger

Fans see a price that the admin page shows differently, for longer than five minutes. A page that is
slow is not a reason: an emptied cache makes it slower.

## Steps

1. Purge by tag, one region at a time.
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

_CONTENT = "the alert or symptom that says to start here, and what does not"


@rule("RUN001", on="runbook", measured=(0, 0, 0))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "trigger", context, _CONTENT)
