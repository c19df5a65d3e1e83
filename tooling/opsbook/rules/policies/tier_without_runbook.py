"""What pages the first tier has a runbook.

The first tier follows runbooks; that is what lets somebody be there at any hour who did not build the
system. An alert without one leaves them to guess, or to wake the second tier, which is then the first.

Looked at are pages on timelines that name their alert and their policy, where the first level of the policy
pages a team of tier 1, or a rotation of one, and a later level a higher tier. A runbook is for an alert that
it is called by, or that stands under its `alerts`.

## Example

```yaml title="incidents/2026/2026-03-02-queue/incident.yaml"
title: The queue does not move
severity: SEV2
timeline:
  - {at: 2026-03-02T09:07Z, page: {person: ana, policy: support, alert: QueueStuck}, text: "Paged"}  # POL014
```
```yaml title="policies/escalation/support.yaml"
levels:
  - {page: [{team: support}], escalate_after: 15m}
  - {page: [{team: payments}], escalate_after: 15m}
```
```yaml title="rotations/teams/support.yaml"
name: Support
members: [ana]
tier: 1
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ben]
tier: 2
```

Use instead: the same, and

```yaml title="incidents/2026/2026-03-02-queue/incident.yaml"
title: The queue does not move
severity: SEV2
timeline:
  - {at: 2026-03-02T09:07Z, page: {person: ana, policy: support, alert: QueueStuck}, text: "Paged"}
```
```yaml title="policies/escalation/support.yaml"
levels:
  - {page: [{team: support}], escalate_after: 15m}
  - {page: [{team: payments}], escalate_after: 15m}
```
```yaml title="rotations/teams/support.yaml"
name: Support
members: [ana]
tier: 1
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ben]
tier: 2
```
```markdown title="runbooks/queue.md"
---
alerts: [QueueStuck]
---
# The queue is stuck
```

Related: `alert_without_runbook`, for alerts of rule files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.escalation import EscalationLevel
    from opsbook.model.incident import Incident


@rule("POL014", on="incident", recommended="advice", strict="advice")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, entry in enumerate(incident.content.timeline):
        page = entry.page
        if page is None or page.alert is None or page.policy is None or page.alert in seen:
            continue
        seen.add(page.alert)
        if _tiered(page.policy, context.book) and not _answered(page.alert, context.book):
            yield Finding(
                incident.at("timeline", place, "page", "alert"),
                f"the first tier is paged for `{page.alert}`, which has no runbook",
                f"write `runbooks/{page.alert}.md`, which `opsbook new runbook` begins, or list it under "
                "`alerts` of the runbook that helps",
            )


def _tiered(policy: str, book: Book) -> bool:
    """Whether a policy pages the first tier first, and a higher one later."""
    document = book.find("escalation", policy)
    if document is None or not document.readable or not document.content.levels:
        return False
    first, *later = (_tiers(level, book) for level in document.content.levels)
    return 1 in first and any(tier > 1 for tiers in later for tier in tiers)


def _tiers(level: EscalationLevel, book: Book) -> set[int]:
    """The tiers of the teams that a level pages, itself or by a rotation of theirs."""
    found = set()
    for target in level.page:
        rotation = book.find("rotation", target.rotation) if target.rotation else None
        id = rotation.content.team if rotation is not None and rotation.readable else target.team
        team = book.find("team", id) if id else None
        if team is not None and team.readable and team.content.tier:
            found.add(team.content.tier)
    return found


def _answered(alert: str, book: Book) -> bool:
    """Whether a runbook is called by an alert, or names it."""
    name = alert.casefold()
    return bool(book.namesakes("runbook", alert)) or any(
        name in map(str.casefold, runbook.content.alerts) for runbook in book.runbooks
    )
