"""Unfinished work after an incident has a day by which it is due.

Work without a date loses every week against work that has one. Nobody decides against it, and nobody can
say that it is late. A date is a promise that can be moved, and moving it is a decision that somebody sees.

An item is due on the day it says with `due`, and otherwise so long after the resolution as the severity
policy allows (`action_items_within`). Only an item for which neither says a day is reported.

* As long as the incident is not resolved nothing is: there is other work to do.
* Finished and declined items need no day any more.

Related: `overdue_action_item`, `late_due_date`, `unowned_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check:  # ACT003
    title: Check the pool size before a change is promoted
    owner: chi
```
```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Major functionality degraded, postmortem: full}
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
    due: 2026-04-16
```
```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Major functionality degraded, postmortem: full}
```

## The policy says by when

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
```
```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Major functionality degraded, postmortem: full, action_items_within: 30d}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import due_days, resolved_at

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT003", on="incident")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    record = incident.content
    undated = [id for id, item in record.action_items.items() if item.unfinished and item.due is None]
    if not undated or resolved_at(record) is None:
        return
    days = due_days(record, terms_of(context.book, record))
    for id in undated:
        if days[id] is None:
            yield Finding(
                incident.key_at("action_items", id),
                f"no `due` for `{id}`, and the severity policy sets none",
                "add `due:`, or `action_items_within` to the severity's level",
            )
