"""An action item's date is put off only with a reason.

Dates that move without a word are how follow-up dies: each delay is small, nobody decides anything, and
the next incident finds the work undone. A reason costs one line, and tells the next reader whether the
work still matters.

An unfinished item is compared with how it stood before the change: at the merge base with `--base`, at
the last commit with `--staged`. A later date needs an entry in `moved` that leads to it. Without a date of
its own an item is due when the policy says, so taking a date out may put it off too. An earlier date needs
no reason, nor does the first date that an item gets. Without a base nothing is compared.

Related: `overdue_action_item`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" at="base"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-03-16
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-04-13  # ACT020
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" at="base"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-03-16
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-04-13
    moved:
      - {from: 2026-03-16, to: 2026-04-13, reason: "The pipeline is frozen until the sale is over"}
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
    from datetime import date

    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("ACT020", on="incident", compares=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    unfinished = [(id, item) for id, item in incident.content.action_items.items() if item.unfinished]
    if not unfinished:
        return
    before = context.book.before(incident)
    if before is None or not before.readable:
        return
    days = due_days(incident.content, terms_of(context.book, incident.content))
    for id, item in unfinished:
        earlier = before.content.action_items.get(id)
        was = earlier.due if earlier else None
        now = days[id]
        if was is None or (now is not None and now <= was):
            continue
        if any(move.to == now for move in item.moved):
            continue
        place = ("action_items", id)
        yield Finding(
            incident.at(*place, "due") if item.due else incident.key_at(*place),
            _message(id, was, now),
            f"say why: `moved: [{{from: {was}, to: {now or 'DATE'}, reason: …}}]`; `opsbook action postpone` "
            "writes both",
        )


def _message(id: str, was: date, now: date | None) -> str:
    return (
        f"`{id}` was due on {was} and is now due on {now}"
        if now
        else f"`{id}` was due on {was}, and now never"
    )
