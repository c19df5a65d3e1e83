"""An incident that makes no progress is escalated.

The same people who have found nothing for half an hour will mostly find nothing in the next one. The
severity policy says how long that may go on (`escalate_without_progress`, 30 minutes by default) before
somebody else is brought in or the severity is raised.

Progress is a milestone, a decision, a finding, an action, a runbook run or a change of severity. Updates,
role changes and further pages to the same people are none; a plain entry is none either. Paging somebody
who was not there yet is the escalation that is asked for, as is raising the severity, and both start the
time anew. It runs from the declaration, or a reopening, until customers are no longer hurt. A tenth more
is let pass.

Asked of incidents whose severity pages people round the clock (`response: {off_hours: page}`): what may
wait until the next working day may also stand still. Not asked of drills, near misses, false alarms and
duplicates, and not of a record that does not tell progress from talk: one imported from a feed
(`links.source`), or one whose steps between the declaration and the repair are plain entries only.

What stood still cannot be mended afterwards: log what was found or decided, or learn from it. That is why
this is advice unless the profile is `strict`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, by: ana, text: "Declared"}
  - {at: 2026-03-02T09:20Z, type: finding, text: "Every connection is in use"}
  - {at: 2026-03-02T09:40Z, update: {audience: internal}, text: "Still looking at the pool"}
  - {at: 2026-03-02T09:55Z, page: {person: ana}, text: "Paged once more"}
  - {at: 2026-03-02T10:05Z, milestone: identified, text: "Pool size 20, expected 50"}  # INC019
  - {at: 2026-03-02T10:20Z, milestone: mitigated, text: "Error rate at baseline"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, by: ana, text: "Declared"}
  - {at: 2026-03-02T09:20Z, type: finding, text: "Every connection is in use"}
  - {at: 2026-03-02T09:40Z, update: {audience: internal}, text: "Still looking at the pool"}
  - {at: 2026-03-02T09:48Z, page: {person: chi}, text: "Nothing for half an hour: chi built the chart"}
  - {at: 2026-03-02T10:05Z, milestone: identified, text: "Pool size 20, expected 50"}
  - {at: 2026-03-02T10:20Z, milestone: mitigated, text: "Error rate at baseline"}
```

Related: `long_silence`, for what is said meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.metrics.progress import standstills
from opsbook.metrics.response import MENDED, responses, spells
from opsbook.metrics.updates import grace
from opsbook.model.time import write_duration, write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.history import Step
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities


@rule("INC019", on="incident", adopt="off", recommended="advice", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content, policy = incident.content, context.book.severities
    if not content.counts or "source" in content.links:
        return
    if not any(_pages_out_of_hours(policy, name) for name in content.history.held(content)):
        return
    within = policy.escalate_without_progress
    for response in responses(content, MENDED):
        for since, until in standstills(content, response):
            asked = since.at + within + grace(within)
            stood = until is None or until.at > asked
            if stood and _pages_at(content, policy, since.at) and context.clock.passed(asked):
                yield _finding(incident, since, until, write_duration(within))


def _finding(incident: Document[Incident], since: Step, until: Step | None, within: str) -> Finding:
    start = incident.at("timeline", since.place, "at")
    after = f"no progress after `{write_instant(since.at)}`"
    if until is None:
        return Finding(
            start,
            f"{after} and nobody new was paged, expected within {within}",
            "page somebody who was not there yet, and say so (`opsbook log --paged PERSON`), or raise the "
            "severity (`opsbook severity LEVEL`)",
        )
    return Finding(
        incident.at("timeline", until.place, "at"),
        f"{after} until `{write_instant(until.at)}`, expected somebody new after {within}",
        "was something found or decided in between? "
        f'`opsbook log --finding "…" --at TIME -i {incident.id}` logs it',
        (Related(start, "the last progress"),),
    )


def _pages_at(content: Incident, policy: Severities, at: datetime) -> bool:
    """Whether the severity of that instant pages people at any hour."""
    held = [spell for spell in spells(content) if spell.since <= at]
    return bool(held) and _pages_out_of_hours(policy, held[-1].severity)


def _pages_out_of_hours(policy: Severities, severity: str) -> bool:
    level = policy.levels.get(severity)
    return level is not None and level.response is not None and level.response.off_hours == "page"
