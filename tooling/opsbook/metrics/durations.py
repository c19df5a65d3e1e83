"""How long each stage of an incident took, who gave how many hours, and whether word was kept.

Each figure goes by the milestones of the timeline, up to an instant; what the record says of later is
not known yet.

| time to | from | to |
|---|---|---|
| detect | `started` | `detected` |
| acknowledge | `detected` | the first `acknowledged` |
| declare | `detected` | `declared` |
| mitigate | `started`, else `detected` and marked so; each `reopened` | the next `mitigated`, summed |
| resolve | `started`, else `detected` and marked so; each `reopened` | the next `resolved`, summed |
| respond | `declared`; each `reopened` | the next `resolved` or `closed`, summed |

The names follow Google's SRE book and its workbook (time to detect, acknowledge, mitigate); `resolve` is
the R of MTTR as incident tools count it, quiet hours between a repair and a relapse left out.

A figure is missing, never 0, where the milestone it begins with is missing, where a later one was reached
without the one it ends with, and where the two stand in an order that cannot be. It goes on while nothing
later was reached: then its length is what has passed so far, and the real one is at least that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.progress import named_in
from opsbook.metrics.response import MENDED, OVER, responses, spells
from opsbook.metrics.updates import first_words, grace, reaches, silences, speaks_of
from opsbook.model.time import Interval

if TYPE_CHECKING:
    from opsbook.metrics.response import Response
    from opsbook.model.incident import Incident
    from opsbook.model.severity import Severities

FIGURES = ("detect", "acknowledge", "declare", "mitigate", "resolve", "respond")
_NONE = timedelta()
_ORDER = ("started", "detected", "acknowledged", "declared", "identified", *MENDED)


class Mark(NamedTuple):
    """A milestone of a timeline."""

    at: datetime
    milestone: str
    approximate: bool = False


class Length(NamedTuple):
    """How long something took."""

    time: timedelta
    over: bool = True
    """False while it goes on: it has taken so long up to now."""
    approximate: bool = False
    """A time that it is measured from or to is a guess."""
    from_detection: bool = False
    """Measured from `detected`, since nobody knows when it `started`: the real one is longer."""


class Durations(NamedTuple):
    """How long the stages of an incident took; None for what its record does not tell."""

    detect: Length | None = None
    acknowledge: Length | None = None
    declare: Length | None = None
    mitigate: Length | None = None
    resolve: Length | None = None
    respond: Length | None = None


def marks(incident: Incident) -> tuple[Mark, ...]:
    """The milestones of a timeline in order of time; those of one instant in order of the file."""
    return tuple(
        Mark(entry.at, entry.milestone, entry.approximate)
        for _, entry in incident.history.in_order
        if entry.milestone
    )


def durations(incident: Incident, as_of: datetime) -> Durations:
    """How long the stages of an incident took, as far as an instant."""
    return measured(marks(incident), as_of)


def measured(found: Iterable[Mark], as_of: datetime) -> Durations:
    """The same of milestones in order of time."""
    reached = [mark for mark in found if mark.at <= as_of]
    first: dict[str, Mark] = {}
    for mark in reached:
        first.setdefault(mark.milestone, mark)
    start, noticed = first.get("started"), first.get("detected")
    hurt_since = start or noticed
    mitigate = _repeated(reached, hurt_since, ("mitigated",), as_of)
    resolve = _repeated(reached, hurt_since, ("resolved",), as_of)
    if start is None:
        mitigate, resolve = (each and each._replace(from_detection=True) for each in (mitigate, resolve))
    return Durations(
        _once(first, start, "detected", as_of),
        _once(first, noticed, "acknowledged", as_of),
        _once(first, noticed, "declared", as_of),
        mitigate,
        resolve,
        _repeated(reached, _answered_since(reached), OVER, as_of),
    )


def began(found: Iterable[Mark]) -> datetime | None:
    """When an incident counts as begun: `started`, else `detected`, else `declared`, else its first
    milestone."""
    first: dict[str, datetime] = {}
    for mark in found:
        first.setdefault(mark.milestone, mark.at)
    known = (first[name] for name in ("started", "detected", "declared") if name in first)
    return next(known, min(first.values(), default=None))


def hurt(found: Iterable[Mark], as_of: datetime) -> list[Interval]:
    """When customers were hurt: from `started`, else `detected`, else `declared`, and from each `reopened`,
    to the next milestone after which they are not, or up to an instant."""
    reached = [mark for mark in found if mark.at <= as_of]
    running = began(reached)
    stretches = []
    for mark in reached:
        if running is not None and mark.milestone in MENDED and mark.at >= running:
            stretches.append(Interval(running, mark.at))
            running = None
        elif running is None and mark.milestone == "reopened":
            running = mark.at
    return stretches if running is None else [*stretches, Interval(running, as_of)]


def _once(first: dict[str, Mark], start: Mark | None, end: str, as_of: datetime) -> Length | None:
    """From a milestone to the first of another."""
    if start is None:
        return None
    last = first.get(end)
    if last is None:
        overtaken = any(name in first for name in _ORDER[_ORDER.index(end) + 1 :])
        return None if overtaken else Length(as_of - start.at, False, start.approximate)
    if last.at < start.at:
        return None
    return Length(last.at - start.at, True, start.approximate or last.approximate)


def _repeated(
    reached: Sequence[Mark], start: Mark | None, ends: tuple[str, ...], as_of: datetime
) -> Length | None:
    """From a milestone to one of some others, and from each reopening to the next of them, summed."""
    if start is None:
        return None
    time, approximate, running = _NONE, False, None
    later = MENDED[MENDED.index(ends[-1]) + 1 :]
    begun = False
    for mark in reached:
        if mark is start:
            running, begun = mark, True
        elif mark.milestone in ends:
            if not begun:
                return None
            if running is not None:
                time += mark.at - running.at
                approximate = approximate or running.approximate or mark.approximate
                running = None
        elif running is not None and mark.milestone in later:
            return None
        elif begun and running is None and mark.milestone == "reopened":
            running = mark
    if running is None:
        return Length(time, True, approximate)
    return Length(time + (as_of - running.at), False, approximate or running.approximate)


def _answered_since(reached: Sequence[Mark]) -> Mark | None:
    """What began the first response: the declaration, or where that came after the repair, the first
    reopening (`metrics.response`)."""
    declared, mended = False, False
    for mark in reached:
        mended = (mended or mark.milestone in MENDED) and mark.milestone != "reopened"
        declared = declared or mark.milestone == "declared"
        if declared and not mended and mark.milestone in ("declared", "reopened"):
            return mark
    return None


# ── severities ────────────────────────────────────────────────────────────────────────────


class Stretch(NamedTuple):
    """A stretch of time; without an end while it goes on."""

    since: datetime
    until: datetime | None

    def length(self, as_of: datetime) -> timedelta:
        """How much of it lies before an instant."""
        end = as_of if self.until is None else min(self.until, as_of)
        return max(end - self.since, _NONE)


def severity_stretches(incident: Incident) -> list[tuple[str, Stretch]]:
    """The stretches of the responses by the severity in force, in order of time."""
    held = spells(incident)
    ends = [*(spell.since for spell in held[1:]), *([None] if held else [])]
    found = [
        (spell.severity, Stretch(max(spell.since, each.start), _earlier(end, each.end)))
        for each in responses(incident)
        for spell, end in zip(held, ends, strict=True)
    ]
    return [(name, each) for name, each in found if each.until is None or each.until > each.since]


def time_in_severity(incident: Incident, as_of: datetime) -> dict[str, timedelta]:
    """How long people responded at each severity, up to an instant."""
    return total(severity_stretches(incident), as_of)


def total(found: Iterable[tuple[str, Stretch]], as_of: datetime) -> dict[str, timedelta]:
    """The stretches of each name, summed."""
    lengths: dict[str, timedelta] = {}
    for name, each in found:
        if each.since < as_of:
            lengths[name] = lengths.get(name, _NONE) + each.length(as_of)
    return lengths


def summed(found: Iterable[Mapping[str, timedelta]]) -> dict[str, timedelta]:
    """Lengths by name, summed."""
    lengths: dict[str, timedelta] = {}
    for each in found:
        for name, length in each.items():
            lengths[name] = lengths.get(name, _NONE) + length
    return lengths


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


# ── people ────────────────────────────────────────────────────────────────────────────────


class Effort(NamedTuple):
    """Who worked on an incident, and for how many hours together."""

    people: int
    hours: float


def involved(incident: Incident) -> list[tuple[str, Stretch]]:
    """Each person whom the timeline names during a response, from the first time it names them to the end
    of that response, or while they hold no role to the last time it does."""
    return [each for response in responses(incident) for each in _involved(incident, response)]


def _involved(incident: Incident, response: Response) -> Iterator[tuple[str, Stretch]]:
    first: dict[str, datetime] = {}
    until: dict[str, datetime] = {}
    named = named_in(incident)
    for place, entry in response.steps:
        for name in named[place]:
            first.setdefault(name, entry.at)
            until[name] = entry.at
    last = response.steps[-1].at
    for people in incident.history.roles_at(last).values():
        for name in people:
            first.setdefault(name, response.start)
            until[name] = last
    for name, since in sorted(first.items()):
        if not name.startswith("system:"):
            goes_on = not response.over and until[name] == last
            yield name, Stretch(since, None if goes_on else until[name])


def effort(incident: Incident, as_of: datetime) -> Effort:
    """How many people worked on an incident, and their hours together, up to an instant: a lower bound, since
    nobody logs all they do."""
    return spent(total(involved(incident), as_of))


def spent(lengths: Mapping[str, timedelta]) -> Effort:
    """The same of how long each person worked."""
    return Effort(len(lengths), sum(lengths.values(), _NONE) / timedelta(hours=1))


# ── updates ───────────────────────────────────────────────────────────────────────────────


class Owed(NamedTuple):
    """An update that the policy asked for."""

    due: datetime
    """With the grace of `metrics.updates`."""
    told: datetime | None
    """When it was sent; None while it is not."""


class Kept(NamedTuple):
    """How many of the updates that were owed came in time."""

    in_time: int
    owed: int


def updates_owed(incident: Incident, policy: Severities) -> list[Owed]:
    """Every update that was sent during a response or was owed in it: by the longest silence that the
    severity allows, and by the clocks of the policy for the first word."""
    found = []
    for each in silences(incident, policy):
        due = each.due + grace(each.allowed)
        told = each.until.at if each.until and reaches(each.until.entry, each.audience) else None
        ended = each.until.at if each.until else None
        if speaks_of(incident, each.audience) and (told or ended is None or ended > due):
            found.append(Owed(due, told))
    return found + [
        Owed(duty.due, duty.met_at)
        for duty in first_words(incident, policy)
        if speaks_of(incident, duty.audience)
    ]


def kept(found: Iterable[Owed], as_of: datetime) -> Kept:
    """How many of some updates were owed by an instant or sent before, and how many of them in time."""
    in_time = owed = 0
    for due, told in found:
        sent = told is not None and told <= as_of
        if sent or due < as_of:
            owed += 1
            in_time += sent and told is not None and told <= due
    return Kept(in_time, owed)


def update_compliance(incident: Incident, policy: Severities, as_of: datetime) -> Kept:
    """How many of the updates that an incident owed by an instant came in time."""
    return kept(updates_owed(incident, policy), as_of)
