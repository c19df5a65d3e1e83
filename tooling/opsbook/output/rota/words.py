"""What a change does to a rota, in words: plain text as the records have it, for a sink to escape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.intervals import length
from opsbook.oncall.nights import zone_of
from opsbook.oncall.proof import HORIZON

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.oncall.answers import Handoff
    from opsbook.oncall.concerns import Concern
    from opsbook.oncall.diff import Change, Diff, Share
    from opsbook.oncall.proof import Unmet
    from opsbook.oncall.sides import Move

_HOUR = timedelta(hours=1)
_STATES = {
    "new": "is new",
    "gone": "is gone",
    "unreadable before": "could not be read before: what changes for whom is not known",
    "unreadable after": "cannot be read any more: `opsbook check` says why",
}


class Line(NamedTuple):
    """A sentence; its subject comes first."""

    subject: str
    rest: str
    careful: bool = False
    """Whether somebody should look at it before it is merged."""
    details: tuple[str, ...] = ()
    """What is said below it."""


class Block(NamedTuple):
    """What belongs together under a heading."""

    title: str
    note: str
    """What stands beside the heading."""
    lines: tuple[Line, ...]
    """Any number of sentences, the first ones most worth reading."""
    last: tuple[Line, ...] = ()
    """Sentences that are never left out."""
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of cells, the heads first; all but the first column are numbers."""
    shown: int = 8
    """How many of the sentences a person reads."""


class Speaker:
    """Says people's names, and times on a clock, as of the instant of the question."""

    def __init__(self, before: Book, after: Book, at: datetime) -> None:
        self._books = (after, before)
        self._year = at.year
        self.zone = after.settings.timezone
        """The book's clock, for what is nobody's in particular."""

    def name(self, person: str) -> str:
        """A person's name as they write it; the id where no side has a record that can be read."""
        for book in self._books:
            document = book.find("person", person)
            if document is not None and document.readable:
                return str(document.content.name)
        return person

    def names(self, people: Iterable[str]) -> str:
        """Several people: `Ana, Ben and Chi`; `nobody` for none."""
        *most, last = [self.name(person) for person in people] or ["nobody"]
        return f"{', '.join(most)} and {last}" if most else last

    def clock(self, person: str, otherwise: ZoneInfo) -> ZoneInfo:
        """The zone that a person lives in."""
        found = (zone_of(book, person) for book in self._books)
        return next((zone for zone in found if zone is not None), otherwise)

    def moment(self, at: datetime, zone: ZoneInfo, year: int | None = None) -> str:
        """`Mon 30 Nov 09:00`, with its year where that is not the year of the question, or this one."""
        local = at.astimezone(zone)
        shown = f" {local.year}" if local.year != (year or self._year) else ""
        return f"{local:%a} {local.day} {local:%b}{shown} {local:%H:%M}"

    def stretch(self, interval: Interval, zone: ZoneInfo, beside: ZoneInfo | None = None) -> str:
        """`Sat 12 Dec 09:00 – Sun 13 Dec 09:00`, with the clock where that is not the one beside it."""
        start, end = (each.astimezone(zone) for each in interval)
        same_day = start.date() == end.date()
        until = f"{end:%H:%M}" if same_day else self.moment(interval.end, zone, start.year)
        place = f" {zone.key}" if zone != beside else ""
        return f"{self.moment(interval.start, zone)} – {until}{place}"


def hours(time: timedelta) -> str:
    """`24 h`, `0.5 h`."""
    return f"{round(time / _HOUR, 1):,g} h" if time < 1000 * _HOUR else f"{time / _HOUR:,.0f} h"


# ── a rotation ────────────────────────────────────────────────────────────────────────────


def changes(found: Diff, says: Speaker) -> Iterator[Block]:
    """What becomes of each rotation."""
    for change in found.changes:
        title, note = change.rotation, change.zone.key if change.zone else ""
        if change.zone is None:
            yield Block(title, note, (Line(change.rotation, f" {_STATES[change.state]}", careful=True),))
            continue
        yield Block(
            title,
            note,
            tuple(_moves(change, change.zone, says)),
            tuple(_handoffs(change, change.zone, says)),
            tuple(_table(change.shares, says)),
        )


