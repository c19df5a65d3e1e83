"""Rotations that follow one another end at one with layers.

A rotation that `follows` another has no people of its own: it repeats the other's turns, shifted by
`offset`. Where the way leads back to where it began, none of them says who is on, and nobody is.

## Example

```yaml title="rotations/payments-primary.yaml"
follows: payments-secondary  # ROT002
offset: 1
```
```yaml title="rotations/payments-secondary.yaml"
follows: payments-primary  # ROT002
offset: 1
```

Use instead:

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/payments-secondary.yaml"
follows: payments-primary
offset: 1
```

Related: `unknown_reference`, `escalation_cycle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation


@rule("ROT002", on="rotation", adopt="warning", recommended="error")
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    way = [rotation]
    while (followed := way[-1].content.follows) and followed != rotation.id:
        other = context.book.find("rotation", followed)
        if other is None or not other.readable or other in way:
            return  # it leads nowhere, or into a circle of others
        way.append(other)
    if followed is None:
        return
    ids = " → ".join(f"`{each.id}`" for each in (*way, rotation))
    yield Finding(
        rotation.at("follows"),
        f"follows itself: {ids}",
        "give one of them `layers`",
        tuple(Related(each.at("follows"), f"`{each.id}` follows on") for each in way[1:]),
    )
