"""What an export says of who is on call → rotations that say the same, shift for shift.

Every strand of a schedule (a layer, a rotation, a recurring event) becomes a layer where it is turns. What is
no turn (single days, exceptions, monthly events) becomes covers of an override, up to the end of what was
looked at. In the end the rotation is asked who is on call and held against the export: what comes out of
here has the same shifts from the import on, or says where it has not.

Of strands with one level everybody is on at once, which layers cannot say: where such strands meet, each
becomes a rotation of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.importing.export import Left
from opsbook.importing.pattern import Pattern, layer
from opsbook.model.rotation import Cover, Layer
from opsbook.model.time import Interval
from opsbook.oncall.intervals import both
from opsbook.oncall.schedule import FOREVER, Clock, Covered, Plan, stretches

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.importing.recurrence import Spell

AHEAD = timedelta(weeks=53)
"""How far the rota is compared, and what is no turn is written down: past the next two clock changes."""
_FURTHEST = timedelta(weeks=53 * 5)
_MOST_COVERS = 2000


class Strand(NamedTuple):
    """One line of a schedule: people who take turns, or events."""

    name: str
    place: str
    """Where it stands in the export."""
    pattern: Pattern | None
    """The turns it comes down to; None where it is none."""
    happens: Callable[[Interval], list[Spell]] | None = None
    """Its shifts as the export counts them; None where the pattern is the export's own way to say it."""
    level: int = 0
    """A higher one hides a lower one where it has somebody on."""
    last: datetime | None = None
    """The instant after which it has no shift; None where there always comes another."""


class Change(NamedTuple):
    """An override of the export."""

    interval: Interval
    on: tuple[str, ...]
    instead_of: tuple[str, ...] | None = None
    """Whom they replace; None for everybody, and nobody where they come in addition."""
    of: str | None = None
    """The place of the only strand that it changes."""


class Rota(NamedTuple):
    """A rotation in the making."""

    name: str
    layers: tuple[Layer, ...]
    covers: tuple[Cover, ...]
    """Overrides that the export has as such."""
    exceptions: tuple[Cover, ...]
    """Shifts that are no turns."""
    within: Interval
    """From when until when its shifts are those of the export."""
    shifts: int
    """How many stretches of people that are."""
    compared: Interval | None
    """Where the export itself says shift for shift who is on, and the rotation was held against it; None
    where it has rules alone."""


def rotas(
    name: str,
    strands: Sequence[Strand],
    changes: Sequence[Change],
    at: datetime,
    zone: ZoneInfo,
    left: list[Left],
    rendered: Sequence[Spell] = (),
) -> list[Rota]:
    """The rotations that have the shifts of these strands, changed by overrides (a later one over an
    earlier one) and, where the export has worked the shifts out itself, made equal to those."""
    ends = [change.interval.end for change in changes]
    ends += [spell[0].end for spell in rendered]
    ends += [strand.last for strand in strands if strand.last and strand.pattern is None]
    within = Interval(at, min(max([at + AHEAD, *ends]), at + _FURTHEST))
    bundles = _bundles(strands, within)
    return [
        _rota(
            name if len(bundles) == 1 else f"{name} {bundle[-1].name}",
            bundle, changes, within, zone, left, rendered if len(bundles) == 1 else (),
        )
        for bundle in bundles
    ]  # fmt: skip


def _bundles(strands: Sequence[Strand], within: Interval) -> list[list[Strand]]:
    """The strands of each rotation, the lowest first: no two of one level that meet are in one, but where
    one hides what lies below it in the others."""
    levels = [_groups(list(level), within) for _, level in groupby(sorted(strands, key=_level), key=_level)]
    width = max((len(groups) for groups in levels), default=1)
    found = []
    for number in range(width):
        bundle: list[Strand] = []
        for groups in levels:
            own = groups[number] if number < len(groups) else []
            hiding = [strand for group in groups if group is not own for strand in group] if bundle else []
            bundle += [*hiding, *own]
        found.append(bundle)
    return found


def _level(strand: Strand) -> int:
    return strand.level


def _groups(strands: list[Strand], within: Interval) -> list[list[Strand]]:
    groups: list[tuple[list[Strand], list[Spell]]] = []
    for strand in strands:
        spells = _said(strand, within)
        for members, taken in groups:
            if not _meet(taken, spells):
                members.append(strand)
                taken[:] = sorted([*taken, *spells])
                break
        else:
            groups.append(([strand], [*spells]))
    return [members for members, _ in groups]


def _meet(one: list[Spell], other: list[Spell]) -> bool:
    both = sorted([*(each[0] for each in one), *(each[0] for each in other)])
    return any(later.start < earlier.end for earlier, later in pairwise(both))