def _moves(change: Change, zone: ZoneInfo, says: Speaker) -> Iterator[Line]:
    """Who gains and loses what; stretches that follow each other and change hands alike as one."""
    if change.state in ("new", "gone"):
        everybody = dict.fromkeys(person for move in change.moves for person in (*move.lose, *move.gain))
        verb = "takes turns" if change.state == "new" else "took turns"
        if len(everybody) > 1:
            verb = verb.replace("takes", "take")
        yield Line(change.rotation, f" {_STATES[change.state]}: {says.names(everybody)} {verb}")
        return
    for _, group in groupby(change.moves, key=lambda move: move[1:]):
        yield _move(list(group), zone, says)


def _move(together: Sequence[Move], zone: ZoneInfo, says: Speaker) -> Line:
    first = together[0]
    people = first.lose or first.gain
    verb = f"{'lose' if first.lose else 'gain'}{'' if len(people) > 1 else 's'}"
    clock = says.clock(people[0], zone)
    whole = Interval(first.interval.start, together[-1].interval.end)
    long = hours(length(move.interval for move in together))
    often = f" in {len(together):,} stretches" if len(together) > 1 else ""
    rest = f" {verb} {says.stretch(whole, clock, zone)} ({long}{often})"
    if first.lose and first.gain:
        return Line(says.names(people), f"{rest} to {_gaining(first.gain, whole, clock, says)}")
    if first.lose and not first.stay:
        return Line(says.names(people), f"{rest}, and nobody is on call", careful=True)
    if first.lose:
        stay = "stays" if len(first.stay) == 1 else "stay"
        return Line(says.names(people), f"{rest}; {says.names(first.stay)} {stay} on")
    beside = f" beside {says.names(first.stay)}" if first.stay else ", where nobody was on call"
    return Line(says.names(people), rest + beside)


def _gaining(people: Sequence[str], whole: Interval, clock: ZoneInfo, says: Speaker) -> str:
    """Who gains a stretch, and what the clocks show then of those who live elsewhere."""
    elsewhere = {own: None for each in people if (own := says.clock(each, clock)) != clock}
    shown = ", ".join(f"{says.moment(whole.start, zone)} {zone.key}" for zone in elsewhere)
    return says.names(people) + (f" (from {shown})" if shown else "")


def _handoffs(change: Change, zone: ZoneInfo, says: Speaker) -> Iterator[Line]:
    """The next handoff, before and after."""
    then, now = (next(iter(found), None) for found in (change.before, change.after))
    if change.state == "gone":
        return
    if now and now == then:
        yield Line("next handoff", f", as before: {_handoff(now, zone, says)}")
        return
    yield Line("next handoff", f": {_handoff(now, zone, says)}")
    if change.state == "changed":
        yield Line("before", f": {_handoff(then, zone, says)}")


def _handoff(found: Handoff | None, zone: ZoneInfo, says: Speaker) -> str:
    if found is None:
        return "none"
    return f"{says.moment(found.at, zone)}, {says.names(found.before)} to {says.names(found.after)}"


def _table(shares: Sequence[Share], says: Speaker) -> Iterator[tuple[str, ...]]:
    """Fairness before and after; a column that nobody has anything in is left out."""
    heads = ("", "hours", "nights", "weekend hours", "holiday hours")
    rows = [
        (
            says.name(each.person),
            _both(*(f"{one.on_call / _HOUR:,.0f}" for one in each[1:])),
            _both(*(f"{one.nights:,}" for one in each[1:])),
            _both(*(f"{one.weekend / _HOUR:,.0f}" for one in each[1:])),
            _both(*(f"{one.holiday / _HOUR:,.0f}" for one in each[1:])),
        )
        for each in shares
    ]
    kept = [0, *(n for n in range(1, 5) if any(row[n] != "0" for row in rows))]
    yield from (tuple(row[n] for n in kept) for row in (heads, *rows) if rows)


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


# ── what to look at ───────────────────────────────────────────────────────────────────────


