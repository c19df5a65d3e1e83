"""Where a rotation promises no night shifts, nobody is on call at night.

`nights: false` is what people agreed to when they joined: follow-the-sun, or office hours. A window that
reaches past ten, a new member in another zone, or a change of the clock breaks it without anybody meaning
to.

The night is the policy's (`policies/on-call.yaml`), on the clock of wherever each person lives. Looked at
are the next thirteen weeks. People without a record are not looked at.

## Example

```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
nights: false
layers:
  - name: day
    windows: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "20:00"}]
    versions:
      - {starts: 2026-01-05 08:00, every: 1w, members: [ana, raj]}  # ROT012
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

```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
nights: false
layers:
  - name: asia
    timezone: Asia/Singapore
    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    versions:
      - {starts: 2026-01-05 09:00, members: [raj]}
  - name: europe
    windows: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "20:00"}]
    versions:
      - {starts: 2026-01-05 08:00, members: [ana]}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/raj.yaml"
name: Raj Menon
timezone: Asia/Singapore
```

Related: `night_handoff`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import grouped, more, rota, when
from opsbook.lint.rule import rule
from opsbook.oncall.intervals import common
from opsbook.oncall.nights import nights, zone_of
from opsbook.oncall.schedule import location

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.lint.rota import Rota
    from opsbook.model.rotation import Rotation
    from opsbook.model.time import Interval
    from opsbook.oncall.schedule import Shift

Woken = tuple["Shift", "Interval", "ZoneInfo"]


@rule("ROT012", on="rotation", dated=True)
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    found = None if rotation.content.nights else rota(rotation, context)
    if found is None:
        return
    book = context.book
    for place, those in grouped(_woken(found, context), lambda each: location(book, each[0].reason)).items():
        people: dict[str, list[Woken]] = {}
        for each in those:
            people.setdefault(each[0].person, []).append(each)
        for person, own in people.items():
            _, interval, zone = own[0]
            yield Finding(
                place,
                f"`{person}` is on call in their night on {when(interval, zone)} {zone.key}{more(len(own))}",
                "give these hours to somebody who is awake, or take back `nights: false`",
            )


def _woken(found: Rota, context: Context) -> Iterator[Woken]:
    """The hours at night of each shift, with the zone of whoever has it."""
    for shift in found.shifts:
        zone = zone_of(context.book, shift.person)
        if zone is not None:
            for night in nights(context.book.on_call, zone, shift.interval):
                for interval in common([shift.interval], [night.interval]):
                    yield shift, interval, zone
