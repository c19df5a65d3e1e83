"""Unfinished work after an incident belongs to somebody who is still there.

People and teams leave, and their work stays where it was: in a list that nobody reads, under a name that
nobody answers to. It is found again when the next incident asks why it was not done.

A person's or a team's `until` is their last day; the work is without an owner once that day is over in
the book's `timezone`. Whoever leaves at the end of the month has until then to hand it over.

* Finished and declined items may keep the names of those who did them.
* That a name is nobody's says `unknown_reference`, that there is none `unowned_action_item`.

Related: `unowned_action_item`, `overdue_action_item`, `orphaned_runbook`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: ana  # ACT004
    due: 2026-04-16
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Madrid
until: 2026-03-20
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-04-16
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Madrid
until: 2026-03-20
```
```yaml title="rotations/people/chi.yaml"
name: Chi Okafor
timezone: Europe/London
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import departed
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT004", on="incident", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    for id, item in incident.content.action_items.items():
        if not item.unfinished or item.owner is None:
            continue
        owner = departed(item.owner, context)
        if owner:
            yield Finding(
                incident.at("action_items", id, "owner"),
                f"`{item.owner}` left on {owner.content.until} and owns `{id}`",
                f"hand it on, `opsbook action assign {incident.id}/{id} OWNER`, or `decline` it",
                (Related(owner.at("until"), "the last day"),),
            )
