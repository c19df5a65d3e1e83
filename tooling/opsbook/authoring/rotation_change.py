"""A new version of a rotation that takes nobody by surprise: when it begins, and in which order it goes on.

**When.** Whoever is on call stays on until the rollout says otherwise:

* `after-current-shift`: the turn that is under way ends as it would have; then the new version begins.
* `after-full-rotation`: after that, as many turns as the round has end as they would have too, so that
  everybody's next turn stays where it is in their calendar.
* `now`: this minute. Who is on call now and stays in the rota still keeps the turn. Somebody who does not is
  relieved by one in the middle of the round: their own turn is neither next nor just over, as far as there
  are such, and they are not on call in the rotation that follows with who is next.
* a day: at the first handoff on it or after it. A time such as `2026-12-08 10:00`: then, and handoffs are
  counted from there, which is how they are moved.

**In which order.** A version starts counting anew, and its first member is on when it starts. So the order is
turned until whoever would have come on then is first, or the next after them who is still there; new people
come in at the end of that round, who so have the longest notice. Everybody else keeps their place.

**In mid-turn** a version would move every later handoff to its own time of day and weekday. Then two versions
are written: one up to the next handoff, one from there on, counted as before.

Versions that begin later still get the same people added and removed: nobody has been on call by them yet.
Nothing that has begun is touched.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.as_before import kept
from opsbook.authoring.change import Change
from opsbook.authoring.splice import Insert, Put, Remove, edits, written
from opsbook.authoring.when import Asker, beginning, wall_from
from opsbook.errors import UserError
from opsbook.model.time import local_day, midnight, write_duration
from opsbook.oncall.handoffs import begins
from opsbook.oncall.schedule import Clock, Handoff, handed_over, plan, turn_of
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.authoring.splice import Splice
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.rotation import Rotation, Version
    from opsbook.text import Pointer

Seat = tuple[str, ...]
Order = tuple[Seat, ...]
"""Who takes turns, in order."""
_NAME = re.compile(r"[^\s,\[\]]+")
_SEAT = re.compile(r"\[[^\]]*\]|[^\s,\[\]]+")
_MEMBERS = re.compile(r"(?:x|\[x(?:,?x)*\])(?:,(?:x|\[x(?:,?x)*\]))*")
ROLLOUTS = ("now", "after-current-shift", "after-full-rotation")
_JUST_BEFORE = timedelta(microseconds=1)


class Wanted(NamedTuple):
    """What is to become of who takes turns."""

    add: tuple[str, ...] = ()
    """Who joins, at the end of the round."""
    remove: tuple[str, ...] = ()
    """Who leaves."""
    members: Order | None = None
    """Who takes turns instead."""
    every: str | None = None
    """How long a turn lasts."""
    replaced: tuple[str, str] | None = None
    """Who leaves, and who has their place; where that one takes turns already, the place goes."""

    @property
    def anew(self) -> bool:
        """Whether it says how all is from then on, not only who joins and who leaves."""
        return self.members is not None or self.every is not None


class Step(NamedTuple):
    """A version to be written."""

    starts: datetime
    """A wall time of the layer."""
    every: str | None
    members: Order


class Start(NamedTuple):
    """When a new version begins."""

    handoff: Handoff | None
    """The handoff that is the first of its turns; None for any other time."""
    wall: datetime
    """What the layer's clock shows then."""
    counted_from: bool = False
    """Whether handoffs are counted from there, rather than as before."""


class Roster(NamedTuple):
    """A layer, where its record is, and how its turns are written there."""

    document: Document[Rotation]
    clock: Clock

    @property
    def versions(self) -> tuple[Version, ...]:
        return self.clock.layer.versions

    def every(self, version: int) -> str | None:
        """How long a turn lasts, as it is written."""
        if self.versions[version].every is None:
            return None
        place = self.document.at("layers", self.clock.place, "versions", version, "every")
        return place.text.strip("\"'")

    def has_begun(self, version: int, at: datetime) -> bool:
        return begins(self.versions[version].starts, self.clock.zone) <= at


# ── the change ────────────────────────────────────────────────────────────────────────────


