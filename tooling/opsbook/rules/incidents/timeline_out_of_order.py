"""Entries of a timeline stand in order of time.

A timeline is read from top to bottom, by people in a hurry and by everything that is derived from
it. An entry in the wrong place is mostly a slip in its time, an hour or a day off, and then every
duration is wrong too. Entries of the same instant may stand in any order.

Related: `impossible_milestones`, `future_instant`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T08:31Z, text: "Failed over to the replica"}  # INC001
  - {at: 2026-03-02T09:33Z, text: "Error rate at baseline"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:31Z, text: "Failed over to the replica"}
  - {at: 2026-03-02T09:33Z, text: "Error rate at baseline"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("INC001", on="incident", adopt="warning", recommended="error", measured=(6, 6, 6))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    timeline = incident.content.timeline
    latest = 0
    if incident.content.history.ordered:
        return
    for index, entry in enumerate(timeline):
        if entry.at >= timeline[latest].at:
            latest = index
            continue
        yield Finding(
            incident.at("timeline", index, "at"),
            f"`{write_instant(entry.at)}` stands after `{write_instant(timeline[latest].at)}`",
            "mend the time, or move the entry to its place",
            (Related(incident.at("timeline", latest, "at"), "the later entry before it"),),
        )
