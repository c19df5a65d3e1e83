"""An action item is done by the day it is due.

Nobody decided to drop it; it was forgotten, and the next incident has the same cause. Being late is no
fault as long as somebody notices: then there is a new date, or an honest `declined` with a reason.

An item is due on the day it says, and otherwise so long after the resolution as the policy allows for
the worst severity that the incident had (`action_items_within`, `30d` or `20 business days`). It is
overdue once that day is over in the book's `timezone`.

Related: `undated_action_item`, `moved_due_date`, `unproven_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-17T09:00Z"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-03-16  # ACT002
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-17T09:00Z"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-03-16
    status: done
    done_on: 2026-03-13
```

## Without a date of its own

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-04-02T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T10:22Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check:  # ACT002
    title: Check the pool size before a change is promoted
    owner: chi
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import due_days

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT002", on="incident", adopt="warning", recommended="error", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    unfinished = [(id, item) for id, item in incident.content.action_items.items() if item.unfinished]
    if not unfinished:
        return
    zone = context.settings.timezone
    days = due_days(incident.content, terms_of(context.book, incident.content))
    for id, item in unfinished:
        day = days[id]
        if day and context.clock.day_over(day, zone):
            place = ("action_items", id, "due")
            yield Finding(
                incident.at(*place) if item.due else incident.key_at("action_items", id),
                f"`{id}` was due on {day} and is `{item.status}`",
                f"finish it (`opsbook action done {incident.id}/{id}`), `postpone` or `decline` it",
            )