def change(
    book: Book, rotation: str, layer: str | None, wanted: Wanted, rollout: str, at: datetime
) -> Change:
    """The change of a rotation that is asked for at an instant; UserError for one that makes no sense."""
    roster = _roster(book, rotation, layer, wanted)
    _refuse_senseless(book, roster, wanted, at)
    begin = start(roster, rollout, at)
    found = steps(roster, begin, wanted)
    made = list(splices(roster, begin, found, wanted))
    if not made:
        return Change(f"{rotation}: nothing to change")
    first = found[0].starts if found else begin.wall
    summary = f"{_summary(wanted)} from {first:%Y-%m-%d %H:%M}"
    new = edits(roster.document, made)
    keeps = kept(book, new, begins(first, roster.clock.zone), summary)
    return Change(f"{rotation}: {summary}", (*new, *keeps))


def rosters(book: Book, rotation: str) -> list[Roster]:
    """The layers of a rotation; UserError where it has none of its own."""
    document: Document[Rotation] = book.read(f"rotations/{rotation}.yaml")
    if document.content.follows is not None:
        raise UserError(
            f"`{rotation}` follows `{document.content.follows}` and has no turns of its own",
            f"change `{document.content.follows}`, or for a while: `opsbook rotation swap {rotation}`",
        )
    return [Roster(document, clock) for clock in plan(book, rotation).layers]


def _roster(book: Book, rotation: str, layer: str | None, wanted: Wanted) -> Roster:
    """The layer that is meant: the one of this name, the only one, or the only one with whom it is about."""
    found = rosters(book, rotation)
    names = ", ".join(f"`{each.clock.layer.name}`" for each in found)
    if layer is not None:
        named = [each for each in found if each.clock.layer.name == layer]
        if not named:
            raise UserError(f"no layer `{shown(layer)}` in `{rotation}`", f"there are {names}")
        return named[0]
    if len(found) > 1 and wanted.remove:
        found = [each for each in found if {*wanted.remove} <= _ever(each)] or found
    if len(found) > 1:
        raise UserError(f"`{rotation}` has several layers", f"say which: --layer, one of {names}")
    return found[0]


def _ever(roster: Roster) -> set[str]:
    """Everybody in the version that holds last, and so from some time on."""
    return {person for seat in roster.versions[-1].members for person in seat}


def _refuse_senseless(book: Book, roster: Roster, wanted: Wanted, at: datetime) -> None:
    """UserError for people who cannot join or leave."""
    ahead = [
        version for index, version in enumerate(roster.versions)
        if index + 1 == len(roster.versions) or not roster.has_begun(index + 1, at)
    ]  # fmt: skip
    there = [{person for seat in version.members for person in seat} for version in ahead]
    where = f"layer `{roster.clock.layer.name}` of `{roster.document.id}`"
    for person in wanted.remove:
        if not any(person in each for each in there):
            names = ", ".join(sorted(set().union(*there))) or "nobody"
            raise UserError(f"`{shown(person)}` takes no turns in {where}", f"there are {names}")
    for person in wanted.add:
        if all(person in each for each in there):
            raise UserError(f"`{person}` takes turns in {where} already")
    joining = {*wanted.add, *(person for seat in wanted.members or () for person in seat)}
    for person in sorted(joining):
        record = book.find("person", person)
        until = record.content.until if record and record.readable else None
        if until is not None and until <= local_day(at, roster.clock.zone):
            raise UserError(f"`{person}` is there until {until}", "their record says so")


def _summary(wanted: Wanted) -> str:
    said = [f"{' and '.join(wanted.add)} joins"] if wanted.add else []
    said += [f"{' and '.join(wanted.remove)} leaves"] if wanted.remove else []
    said += ["other members"] if wanted.members is not None else []
    said += [f"turns of {wanted.every}"] if wanted.every else []
    return ", ".join(said)


def members(text: str) -> Order:
    """`ana,ben,[chi dan]` as typed → who takes turns; UserError for a text that is no such list."""
    seats = [each for each in (found.strip() for found in _SEAT.findall(text)) if each]
    order = tuple(tuple(_NAME.findall(seat)) for seat in seats)
    people = [person for seat in order for person in seat]
    plain = _NAME.sub("x", text).replace(" ", "")
    if not people or not _MEMBERS.fullmatch(plain):
        raise UserError(f"--members: `{shown(text)}` is no list of people", "write `ana,ben,[chi dan]`")
    return order


# ── who goes on ───────────────────────────────────────────────────────────────────────────


def goes_on(order: Order, wanted: Wanted) -> Order:
    """What becomes of an order of turns that begins with whose turn it is."""
    if wanted.members is not None:
        return _turned_to(order, wanted.members)
    found = order
    if wanted.replaced:
        found = _replaced(found, *wanted.replaced)
    found = tuple(tuple(each for each in seat if each not in wanted.remove) for seat in found)
    there = {each for seat in found for each in seat}
    return (*(seat for seat in found if seat), *((each,) for each in wanted.add if each not in there))


