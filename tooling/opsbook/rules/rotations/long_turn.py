"""A turn is no longer than two weeks.

A week on call is tiring; a month of it is a second job, and whoever has it stops hearing the phone. Short
turns also keep everybody in practice: with six people and turns of a month, each has forgotten by the next
one what the alerts mean.

The longest turn is `turn_at_most` of `policies/on-call.yaml`. Looked at are versions that hold now or later
with more than one member; of turns counted in shifts the length is not known, and nothing is said.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: monthly
    versions:
      - {starts: 2026-01-05 09:00, every: 1 month, members: [ana, ben]}  # ROT019
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```

Related: `back_to_back_weeks`, `too_long_on_call`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.people import rosters
from opsbook.lint.rule import rule
from opsbook.model.time import write_duration, write_turn

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation

_SHORTEST_MONTH = timedelta(days=28)


@rule("ROT019", on="rotation", recommended="advice", strict="advice", measured=(0, 0, 0))
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    longest = context.book.on_call.turn_at_most
    if longest is None:
        return
    for roster in rosters(rotation.content):
        every = roster.version.every
        if every is None or len(roster.version.members) < 2 or context.clock.passed(roster.end):
            continue
        length = every.length or (_SHORTEST_MONTH * every.months if every.months else timedelta())
        if length > longest:
            yield Finding(
                rotation.at(*roster.pointer, "every"),
                f"turns of {write_turn(every)}, expected {write_duration(longest)} at most",
                "let them hand over more often, in a new version: "
                f"`opsbook rotation change {rotation.id} --every 1w`",
            )
