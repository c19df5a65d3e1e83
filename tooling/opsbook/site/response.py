"""What an incident's page shows beside the record: the response as a picture, and who was told in time.

Everything follows from the timeline and the severity policy, by the functions that the rules ask too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from opsbook.metrics.durations import durations
from opsbook.metrics.response import spells, updates
from opsbook.metrics.targets import wanted
from opsbook.metrics.updates import duties, grace, promises, reaches, silences, speaks_of
from opsbook.model.time import write_length
from opsbook.site import charts
from opsbook.site.phrases import length

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.business_days import Terms
    from opsbook.metrics.durations import Length
    from opsbook.metrics.updates import Silence
    from opsbook.model.history import Step
    from opsbook.model.incident import Audience, Entry, Incident, Update
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.severity import Severities
    from opsbook.site.evidence import Exhibit
    from opsbook.site.guide import Guide

_REACH = 3
"""A milestone that would make the picture more than so many times as long stands outside of it."""
_FEW = 3
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_STAGE = "time_to_"
_STAGES = {
    "detect": "Noticed after",
    "acknowledge": "Acknowledged after",
    "mitigate": "Mitigated after",
    "resolve": "Resolved after",
}
_SHAPES = {"internal": "square", "public": "triangle", "customers": "diamond"}


class Reached(NamedTuple):
    """A milestone, how long after the one before it, and how long after the first."""

    name: str
    at: datetime
    approximate: bool
    since: timedelta | None
    total: timedelta | None


class Told(NamedTuple):
    """How an audience was kept informed."""

    audience: str
    sent: int
    allowed: timedelta | None
    """The longest silence that the policy allowed, the strictest of them; None where it asks for none."""
    longest: timedelta | None
    late: int
    """How many silences were longer than allowed."""


class Tile(NamedTuple):
    """A figure at the head of a page: what it is, the figure, and what to make of it."""

    name: str
    value: str
    note: str = ""
    style: str = ""
    source: Markup = Markup()
    """A link to where it is said what is wanted."""


class Run(NamedTuple):
    """A runbook was followed."""

    at: datetime
    id: str
    result: str


class Duty(NamedTuple):
    """Something that was owed by an instant: what, by when, when it came, and whether that was late."""

    what: str
    due: datetime
    met: datetime | None
    late: bool
    by: str = ""
    """What it came by, where that was no update to whom it was owed."""


# ── milestones ────────────────────────────────────────────────────────────────────────────


def steps(incident: Incident) -> list[Reached]:
    """The milestones in order of time."""
    guessed = {(entry.milestone, entry.at) for entry in incident.timeline if entry.approximate}
    reached = sorted(incident.history.milestones.items(), key=itemgetter(1))
    found: list[Reached] = []
    for name, at in reached:
        since, total = (at - found[-1].at, at - found[0].at) if found else (None, None)
        found.append(Reached(name, at, (name, at) in guessed, since, total))
    return found


def picture(incident: Incident, found: list[Reached], guide: Guide, as_of: datetime) -> Markup:
    """Milestones as a staircase over time, with the severity, the services and the updates below it."""
    if len(found) < 2:
        return Markup()
    axis = _axis(found, guide, as_of if incident.history.status in ("triage", "investigating") else None)
    rows = [row for row in _rows(incident, guide, axis) if row.spans or row.marks]
    said = [
        f"{step.name} {axis.clock(step.at)}{f' (+{length(step.total)})' if step.total else ''}"
        for step in found
    ]
    milestones = [charts.Milestone(step.name, step.at, step.approximate) for step in found]
    return charts.staircase("went", "How the incident went", ", ".join(said), axis, milestones, rows)


def _axis(found: list[Reached], guide: Guide, now: datetime | None) -> charts.Axis:
    """From the first milestone to the last; one that lies far before or after all others is left outside."""
    start, end = found[0].at, found[-1].at
    if len(found) > _FEW and end - start > _REACH * (found[-2].at - start):
        end = found[-2].at
    if len(found) > _FEW and end - start > _REACH * (end - found[1].at):
        start = found[1].at
    if now and start < now < start + _REACH * max(end - start, _HOUR):
        end = max(end, now)
    length = max(end - start, _MINUTE)
    return charts.Axis(start - length / 50, start + length + length / 50, guide.zone)


def _rows(incident: Incident, guide: Guide, axis: charts.Axis) -> Iterator[charts.Row]:
    held = [each for each in spells(incident) if each.since < axis.end]
    over = incident.history.milestones.get("resolved", axis.end)
    ends = [each.since for each in held[1:]] + [max(over, each.since) for each in held[-1:]]
    yield charts.Row(
        "severity",
        tuple(
            charts.Span(each.since, end, f"ob-fill-{guide.rank(each.severity)}", each.severity)
            for each, end in zip(held, ends, strict=True)
        ),
    )
    for service, spans in _states(incident, axis.end).items():
        yield charts.Row(guide.title("service", service), tuple(spans))
    marks = tuple(
        charts.Mark(
            step.at,
            f"{axis.clock(step.at)} {_update(step).audience}: {step.entry.headline}",
            _SHAPES.get(_update(step).audience, "dot"),
        )
        for step in updates(incident)
    )
    yield charts.Row("updates: ▲ public  ◆ customers  ■ internal  ● others", (), marks)


def _states(incident: Incident, end: datetime) -> dict[str, list[charts.Span]]:
    """How each service stood from the entry that says so until the next that does."""
    changes: dict[str, list[tuple[datetime, str]]] = {}
    for _, entry in incident.history.in_order:
        if entry.services:
            for service, state in entry.services.items():
                if state:
                    changes.setdefault(service, []).append((entry.at, state))
    return {
        service: [
            charts.Span(at, until, f"ob-fill-{state}", state.replace("-", " "))
            for (at, state), until in zip(found, [*(at for at, _ in found[1:]), end], strict=True)
            if at < until and state != "operational"
        ]
        for service, found in changes.items()
    }


def runs(incident: Incident) -> list[Run]:
    """The runbooks that were followed, in order of the timeline."""
    return [Run(each.at, each.runbook.id, each.runbook.result) for each in incident.timeline if each.runbook]


def days(
    incident: Incident, shown: Iterable[list[Exhibit]], guide: Guide
) -> list[tuple[date, list[tuple[Entry, list[Exhibit]]]]]:
    """The timeline by days of the book's clock, each entry with what is shown below it."""
    entries = list(zip(incident.timeline, shown, strict=True))
    in_order = incident.history.in_order
    ends = {guide.local(entry.at).date() for _, entry in (*in_order[:1], *in_order[-1:])}
    if len(ends) == 1:  # as of most incidents
        return [(ends.pop(), entries)]
    found = groupby(entries, key=lambda each: guide.local(each[0].at).date())
    return [(day, list(own)) for day, own in found]