def _turned_to(order: Order, members: Order) -> Order:
    """New members, turned so that the first of the old order who is among them is first."""
    for seat in order:
        same = [index for index, each in enumerate(members) if each == seat]
        same += [index for index, each in enumerate(members) if {*each} & {*seat}]
        if same:
            return _turned(members, same[0])
    return members


def _turned(order: Order, number: int) -> Order:
    """An order that begins with the turn of this number."""
    first = number % len(order) if order else 0
    return (*order[first:], *order[:first])


def _replaced(order: Order, person: str, other: str) -> Order:
    if any(other in seat for seat in order):
        return tuple(tuple(each for each in seat if each != person) for seat in order)
    return tuple(tuple(other if each == person else each for each in seat) for seat in order)


# ── when it begins ────────────────────────────────────────────────────────────────────────


def start(roster: Roster, rollout: str, at: datetime) -> Start:
    """When a rollout that is asked for at an instant begins; UserError where there is no such time."""
    clock = roster.clock
    if rollout == "now":
        return Start(None, wall_from(at, clock.zone))
    if rollout in ROLLOUTS:
        return _handoff(clock, at, whole_round=rollout == "after-full-rotation")
    asker = Asker(clock.zone, at)
    typed = beginning("--rollout", rollout, asker)
    if typed.whole_day:
        if typed.day < asker.today:
            raise UserError(f"--rollout {rollout} is over", f"today is {asker.today}")
        return _handoff(clock, max(at, midnight(typed.day, clock.zone)) - _JUST_BEFORE)
    found = typed.wall(clock.zone)
    if begins(found, clock.zone) < at:
        raise UserError(
            f"--rollout {rollout} is over", "who was on call stays as it was: choose a later time"
        )
    return Start(None, found, counted_from=True)


def _handoff(clock: Clock, since: datetime, *, whole_round: bool = False) -> Start:
    ahead = handed_over(clock, since)
    found = next(ahead, None)
    if found is not None and whole_round:
        turns = len(clock.layer.versions[found.version].members)
        found = next(islice(ahead, turns - 1, None), None) if turns else found
    if found is None:
        raise UserError(
            f"nobody hands over in layer `{clock.layer.name}`",
            "say when: --rollout now, or a time such as --rollout '2026-12-07 09:00'",
        )
    return Start(found, found.starts)


# ── what is written ───────────────────────────────────────────────────────────────────────


def steps(roster: Roster, begin: Start, wanted: Wanted, *, always: bool = False) -> list[Step]:
    """The versions that bring what is wanted, in order; `always` one at the very beginning, though nobody
    but the one who is on keeps a turn until the next handoff."""
    if begin.handoff is not None:
        return list(_from_handoff(roster, begin.handoff, wanted))
    clock, instant = roster.clock, begins(begin.wall, roster.clock.zone)
    turn = turn_of(clock, instant)
    if turn is None:
        first = clock.layer.versions[0].starts
        raise UserError(
            f"layer `{clock.layer.name}` begins at {first:%Y-%m-%d %H:%M} only", "choose a later time"
        )
    due = _turned(roster.versions[turn.version].members, turn.number)
    if not wanted.anew and goes_on(due, wanted) == due:
        return []
    every = wanted.every or roster.every(turn.version)
    coming = next(handed_over(clock, instant), None)
    if begin.counted_from or coming is None:
        return [Step(begin.wall, every, goes_on(due, wanted))]
    if turn.starts == begin.wall:
        return list(_from_handoff(roster, turn, wanted))
    rest = _rest(due, wanted)
    relieved = always or rest[:1] != due[:1]
    bridge = [Step(begin.wall, roster.every(turn.version), rest)] if relieved else []
    if coming.version != turn.version:
        return bridge
    return [*bridge, *_from_handoff(roster, coming, wanted)]


def _rest(due: Order, wanted: Wanted) -> Order:
    """The order for the rest of a turn: whoever replaces one who leaves has that, whatever their own turn;
    otherwise somebody in the middle of the round."""
    order = goes_on(due, wanted)
    if wanted.replaced and due and wanted.replaced[0] in due[0]:
        person, other = wanted.replaced
        seat = tuple(dict.fromkeys(other if each == person else each for each in due[0]))
        return (seat, *(each for each in order if each != seat))
    if due and order and not {*due[0]} & {*order[0]}:
        middle = (len(order) - len(wanted.add)) // 2
        return (order[middle], *order[:middle], *order[middle + 1 :])
    return order