def careful(found: Diff, says: Speaker) -> Block:
    """What the change brings that somebody should look at."""
    alike: dict[tuple[object, ...], list[Concern]] = {}
    for each in found.concerns:
        alike.setdefault((each.kind, each.rotations, each.person), []).append(each)
    lines = [_concern(each, found, says) for each in alike.values()]
    lines += _failures(found, says)
    lines += _tests(found)
    said = {f"rotations/{each.rotation}.yaml" for each in found.changes if each.zone is None}
    lines += [
        Line(path, " cannot be read on one of the sides: what it would say is left out")
        for path in found.unreadable
        if path not in said
    ]
    return Block("To look at", "", tuple(line._replace(careful=True) for line in lines))


def _concern(alike: Sequence[Concern], found: Diff, says: Speaker) -> Line:
    """The same concern about the same person and rotation, in one stretch or in several."""
    first = alike[0]
    zone = says.clock(first.person, says.zone) if first.person else says.zone
    name, where = says.name(first.person or ""), " and ".join(first.rotations)
    when = stretches([each.interval for each in alike], says, zone)
    if first.kind == "gap":
        return Line("nobody", f" is on call in {where}: {when}")
    if first.kind == "double booking":
        return Line(name, f" is on call in {where} at once: {when}")
    if first.kind == "absence":
        return Line(name, f" is absent during shifts of {where}: {when}")
    if first.kind == "holiday":
        days = dict.fromkeys(each.said for each in alike)
        return Line(name, f" is on call in {where} on {', '.join(filter(None, days))}: {when}")
    ahead = first.interval.start - found.at
    asked = hours(found.notice or timedelta())
    soon = f"in {hours(ahead)}" if ahead > timedelta() else "at once"
    return Line(name, f" takes over in {where} {soon}, the policy asks for {asked} of notice: {when}")


def _tests(found: Diff) -> Iterator[Line]:
    """Tests of policies that fail."""
    policies: dict[str, list[Unmet]] = {}
    for each in found.paged.unmet:
        policies.setdefault(each.policy, []).append(each)
    for policy, unmet in policies.items():
        tests = {each.test for each in unmet}
        fail = "a test fails that did not" if len(tests) == 1 else f"{len(tests)} tests fail that did not"
        yield Line(f"policy {policy}", f": {fail}", details=tuple(dict.fromkeys(each.said for each in unmet)))


def _failures(found: Diff, says: Speaker) -> Iterator[Line]:
    """Proofs that fail, those that say the same as one."""
    groups: dict[tuple[str, str], list[tuple[str, Interval]]] = {}
    for each in found.paged.failures:
        groups.setdefault((each.policy, each.said), []).append((each.severity, each.interval))
    for (policy, said), failed in groups.items():
        severities = ", ".join(dict.fromkeys(severity for severity, _ in failed))
        when = stretches(sorted({interval for _, interval in failed}), says)
        yield Line(f"policy {policy}", f" at {severities}: {said}; {when}")


def stretches(found: Sequence[Interval], says: Speaker, zone: ZoneInfo | None = None) -> str:
    """When something is so: the one stretch, or the first of several and how long they all are."""
    first = says.stretch(found[0], zone or says.zone, says.zone)
    if len(found) == 1:
        return f"{first} ({hours(found[0].length)})"
    return f"{hours(length(found))} in {len(found):,} stretches, first {first}"


# ── all of it ─────────────────────────────────────────────────────────────────────────────


def calm(found: Diff, says: Speaker) -> Iterator[str]:
    """What to say where nothing changes for anybody."""
    day = found.within.end.astimezone(says.zone)
    yield (
        f"Nothing changes for anybody: until {day.day} {day:%b %Y} the same people are on call at every "
        "instant, and every alert pages the same people."
    )
    yield from _renamed(found)


def compared(found: Diff, says: Speaker) -> Iterator[str]:
    """What was compared, for those who want to know how far the answer reaches."""
    yield from _renamed(found)
    weeks = found.within.length / timedelta(weeks=1)
    yield (
        f"Compared: {says.stretch(found.within, says.zone)}, {weeks:,.0f} weeks. Times are of that zone "
        "where no other is named."
    )
    if found.paged.tried and length(found.paged.tried) >= HORIZON:
        yield "Of alerts, the first 13 weeks that the change touches, and the days around clock changes."


def _renamed(found: Diff) -> Iterator[str]:
    yield from (f"{old} is {new} under another name." for old, new in found.renamed)
