"""What customers were told is over comes back only when the incident is reopened.

A status page that says `resolved` and then `investigating` is either a slip or a relapse. A relapse is a
fact that durations depend on: without the milestone `reopened` the hours of the second half count as
healthy, and every clock that runs from the resolution started too early.

Reported is an update whose stage goes back

* from `resolved` to any other, or
* from `monitoring` to `investigating` or `identified` after the milestone `mitigated`,

with no `reopened` after what it takes back. Each audience is looked at by itself. Going back while customers
are still hurt is honest work and not reported: the cause was not the cause (`identified` to
`investigating`), or the repair did not hold (`monitoring` to `identified`). Drills, near misses, false
alarms and duplicates are not looked at, nor entries whose times contradict their order, which
`timeline_out_of_order` reports.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, update: {audience: public, stage: resolved}, text: "Over"}
  - {at: 2026-03-02T11:30Z, update: {audience: public, stage: investigating}, text: "Fails again"}  # INC020
  - {at: 2026-03-02T11:50Z, update: {audience: public, stage: resolved}, text: "Resolved"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, update: {audience: public, stage: resolved}, text: "Over"}
  - {at: 2026-03-02T11:24Z, milestone: reopened, text: "31 % again"}
  - {at: 2026-03-02T11:30Z, update: {audience: public, stage: investigating}, text: "Fails again"}
  - {at: 2026-03-02T11:50Z, milestone: resolved, update: {audience: public, stage: resolved}, text: "Over"}
```

Related: `impossible_milestones`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.history import Step
    from opsbook.model.incident import Incident


@rule("INC020", on="incident", recommended="warning", measured=(0, 0, 0))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    if not incident.content.counts:
        return
    shown: dict[str, Step] = {}
    mended = False
    for step in incident.content.history.in_order:
        if step.entry.milestone == "reopened":
            shown, mended = {}, False
        mended = mended or step.entry.milestone == "mitigated"
        update = step.entry.update
        if update is None or update.stage is None:
            continue
        before = shown.get(update.audience)
        if before and before.place < step.place and _takes_back(before, update.stage, mended):
            yield _finding(incident, before, step)
        shown[update.audience] = step


def _takes_back(before: Step, stage: str, mended: bool) -> bool:
    said = before.entry.update and before.entry.update.stage
    if said == "resolved":
        return stage != "resolved"
    return said == "monitoring" and mended and stage in ("investigating", "identified")


def _finding(incident: Document[Incident], before: Step, step: Step) -> Finding:
    place = ("update", "stage")
    said, now = incident.at("timeline", before.place, *place), incident.at("timeline", step.place, *place)
    return Finding(
        now,
        f"`{now.text}` after `{said.text}`, and nothing says `reopened` in between",
        f"say since when customers were hurt again, `opsbook reopen --at TIME -i {incident.id}`, "
        "or mend the stage",
        (Related(said, "what it takes back"),),
    )
