"""Whoever takes a turn for somebody else is there to take it.

A cover is arranged because somebody is away. Where the one who takes it is away too, by their own
record, two people forgot the same week.

Looked at are covers that are not over. The days of an absence are those of the person's zone. A
morning of handover does not count: the two must have at least twelve hours in common, or all of a
shorter cover.

## Example

```yaml title="rotations/overrides/2026-09-28-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - {from: 2026-09-28T09:00+02:00, to: 2026-10-05T09:00+02:00, on: [ben], instead_of: [ana]}  # ROT005
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
absences:
  - {from: 2026-10-01, to: 2026-10-02, reason: Moving house}
```

Use instead:

```yaml title="rotations/overrides/2026-09-28-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - {from: 2026-09-28T09:00+02:00, to: 2026-10-05T09:00+02:00, on: [chi], instead_of: [ana]}
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
absences:
  - {from: 2026-10-01, to: 2026-10-02, reason: Moving house}
```

Related: `departed_member`, `stray_override`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import day_after
from opsbook.lint.rule import rule
from opsbook.model.time import midnight

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.directory import Person
    from opsbook.model.rotation import Cover, Override

_COUNTS = timedelta(hours=12)


@rule("ROT005", on="override", adopt="advice", recommended="warning")
def check(override: Document[Override], context: Context) -> Iterator[Finding]:
    for index, cover in enumerate(override.content.covers):
        if context.clock.passed(cover.end):
            continue
        for place, id in enumerate(cover.on):
            person = context.book.find("person", id)
            if person is None or not person.readable:
                continue
            for which in _absences(person.content, cover):
                absence = person.content.absences[which]
                yield Finding(
                    override.at("covers", index, "on", place),
                    f"`{id}` is away from {absence.start} to {absence.end}",
                    "let somebody else take it, or split the cover",
                    (Related(person.at("absences", which), "the absence"),),
                )


def _absences(person: Person, cover: Cover) -> Iterator[int]:
    """The absences that fall into a cover, by index."""
    for index, absence in enumerate(person.absences):
        start = max(midnight(absence.start, person.timezone), cover.start)
        end = min(day_after(absence.end, person.timezone), cover.end)
        if end - start >= min(_COUNTS, cover.end - cover.start):
            yield index
