"""A timeline tells of what has happened.

An entry from the future is mostly a slip in its year, its day or its offset, and every duration measured
from it is wrong. What is planned is no fact yet: an update promises it with `next_update` or `eta`, which
may lie ahead.

A lead of five minutes passes, because clocks differ. A finding vanishes when its time has come; a slip
that nobody mended is then a duration that nobody believes, so it is reported while it shows.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2027-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}  # INC007
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
```

Related: `timeline_out_of_order`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_LEAD = timedelta(minutes=5)
"""How far two clocks may differ."""


@rule("INC007", on="incident", adopt="warning", recommended="error", measured=(0, 0, 0))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    timeline = incident.content.timeline
    if not timeline or context.clock.passed(max(entry.at for entry in timeline) - _LEAD):
        return
    for place, entry in enumerate(timeline):
        if not context.clock.passed(entry.at - _LEAD):
            yield Finding(
                incident.at("timeline", place, "at"),
                f"`{write_instant(entry.at)}` lies in the future",
                "mend the time; what is only planned belongs in `next_update` or `eta`",
            )
