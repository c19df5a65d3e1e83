"""An incident is closed when it has been stable for as long as the policy asks.

What comes back mostly comes back soon: caches fill, queues drain, the next peak arrives. Closing sends
everybody home. The severity policy says how long it must have been stable before (`stable_before_close`,
30 minutes by default), counted from the last `mitigated`, or from `resolved` where there is none. A
reopening begins anew.

`closure: {because: …}` says why it was closed sooner, and excuses it. Drills, near misses, false alarms
and duplicates are not judged, nor is a time marked `approximate`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T09:40Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T09:45Z, milestone: closed, text: "Closed"}  # INC012
closure: {metrics_at_baseline: true, no_customer_reports: true}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T09:40Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:03Z, milestone: closed, text: "Closed"}
closure: {metrics_at_baseline: true, no_customer_reports: true}
```

## Options

`stable_before_close` in `policies/severities.yaml`.

Related: `unattested_closure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.time import write_duration, write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident, Milestone


@rule("INC012", on="incident", adopt="off")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    if "closed" not in content.history.milestones or not content.counts:
        return
    if content.closure and content.closure.because:
        return
    asked = context.book.severities.stable_before_close
    for reached in content.history.rounds:
        stable = _stable_from(content, reached)
        if "closed" not in reached or stable is None:
            continue
        since, closed = content.timeline[stable], content.timeline[reached["closed"]]
        if since.approximate or closed.approximate or closed.at - since.at >= asked:
            continue
        yield Finding(
            incident.at("timeline", reached["closed"], "milestone"),
            f"`closed` {write_duration(closed.at - since.at)} after `{since.milestone}` at "
            f"`{write_instant(since.at)}`, before it was stable for `{write_duration(asked)}`",
            "mend the time, or say why in `closure: {because: …}`",
            (Related(incident.at("timeline", stable, "milestone"), "stable from here on"),),
        )


def _stable_from(content: Incident, reached: dict[Milestone, int]) -> int | None:
    """The place of the last mitigation of a round before it was closed, or of its resolution."""
    timeline = content.timeline
    if "closed" not in reached or "mitigated" not in reached:
        return _before(content, reached.get("resolved"), reached.get("closed"))
    begin, end = timeline[reached["mitigated"]].at, timeline[reached["closed"]].at
    mended = [
        place
        for place, entry in enumerate(timeline)
        if entry.milestone == "mitigated" and begin <= entry.at <= end
    ]
    return max(mended, key=lambda place: timeline[place].at, default=None)


def _before(content: Incident, place: int | None, end: int | None) -> int | None:
    """This place, where it is not after the other: an impossible order has a rule of its own."""
    if place is None or end is None or content.timeline[place].at > content.timeline[end].at:
        return None
    return place
