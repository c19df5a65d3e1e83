"""Nobody is on call in two rotations that stand behind each other.

The secondary is there for the hour in which the primary does not hear the phone. Where both are one person,
the escalation loses its minutes and reaches nobody new, and mostly nobody knows: somebody took over a week
and was already second in it.

Looked at are the next thirteen weeks of a rotation and the one that it follows, and of rotations on two
levels of an escalation policy that one alert may go through.

Related: `paged_again`, for levels that name the same person.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]}]
```
```yaml title="rotations/secondary.yaml"
follows: primary
offset: 1
```
```yaml title="rotations/overrides/2026-05-04-wedding.yaml"
rotation: primary
reason: Chi is at a wedding
covers:
  - {from: 2026-05-04T09:00+02:00, to: 2026-05-11T09:00+02:00, on: [ana]}  # ROT010
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]}]
```
```yaml title="rotations/secondary.yaml"
follows: primary
offset: 1
```
```yaml title="rotations/overrides/2026-05-04-wedding.yaml"
rotation: primary
reason: Chi is at a wedding
covers:
  - {from: 2026-05-04T09:00+02:00, to: 2026-05-11T09:00+02:00, on: [ben]}
```

## Example: two levels of a policy

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments}], escalate_after: 5m}
  - {page: [{rotation: desk}], escalate_after: 5m}  # ROT010
```
```yaml title="rotations/payments.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [chi, ana, dan]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rota import grouped, more, rota, when
from opsbook.lint.rule import rule
from opsbook.oncall.coverage import behind, double_bookings, levels
from opsbook.oncall.schedule import Covered, location

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.oncall.coverage import Double
    from opsbook.text import Location

_HOUR = timedelta(hours=1)


@rule("ROT010", on=("rotation", "escalation"), dated=True)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    if document.kind.name == "escalation":
        for first, second, level in levels(document.content):
            if not behind(context.book, first, second):
                yield from _doubles(first, second, document.at("levels", level, "page"), context)
    elif document.content.follows:
        yield from _doubles(document.content.follows, document.id, document.at("follows"), context)


def _doubles(first: str, second: str, place: Location, context: Context) -> Iterator[Finding]:
    documents = [context.book.find("rotation", id) for id in (first, second)]
    rotas = [rota(each, context) for each in documents if each is not None and each.readable]
    one, other = (*rotas, None, None)[:2]
    if one is None or other is None or first == second:
        return
    found = double_bookings(one.shifts, other.shifts)
    for where, those in grouped(found, lambda double: _behind(double, place, context)).items():
        people = " and ".join(f"`{person}`" for person in sorted({each.person for each in those}))
        hours = sum((each.interval.length for each in those), timedelta()) / _HOUR
        verb = "is" if len({each.person for each in those}) == 1 else "are each"
        yield Finding(
            where,
            f"{people} {verb} on call in `{first}` and in `{second}` at once on "
            f"{when(those[0].interval, one.zone)}{more(len(those))}: {hours:,.4g} hours",
            f"let somebody else take one of them: `opsbook rotation swap {first} --from TIME --with PERSON`",
        )


def _behind(double: Double, place: Location, context: Context) -> Location:
    """The override that brought it about, or the place that puts one rotation behind the other."""
    for shift in (double.first, double.second):
        if isinstance(shift.reason, Covered):
            return location(context.book, shift.reason)
    return place
