"""While a severity asks for a commander, somebody commands.

Command that was put down and taken up by nobody is noticed late: everybody goes on with what they were
doing, and each thinks that another decides. From the declaration, or a reopening, until it is resolved,
somebody holds `incident-commander` at any time, as long as the severity of that time asks for the role.
Five minutes are let pass: to find somebody after the declaration or a raise, and to hand over.

Not reported are incidents that had no commander at any time, drills, near misses, false alarms and
duplicates, and what was declared only after it was mitigated. A commander whom only the top of the record
names held the role all along. While an incident is open, a gap is reported as soon as the five minutes
are over.

## Example: put down, and not taken up

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:16Z, roles: {incident-commander: ana}, text: "ana commands"}
  - {at: 2026-03-02T09:30Z, roles: {incident-commander: []}, text: "ana boards a plane"}  # INC009
  - {at: 2026-03-02T09:50Z, roles: {incident-commander: ben}, text: "ben commands"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:16Z, roles: {incident-commander: ana}, text: "ana commands"}
  - {at: 2026-03-02T09:30Z, roles: {incident-commander: ben}, text: "ben commands, ana boards a plane"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Related: `missing_role`, for incidents without any commander; `two_commanders`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.response import Response, Spell, held, responses
from opsbook.model.role import COMMANDER
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.history import Step, Tenure
    from opsbook.model.incident import Entry, Incident
    from opsbook.model.severity import Severities

GRACE = timedelta(minutes=5)
"""How long it may take to find a commander, or to hand over."""


@rule("INC009", on="incident", adopt="off", recommended="advice", dated=True)
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    tenures = [tenure for tenure in content.history.tenures.get(COMMANDER, ()) if tenure.people]
    if not tenures or not content.counts:
        return
    rounds = list(responses(content))
    if not any(_meet(tenure, response) for tenure in tenures for response in rounds):
        return
    for response in rounds:
        for since, until in _gaps(content, response, tenures, context.book.severities):
            asked = since.at + GRACE
            if context.clock.passed(asked) if until is None else until > asked:
                yield _finding(incident, since, until)


def _finding(incident: Document[Incident], since: Step, until: datetime | None) -> Finding:
    end = "" if until is None else f" until `{write_instant(until)}`"
    return Finding(
        incident.at("timeline", since.place, *_reason(since.entry)),
        f"nobody was `{COMMANDER}` from `{write_instant(since.at)}`{end}",
        f"say who took over: `opsbook role {COMMANDER} PERSON --at TIME -i {incident.id}`",
    )


def _gaps(
    content: Incident, response: Response, tenures: Sequence[Tenure], policy: Severities
) -> Iterator[tuple[Step, datetime | None]]:
    """From each entry that left the role to nobody until it was somebody's, or nobody needed it."""
    since: Step | None = None
    spells = held(content, response)
    for step in response.steps:
        vacant = _asks(spells, step.at, policy) and not any(tenure.covers(step.at) for tenure in tenures)
        if since is None:
            since = step if vacant else None
        elif not vacant:
            yield since, step.at
            since = None
        elif step.at == since.at and COMMANDER in step.entry.roles:
            since = step
    if since is not None:
        yield since, response.end


def _asks(spells: Sequence[Spell], at: datetime, policy: Severities) -> bool:
    """Whether the severity of that instant asks for a commander."""
    severity = next((spell.severity for spell in reversed(spells) if spell.since <= at), "")
    level = policy.levels.get(severity)
    return level is not None and COMMANDER in level.roles


def _meet(tenure: Tenure, response: Response) -> bool:
    """Whether the role was held at any time of a response, its last instant included."""
    begins_before = tenure.since is None or response.end is None or tenure.since <= response.end
    return begins_before and (tenure.until is None or tenure.until > response.start)


def _reason(entry: Entry) -> tuple[str, ...]:
    """What of an entry left the role to nobody."""
    if COMMANDER in entry.roles:
        return ("roles", COMMANDER)
    return ("severity",) if entry.milestone is None and entry.severity else ("milestone",)
