"""Somebody takes over a stretch of somebody's turn, and may give one back: an override.

What is asked is a stretch of time; what is written are the parts of it in which the one who is relieved is on
call, each with who is on `instead_of` whom, in a new file. Where a part begins together with another override
that put that person on, the two would be tied, and which of them counts would be a matter of names: there the
override that stands is changed instead.

Nothing is taken on trust: the rota is worked out again with the change, and must differ in these parts, in
nothing else, and exactly as asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.change import Change, new
from opsbook.authoring.splice import Insert, Put, edits, written
from opsbook.errors import UserError
from opsbook.model.time import Interval, local_day, write_instant
from opsbook.oncall.answers import zone_of
from opsbook.oncall.handoffs import begins, ends, wall
from opsbook.oncall.schedule import Covered, location, plan, stretches

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.authoring.splice import Splice
    from opsbook.book.snapshot import Book
    from opsbook.edits import Edit
    from opsbook.model.rotation import Cover
    from opsbook.oncall.schedule import Reason, Stretch

_MARGIN = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WEEK = timedelta(weeks=1)
_MANY = 2
_RETURNED_WITHIN = 26
"""In so many weeks a turn is given back."""


Covering = tuple[Interval, Sequence[str], Sequence[str] | None]
"""A stretch, who is on, and instead of whom; None for everybody."""


class Takeover(NamedTuple):
    """What is asked: who takes over when, and from whom; None for whoever is on."""

    within: Interval
    taker: str
    relieved: str | None = None


class Part(NamedTuple):
    """A stretch in which somebody is on instead of somebody else."""

    interval: Interval
    taker: str
    relieved: str
    reason: Reason
    """Why the one who is relieved would be on."""


# ── what changes hands ────────────────────────────────────────────────────────────────────


def parts(book: Book, rotation: str, asked: Takeover) -> list[Part]:
    """The parts of a stretch that change hands, in order; UserError where there are none, or where several
    people are on at once and nobody says who of them is relieved."""
    there = stretches(plan(book, rotation), asked.within)
    found: list[Part] = []
    goes_on = False
    for stretch in there:
        relieved = _relieved(rotation, stretch, asked)
        if relieved is None:
            goes_on = False
            continue
        reason = next(seat.reason for seat in stretch.seats if seat.person == relieved)
        part = Part(stretch.interval, asked.taker, relieved, reason)
        if goes_on and _joins(found[-1], part):
            last = found.pop()
            part = last._replace(interval=Interval(last.interval.start, part.interval.end))
        found.append(part)
        goes_on = True
    if not found:
        raise UserError(*_nothing(rotation, there, asked))
    return found


def _relieved(rotation: str, stretch: Stretch, asked: Takeover) -> str | None:
    """Who is relieved in a stretch; None where it stays as it is."""
    people = stretch.people
    if asked.relieved is not None:
        return asked.relieved if asked.relieved in people and asked.taker not in people else None
    if asked.taker in people:
        return None
    if len(people) > 1:
        raise UserError(
            f"{' and '.join(people)} are on call in `{rotation}` together",
            f"say who is relieved: --instead-of {people[0]}",
        )
    return people[0]


def _joins(earlier: Part, later: Part) -> bool:
    """Whether two parts are one cover: the same people, and no other override begins with the later one."""
    if earlier[1:3] != later[1:3]:
        return False
    one, other = earlier.reason, later.reason
    return one == other or not (isinstance(one, Covered) or isinstance(other, Covered))


def _nothing(rotation: str, there: Sequence[Stretch], asked: Takeover) -> tuple[str, str]:
    """Why nothing changes hands, and what to do."""
    if not there:
        return f"nobody is on call in `{rotation}` then", "look at it with `opsbook oncall`"
    on = tuple(dict.fromkeys(person for stretch in there for person in stretch.people))
    if asked.relieved is not None and asked.relieved not in on:
        return f"`{asked.relieved}` is not on call in `{rotation}` then", f"on call is {', '.join(on)}"
    return f"`{asked.taker}` is on call in `{rotation}` then already", "say another person or another time"


def given_back(book: Book, rotation: str, given: Sequence[Part]) -> Takeover:
    """The stretch that gives a turn back: the same hours of the week, so many weeks later as it takes until
    the one who takes over is on in all of them and the one who is relieved is not. UserError where that
    is not so within half a year."""
    taker, relieved = given[0].taker, given[0].relieved
    if any(part.relieved != relieved for part in given):
        raise UserError("several people are relieved: who gets a turn back?", "swap with each by itself")
    decides = plan(book, rotation)
    zone = zone_of(decides)
    first, last = wall(given[0].interval.start, zone), wall(given[-1].interval.end, zone)
    for weeks in range(1, _RETURNED_WITHIN + 1):
        within = Interval(begins(first + weeks * _WEEK, zone), ends(last + weeks * _WEEK, zone))
        there = stretches(decides, within)
        theirs = all(taker in each.people and relieved not in each.people for each in there)
        if there and theirs and within.start >= given[-1].interval.end:
            return Takeover(within, relieved, taker)
    raise UserError(
        f"`{taker}` has no such hours in the next {_RETURNED_WITHIN} weeks that `{relieved}` could take",
        "say which stretch is given back: --for FROM..TO",
    )


# ── the change ────────────────────────────────────────────────────────────────────────────


def swap(book: Book, rotation: str, asked: Sequence[Part], reason: str) -> Change:
    """The change that makes parts change hands; UserError where other overrides leave no way to say it."""
    zone = zone_of(plan(book, rotation))
    covers = dict(plan(book, rotation).covers)
    fresh: list[Part] = []
    amended: dict[str, list[tuple[int, list[Splice]]]] = {}
    for part in asked:
        cover = covers.get(part.reason) if isinstance(part.reason, Covered) else None
        if cover is None or cover.start != part.interval.start:
            fresh.append(part)
            continue
        assert isinstance(part.reason, Covered)
        steps = list(_amended(part, part.reason.cover, cover, zone))
        amended.setdefault(part.reason.override, []).append((part.reason.cover, steps))
    made: list[Edit] = []
    for id, changed in amended.items():
        document = book.find("override", id)
        assert document is not None
        made += edits(document, (step for _, steps in sorted(changed, reverse=True) for step in steps))
    if fresh:
        made.append(override(book, rotation, _name(fresh), reason, [*_covers(fresh)]))
    change = Change(f"{rotation}: {summary(asked)}", tuple(made))
    _as_asked(book, rotation, asked, change)
    return change


def summary(asked: Sequence[Part]) -> str:
    """What changes hands, in a few words: `raj takes over from ana`, `ana and raj swap`."""
    takers = tuple(dict.fromkeys(part.taker for part in asked))
    relieved = tuple(dict.fromkeys(part.relieved for part in asked))
    if set(takers) == set(relieved):
        return f"{' and '.join(relieved)} swap"
    others = " and ".join(relieved) if len(relieved) <= _MANY else f"{len(relieved)} others"
    return f"{' and '.join(takers)} takes over from {others}"


def _amended(part: Part, index: int, cover: Cover, zone: ZoneInfo) -> Iterator[Splice]:
    """How a stretch of an override that begins with a part puts another person on, up to the part's end."""
    on = dict.fromkeys(part.taker if person == part.relieved else person for person in cover.on)
    at = ("covers", index)
    yield Put((*at, "on"), written([*on]))
    if cover.end > part.interval.end:
        yield Put((*at, "to"), local_instant(part.interval.end, zone))
        rest = Interval(part.interval.end, cover.end)
        yield Insert(("covers",), index + 1, cover_text(rest, zone, cover.on, cover.instead_of))


