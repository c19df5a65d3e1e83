"""Whoever an escalation policy pages is still there.

A page to somebody who has left rings nowhere, and the minutes until the next level are lost when they
count most. A person or team is gone when its last day (`until`) is over, a team also when all of its
members are, and a rotation when no version from now on has members.

Members of a rotation who have left are reported there, by `departed_member`; an id that leads nowhere
by `unknown_reference`.

## Example

```yaml title="policies/escalation/payments.yaml" as_of="2026-04-01T12:00Z"
levels:
  - {page: [{team: payments}], escalate_after: 5m}
  - {page: [{person: ana}], escalate_after: 10m}  # POL003
  - {page: [{rotation: nights}], escalate_after: 10m}  # POL003
fallback: {person: ben}
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana, ben]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
until: 2026-03-31
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```
```yaml title="rotations/nights.yaml"
timezone: Europe/Berlin
layers:
  - name: nights
    versions:
      - {starts: 2025-01-06 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-01-05 09:00, members: []}
```

Use instead:

```yaml title="policies/escalation/payments.yaml" as_of="2026-04-01T12:00Z"
levels:
  - {page: [{team: payments}], escalate_after: 5m}
fallback: {person: ben}
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana, ben]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
until: 2026-03-31
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```

Related: `departed_member`, `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import paged
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation, Target
    from opsbook.text import Pointer


@rule("POL003", on="escalation", adopt="warning", recommended="error", dated=True)
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    for pointer, target in _targets(policy.content):
        if paged(target, context) != frozenset():
            continue
        kind, id = next((key, id) for key, id in target if id)
        message, related = _why(kind, id, context)
        yield Finding(policy.at(*pointer, kind), message, "page somebody who is there", related)


def _targets(policy: Escalation) -> Iterator[tuple[Pointer, Target]]:
    for index, level in enumerate(policy.levels):
        for place, target in enumerate(level.page):
            yield ("levels", index, "page", place), target
    if policy.fallback:
        yield ("fallback",), policy.fallback


def _why(kind: str, id: str, context: Context) -> tuple[str, tuple[Related, ...]]:
    found = context.book.find(kind, id)
    assert found is not None, "it is known that nobody is paged"
    if kind == "rotation":
        return f"nobody is in `{id}` any more", (Related(found.head, "its last version has no members"),)
    until = found.content.until
    if until is None or not found.has("until"):
        return f"everybody of `{id}` has left", (Related(found.at("members"), "none of them is there"),)
    return f"`{id}` is there until {until}", (Related(found.at("until"), "the last day"),)
