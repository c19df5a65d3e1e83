"""Nobody has a turn while they are away.

Absences change nobody's turn: that is for people to arrange. An absence that nobody arranged for is a phone
that rings in an empty flat.

Looked at are the turns of the next four weeks: a holiday in half a year is no fault today. The days of an
absence are those of the person's zone. A morning of handover does not count: the two must have at least
twelve hours in common, or all of a shorter shift. What an override gives to somebody who is away is
`absent_in_override`.

Related: `absent_in_override`, `coverage_gap`.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
absences:
  - {from: 2026-04-20, to: 2026-04-24, reason: Holiday}  # ROT014
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
absences:
  - {from: 2026-04-20, to: 2026-04-24, reason: Holiday}
```
```yaml title="rotations/overrides/2026-04-20-holiday.yaml"
rotation: primary
reason: Ben is on holiday
covers:
  - {from: 2026-04-20T09:00+02:00, to: 2026-04-27T09:00+02:00, on: [ana]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rota import grouped, more, rota, when
from opsbook.lint.rule import rule
from opsbook.oncall.coverage import away
from opsbook.oncall.schedule import Turn, location

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation
    from opsbook.oncall.coverage import Away
    from opsbook.text import Location

_WEEKS = 4
_COUNTS = timedelta(hours=12)


@rule("ROT014", on="rotation", dated=True)
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    found = rota(rotation, context, _WEEKS)
    if found is None:
        return
    turns = [shift for shift in found.shifts if isinstance(shift.reason, Turn)]
    missed = [
        each
        for each in away(context.book, turns)
        if each.interval.length >= min(_COUNTS, each.shift.interval.length)
    ]
    for place, those in grouped(missed, lambda each: _absence(each, context)).items():
        reason = Related(location(context.book, those[0].shift.reason), "whose turn it is")
        yield Finding(
            place,
            f"`{those[0].shift.person}` is on call in `{rotation.id}` on "
            f"{when(those[0].interval, found.zone)}{more(len(those))}",
            f"let somebody else take it: `opsbook rotation swap {rotation.id} --from TIME --with PERSON`",
            (reason,),
        )


def _absence(each: Away, context: Context) -> Location:
    person = context.book.find("person", each.shift.person)
    assert person is not None, "the absence stands there"
    return person.at("absences", each.absence)
