"""Whenever a rotation promises somebody, somebody is on call.

An alert in a gap pages nobody, and its minutes are lost before the escalation goes on. Gaps come from an
override that removes everybody, from a roster that pauses, and from layers that do not meet: in March
America changes its clocks three weeks before Europe, and a handover that fits all winter is an hour off.

Looked at are the next thirteen weeks. A layer without windows promises every instant, one with windows
those hours, until its roster ends with `members: []`; and a hole of less than three hours between the
hours of two layers is promised as well. A break within one layer is not, nor is a weekend that no layer
names.

Related: `unreached_alert`, which asks whether an escalation reaches somebody all the same.

## Example

```yaml title="rotations/desk.yaml" as_of="2026-02-20T12:00Z"
timezone: Europe/Berlin
layers:  # ROT009
  - name: america
    timezone: America/New_York
    windows: [{days: [mon, tue, wed, thu, fri], from: "17:00", to: "03:00"}]
    versions: [{starts: 2026-01-05 17:00, every: 1w, members: [dan, fay]}]
  - name: europe
    windows: [{days: [tue, wed, thu, fri, sat], from: "09:00", to: "17:00"}]
    versions: [{starts: 2026-01-06 09:00, every: 1w, members: [ana, ben]}]
```

Use instead:

```yaml title="rotations/desk.yaml" as_of="2026-02-20T12:00Z"
timezone: Europe/Berlin
layers:
  - name: america
    timezone: America/New_York
    windows: [{days: [mon, tue, wed, thu, fri], from: "17:00", to: "04:00"}]
    versions: [{starts: 2026-01-05 17:00, every: 1w, members: [dan, fay]}]
  - name: europe      # wins in the hour that both have
    windows: [{days: [tue, wed, thu, fri, sat], from: "09:00", to: "17:00"}]
    versions: [{starts: 2026-01-06 09:00, every: 1w, members: [ana, ben]}]
```

## Example: a day that an override empties

```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
layers:
  - name: always
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/overrides/2026-05-04-offsite.yaml"
rotation: desk
reason: Offsite
covers:
  - {from: 2026-05-04T09:00+02:00, to: 2026-05-04T17:00+02:00, on: []}  # ROT009
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import grouped, more, rota, when
from opsbook.lint.rule import rule
from opsbook.oncall.coverage import gaps
from opsbook.oncall.schedule import location

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.lint.rota import Rota
    from opsbook.model.rotation import Rotation
    from opsbook.model.time import Interval
    from opsbook.text import Location

_MINUTE = timedelta(minutes=1)


@rule("ROT009", on="rotation", dated=True, measured=(0, 0, 0))
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    found = rota(rotation, context)
    holes = gaps(found.plan, found.within) if found else []
    if found is None or not holes:
        return
    for place, those in grouped(holes, lambda hole: _behind(rotation, found, hole, context)).items():
        minutes = sum(hole.length // _MINUTE for hole in those)
        first = when(those[0], found.zone)
        yield Finding(
            place,
            f"nobody is on call on {first} {found.zone.key}{more(len(those))}: {minutes:,} minutes",
            "let two layers overlap, add somebody, or end the roster where it is meant to end",
        )


def _behind(rotation: Document[Rotation], found: Rota, hole: Interval, context: Context) -> Location:
    """The override that empties a stretch, or the rotation."""
    for reason, cover in reversed(found.plan.covers):
        if cover.start <= hole.start < cover.end and not cover.on:
            return location(context.book, reason)
    return rotation.at("follows") if rotation.content.follows else rotation.key_at("layers")
