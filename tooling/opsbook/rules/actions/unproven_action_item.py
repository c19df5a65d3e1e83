"""Work that is done shows that it is done.

`done` is a word. Half a year later, after the same incident, the question is what was done: which change,
which alert, which test. A link answers it in a second, and writing it down takes no longer.

An item with `status: done` has `evidence` (a change, a graph, a test) or a `tracker` where it can be looked
up. What `done_when` says is how to tell, and shows nothing by itself. Whether the evidence convinces is
for people to say. Items of drills count too.

Related: `undated_action_item`, `overdue_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    status: done  # ACT006
    done_on: 2026-03-13
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    status: done
    done_on: 2026-03-13
    evidence: [https://git.example.com/checkout/pull/1702]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT006", on="incident", adopt="off", recommended="advice", strict="advice")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    for id, item in incident.content.action_items.items():
        if item.status == "done" and not item.evidence and item.tracker is None:
            yield Finding(
                incident.at("action_items", id, "status"),
                f"`{id}` is `done`, and nothing shows it",
                "add `evidence:`, such as the address of the change, or `tracker:`",
            )
