"""Somebody leaves, and somebody has what is theirs: what lies ahead changes, history stays as it is.

In rotations the other has their place in the order; where that one takes turns there already, the place goes.
The turn in which they leave goes on with the other from the time of day at which it began, on their last day:
nobody should hand over at midnight. Where a window is open when they leave, the other has all of it.
Overrides change in the same way. Policies, teams, unfinished action items and runbooks say who it is now and
know no dates: they change with the merge. The person's record stays, and gets its `until`.

Roles in an open incident, work on a post-mortem and tangled overrides are left to people, and named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.as_before import kept
from opsbook.authoring.change import Change
from opsbook.authoring.rotation_change import Roster, Start, Wanted, rosters, splices, steps
from opsbook.authoring.rotation_swap import cover_text, local_instant
from opsbook.authoring.splice import Insert, Put, Remove, edits, written
from opsbook.authoring.when import next_minute, wall_from
from opsbook.errors import UserError
from opsbook.model.time import Interval, midnight
from opsbook.oncall.answers import zone_of
from opsbook.oncall.handoffs import begins, wall
from opsbook.oncall.impact import Mention, mentions
from opsbook.oncall.schedule import opened, plan, turn_of, valid

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.authoring.splice import Splice
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.edits import Edit
    from opsbook.model.directory import Person, Team
    from opsbook.model.escalation import Escalation, Target
    from opsbook.model.rotation import Cover, Override
    from opsbook.model.severity import Severities
    from opsbook.oncall.schedule import Clock, Plan
    from opsbook.text import Pointer

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_BY_HAND = ("role", "post-mortem")
_KEYS = ("name", "title", "timezone", "accounts", "absences", "until", "visibility")


class Leaving(NamedTuple):
    """Who leaves, who has what is theirs, and from when on."""

    person: str
    other: str
    asked: datetime
    """When it is asked for: what is over by then is history."""
    since: datetime
    """When the last day is over where the person lives; now, where that is so already."""


class Offboarding(NamedTuple):
    """What is changed for somebody who leaves, and what is not."""

    change: Change
    leaving: Leaving
    left: tuple[Mention, ...]
    """What people must hand over themselves."""


def offboard(
    book: Book, person: Document[Person], other: Document[Person], last: date, at: datetime
) -> Offboarding:
    """What changes when a person's last day is this; UserError where the other is not there to take over."""
    _refuse_senseless(person, other, last)
    over = midnight(last + _DAY, person.content.timezone)
    leaving = Leaving(person.id, other.id, at, max(over, next_minute(at)))
    made: list[Edit] = []
    left: list[Mention] = []
    named: dict[str, list[Mention]] = {}
    for mention in mentions(book, person.id, at):
        if _by_hand(book, leaving, mention):
            left.append(mention)
        else:
            named.setdefault(mention.document.path, []).append(mention)
    summary = f"{person.id} leaves on {last}, {other.id} takes over"
    for found in named.values():
        made += _edits(book, leaving, found, summary)
    if person.content.until != last:
        made += edits(person, (Put(("until",), f"{last}", _KEYS),))
    return Offboarding(Change(summary, tuple(made)), leaving, tuple(left))


def _refuse_senseless(person: Document[Person], other: Document[Person], last: date) -> None:
    if person.id == other.id:
        raise UserError(
            f"`{person.id}` cannot take over from `{person.id}`", "name somebody else: --to PERSON"
        )
    until = other.content.until
    if until is not None and until <= last:
        raise UserError(f"`{other.id}` is there until {until}", "name somebody who stays: --to PERSON")