def _from_handoff(roster: Roster, handoff: Handoff, wanted: Wanted) -> Iterator[Step]:
    """The versions that begin with a turn. A turn of months that a short month lets begin sooner, such as on
    28 February, is a version of its own: counted from there, later ones would begin on the 28th as well."""
    version = roster.versions[handoff.version]
    due = _turned(version.members, handoff.number)
    order = goes_on(due, wanted)
    if not wanted.anew and order == due:
        return
    every = wanted.every or roster.every(handoff.version)
    ahead = handed_over(roster.clock, begins(handoff.starts, roster.clock.zone))
    number = 0
    while (
        not wanted.every
        and version.every
        and version.every.months
        and handoff.starts.day != version.starts.day
    ):
        coming = next(ahead)
        yield Step(handoff.starts, write_duration(coming.starts - handoff.starts), _turned(order, number))
        if coming.version != handoff.version:
            return
        handoff, number = coming, number + 1
    yield Step(handoff.starts, every, _turned(order, number))


def splices(roster: Roster, begin: Start, found: Sequence[Step], wanted: Wanted) -> Iterator[Splice]:
    """How versions are written into the record, and what becomes of those that begin later, from the last
    backwards. UserError where one that begins later would end what is asked, or nobody would be left."""
    for step in found:
        _refuse_empty(roster, step.members)
    place = ("layers", roster.clock.place, "versions")
    starts = [version.starts for version in roster.versions]
    last = max([begin.wall, *(step.starts for step in found)])
    for index in reversed(range(len(starts) + 1)):
        for step in sorted(found, reverse=True):
            if bisect_left(starts, step.starts) == index:
                yield from _written(roster, place, index, step)
        if index and starts[index - 1] > last:
            yield from _later(roster, place, index - 1, wanted)


def _written(roster: Roster, place: Pointer, index: int, step: Step) -> Iterator[Splice]:
    """A step as a new version, or as what becomes of the one that begins with it."""
    members = members_text(step.members)
    if index < len(roster.versions) and roster.versions[index].starts == step.starts:
        if step.every != roster.every(index) and step.every is not None:
            yield Put((*place, index, "every"), step.every, ("starts", "every", "members"))
        if step.members != roster.versions[index].members:
            yield Put((*place, index, "members"), members)
        return
    every = f"every: {step.every}, " if step.every else ""
    yield Insert(place, index, f"{{starts: {step.starts:%Y-%m-%d %H:%M}, {every}members: {members}}}")


def _later(roster: Roster, place: Pointer, index: int, wanted: Wanted) -> Iterator[Splice]:
    version = roster.versions[index]
    if wanted.anew:
        when = f"{version.starts:%Y-%m-%d %H:%M}"
        raise UserError(
            f"a version begins at {when} already, and would end this one",
            f"roll out from there: --rollout '{when}', or change it there",
        )
    members = goes_on(version.members, wanted)
    if members != version.members and version.members:
        _refuse_empty(roster, members)
        yield from _in_place((*place, index, "members"), version.members, wanted)


def _refuse_empty(roster: Roster, members: Order) -> None:
    if not members:
        raise UserError(
            f"nobody would take turns in layer `{roster.clock.layer.name}` of `{roster.document.id}`",
            "add somebody in the same change; a roster ends with a version that says `members: []`",
        )


def _in_place(place: Pointer, members: Order, wanted: Wanted) -> Iterator[Splice]:
    """How people join and leave a list of members that stays as it is otherwise, from the last backwards."""
    there = {each for seat in members for each in seat}
    person, other = wanted.replaced or ("", "")
    gone = {*wanted.remove, *([person] if other in there else [])}
    left = 0
    for index in reversed(range(len(members))):
        seat, at = members[index], (*place, index)
        if gone.issuperset(seat):
            yield Remove(at)
            continue
        left += 1
        for number in reversed(range(len(seat))):
            where = (*at, number) if len(seat) > 1 else at
            if seat[number] in gone:
                yield Remove(where)
            elif seat[number] == person:
                yield Put(where, other)
    for index, each in enumerate(each for each in wanted.add if each not in there):
        yield Insert(place, left + index, each)


def members_text(members: Order) -> str:
    """Members as a rotation has them: `[ana, [ben, dan]]`."""
    return written([seat[0] if len(seat) == 1 else [*seat] for seat in members])
