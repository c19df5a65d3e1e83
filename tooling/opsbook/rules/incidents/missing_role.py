"""Somebody held every role that the severity asks for.

The severity policy says which roles an incident of each level needs, because each is a job that nobody
does on the side: the one who repairs does not also decide, and the one who decides does not also write to
customers. When the response is over, each role of the highest severity that the incident had until then
must have been somebody's, at any time between `declared` and `resolved`.

Judged are incidents that were resolved; drills, near misses and duplicates are not, nor is what was
declared only after it was mitigated. A record that is staffed as a worse level asks passes too. A record
imported from a feed (`links.source`) is judged once it names somebody: a feed knows of no roles.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}  # INC004
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:18Z, roles: {incident-commander: ana}, text: "ana commands"}
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Related: `wrong_severity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.response import tells_roles
from opsbook.model.time import Interval

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities


@rule("INC004", on="incident", adopt="off", recommended="warning")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    response = _response(content)
    if response is None or not content.counts or not tells_roles(content):
        return
    policy = context.book.severities
    severity = _highest(content, response.end, policy)
    if severity is None:
        return
    held = _held(content, response)
    missing = [role for role in policy.levels[severity].roles if role not in held]
    if not missing or any(roles and held.issuperset(roles) for roles in _stricter(policy, severity)):
        return
    declared = next(n for n, entry in enumerate(content.timeline) if entry.milestone == "declared")
    yield Finding(
        incident.at("timeline", declared, "milestone"),
        f"nobody was {' or '.join(f'`{role}`' for role in missing)}, which `{severity}` asks for",
        f"say who it was: `opsbook role {missing[0]} PERSON --at TIME -i {incident.id}`",
    )


def _response(content: Incident) -> Interval | None:
    """From the declaration to the resolution; None where there was nothing left to lead."""
    history = content.history
    reached = history.milestones
    end = reached.get("resolved") or reached.get("closed")
    if history.declared is None or end is None or history.status not in ("resolved", "closed"):
        return None
    over = min(reached.get("mitigated", end), end)
    return Interval(history.declared, end) if history.declared < over else None


def _highest(content: Incident, end: datetime, policy: Severities) -> str | None:
    """The worst level until then; one that was only given afterwards asked nobody for anything."""
    until_then = tuple(name for since, name in content.history.severities if since <= end)
    return policy.worst(until_then or content.history.held(content))


def _held(content: Incident, response: Interval) -> frozenset[str]:
    """The roles that somebody had at any time of the response."""
    return frozenset(
        role
        for role, tenures in content.history.tenures.items()
        for held in tenures
        if held.people
        and (held.since is None or held.since <= response.end)
        and (held.until is None or held.until > response.start)
    )


def _stricter(policy: Severities, severity: str) -> Iterator[tuple[str, ...]]:
    """What every worse level asks for."""
    for name, level in policy.levels.items():
        if name == severity:
            return
        yield level.roles
