"""Nobody is woken to hand over.

A handoff at midnight looks tidy in a table and is in the middle of somebody's sleep, or in nobody's mind:
the two do not talk, and what is going on is not passed on. It also happens across zones, where nine in
the morning here is three at night there.

The night is the policy's (`policies/on-call.yaml`), on the clock of wherever each person lives; its two
ends are no part of it, so that a shift may begin with the night. Looked at are the next thirteen weeks. Of
a shift that goes on with the same person nobody hands over.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 00:00, every: 1w, members: [ana, raj]}  # ROT011
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/raj.yaml"
name: Raj Menon
timezone: Asia/Singapore
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, raj]}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/raj.yaml"
name: Raj Menon
timezone: Asia/Singapore
```

Related: `night_shift`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import at, grouped, more, rota
from opsbook.lint.rule import rule
from opsbook.oncall.coverage import night_handoffs
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import location

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation


@rule("ROT011", on="rotation", recommended="advice", strict="warning", dated=True)
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    found = rota(rotation, context)
    if found is None:
        return
    book = context.book
    wakes = night_handoffs(book, book.on_call, found.shifts, found.within)
    for place, those in grouped(wakes, lambda wake: location(book, wake.shift.reason)).items():
        first = those[0]
        zone = zone_of(book, first.person)
        assert zone is not None, "nights are known"
        others = sorted({each.person for each in those} - {first.person})
        also = f"; `{'`, `'.join(others)}` too" if others else ""
        yield Finding(
            place,
            f"`{first.person}` hands over in their night, on {at(first.at, zone)} {zone.key}"
            f"{more(len(those))}{also}",
            "hand over when everybody is awake",
        )