def _edits(book: Book, leaving: Leaving, found: list[Mention], why: str) -> Iterator[Edit]:
    """What changes in a record in which a person is named, and what keeps others as they were."""
    document, sort = found[0].document, found[0].sort
    if sort == "rotation":
        yield from _rotation(book, leaving, document, why)
        return
    if sort == "override":
        steps = _override(book, leaving, found)
    elif sort == "team":
        steps = _team(leaving, document.content)
    elif sort == "policy":
        steps = _policy(leaving, document.content)
    elif sort == "severity":
        steps = _severities(leaving, document.content, found)
    else:
        steps = (Put(mention.pointer, leaving.other) for mention in found)
    yield from _spliced(document, steps)


def _severities(leaving: Leaving, policy: Severities, found: list[Mention]) -> Iterator[Splice]:
    for mention in found:
        told = policy.levels[str(mention.pointer[1])].tell_when_overdue
        there = leaving.other in told
        yield Remove(mention.pointer) if there else Put(mention.pointer, leaving.other)


def _spliced(document: Document[Any], steps: Iterator[Splice]) -> tuple[Edit, ...]:
    taken = list(steps)
    return edits(document, taken) if taken else ()


# ── rotations ─────────────────────────────────────────────────────────────────────────────


def _rotation(book: Book, leaving: Leaving, document: Document[Any], why: str) -> Iterator[Edit]:
    wanted = Wanted(replaced=(leaving.person, leaving.other))
    taken: list[Splice] = []
    until = leaving.since
    for roster in rosters(book, document.id):
        zone = roster.clock.zone
        cut = _cut(roster.clock, leaving)
        begin = _start(roster, leaving, cut)
        there = turn_of(roster.clock, begins(begin.wall, zone)) is not None
        found = steps(roster, begin, wanted, always=True) if there else []
        theirs = list(splices(roster, begin, found, wanted))
        until = min(until, begins(cut, zone)) if theirs else until
        taken += theirs
    made = _spliced(document, iter(taken))
    yield from (*made, *kept(book, made, until, why))


def _cut(clock: Clock, leaving: Leaving) -> datetime:
    """The wall time at which the turn of somebody who leaves in the middle of it goes on with the other."""
    end, turn = wall(leaving.since, clock.zone), turn_of(clock, leaving.since)
    if clock.layer.windows is not None:
        around = Interval(leaving.since - _INSTANT, leaving.since)
        there = opened(clock.layer.windows, clock.zone, around, clock.holidays)
        found = next((wall(each.start, clock.zone) for each in there if each.end > leaving.since), end)
    else:
        found = _daily(turn.starts, end) if turn is not None else end
    return _ahead(found if begins(found, clock.zone) >= leaving.asked else end, leaving, clock.zone)


def _daily(start: datetime, end: datetime) -> datetime:
    """The last time up to an end that is whole days after a start."""
    return start + (end - start) // _DAY * _DAY


def _ahead(shown: datetime, leaving: Leaving, zone: ZoneInfo) -> datetime:
    """A wall time in full minutes, or where that is over the next one."""
    whole = shown.replace(second=0, microsecond=0)
    return whole if begins(whole, zone) >= leaving.asked else wall_from(leaving.asked, zone)


def _start(roster: Roster, leaving: Leaving, cut: datetime) -> Start:
    """When a layer goes on without somebody: with the turn in which they leave where it is not theirs and
    begins only after this is asked, else where it is cut."""
    clock = roster.clock
    turn = turn_of(clock, begins(cut, clock.zone))
    if turn is not None and begins(turn.starts, clock.zone) >= next_minute(leaving.asked):
        members = roster.versions[turn.version].members
        seat = members[turn.number % len(members)] if members else ()
        if turn.starts == cut or leaving.person not in seat:
            return Start(turn, turn.starts)
    return Start(None, cut)


# ── overrides ─────────────────────────────────────────────────────────────────────────────