class Limits:
    """How long each stage may take at each severity: by the targets, and by the severity policy."""

    def __init__(self, book: Book) -> None:
        self._found: dict[tuple[str, str | None], timedelta] = {}
        for each in wanted(book).values():
            if each.at_most is not None and each.metric.startswith(_STAGE):
                for severity in each.severity or (None,):
                    self._found[each.metric.removeprefix(_STAGE), severity] = each.at_most
        for name, level in book.severities.levels.items():
            if level.acknowledge_within is not None:
                self._found["acknowledge", name] = level.acknowledge_within

    def of(self, stage: str, severity: str | None) -> timedelta | None:
        return self._found.get((stage, severity), self._found.get((stage, None)))


def tiles(incident: Incident, severity: str | None, limits: Limits, as_of: datetime) -> list[Tile]:
    """The figures that people ask for first, held against their targets; what the record does not tell is
    left out, and so is what never ends where it was no incident. `severity` is the worst that it had."""
    took = durations(incident, as_of)
    return [
        _took(name, stage_took, limits.of(stage, severity))
        for stage, name in _STAGES.items()
        if (stage_took := getattr(took, stage)) is not None and (stage_took.over or incident.counts)
    ]


def _took(name: str, took: Length, limit: timedelta | None) -> Tile:
    """How long a stage took, beside what it may take."""
    value = ("≈ " if took.approximate else "") + length(took.time)
    notes = [] if took.over else ["so far"]
    notes += ["from detection"] if took.from_detection else []
    if limit is None:
        return Tile(name, value, ", ".join(notes))
    late = took.time > limit
    notes.append(f"target {length(limit)}" + (": missed" if late else ": met" if took.over else ""))
    return Tile(name, value, ", ".join(notes), "bad" if late else "good" if took.over else "")


# ── word to others ────────────────────────────────────────────────────────────────────────


def told(incident: Incident, policy: Severities, as_of: datetime) -> list[Told]:
    """How each audience was kept informed during the response: those that the policy names, then others."""
    if not incident.counts:
        return []
    sent = [_update(step).audience for step in updates(incident)]
    waits: dict[Audience, list[tuple[Silence, datetime]]] = {}
    for each in silences(incident, policy):
        waits.setdefault(each.audience, []).append((each, each.until.at if each.until else as_of))
    found = []
    for audience in dict.fromkeys([*waits, *sent]):
        own = waits.get(audience, []) if speaks_of(incident, audience) else []
        allowed = min((each.allowed for each, _ in own), default=None)
        longest = max((end - each.since.at for each, end in own), default=None)
        late = sum(end > each.due + grace(each.allowed) for each, end in own)
        found.append(Told(audience, sent.count(audience), allowed, longest, late))
    return found


def owed(incident: Incident, terms: Terms, page: Postmortem | None, as_of: datetime) -> list[Duty]:
    """What the clocks of the policy and the promises of updates asked for, the soonest due first."""
    if not incident.counts:
        return []
    found = []
    for duty in duties(incident, terms, page):
        if speaks_of(incident, duty.audience):
            word = "full details" if duty.afterwards else "first word"
            what = f"{word} to {duty.audience}, {write_length(duty.clock.within)} from {duty.clock.start}"
            told = duty.met_by if duty.met_by and duty.met_by.at == duty.met_at else None
            by = _by(told, duty.audience) if told else "the post-mortem" if duty.met_at else ""
            found.append(Duty(what, duty.due, duty.met_at, (duty.met_at or as_of) > duty.due, by))
    for promise in promises(incident):
        what = "next update" if promise.key == "next_update" else "working again"
        met = promise.met_by.at if promise.met_by else None
        by = _by(promise.met_by, promise.audience) if promise.met_by else ""
        latest = promise.due + grace(max(promise.due - promise.step.at, timedelta()))
        found.append(
            Duty(f"{what}, promised to {promise.audience}", promise.due, met, (met or as_of) > latest, by)
        )
    return sorted(found, key=lambda each: each.due)


def _by(step: Step, audience: Audience) -> str:
    """What kept a promise to an audience; nothing for an update to it."""
    entry = step.entry
    if not reaches(entry, audience):
        return f"being {entry.milestone}"
    return "" if _update(step).audience == audience else f"the {_update(step).audience} update"


def _update(step: Step) -> Update:
    assert step.entry.update
    return step.entry.update
