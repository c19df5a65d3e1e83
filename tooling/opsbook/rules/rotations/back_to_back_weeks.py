"""Between two turns of somebody, somebody else has one.

A week on call is followed by a week without, or the second one is done by a tired person. It seldom stands
in a rotation; it comes from a swap next to one's own turn, a holiday that one person takes whole, or a new
version that begins with whoever had the last turn.

Counted is how long one person is on in a layer with nobody else in between, where that is made of more than
one turn or override; nights and weekends that the layer leaves open do not break it. Up to `weeks_in_a_row`
of `policies/on-call.yaml` it passes, half a week more included. Looked at are the next thirteen weeks. A
long turn is `long_turn`, somebody who is always alone `one_person_rotation`.

Related: `too_long_on_call`, `long_turn`.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]}]
```
```yaml title="rotations/overrides/2026-05-04-wedding.yaml"
rotation: primary
reason: Chi is at a wedding
covers:
  - {from: 2026-05-04T09:00+02:00, to: 2026-05-11T09:00+02:00, on: [ben]}  # ROT013
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]}]
```
```yaml title="rotations/overrides/2026-05-04-wedding.yaml"
rotation: primary
reason: Chi is at a wedding, and swaps with Ana
covers:
  - {from: 2026-05-04T09:00+02:00, to: 2026-05-11T09:00+02:00, on: [ana], instead_of: [chi]}
  - {from: 2026-05-11T09:00+02:00, to: 2026-05-18T09:00+02:00, on: [chi], instead_of: [ana]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.diagnostics import Finding
from opsbook.lint.rota import rota, when
from opsbook.lint.rule import rule
from opsbook.model.time import Interval
from opsbook.oncall.schedule import Covered, location, stretches

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation
    from opsbook.oncall.schedule import Reason, Stretch

_WEEK = timedelta(weeks=1)


class Spell(NamedTuple):
    """Somebody is on with nobody else in between, for these reasons."""

    interval: Interval
    person: str
    reasons: tuple[Reason, ...]

    @property
    def turns(self) -> int:
        """How many turns and overrides it is made of; the windows of a turn are one."""
        return len({each if isinstance(each, Covered) else each[:4] for each in self.reasons})


@rule("ROT013", on="rotation", recommended="advice", strict="warning", dated=True, measured=(0, 0, 0))
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    longest = context.book.on_call.weeks_in_a_row
    found = rota(rotation, context) if longest is not None else None
    if longest is None or found is None:
        return
    within = Interval(found.within.start - _WEEK * (longest + 1), found.within.end)
    for clock in found.plan.layers:
        alone = found.plan._replace(layers=(clock,))
        for spell in _spells(stretches(alone, within)):
            if (
                spell.turns > 1
                and round(spell.interval.length / _WEEK) > longest
                and spell.interval.end > found.within.start
            ):
                cover = next((each for each in spell.reasons if isinstance(each, Covered)), spell.reasons[-1])
                yield Finding(
                    location(context.book, cover),
                    f"`{spell.person}` is on call from {when(spell.interval, clock.zone)}, "
                    f"{spell.turns} turns in a row",
                    "let somebody else take one of them",
                )


def _spells(found: list[Stretch]) -> Iterator[Spell]:
    """Every spell that somebody else ends, by its end."""
    current: dict[str, Spell] = {}
    for stretch in found:
        for person in [each for each in current if each not in stretch.people]:
            yield current.pop(person)
        for seat in stretch.seats:
            known = current.get(seat.person)
            start = known.interval.start if known else stretch.interval.start
            reasons = known.reasons if known else ()
            if seat.reason not in reasons:
                reasons = (*reasons, seat.reason)
            current[seat.person] = Spell(Interval(start, stretch.interval.end), seat.person, reasons)
