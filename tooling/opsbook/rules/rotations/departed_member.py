"""Whoever is on call, or in a team, is still there.

Somebody who has left keeps their turn until a version without them begins: a week of pages that ring
nowhere, known only when the first one is not answered.

Looked at are versions of a rotation that hold now or later, covers of an override that are not over,
and members of a team. A person is gone when their last day (`until`) is over where they live. For a
version or a cover that is still to come, that counts which they will be when it begins, or ends. A
rotation that follows another is reported there.

## Example

```yaml title="rotations/payments-primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}  # ROT003
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
until: 2026-03-31
```

Use instead:

```yaml title="rotations/payments-primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-03-30 09:00, every: 1w, members: [ana, chi]}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
until: 2026-03-31
```
```yaml title="rotations/people/chi.yaml"
name: Chi Nguyen
timezone: Europe/Berlin
```

Related: `unknown_member`, `gone_target`, `one_person_rotation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import last_day, rosters
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.directory import Team
    from opsbook.model.rotation import Override, Rotation
    from opsbook.text import Pointer

Place = tuple[str, "Pointer", datetime | None, str]
"""A person, where they are named, from when on they are needed, and what to do if they are gone."""
_INSTANT = timedelta(microseconds=1)
"""A cover that ends with the last day needs nobody any longer: its end is no part of it."""


@rule("ROT003", on=("rotation", "override", "team"), adopt="warning", recommended="error", dated=True)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for person, pointer, needed, hint in _PLACES[document.kind.name](document, context):
        last = last_day(person, context.book)
        if last is None or not ((needed and last[1] <= needed) or context.clock.passed(last[1])):
            continue
        record = context.book.find("person", person)
        related = (Related(record.at("until"), "the last day"),) if record else ()
        message = f"`{person}` is there until {last[0]}"
        yield Finding(document.at(*pointer), message, hint, related)


def _of_rotation(rotation: Document[Rotation], context: Context) -> Iterator[Place]:
    for roster in rosters(rotation.content):
        if context.clock.passed(roster.end):
            continue
        for index, seat in enumerate(roster.version.members):
            for place, person in enumerate(seat):
                hint = (
                    f"`opsbook rotation change {rotation.id} --remove {person}` adds a version without them; "
                    "one that has begun is never edited"
                )
                yield person, (*roster.pointer, "members", index, place), roster.start, hint


def _of_override(override: Document[Override], context: Context) -> Iterator[Place]:
    for index, cover in enumerate(override.content.covers):
        if not context.clock.passed(cover.end):
            for place, person in enumerate(cover.on):
                yield (
                    person,
                    ("covers", index, "on", place),
                    cover.end - _INSTANT,
                    "let somebody else take it",
                )


def _of_team(team: Document[Team], context: Context) -> Iterator[Place]:
    until = team.content.until
    if until and context.clock.day_over(until, context.settings.timezone):
        return
    for index, person in enumerate(team.content.members):
        yield person, ("members", index), None, "take them out of the team; their record stays"
    if team.content.lead:
        yield team.content.lead, ("lead",), None, "say who leads it now"


_PLACES: dict[str, Callable[[Any, Context], Iterator[Place]]] = {
    "rotation": _of_rotation,
    "override": _of_override,
    "team": _of_team,
}
