"""The times of an override have the offset of the rotation's zone.

An override is written with its offset, so that it means one instant. An offset that the rotation's zone
does not have on that day is mostly winter time in summer, copied from an older file: the handover is an
hour off, and two people are sure that it is the other's turn.

`Z` passes: it says UTC, and no other time is meant. With layers in several zones each of their offsets
passes. Where the clock falls back, the hour that comes twice has two.

## Example

```yaml title="rotations/overrides/2026-07-06-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - from: 2026-07-06T09:00+01:00  # ROT008
    to: 2026-07-13T09:00+02:00
    on: [ben]
```
```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```

Use instead:

```yaml title="rotations/overrides/2026-07-06-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - from: 2026-07-06T09:00+02:00
    to: 2026-07-13T09:00+02:00
    on: [ben]
```
```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```

Related: `stray_override`, `tied_overrides`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from opsbook.diagnostics import Finding
from opsbook.lint.people import source
from opsbook.lint.rule import rule
from opsbook.model.time import first_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Override, Rotation

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?[+-]\d\d:\d\d")


@rule("ROT008", on="override", adopt="advice", recommended="warning")
def check(override: Document[Override], context: Context) -> Iterator[Finding]:
    rotation = context.book.find("rotation", override.content.rotation)
    origin = source(rotation, context.book) if rotation and rotation.readable else None
    zones = _zones(origin.content) if origin else ()
    if not zones or not any(_foreign(text, zones) for text in _WRITTEN.findall(override.source.text)):
        return  # without asking where each time stands
    for index in range(len(override.content.covers)):
        for key in ("from", "to"):
            place = override.at("covers", index, key)
            text = place.text.strip("\"'")
            if _foreign(text, zones):
                yield Finding(place, *_said(text, zones[0]))


def _zones(rotation: Rotation) -> tuple[ZoneInfo, ...]:
    """The rotation's own zone first, then those of its layers."""
    found = (rotation.timezone, *(layer.timezone for layer in rotation.layers))
    return tuple(dict.fromkeys(zone for zone in found if zone))


def _foreign(text: str, zones: tuple[ZoneInfo, ...]) -> bool:
    """Whether a time is written with an offset that none of these zones has then."""
    at = _time(text)
    return at is not None and all(at.astimezone(zone).utcoffset() != at.utcoffset() for zone in zones)


def _time(text: str) -> datetime | None:
    """A time with an offset in figures; None for any other text."""
    try:
        return datetime.fromisoformat(text.upper()) if _WRITTEN.fullmatch(text) else None
    except ValueError:
        return None


def _said(text: str, zone: ZoneInfo) -> tuple[str, str]:
    at = datetime.fromisoformat(text.upper())
    there = first_instant(at.replace(tzinfo=None), zone).astimezone(zone)
    same = at.astimezone(zone)
    message = f"`{text[-6:]}` is not the offset of {zone.key} then: `{same.isoformat()[-6:]}` is"
    minutes = "minutes" if at.second == 0 else "seconds"
    one, other = (each.isoformat(timespec=minutes) for each in (there, same))
    return message, f"write `{one}` if that time of day is meant, `{other}` if that instant is"
