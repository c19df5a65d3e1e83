"""The commander leaves the repair to others.

Whoever types cannot listen: the one who follows a runbook at SEV0 or SEV1 no longer asks what customers
see, who is missing and whether the plan works. Reported is the `by` of a runbook's run, or of an entry of
`type: action`, that names the commander of that moment, where the severity asks for a commander and
somebody else is there.

Somebody else is there who holds another role then, or acted before in the same response. Where the
commander is alone, somebody has to type. Drills, near misses, false alarms and duplicates are not judged,
nor is anything before `declared` or after `resolved`. Whoever takes or gives away command with the entry
itself is let be.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:15Z, roles: {incident-commander: ana}, text: "ana commands"}
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:31Z, type: action, by: ana, text: "Failed over"}  # INC014
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:15Z, roles: {incident-commander: ana}, text: "ana commands"}
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:31Z, type: action, by: chi, text: "Failed over"}
```

Related: `missing_role`, `two_commanders`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.response import Response, responses, spells
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.history import Step
    from opsbook.model.incident import Entry, Incident


@rule("INC014", on="incident", adopt="off", recommended="advice")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    commanded = {name for held in content.history.tenures.get(COMMANDER, ()) for name in held.people}
    if not content.counts or not any(entry.by in commanded and _by_hand(entry) for entry in content.timeline):
        return
    levels = context.book.severities.levels
    if not any(COMMANDER in levels[name].roles for name in content.history.held(content) if name in levels):
        return
    for response in responses(content):
        for step in response.steps:
            if not _by_hand(step.entry):
                continue
            severity = _severity(content, step)
            asked = severity in levels and COMMANDER in levels[severity].roles
            if not asked or COMMANDER in step.entry.roles or not _alone_at_it(content, response, step):
                continue
            yield Finding(
                incident.at("timeline", step.place, "by"),
                f"`{step.entry.by}` repairs and commands at once, at `{severity}`",
                "hand the repair to somebody, or the command: "
                f"`opsbook role {COMMANDER} PERSON -i {incident.id}`",
            )


def _by_hand(entry: Entry) -> bool:
    return entry.by is not None and (entry.runbook is not None or entry.type == "action")


def _severity(content: Incident, step: Step) -> str:
    """The severity in force at a step; nothing where none was."""
    return next((name for since, name in reversed(spells(content)) if since <= step.at), "")


def _alone_at_it(content: Incident, response: Response, step: Step) -> bool:
    """Whether the one commander did it by hand, with somebody else there to do it."""
    roles = content.history.roles_at(step.at)
    commander = step.entry.by
    if roles.get(COMMANDER) != (commander,):
        return False
    held = {person for people in roles.values() for person in people}
    acted = {earlier.entry.by for earlier in response.steps if earlier.at <= step.at and earlier.entry.by}
    others = (held | acted) - {commander}
    return any(other and not other.startswith("system:") for other in others)
