"""Unfinished work after an incident has an owner.

Everybody in the room agrees that it must be done, everybody leaves the room, and it belongs to nobody.
One name does not mean that one person does it all; it means that somebody notices when it stops. A
team may own it too.

Finished and declined items need no owner any more.

Related: `undated_action_item`, `departed_owner`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:  # ACT001
    title: Check the pool size before a change is promoted
    due: 2026-04-16
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


@rule("ACT001", on="incident")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    for id, item in incident.content.action_items.items():
        if item.unfinished and item.owner is None:
            yield Finding(
                incident.key_at("action_items", id),
                f"nobody owns `{id}`",
                f"`opsbook action assign {incident.id}/{id} OWNER`, a person or a team, or `decline` it",
            )
