"""Whoever must be told of an incident is told in time.

The clocks of the severity policy say whom an incident owes a word, and by when. By default these are
three: executives within 15 minutes of a SEV0, affected customers within an hour of a SEV0 or SEV1 ("we know
about it"), and the same customers once more within three days of the resolution, with the full details.
A team in the middle of a repair remembers none of this; the record of it is what an auditor asks for.

```yaml
clocks:
  - {update: executives, within: 15m, from: declared, severity: SEV0}
  - {update: customers, within: 1h, from: declared, severity: [SEV0, SEV1]}
  - {update: customers, within: 72h, from: resolved, severity: [SEV0, SEV1]}
```

## First word

A clock from `declared`, or from a milestone before it, runs from there, or from the instant at which the
severity came to be one that the clock names. It stops where the severity is lowered again before the
update was due. The first update counts; one that was sent before the declaration is early enough, but
executives who heard of a SEV1 have not heard that it is a SEV0. A public update reaches customers too.

```yaml title="incidents/2026/2026-01-16-orders-not-written/incident.yaml"
title: Customers are charged and get no order
severity: SEV0
timeline:
  - {at: 2026-01-16T09:09Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-01-16T09:12Z, update: {audience: public, stage: investigating}, text: "Please do not try again"}
  - {at: 2026-01-16T09:14Z, update: {audience: executives}, text: "Some orders fail"}
  - {at: 2026-01-16T09:20Z, severity: SEV0, text: "Not one order was written: raised"}
  - {at: 2026-01-16T09:41Z, update: {audience: executives}, text: "No orders since 09:00"}  # INC016
  - {at: 2026-01-16T10:30Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-01-17T09:00Z, update: {audience: customers}, text: "E-mail with the full details"}
```

Use instead:

```yaml title="incidents/2026/2026-01-16-orders-not-written/incident.yaml"
title: Customers are charged and get no order
severity: SEV0
timeline:
  - {at: 2026-01-16T09:09Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-01-16T09:12Z, update: {audience: public, stage: investigating}, text: "Please do not try again"}
  - {at: 2026-01-16T09:14Z, update: {audience: executives}, text: "Some orders fail"}
  - {at: 2026-01-16T09:20Z, severity: SEV0, text: "Not one order was written: raised"}
  - {at: 2026-01-16T09:31Z, update: {audience: executives}, text: "No orders since 09:00"}
  - {at: 2026-01-16T10:30Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-01-17T09:00Z, update: {audience: customers}, text: "E-mail with the full details"}
```

## Full details

A clock from `mitigated`, `resolved` or `closed` asks for what is told afterwards, and goes by the worst
severity that the incident ever had. "It works again" on the status page is news (a public update with a
`stage`), and no details. A post-mortem that was published with `visibility: public`, or whose
`distribution` names the audience, is.

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}  # INC016
  - {at: 2026-03-02T10:11Z, update: {audience: public, stage: resolved}, text: "A report follows"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders fail"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:11Z, update: {audience: public, stage: resolved}, text: "A report follows"}
  - {at: 2026-03-04T10:00Z, update: {audience: customers}, text: "E-mail: what broke, and what we change"}
```

## What is not asked

Drills, near misses, false alarms and duplicates owe nobody anything. What had been mitigated when it was
declared owes no first word, only the details. A severity that is given after the resolution owes the
details from then on. A record imported from a feed (`links.source`) is judged only for audiences that
the feed speaks to.

Related: `long_silence`, for the updates in between; `missing_postmortem`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.updates import Duty, duties, speaks_of
from opsbook.model.time import write_instant, write_length

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem


@rule("INC016", on="incident", adopt="off", recommended="warning", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    if not incident.content.counts:
        return
    late = _late(incident, context, None)
    if any(duty.afterwards for duty in late):
        late = _late(incident, context, context.book.find("postmortem", incident.id))
    yield from (_finding(incident, duty) for duty in late)


def _late(
    incident: Document[Incident], context: Context, postmortem: Document[Postmortem] | None
) -> list[Duty]:
    page = postmortem.content if postmortem and postmortem.readable else None
    terms = terms_of(context.book, incident.content)
    return [
        duty
        for duty in duties(incident.content, terms, page)
        if (duty.met_at is None or duty.met_at > duty.due)
        and speaks_of(incident.content, duty.audience)
        and context.clock.passed(duty.due)
    ]


def _finding(incident: Document[Incident], duty: Duty) -> Finding:
    word = "full details" if duty.afterwards else "word"
    by = f"{write_length(duty.clock.within)} from {_start(duty)}"
    start = Related(incident.at("timeline", duty.began.place, "at"), "the clock starts")
    if duty.met_by is None:
        return Finding(
            start.location,
            f"no {word} to `{duty.audience}` by `{write_instant(duty.due)}`, {by}",
            f'tell them: `opsbook update -a {duty.audience} --record "…" -i {incident.id}`',
        )
    return Finding(
        incident.at("timeline", duty.met_by.place, "at"),
        f"first {word} to `{duty.audience}` at `{write_instant(duty.met_by.at)}`, "
        f"expected by `{write_instant(duty.due)}`, {by}",
        "was there an earlier one? "
        f'`opsbook update -a {duty.audience} --record "…" --at TIME -i {incident.id}` logs it',
        (start,),
    )


def _start(duty: Duty) -> str:
    """What started the clock: the milestone, or the rise to a severity."""
    if duty.began.entry.milestone != duty.clock.start:
        return f"`{duty.severity}`"
    return f"`{duty.clock.start}`" + (f" at `{duty.severity}`" if duty.severity else "")