def _rota(
    name: str,
    strands: Sequence[Strand],
    changes: Sequence[Change],
    within: Interval,
    zone: ZoneInfo,
    left: list[Left],
    rendered: Sequence[Spell],
) -> Rota:
    layers = [_layer(strand, within, left) for strand in strands if strand.pattern]
    if not layers:
        layers = [_nobody(within, zone)]
    expected: list[Spell] = []
    for strand in strands:
        expected = _over(expected, _said(strand, within))
    plain = expected
    own = list(_own(strands, changes, within))
    for change in own:
        expected = _changed(expected, change)
    expected = _joined(_with(expected, rendered))
    bare = _asked(layers, (), within)
    differences = _differences(_joined(plain), bare, within)
    strange = [interval for interval, _ in differences]
    covers = [_cover(change) for change in own if not _crowded(change, own, strange)]
    if own or rendered:
        differences = _differences(expected, _asked(layers, covers, within) if covers else bare, within)
    kept = differences[:_MOST_COVERS]
    exceptions = [
        Cover.model_validate({"from": interval.start, "to": interval.end, "on": people})
        for interval, people in kept
    ]
    compared = within if len(kept) == len(differences) else Interval(within.start, kept[-1][0].end)
    if exceptions:
        rest = _differences(expected, _asked(layers, [*covers, *exceptions], compared), compared)
        assert not rest, rest  # what differed is covered
    left += _said_of(strands, compared, bool(exceptions))
    shifts = sum(interval.start < compared.end for interval, _ in expected)
    return Rota(
        name, tuple(layers), tuple(covers), tuple(exceptions), compared, shifts,
        _evidence(strands, rendered, compared),
    )  # fmt: skip


def _evidence(strands: Sequence[Strand], rendered: Sequence[Spell], within: Interval) -> Interval | None:
    if all(strand.happens for strand in strands):
        return within
    edges = sorted(edge for interval, _ in rendered for edge in interval)
    return both(Interval(edges[0], edges[-1]), within) if edges else None


def _layer(strand: Strand, within: Interval, left: list[Left]) -> Layer:
    assert strand.pattern is not None
    found, late = layer(strand.pattern, within.start)
    if late:
        left.append(
            Left(
                strand.place,
                f"its first turn, which ended on {late:%Y-%m-%d %H:%M}, was under way when it began",
            )
        )
    return found


def _nobody(within: Interval, zone: ZoneInfo) -> Layer:
    """A layer in which nobody ever is on, for a rotation that is covers alone."""
    today = within.start.astimezone(zone).replace(hour=0, minute=0, tzinfo=None)
    return Layer.model_validate(
        {"name": "nobody", "timezone": zone, "versions": ({"starts": today, "members": ()},)}
    )


def _said_of(strands: Sequence[Strand], compared: Interval, covered: bool) -> Iterator[Left]:
    for strand in strands:
        if strand.pattern is None and strand.last is None and covered:
            yield Left(
                strand.place,
                f"`{strand.name}` recurs in a way that is no turn: its shifts are covers until "
                f"{compared.end:%Y-%m-%d}, and nobody is on after that",
            )


# ── overrides ─────────────────────────────────────────────────────────────────────────────


def _own(strands: Sequence[Strand], changes: Sequence[Change], within: Interval) -> Iterator[Change]:
    """The changes of these strands: of one strand alone, only where it has somebody on."""
    places = [strand.place for strand in strands]
    for change in changes:
        interval = both(change.interval, within)
        if interval is None or (change.of is not None and change.of not in places):
            continue
        if change.of is None or (change.instead_of is not None and len(strands) == 1):
            yield change._replace(interval=interval)
            continue
        for part, _ in _joined((part, ()) for part, _ in _said(strands[places.index(change.of)], interval)):
            yield change._replace(interval=part)


def _crowded(change: Change, changes: Sequence[Change], strange: Iterable[Interval]) -> bool:
    """Whether a change meets another, or a shift that is no turn: then it is written with those."""
    others = [each.interval for each in changes if each is not change]
    return any(both(change.interval, other) for other in [*others, *strange])


def _cover(change: Change) -> Cover:
    found: dict[str, Any] = {"from": change.interval.start, "to": change.interval.end, "on": change.on}
    return Cover.model_validate(
        found if change.instead_of is None else found | {"instead_of": change.instead_of}
    )


def _changed(below: list[Spell], change: Change) -> list[Spell]:
    found: list[Spell] = []
    at = change.interval.start
    for interval, people in below:
        part = both(interval, change.interval)
        if part is None:
            found.append((interval, people))
            continue
        found += _some(Interval(at, part.start), _replaced((), change))
        found += _some(Interval(interval.start, part.start), people)
        found += _some(part, _replaced(people, change))
        found += _some(Interval(part.end, interval.end), people)
        at = part.end
    found += _some(Interval(at, change.interval.end), _replaced((), change))
    return sorted(found)


def _replaced(people: tuple[str, ...], change: Change) -> tuple[str, ...]:
    if change.instead_of is None:
        return tuple(sorted(set(change.on)))
    kept = [person for person in people if person not in change.instead_of]
    if change.instead_of and len(kept) == len(people):
        return people
    return tuple(sorted({*kept, *change.on}))


# ── spells: stretches of time, in order and without overlap, and who is on ────────────────


