"""Nobody is on call for longer than the policy allows without a break.

A shift of twelve hours is long, and one that begins where another ends is a day and a night. It is seldom
seen in one file: the early shift of one rotation and the late shift of another meet in one person.

The limit is `hours_in_a_row` of `policies/on-call.yaml`; there is none by default, since a weekly turn is 168
hours on call. Shifts of all rotations count together where they touch or overlap. Looked at are the next
thirteen weeks. The rule looks at all rotations at once, and so runs where the whole book is checked.

## Example

```yaml title="policies/on-call.yaml"
night: {from: "22:00", to: "06:00"}
weekend: [sat, sun]
hours_in_a_row: 12h
```
```yaml title="rotations/early.yaml"
timezone: Europe/Berlin
layers:
  - name: early
    windows: [{days: [mon, tue, wed, thu, fri], from: "06:00", to: "14:00"}]
    versions: [{starts: 2026-01-05 06:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/late.yaml"
timezone: Europe/Berlin
layers:
  - name: late
    windows: [{days: [mon, tue, wed, thu, fri], from: "14:00", to: "22:00"}]
    versions:
      - {starts: 2026-01-05 14:00, every: 1w, members: [chi, ben]}  # ROT015
```

Use instead:

```yaml title="policies/on-call.yaml"
night: {from: "22:00", to: "06:00"}
weekend: [sat, sun]
hours_in_a_row: 12h
```
```yaml title="rotations/early.yaml"
timezone: Europe/Berlin
layers:
  - name: early
    windows: [{days: [mon, tue, wed, thu, fri], from: "06:00", to: "14:00"}]
    versions: [{starts: 2026-01-05 06:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/late.yaml"
timezone: Europe/Berlin
layers:
  - name: late
    windows: [{days: [mon, tue, wed, thu, fri], from: "14:00", to: "22:00"}]
    versions: [{starts: 2026-01-05 14:00, every: 1w, members: [ben, chi]}]
```

Related: `long_turn`, `back_to_back_weeks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import grouped, more, rota, when
from opsbook.lint.rule import rule
from opsbook.model.time import write_duration
from opsbook.oncall.intervals import union
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import location

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.time import Interval
    from opsbook.oncall.schedule import Shift

_HOUR = timedelta(hours=1)


@rule("ROT015", on="book", dated=True)
def check(book: Book, context: Context) -> Iterator[Finding]:
    limit = book.on_call.hours_in_a_row
    if limit is None:
        return
    shifts: dict[str, list[Shift]] = {}
    for rotation in book.rotations:
        found = rota(rotation, context)
        for shift in found.shifts if found else ():
            shifts.setdefault(shift.person, []).append(shift)
    for person, own in sorted(shifts.items()):
        long = [each for each in union(shift.interval for shift in own) if each.length > limit]
        zone = zone_of(book, person) or context.settings.timezone
        passed = [(each, _at(own, each, limit)) for each in long]
        for place, those in grouped(passed, lambda each: location(book, each[1].reason)).items():
            spell = those[0][0]
            yield Finding(
                place,
                f"`{person}` is on call for {spell.length / _HOUR:.4g} hours without a break, on "
                f"{when(spell, zone)} {zone.key}{more(len(those))}",
                f"let somebody else take a part of it: the limit is {write_duration(limit)}",
            )


def _at(own: list[Shift], long: Interval, limit: timedelta) -> Shift:
    """The shift in which the limit is passed."""
    return next(shift for shift in own if shift.interval.covers(long.start + limit))
