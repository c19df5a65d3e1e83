"""Somebody looks whether a remedy holds, by the day that was said.

Done is not cured. An alert that was added and never fires when it should, a check that everybody clicks away:
both count as finished work. Whoever wrote a `review_on` meant to look once the next peak, deploy or drill has
shown what the remedy is worth, and it is that look which tells a team what sort of work pays.

An item that is done and has a `review_on` gets its `verdict` by that day, counted in the book's `timezone`:
`effective`, `partly-effective` or `ineffective`, and what showed it. `opsbook action verdict` writes it.
Nothing is asked of an item without a date, or of one that is not done: that says `overdue_action_item`.

Related: `overdue_action_item`, `unproven_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-06-16T09:00Z"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    status: done
    done_on: 2026-03-13
    review_on: 2026-06-15  # ACT009
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-06-16T09:00Z"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    status: done
    done_on: 2026-03-13
    review_on: 2026-06-15
    verdict: {reviewed_on: 2026-06-12, result: effective, reason: "It refused two changes in May"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.follow_up import review_day

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT009", on="incident", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    for id, item in incident.content.action_items.items():
        day = review_day(item)
        if day and context.clock.day_over(day, context.settings.timezone):
            yield Finding(
                incident.at("action_items", id, "review_on"),
                f"nobody has said whether `{id}` works, which was to be known by {day}",
                f"`opsbook action verdict {incident.id}/{id} effective --because …`, or another day",
            )