def _name(asked: Sequence[Part]) -> str:
    """What an override is called, after its date: `raj-for-ana`."""
    people = tuple(dict.fromkeys(person for part in asked for person in (part.taker, part.relieved)))
    return "-for-".join(people) if len(people) == 2 else people[0]


def _covers(asked: Sequence[Part]) -> Iterator[Covering]:
    """The stretches of an override: one for everybody who is relieved, or one in place of all where somebody
    relieves many one after another."""
    whole = all(one.interval.end == other.interval.start for one, other in pairwise(asked))
    if whole and len({part.taker for part in asked}) == 1 and len({part.relieved for part in asked}) > _MANY:
        yield Interval(asked[0].interval.start, asked[-1].interval.end), (asked[0].taker,), None
        return
    for part in asked:
        yield part.interval, (part.taker,), (part.relieved,)


def override(book: Book, rotation: str, name: str, reason: str, covers: Sequence[Covering]) -> Edit:
    """A new override of a rotation, called after the day on which it begins."""
    zone = zone_of(plan(book, rotation))
    schema = "schemas/override.json"
    lines = [f"# yaml-language-server: $schema=../../{schema}"] if book.tree.has(schema) else []
    lines += [f"rotation: {written(rotation)}", f"reason: {written(reason)}", "covers:"]
    lines += [f"  - {cover_text(interval, zone, on, instead)}" for interval, on, instead in covers]
    path = _free(book, f"{local_day(covers[0][0].start, zone)}-{name}")
    return new(path, "\n".join(lines) + "\n")


