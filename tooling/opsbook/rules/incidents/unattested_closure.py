"""Whoever closes an incident attests the closing criteria.

An incident is closed when the metrics are back at their baseline and no customer reports the problem any
more. Somebody must have looked: `closure` on the record says that they did, and what they saw. A
criterion that does not hold needs a reason why it was closed all the same, in `because`.

Judged are incidents that are closed now; drills, near misses, false alarms and duplicates are not.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:45Z, milestone: closed, text: "Closed"}  # INC013
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:45Z, milestone: closed, text: "Closed"}
closure: {metrics_at_baseline: true, no_customer_reports: true}
```

Related: `closed_too_soon`.
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


@rule("INC013", on="incident", adopt="off")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    if content.history.status != "closed" or not content.counts:
        return
    closure = content.closure
    if closure is None:
        closed = max(reached.get("closed", -1) for reached in content.history.rounds)
        yield Finding(
            incident.at("timeline", closed, "milestone"),
            "`closed`, but nobody attests the closing criteria",
            "add `closure: {metrics_at_baseline: …, no_customer_reports: …}` to the record",
        )
        return
    for criterion in ("metrics_at_baseline", "no_customer_reports"):
        if not getattr(closure, criterion) and not closure.because:
            yield Finding(
                incident.at("closure", criterion),
                f"`closed` with `{criterion}: false`, and no reason",
                "say why it was closed all the same: `because: …`",
            )
