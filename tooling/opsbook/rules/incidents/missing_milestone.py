"""What was closed was resolved, and what was resolved had been declared.

`closed` says that what was resolved stayed so; without `resolved`, no clock of the follow-up ever starts.
Without `declared` nobody can tell from when on the severity's duties held, and every rule about the
response is silent.

A reopened incident is resolved again before it is closed again. `declared` may stand anywhere, also after
the repair; it is asked for only where the record has a severity. No other milestone is presupposed: what
began, was noticed or was mitigated at a time that nobody knows is better left out than made up. Judged
are incidents; drills, near misses, false alarms and duplicates may end as they like.

Of 39 public post-mortems written down as records one was resolved and never declared; its page says so.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:33Z, milestone: mitigated, severity: SEV1, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:45Z, milestone: closed, text: "Closed"}  # INC005
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:45Z, milestone: closed, text: "Closed"}
```

Related: `impossible_milestones`, `stage_backwards`.
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


@rule("INC005", on="incident", adopt="advice", measured=(1, 1, 1))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    if content.history.status not in ("resolved", "closed") or not content.counts:
        return
    for reached in content.history.rounds:
        if "closed" in reached and "resolved" not in reached:
            again = " again" if "reopened" in reached else ""
            yield Finding(
                incident.at("timeline", reached["closed"], "milestone"),
                f"`closed`{again}, but not `resolved`{again} before",
                f"say when it was resolved: `opsbook resolve --at TIME -i {incident.id}`",
            )
    reached = content.history.rounds[-1]
    over = reached.get("resolved", reached.get("closed"))
    if content.history.declared is None and content.history.held(content) and over is not None:
        yield Finding(
            incident.at("timeline", over, "milestone"),
            f"`{content.timeline[over].milestone}`, but never `declared`",
            "say when it was declared, on an entry of the timeline: `milestone: declared`",
        )