def cover_text(
    interval: Interval, zone: ZoneInfo, on: Sequence[str], instead_of: Sequence[str] | None = None
) -> str:
    """A stretch of an override, as people write it."""
    start, end = (local_instant(at, zone) for at in interval)
    instead = "" if instead_of is None else f", instead_of: {written([*instead_of])}"
    return f"{{from: {start}, to: {end}, on: {written([*on])}{instead}}}"


def _free(book: Book, name: str) -> str:
    """The path of an override of this name, with a number where there is one already."""
    number = 1
    while book.namesakes("override", name if number == 1 else f"{name}-{number}"):
        number += 1
    return f"rotations/overrides/{name if number == 1 else f'{name}-{number}'}.yaml"


def local_instant(at: datetime, zone: ZoneInfo) -> str:
    """An instant as people write it in an override: with the offset that the zone has then."""
    local = at.astimezone(zone)
    offset = local.utcoffset()
    if not offset or offset % _MINUTE:
        return write_instant(at)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


# ── proof ─────────────────────────────────────────────────────────────────────────────────


def _as_asked(book: Book, rotation: str, asked: Sequence[Part], change: Change) -> None:
    """UserError where the rota with the change is not the rota before it with these people exchanged in
    these parts."""
    then = book.with_texts({source.path: text for source, text in change.texts()})
    before, after = plan(book, rotation), plan(then, rotation)
    edges = [edge for part in asked for edge in part.interval]
    edges += [edge for _, cover in (*before.covers, *after.covers) for edge in (cover.start, cover.end)]
    within = Interval(min(edges) - _MARGIN, max(edges) + _MARGIN)
    old, now = stretches(before, within), stretches(after, within)
    marks = {edge for each in (*old, *now) for edge in each.interval}
    marks |= {edge for part in asked for edge in part.interval}
    if all(_at(now, mark) == _exchanged(_at(old, mark), asked, mark) for mark in marks):
        return
    others = [
        each for each, cover in before.covers
        if any(part.interval.start <= cover.start < part.interval.end for part in asked)
    ]  # fmt: skip
    place = f" ({location(book, others[0])})" if others else ""
    raise UserError(
        f"another override begins in this stretch and would change it again{place}",
        "mend that one, or swap what lies before and after it by itself",
    )


def _at(found: Sequence[Stretch], at: datetime) -> frozenset[str]:
    index = bisect_right(found, at, key=lambda each: each.interval.start) - 1
    here = index >= 0 and found[index].interval.covers(at)
    return frozenset(found[index].people) if here else frozenset()


def _exchanged(people: frozenset[str], asked: Sequence[Part], at: datetime) -> frozenset[str]:
    for part in asked:
        if part.interval.covers(at) and part.relieved in people:
            people = (people - {part.relieved}) | {part.taker}
    return people