def _by_hand(book: Book, leaving: Leaving, mention: Mention) -> bool:
    """Whether people must decide what becomes of a mention: roles and drafts, an override that has another
    one over it on the last day, one that does nothing but relieve them of a turn that is gone, and one of a
    rotation that cannot be read."""
    if mention.sort != "override":
        return mention.sort in _BY_HAND
    override: Override = mention.document.content
    cover = override.covers[int(mention.pointer[1])]
    try:
        decides = plan(book, override.rotation)
    except LookupError:
        return True
    if cover.start < leaving.since and leaving.person in cover.on:
        return any(cover.start < other.start <= leaving.since < other.end for _, other in decides.covers)
    return len(override.covers) == 1 and _needless(decides, leaving, cover)


def _needless(decides: Plan, leaving: Leaving, cover: Cover) -> bool:
    """Whether a stretch relieves somebody of a turn that nobody has any more."""
    if cover.start < leaving.since or cover.instead_of != (leaving.person,):
        return False
    return any(
        leaving.other in seat
        for clock in decides.layers
        for index, version in enumerate(clock.layer.versions)
        if valid(clock, index).end > leaving.since
        for seat in version.members
    )


def _override(book: Book, leaving: Leaving, found: list[Mention]) -> Iterator[Splice]:
    override: Override = found[0].document.content
    decides = plan(book, override.rotation)
    for index in sorted((int(mention.pointer[1]) for mention in found), reverse=True):
        cover = override.covers[index]
        if cover.end <= leaving.since:
            continue
        if _needless(decides, leaving, cover):
            yield Remove(("covers", index))
        else:
            yield from _cover(leaving, index, cover, decides)


def _cover(leaving: Leaving, index: int, cover: Cover, decides: Plan) -> Iterator[Splice]:
    """A stretch of an override: from when they leave on it has the other in their place. Whoever would
    relieve them relieves the other, from when the other has their turn."""
    at, zone = ("covers", index), zone_of(decides)
    on = _handed_on(cover.on, leaving)
    instead_of = None if cover.instead_of is None else _handed_on(cover.instead_of, leaving)
    if on != cover.on:
        daily = begins(_daily(wall(cover.start, zone), wall(leaving.since, zone)), zone)
        cut = daily if daily >= leaving.asked else leaving.since
    else:
        cut = min(begins(_cut(clock, leaving), clock.zone) for clock in decides.layers)
    if cut >= cover.end:
        return
    if cover.start < cut:
        yield Insert(("covers",), index + 1, cover_text(Interval(cut, cover.end), zone, on, instead_of))
        yield Put((*at, "to"), local_instant(cut, zone))
        return
    if on != cover.on:
        yield Put((*at, "on"), written([*on]))
    if instead_of is not None and instead_of != cover.instead_of:
        yield Put((*at, "instead_of"), written([*instead_of]))


def _handed_on(people: tuple[str, ...], leaving: Leaving) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaving.other if each == leaving.person else each for each in people))


# ── what knows no dates ───────────────────────────────────────────────────────────────────


def _team(leaving: Leaving, team: Team) -> Iterator[Splice]:
    if team.lead == leaving.person:
        yield Put(("lead",), leaving.other)
    if leaving.person in team.members:
        place: Pointer = ("members", team.members.index(leaving.person))
        yield Remove(place) if leaving.other in team.members else Put(place, leaving.other)


def _policy(leaving: Leaving, policy: Escalation) -> Iterator[Splice]:
    for index, level in enumerate(policy.levels):
        yield from _targets(leaving, ("levels", index, "page"), level.page)
    if policy.fallback and policy.fallback.person == leaving.person:
        yield Put(("fallback", "person"), leaving.other)
    for index, test in enumerate(policy.tests):
        for after, target in test.pages.items():
            if target.person == leaving.person:
                yield Put(("tests", index, "pages", after, "person"), leaving.other)


def _targets(leaving: Leaving, place: Pointer, targets: tuple[Target, ...]) -> Iterator[Splice]:
    """A level pages the other, and once."""
    there = any(target.person == leaving.other for target in targets)
    for index, target in reversed([*enumerate(targets)]):
        if target.person == leaving.person:
            yield Remove((*place, index)) if there else Put((*place, index, "person"), leaving.other)
