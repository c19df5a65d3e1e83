"""A post-mortem is reviewed by the time the policy says.

A draft is one person's view, and it may be wrong in ways that only the others see. Talked through within
days it is mended while people still remember, and the work that follows is agreed on by those who will
do it. A review that waits until everybody has time happens when nobody remembers.

A clock of the severity policy, such as `{postmortem: review, within: 48h, from: resolved}`, says by when;
the worst severity that the incident ever had decides which clocks count. It is met by `review_at`, the
time of the meeting: one that is planned in time is as good as one that was held. A clock may count business
days of the team, `2 business days`: then the last of them is over at midnight.

* Where no clock asks for a review, none is missed. Drills, near misses, false alarms and duplicates are
  not asked, nor is what is not resolved yet.
* A review that was late stays a finding, on its own line: say there in a comment why it was late.
* That the page itself is missing says `missing_postmortem`.

Related: `missing_postmortem`, `late_publication`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: draft  # PM005
authors: [chi]
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-05T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
authors: [chi]
review_at: 2026-03-04T09:00Z
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-05T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

## In days of work

Resolved on the Thursday before Easter, it is due when the Tuesday after it is over in the book's `timezone`.

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Major functionality degraded, postmortem: full}
clocks:
  - {postmortem: review, within: 1 business day, from: resolved}
```
```yaml title="rotations/holidays/germany.yaml"
2026-04-03: Good Friday
2026-04-06: Easter Monday
```
```toml title="opsbook.toml"
holidays = "germany"
```
````markdown title="incidents/2026/2026-04-02-checkout-5xx/postmortem.md"
---
status: draft
authors: [chi]
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-04-02-checkout-5xx/incident.yaml" as_of="2026-04-07T23:59Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-04-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-04-02T10:10Z, milestone: resolved, text: "Resolved"}
```

## A meeting that is too late

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: draft
authors: [chi]
review_at: 2026-03-09T13:00Z  # PM005
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-03T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import postmortem_due
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


@rule("PM005", on="postmortem", dated=True)
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    incident = context.book.find("incident", postmortem.id)
    if incident is None or not incident.readable:
        return
    policy = context.book.severities
    due = postmortem_due(incident.content, terms_of(context.book, incident.content)).get("review")
    if due is None:
        return
    worst, by, planned = policy.worst_of(incident.content), write_instant(due), postmortem.content.review_at
    if planned is None and context.clock.passed(due):
        yield Finding(
            postmortem.at("status"),
            f"no `review_at`, `{worst}` asks for a review by `{by}`",
            "add `review_at:`, when it was reviewed or will be",
        )
    elif planned and planned > due:
        yield Finding(
            postmortem.at("review_at"),
            f"reviewed at `{write_instant(planned)}`, `{worst}` asks for a review by `{by}`",
            "meet sooner, or say here why not: `# opsbook: ignore[PM005] reason`",
        )