@lru_cache(256)
def _said(strand: Strand, within: Interval) -> list[Spell]:
    """The shifts of a strand, cut to an interval; not to be changed."""
    if strand.happens is not None:
        return _flat(strand.happens(within), within)
    assert strand.pattern is not None
    return _asked([layer(strand.pattern, within.start)[0]], (), within)


def _asked(layers: Sequence[Layer], covers: Sequence[Cover], within: Interval) -> list[Spell]:
    """Who is on call by some layers and covers, as a rotation answers it."""
    clocks = []
    for place, each in enumerate(layers):
        assert each.timezone is not None
        clocks.append(Clock("import", place, each, each.timezone, {}))
    ordered = sorted(enumerate(covers), key=lambda each: (each[1].start, -each[1].end.timestamp(), each[0]))
    plan = Plan(
        "import", tuple(clocks), 0, tuple((Covered("import", place), cover) for place, cover in ordered)
    )
    return _joined(
        (interval, tuple(sorted({seat.person for seat in seats})))
        for interval, seats in stretches(plan, within)
    )


def _flat(spells: Iterable[Spell], within: Interval) -> list[Spell]:
    """The same without overlap: where two meet, everybody is on."""
    cut = [(part, people) for interval, people in spells if people and (part := both(interval, within))]
    edges = sorted({edge for interval, _ in cut for edge in interval})
    begin, end = _by(cut, "start"), _by(cut, "end")
    on: Counter[str] = Counter()
    found: list[Spell] = []
    for at, following in pairwise(edges):
        on.update(begin.get(at, ()))
        on.subtract(end.get(at, ()))
        found += _some(
            Interval(at, following), tuple(sorted(person for person, times in on.items() if times > 0))
        )
    return _joined(found)


def _by(spells: Iterable[Spell], edge: str) -> dict[datetime, list[str]]:
    found: dict[datetime, list[str]] = {}
    for interval, people in spells:
        found.setdefault(getattr(interval, edge), []).extend(people)
    return found


def _over(below: list[Spell], above: list[Spell]) -> list[Spell]:
    """Spells over others: where the upper ones have somebody on, the lower ones have not."""
    return sorted([*_outside(below, [interval for interval, _ in above]), *above])


def _with(below: list[Spell], rendered: Sequence[Spell]) -> list[Spell]:
    """Spells, and in the time that was worked out elsewhere what came out there."""
    if not rendered:
        return below
    known = _flat(rendered, Interval(datetime.min.replace(tzinfo=UTC), FOREVER))
    return sorted([*_outside(below, [Interval(known[0][0].start, known[-1][0].end)]), *known])


def _outside(spells: list[Spell], intervals: list[Interval]) -> Iterator[Spell]:
    """The parts of spells outside some intervals; both in order and without overlap."""
    at = 0
    for interval, people in spells:
        while at < len(intervals) and intervals[at].end <= interval.start:
            at += 1
        start = interval.start
        for other in intervals[at:]:
            if other.start >= interval.end:
                break
            yield from _some(Interval(start, other.start), people)
            start = max(start, other.end)
        yield from _some(Interval(start, interval.end), people)


def _differences(expected: list[Spell], got: list[Spell], within: Interval) -> list[Spell]:
    """Where two rotas differ, and whom the first one has on there: nobody is nobody."""
    tagged = _flat(
        [(interval, tuple(f"+{person}" for person in people)) for interval, people in expected]
        + [(interval, tuple(f"-{person}" for person in people)) for interval, people in got],
        within,
    )
    found = []
    for interval, marks in tagged:
        wanted = tuple(mark[1:] for mark in marks if mark[0] == "+")
        if wanted != tuple(mark[1:] for mark in marks if mark[0] == "-"):
            found.append((interval, wanted))
    return _joined(found)


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """Touching spells of the same people as one."""
    found: list[Spell] = []
    for interval, people in spells:
        if found and found[-1][1] == people and found[-1][0].end == interval.start:
            found[-1] = Interval(found[-1][0].start, interval.end), people
        else:
            found.append((interval, people))
    return found


def _some(interval: Interval, people: tuple[str, ...]) -> list[Spell]:
    return [(interval, people)] if people and interval.start < interval.end else []


def zone_of(strands: Sequence[Strand], otherwise: ZoneInfo) -> ZoneInfo:
    """The zone that most strands are counted in."""
    zones = Counter(strand.pattern.zone for strand in strands if strand.pattern)
    return zones.most_common(1)[0][0] if zones else otherwise


def disagreement(strands: Sequence[Strand], rendered: Sequence[Spell]) -> timedelta:
    """How long layers, the highest first, say otherwise than the shifts that somebody else worked out."""
    known = _flat(rendered, Interval(datetime.min.replace(tzinfo=UTC), FOREVER))
    within = Interval(known[0][0].start, known[-1][0].end)
    expected: list[Spell] = []
    for strand in reversed(strands):
        expected = _over(expected, _said(strand, within))
    return sum((interval.length for interval, _ in _differences(known, expected, within)), timedelta())
