"""An action item is due within the time that the severity policy allows.

The policy says how soon the worst incidents must not be able to happen again. A date beyond it was agreed
on by whoever was in the room; that may be right, and then it is a decision to be seen, with its reason.

`action_items_within` of the worst severity that the incident ever had gives the last day: `30d` from its
resolution in days of the book's `timezone`, or `20 business days` of the team. Only unfinished items with a
`due` of their own are looked at, and none as long as the incident is not resolved.

Related: `overdue_action_item`, `undated_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-06-30  # ACT005
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-04-01
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import allowed_until

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT005", on="incident")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    record = incident.content
    dated = {id: item.due for id, item in record.action_items.items() if item.unfinished and item.due}
    if not dated:
        return
    policy = context.book.severities
    last = allowed_until(record, terms_of(context.book, record))
    for id, day in dated.items():
        if last and day > last:
            yield Finding(
                incident.at("action_items", id, "due"),
                f"`{id}` is due on {day}, `{policy.worst_of(record)}` allows until {last}",
                "do it sooner, or say here why not: `# opsbook: ignore[ACT005] reason`",
            )
