"""Whoever takes turns in a layer has a fair share of them over twelve weeks.

Seven people who change every day look fair, and one of them has every Sunday. Two who change every twelve
hours look fair, and one of them has every night. Swaps that nobody swaps back add up the same way, and the
one who says yes most often leaves first.

Compared are hours, hours of weekends and, where all live by one clock, hours of nights that the members of a
layer have in the next twelve weeks, overrides counted. A fair share follows from how often a member stands
in the list. It may be exceeded by `share_tolerance` of `policies/on-call.yaml` and by one turn, since twelve
weeks are not divisible by everything. A layer whose members change within these weeks is not looked at.

Related: `too_many_pages`, `night_shift`.

## Example

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: daily
    versions:
      - {starts: 2026-01-05 09:00, every: 1d, members: [ana, ben, chi, dan, eva, fay, gil]}  # ROT016
```

Use instead:

```yaml title="rotations/primary.yaml"
timezone: Europe/Berlin
layers:
  - name: daily
    versions:
      - {starts: 2026-01-05 09:00, every: 2d, members: [ana, ben, chi, dan, eva, fay]}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rota import rota
from opsbook.lint.rule import rule
from opsbook.oncall import handoffs
from opsbook.oncall.burden import spent
from opsbook.oncall.coverage import people
from opsbook.oncall.intervals import common, length, union
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import Turn, stretches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.on_call import OnCall
    from opsbook.model.rotation import Rotation
    from opsbook.model.time import Interval
    from opsbook.oncall.schedule import Clock, Stretch

_WEEKS = 12
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SOME_DAY = date(2026, 1, 5)
_WHAT = {"on_call": "hours", "weekend": "hours of weekends", "night": "hours of nights"}


@rule("ROT016", on="rotation", recommended="advice", strict="warning", dated=True, measured=(0, 0, 0))
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    tolerance = context.book.on_call.share_tolerance
    found = rota(rotation, context, _WEEKS) if tolerance is not None and rotation.content.layers else None
    if tolerance is None or found is None:
        return
    as_written = stretches(found.plan._replace(covers=()), found.within)
    on = people(stretches(found.plan, found.within))
    for clock in found.plan.layers:
        index = _version(clock, found.within)
        if index is None:
            continue
        seats = Counter(person for seat in clock.layer.versions[index].members for person in seat)
        if len(seats) < 2:
            continue
        turns = _turns(as_written, clock.place, index)
        worst = _worst(context.book, seats, turns, on, tolerance)
        if worst:
            person, what, has, fair = worst
            yield Finding(
                rotation.at("layers", clock.place, "versions", index, "members"),
                f"`{person}` has {has / _HOUR:,.4g} {_WHAT[what]} in the twelve weeks from "
                f"{found.within.start.astimezone(clock.zone):%Y-%m-%d}, a fair share is {fair / _HOUR:,.4g}",
                "let the order and the length of turns move through the week, or swap some back",
            )


def _version(clock: Clock, within: Interval) -> int | None:
    """The version that holds throughout an interval; None where it changes."""
    starts = [handoffs.begins(version.starts, clock.zone) for version in clock.layer.versions]
    begun = [index for index, start in enumerate(starts) if start <= within.start]
    if not begun or (begun[-1] + 1 < len(starts) and starts[begun[-1] + 1] < within.end):
        return None
    return begun[-1] if clock.layer.versions[begun[-1]].every else None


def _turns(as_written: list[Stretch], layer: int, version: int) -> dict[int, list[Interval]]:
    """The stretches that a layer decides, by turn, as the rotation says without overrides."""
    turns: dict[int, list[Interval]] = {}
    for stretch in as_written:
        reason = stretch.seats[0].reason
        if isinstance(reason, Turn) and (reason.layer, reason.version) == (layer, version):
            turns.setdefault(reason.number, []).append(stretch.interval)
    return turns


def _worst(
    book: Book,
    seats: Mapping[str, int],
    turns: Mapping[int, list[Interval]],
    on: Mapping[str, list[Interval]],
    tolerance: float,
) -> tuple[str, str, timedelta, timedelta] | None:
    """Whose share is furthest above the fair one and what it allows: who, of what, how much, what is fair."""
    decided = union(interval for turn in turns.values() for interval in turn)
    zones = {person: zone_of(book, person) or book.settings.timezone for person in seats}
    shares = {
        person: spent(book.on_call, zone, list(common(on.get(person, ()), decided)))
        for person, zone in zones.items()
    }
    ends = decided[:1] + decided[-1:]
    clocks = {tuple(each.start.astimezone(zone).utcoffset() for each in ends) for zone in zones.values()}
    found = []
    for what, turn in _one_turn(book.on_call, turns).items():
        if what == "night" and len(clocks) > 1:
            continue
        total = sum((getattr(share, what) for share in shares.values()), timedelta())
        for person, count in seats.items():
            fair = total * count / sum(seats.values())
            has = getattr(shares[person], what)
            allowed = fair * (1 + tolerance) + turn
            if has > allowed:
                found.append((has / allowed, person, what, has, fair))
    return max(found)[1:] if found else None


def _one_turn(policy: OnCall, turns: Mapping[int, list[Interval]]) -> dict[str, timedelta]:
    """The most that a turn may come to, of each that is compared."""
    longest = max(map(length, turns.values()), default=timedelta())
    weekend = min(longest, len(policy.weekend) * _DAY * -(-longest // (7 * _DAY)))
    night = handoffs.window_closes(policy.night, _SOME_DAY) - datetime.combine(_SOME_DAY, policy.night.start)
    return {"on_call": longest, "weekend": weekend, "night": min(longest, night * -(-longest // _DAY))}
