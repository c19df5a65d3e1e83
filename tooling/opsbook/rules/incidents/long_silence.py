"""No audience waits longer for an update than the severity allows.

People who hear nothing ask, and every question costs somebody who is repairing. The severity policy
says for each level how long an audience may wait (`updates: {internal: 30m, public: 30m}`). The clock
starts when the incident is declared or reopened and at each update to that audience, and it stops at the
resolution. A severity that allows less starts it anew; one that allows more gives more time.

A tenth more than allowed is let pass: 33 minutes where 30 are allowed. A public update reaches customers
as well. It is no internal one: a status page does not say who is doing what.

Not asked for updates are drills, near misses, false alarms and duplicates, and what had been mitigated
when it was declared. A record imported from a feed (`links.source`) is judged only for audiences that the
feed speaks to. A silence that is over cannot be mended: log the update that nobody wrote down, or leave it
to the post-mortem. That is why this is advice unless the profile is `strict`.

Run on 802 incidents of two public status pages, with their impact `major` read as SEV1 and `critical` as
SEV0. Three of the 49 were not right: twice everything worked again and only the milestone was missing, once a
longer pause had been announced.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T09:21Z, update: {audience: internal}, text: "Pool under suspicion"}
  - {at: 2026-03-02T09:50Z, update: {audience: internal}, text: "Stable so far"}
  - {at: 2026-03-02T10:10Z, update: {audience: public, stage: resolved}, text: "Resolved"}  # INC015
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Over"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T09:21Z, update: {audience: internal}, text: "Pool under suspicion"}
  - {at: 2026-03-02T09:44Z, update: {audience: public, stage: monitoring}, text: "Orders go through again"}
  - {at: 2026-03-02T09:50Z, update: {audience: internal}, text: "Stable so far"}
  - {at: 2026-03-02T10:10Z, update: {audience: public, stage: resolved}, text: "Resolved"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Over"}
```

## While it is open

What is due now stands on the last word that the audience had.

```yaml title="incidents/2026/2026-03-02-exports-late/incident.yaml" as_of="2026-03-02T12:30Z"
title: Exports arrive an hour late
severity: SEV2
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
  - {at: 2026-03-02T10:00Z, update: {audience: internal}, text: "Queue of the warehouse is full"}  # INC015
```

Related: `late_update`, for the first word and the last; `broken_promise`, for what an update announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.metrics.updates import Silence, grace, silences, speaks_of
from opsbook.model.time import write_duration, write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("INC015", on="incident", adopt="off", recommended="advice", dated=True, measured=(256, 49, 46))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    if not incident.content.counts:
        return
    for silence in silences(incident.content, context.book.severities):
        too_long = silence.due + grace(silence.allowed)
        over = silence.until is None or silence.until.at > too_long
        if over and speaks_of(incident.content, silence.audience) and context.clock.passed(too_long):
            yield _finding(incident, silence)


def _finding(incident: Document[Incident], silence: Silence) -> Finding:
    allows = f"`{silence.severity}` allows {write_duration(silence.allowed)}"
    since = f"`{silence.audience}` from `{write_instant(silence.since.at)}`"
    if silence.until is None:
        return Finding(
            incident.at("timeline", silence.since.place, "at"),
            f"no update to {since} on, {allows}",
            f"it was due at `{write_instant(silence.due)}`; send one, even if there is nothing new: "
            f'`opsbook update -a {silence.audience} --record "…" -i {incident.id}`',
        )
    return Finding(
        incident.at("timeline", silence.until.place, "at"),
        f"no update to {since} to `{write_instant(silence.until.at)}`, {allows}",
        "was one sent in between? "
        f'`opsbook update -a {silence.audience} --record "…" --at TIME -i {incident.id}` logs it',
        (Related(incident.at("timeline", silence.since.place, "at"), "the silence begins"),),
    )
