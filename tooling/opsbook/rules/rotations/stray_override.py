"""An override changes a stretch of its rotation, and replaces people of it.

An override for a time in which the rotation does not exist, or of somebody who is not in it then,
changes nothing. Mostly the year is last year's, the rotation is another one, or the person has moved
on; whoever wrote it believes that the swap is made.

Reported are covers that end before the rotation begins or begin after it ended, and names under
`instead_of` of people who are members of no version in that time and whom no other override puts on
then. In a rotation that follows another everybody counts who was ever a member there. An unknown
person is left to `unknown_member`.

## Example

```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - {from: 2025-03-10T09:00+01:00, to: 2025-03-17T09:00+01:00, on: [ben], instead_of: [ana]}  # ROT004
  - {from: 2026-03-16T09:00+01:00, to: 2026-03-23T09:00+01:00, on: [ana], instead_of: [chi]}  # ROT004
```
```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-04-06 09:00, every: 1w, members: [ana, ben, chi]}
```
```yaml title="rotations/people/chi.yaml"
name: Chi Nguyen
timezone: Europe/Berlin
```

Use instead:

```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - {from: 2026-03-09T09:00+01:00, to: 2026-03-16T09:00+01:00, on: [ben], instead_of: [ana]}
  - {from: 2026-03-16T09:00+01:00, to: 2026-03-23T09:00+01:00, on: [ana], instead_of: [ben]}
```
```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-04-06 09:00, every: 1w, members: [ana, ben, chi]}
```

Related: `unknown_member`, `tied_overrides`, `absent_in_override`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.people import rosters, source
from opsbook.lint.rule import rule
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.lint.people import Roster
    from opsbook.model.rotation import Cover, Override, Rotation


@rule("ROT004", on="override", adopt="advice", recommended="warning")
def check(override: Document[Override], context: Context) -> Iterator[Finding]:
    rotation = context.book.find("rotation", override.content.rotation)
    origin = source(rotation, context.book) if rotation and rotation.readable else None
    if rotation is None or origin is None:
        return
    manned = [roster for roster in rosters(origin.content) if any(roster.version.members)]
    if not manned:
        return
    for index, cover in enumerate(override.content.covers):
        outside = _outside(cover, manned, rotation.id)
        if outside:
            yield Finding(override.at("covers", index, "from"), *outside)
            continue
        members = _members(rotation, manned, cover)
        for place, person in enumerate(cover.instead_of or ()):
            if person not in members and _replaceable(person, override.content.rotation, cover, context.book):
                yield Finding(
                    override.at("covers", index, "instead_of", place),
                    f"`{person}` is not in `{rotation.id}` in that time",
                    "name whom they replace, leave `instead_of` out to replace everybody, or mend the dates",
                )


def _outside(cover: Cover, manned: list[Roster], id: str) -> tuple[str, str] | None:
    """What to say of a cover that lies before the rotation begins or after it ended."""
    begin, end = min(each.start for each in manned), max(each.end for each in manned)
    if cover.end <= begin:
        return f"ends before `{id}` begins, at {write_instant(begin)}", "mend the year, or the rotation"
    if cover.start >= end:
        return f"begins after `{id}` ended, at {write_instant(end)}", "mend the date, or the rotation"
    return None


def _members(rotation: Document[Rotation], manned: list[Roster], cover: Cover) -> set[str]:
    """Who may have a turn in the time of a cover."""
    return {
        person
        for roster in manned
        if rotation.content.follows or (roster.start < cover.end and cover.start < roster.end)
        for seat in roster.version.members
        for person in seat
    }


def _replaceable(person: str, rotation: str, cover: Cover, book: Book) -> bool:
    """Whether a person is known, and no other override puts them on in the time of a cover."""
    return book.has("person", person) and not any(
        person in other.on and other.start < cover.end and cover.start < other.end
        for override in book.overrides
        if override.content.rotation == rotation
        for other in override.content.covers
    )
