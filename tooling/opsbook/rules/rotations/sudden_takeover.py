"""Whom a change puts on call learns of it in time.

A new version that begins tomorrow shifts everybody's turn, and somebody who had planned the evening is on
call in it. It is the complaint about rotations kept in git: the change was right, and nobody looked at what
it did to this week.

The rota ahead is compared with the one before the change: at the merge base with `--base`, at the last
commit with `--staged`. Reported is who comes on sooner than `notice` of `policies/on-call.yaml` from now
and was not on then before. What is over is a record of what happened, and is not reported; nor is a
rotation that did not exist before. Who takes over for a colleague who is ill knows it: then the finding is
a question, and a comment in the override answers it.

Related: `edited_version`, `back_to_back_weeks`.

## Example

```yaml title="rotations/primary.yaml" at="base"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-04-02 09:00, every: 1w, members: [chi, ana, ben]}  # ROT017
```

Use instead:

```yaml title="rotations/primary.yaml" at="base"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-04-13 09:00, every: 1w, members: [chi, ana, ben]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import ahead, at, grouped
from opsbook.lint.rule import rule
from opsbook.model.time import Interval, write_duration
from opsbook.oncall.coverage import takeovers
from opsbook.oncall.schedule import location, plan

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation

_DAY = timedelta(days=1)


@rule("ROT017", on="rotation", adopt="off", recommended="advice", strict="warning", compares=True)
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    before, notice = context.book.rotas_before(), context.book.on_call.notice
    if before is None or notice is None:
        return
    try:
        plans = plan(before, rotation.id), plan(context.book, rotation.id)
    except LookupError:
        return
    start = ahead(context).start
    found = takeovers(*plans, Interval(start, start + notice + _DAY))
    sudden = [
        shift
        for shift in found
        if shift.interval.start < start + notice and not context.clock.passed(shift.interval.end)
    ]
    zone = plans[1].layers[0].zone
    for place, those in grouped(sudden, lambda shift: location(context.book, shift.reason)).items():
        first = {shift.person: shift.interval.start for shift in reversed(those)}
        named = [f"`{person}` from {at(start, zone)}" for person, start in reversed(first.items())]
        yield Finding(
            place,
            f"puts {' and '.join(named)} {zone.key} on call, with less notice than {write_duration(notice)}",
            "ask them, or let it begin later",
        )
