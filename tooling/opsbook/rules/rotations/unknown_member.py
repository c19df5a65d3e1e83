"""Whoever is on call is a person of the book.

A member of a rotation, or somebody in an override, whose record is nowhere is somebody whom no tool
can page and no colleague can look up. It is mostly a slip of the keyboard, or a new colleague whose
`rotations/people/<id>.yaml` is still missing. In an override it is also the one whom nobody replaces,
because nobody of that name is on.

## Example

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, bne]}  # ROT001
```
```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - from: 2026-03-09T09:00+01:00
    to: 2026-03-16T09:00+01:00
    on: [ben]
    instead_of: [anna]  # ROT001
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```

Use instead:

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - from: 2026-03-09T09:00+01:00
    to: 2026-03-16T09:00+01:00
    on: [ben]
    instead_of: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```

Related: `unknown_reference`, for every other name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.lint.names import unknown
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Override, Rotation


@rule("ROT001", on=("rotation", "override"), adopt="warning", recommended="error")
def check(document: Document[Rotation | Override], context: Context) -> Iterator[Finding]:
    for reference, finding in unknown(document, context.book):
        if reference.kinds == ("person",):
            yield finding
