"""Who is told of overdue action items is still there.

A reminder that goes to nobody looks like follow-through. `tell_when_overdue` of a severity names people and
teams; once their `until` is over in the book's `timezone` somebody else must hear of it.

Related: `departed_owner`, `gone_target`, `unknown_reference`.

## Example

```yaml title="policies/severities.yaml" as_of="2026-04-01T12:00Z"
levels:
  SEV1:
    name: Major degradation
    definition: Major functionality degraded
    tell_when_overdue: [ana, ben]  # POL015
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

Use instead:

```yaml title="policies/severities.yaml" as_of="2026-04-01T12:00Z"
levels:
  SEV1:
    name: Major degradation
    definition: Major functionality degraded
    tell_when_overdue: [ben]
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
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import departed
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.severity import Severities


@rule("POL015", on="severities", dated=True)
def check(policy: Document[Severities], context: Context) -> Iterator[Finding]:
    for name, level in policy.content.levels.items():
        for index, contact in enumerate(level.tell_when_overdue):
            gone = departed(contact, context)
            if gone:
                yield Finding(
                    policy.at("levels", name, "tell_when_overdue", index),
                    f"`{contact}` left on {gone.content.until} and is told what is overdue",
                    "name somebody who is there",
                    (Related(gone.at("until"), "the last day"),),
                )
