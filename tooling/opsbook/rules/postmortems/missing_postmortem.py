"""A serious incident has a post-mortem by the time the policy says.

What nobody writes down within days is not remembered within weeks: who knew what when, what was tried,
which guess was wrong. The severity policy says which levels need one and by when; the draft is the
first thing that counts, and it may be short and wrong. It is judged by the worst severity that the
incident ever had.

* For levels with `postmortem: full` or `short` the file `postmortem.md` stands beside the record.
* For `postmortem: note` a `summary` on the record is enough, and is asked for only where the policy
  sets a post-mortem clock for that level.
* Without such a clock nothing is ever late, and so nothing is said. Drills, near misses, false alarms,
  duplicates and whatever is not resolved yet are not asked either.

What is imported from a feed is asked too: a team that keeps its history begins with a baseline. On 1,726
incidents of four public feeds 45 of 50 that were read are right. Four were maintenance that had been
announced, which `--skip` and `--severity` of the import leave out, and of one the post-mortem stands
elsewhere.

Related: `late_review`, `late_publication`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-04T00:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1  # PM001
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:22Z, milestone: resolved, text: "Resolved"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-04T00:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:22Z, milestone: resolved, text: "Resolved"}
```
````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: draft
authors: [chi]
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone. More tomorrow.
````

## There is time until the draft is due

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-03-03T10:00Z"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:22Z, milestone: resolved, text: "Resolved"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import asks_for_postmortem, postmortem_due
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities


@rule("PM001", on="incident", recommended="error", dated=True, measured=(1726, 50, 45))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    record = incident.content
    if not asks_for_postmortem(record):
        return
    policy = context.book.severities
    worst = policy.worst_of(record)
    if worst is None or (policy.levels[worst].postmortem == "note" and record.summary):
        return
    due = min(postmortem_due(record, terms_of(context.book, record)).values(), default=None)
    if due is None or not context.clock.passed(due) or context.book.has("postmortem", incident.id):
        return
    yield _finding(incident, policy, worst, due)


def _finding(incident: Document[Incident], policy: Severities, worst: str, due: datetime) -> Finding:
    form, by = policy.levels[worst].postmortem, write_instant(due)
    if form == "note":
        return Finding(
            incident.at("severity"),
            f"no `summary`, `{worst}` asks for a note by `{by}`",
            "add `summary:`: what happened and why, in two sentences",
        )
    return Finding(
        incident.at("severity"),
        f"no post-mortem, `{worst}` asks for a {form} one by `{by}`",
        f"`opsbook postmortem {incident.id}` drafts it from the record",
    )
