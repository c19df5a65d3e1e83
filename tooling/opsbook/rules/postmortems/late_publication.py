"""A post-mortem is published by the day the policy says.

Those who were there know what happened. A post-mortem is written for the others: the next one on call,
the team with the same library, the customer who was promised a report. As long as it is a draft none of
them can learn from it, and a draft that waits for the last detail waits for ever.

A clock of the severity policy, such as `{postmortem: published, within: 7d, from: resolved}`, says by when;
the worst severity that the incident ever had decides which clocks count. It is met by `published_on`. A
day counts as a whole, in the book's `timezone`: what is due at noon may be published in the evening.

* Where no clock asks for it, nothing is late. Drills, near misses, false alarms and duplicates are not
  asked, nor is what is not resolved yet.
* A page that says `status: published` and not when is taken at its word.
* What was published late stays a finding, on its own line: say there in a comment why it was late.

Related: `missing_postmortem`, `late_review`, `unsent_postmortem`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review  # PM006
review_at: 2026-03-04T09:00Z
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-12T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: published
review_at: 2026-03-04T09:00Z
published_on: 2026-03-09
distribution: [{to: everybody in engineering, at: 2026-03-09T10:00Z}]
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-12T09:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

## Published too late

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: published
review_at: 2026-03-04T09:00Z
published_on: 2026-03-12  # PM006
distribution: [{to: everybody in engineering, at: 2026-03-12T10:00Z}]
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-12T09:00Z"
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
from opsbook.metrics.business_days import day_left, terms_of
from opsbook.metrics.follow_up import postmortem_due

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


@rule("PM006", on="postmortem", dated=True)
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    incident = context.book.find("incident", postmortem.id)
    if incident is None or not incident.readable:
        return
    policy, zone = context.book.severities, context.settings.timezone
    due = postmortem_due(incident.content, terms_of(context.book, incident.content)).get("published")
    if due is None:
        return
    worst, last, page = policy.worst_of(incident.content), day_left(due, zone), postmortem.content
    if page.published_on is None and page.status != "published" and context.clock.day_over(last, zone):
        yield Finding(
            postmortem.at("status"),
            f"is `{page.status}`, `{worst}` asks for publication by {last}",
            "publish what is known and set `published_on:`; it may grow afterwards",
        )
    elif page.published_on and page.published_on > last:
        yield Finding(
            postmortem.at("published_on"),
            f"published on {page.published_on}, `{worst}` asks for {last}",
            "publish sooner, or say here why not: `# opsbook: ignore[PM006] reason`",
        )
