"""Who was owed word of an incident, by when, and what they got.

The severity policy owes people three things, and each has its function:

* `silences`: no audience waits longer for the next update than the severity of the moment allows;
* `duties`: an update that a clock of the policy asks for (`{update: customers, within: 1h, from: declared}`);
* `promises`: what an update itself announced (`next_update`, `eta`).

None of them asks the time. What is not over has no end, and its `due` is when the next update is due.
Instants are UTC. An update is on time up to and including the instant at which it was due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.metrics.business_days import after
from opsbook.metrics.response import MENDED, OVER, Response, Spell, responses, spells, updates

if TYPE_CHECKING:
    from opsbook.metrics.business_days import Terms
    from opsbook.model.history import Step
    from opsbook.model.incident import Audience, Entry, Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.severity import Clock, Severities


def reaches(entry: Entry, audience: Audience) -> bool:
    """Whether an entry is an update that this audience gets; what is public reaches customers too."""
    told = entry.update.audience if entry.update else None
    return told == audience or (told == "public" and audience == "customers")


def speaks_of(incident: Incident, audience: Audience) -> bool:
    """Whether the record can show what an audience was told.

    A record imported from a feed (`links.source`) holds what that feed holds: an audience that it
    never mentions may have been told elsewhere.
    """
    return "source" not in incident.links or any(
        step.entry.update and step.entry.update.audience == audience for step in updates(incident)
    )


# ── silences ──────────────────────────────────────────────────────────────────────────────


class Silence(NamedTuple):
    """A stretch without an update to an audience, from one word to the next."""

    audience: Audience
    since: Step
    """The last word: an update, or the declaration or reopening before the first."""
    until: Step | None
    """The next word, or what ended the response; None while the silence goes on."""
    due: datetime
    """When the next word was due."""
    severity: str
    """The severity that allowed so much and no more."""
    allowed: timedelta
    """The longest silence that it allows."""


def silences(incident: Incident, policy: Severities) -> Iterator[Silence]:
    """Every stretch of silence during a response, however short, for each audience that the policy
    does not let wait for ever.

    The clock starts at the declaration and at each update. A severity that allows less starts it
    anew, unless the update was due sooner anyway; one that allows more gives more time, unless the
    update was overdue by then. Where no severity in force asks for updates there is no silence.
    """
    held = spells(incident)
    asked = [policy.levels[spell.severity].updates for spell in held if spell.severity in policy.levels]
    audiences = dict.fromkeys(audience for updates in asked for audience in updates)
    if not audiences:
        return
    for response in responses(incident):
        words = [step for step in response.steps[1:] if step.entry.update]
        for audience in audiences:
            cadence = [_Cadence(*spell, _allowed(policy, spell.severity, audience)) for spell in held]
            yield from _silences(response, words, audience, cadence)


def _allowed(policy: Severities, severity: str, audience: Audience) -> timedelta | None:
    level = policy.levels.get(severity)
    return level.updates.get(audience) if level else None


class _Cadence(NamedTuple):
    """What a severity allowed, and since when; None where it asks for no updates."""

    since: datetime
    severity: str
    allowed: timedelta | None


def _silences(
    response: Response, words: Sequence[Step], audience: Audience, cadence: Sequence[_Cadence]
) -> Iterator[Silence]:
    since = response.steps[0]
    for step in words:
        if reaches(step.entry, audience):
            yield from _silence(audience, since, step, cadence)
            since = step
    end = response.steps[-1] if response.over else None
    if since is not end:  # the end may be the last word
        yield from _silence(audience, since, end, cadence)


def _silence(
    audience: Audience, since: Step, until: Step | None, cadence: Sequence[_Cadence]
) -> Iterator[Silence]:
    limit = _limit(cadence, since.at, until.at if until else None)
    if limit:
        yield Silence(audience, since, until, *limit)


class _Limit(NamedTuple):
    due: datetime
    severity: str
    allowed: timedelta


def _limit(cadence: Sequence[_Cadence], since: datetime, until: datetime | None) -> _Limit | None:
    """When a silence that began then becomes too long; None where nothing asks for updates."""
    limit: _Limit | None = None
    for at, severity, allowed in cadence:
        if at > since and ((until and at >= until) or (limit and limit.due <= at)):
            break
        if allowed is None:
            limit = None
        elif at <= since or limit is None:
            limit = _Limit(max(at, since) + allowed, severity, allowed)
        elif allowed < limit.allowed:
            limit = min(limit, _Limit(at + allowed, severity, allowed))
        else:
            limit = _Limit(max(limit.due, since + allowed), severity, allowed)
    return limit


# ── duties ────────────────────────────────────────────────────────────────────────────────


class Duty(NamedTuple):
    """An update that a clock of the policy asks for."""

    clock: Clock
    audience: Audience
    severity: str | None
    """The severity that asks for it; None where the clock asks at every severity."""
    began: Step
    """What started the clock: the milestone, or the rise to a severity that the clock names."""
    due: datetime
    met_by: Step | None
    """The first update that answers it, in time or late."""
    met_at: datetime | None
    """When it was answered; None while it is not."""

    @property
    def afterwards(self) -> bool:
        """Whether it asks for word after the end: the full details, not the news."""
        return self.clock.start in MENDED


def duties(incident: Incident, terms: Terms, postmortem: Postmortem | None = None) -> Iterator[Duty]:
    """Every update that the clocks of the policy ask of an incident, told or not, in their order.

    A clock from `declared` or anything before it runs from there, or from the instant at which the
    severity came to be one that it names. An update before the declaration answers it as well, an
    update before such a rise does not. It stops where the severity is lowered before the update was
    due, and never runs for what needed no response.

    A clock from `mitigated`, `resolved` or `closed` asks for what is to be told afterwards, and goes by
    the worst severity that the incident ever had. A public update with a `stage` is news, and does not
    answer it; a post-mortem that was published for everybody, or sent to the audience, does.
    """
    for clock in terms.policy.clocks:
        if clock.update and clock.start in MENDED:
            yield from _afterwards(incident, terms, clock, clock.update, postmortem)
        elif clock.update:
            yield from _meanwhile(incident, clock, clock.update)


def first_words(incident: Incident, policy: Severities) -> Iterator[Duty]:
    """Those of the duties that are owed while an incident goes on, whatever day it is."""
    for clock in policy.clocks:
        if clock.update and clock.start not in MENDED:
            yield from _meanwhile(incident, clock, clock.update)


def last_words(incident: Incident, terms: Terms, postmortem: Postmortem | None = None) -> Iterator[Duty]:
    """Those that ask for word after the end."""
    for clock in terms.policy.clocks:
        if clock.update and clock.start in MENDED:
            yield from _afterwards(incident, terms, clock, clock.update, postmortem)


def _meanwhile(incident: Incident, clock: Clock, audience: Audience) -> Iterator[Duty]:
    assert isinstance(clock.within, timedelta), "the model sees to it"
    milestone = incident.history.milestones.get(clock.start)
    answered = responses(incident)
    if milestone is None or not answered:
        return
    for since, until, severity in _asking(incident, clock, milestone):
        due, risen = since + clock.within, since > milestone
        if (until and until < due) or (risen and not any(each.covers(since) for each in answered)):
            continue
        told = (step for step in updates(incident) if reaches(step.entry, audience))
        met = next((step for step in told if step.at >= since or not risen), None)
        began = _starts(incident.history.in_order, clock, since)
        yield Duty(clock, audience, severity, began, due, met, met.at if met else None)
        return


class _Asked(NamedTuple):
    since: datetime
    until: datetime | None
    severity: str | None


def _asking(incident: Incident, clock: Clock, milestone: datetime) -> Iterator[_Asked]:
    """The stretches from a milestone on in which the severity was one that the clock names."""
    if not clock.severity:
        yield _Asked(milestone, None, None)
        return
    running: Spell | None = None
    for spell in spells(incident):
        named = spell.severity in clock.severity
        if named and running is None:
            running = spell
        elif not named and running is not None:
            if spell.since > milestone:
                yield _Asked(max(running.since, milestone), spell.since, running.severity)
            running = None
    if running is not None:
        yield _Asked(max(running.since, milestone), None, running.severity)


def _afterwards(
    incident: Incident, terms: Terms, clock: Clock, audience: Audience, postmortem: Postmortem | None
) -> Iterator[Duty]:
    reached, steps = incident.history.milestones, incident.history.in_order
    since, reopened = reached.get(clock.start), reached.get("reopened")
    severity = terms.policy.worst(incident.history.held(incident))
    if since is None or (reopened and since < reopened) or severity not in (clock.severity or (severity,)):
        return
    risen = next((spell.since for spell in spells(incident) if spell.severity == severity), since)
    since = max(since, risen)
    began, due = _starts(steps, clock, since), after(since, clock.within, terms.calendar)
    met = next((step for step in updates(incident) if step.at >= since and _details(step, audience)), None)
    told = [*_sent(postmortem, audience), *([met.at] if met else [])]
    yield Duty(clock, audience, severity, began, due, met, min(told, default=None))


def _starts(steps: Sequence[Step], clock: Clock, at: datetime) -> Step:
    """The entry that started a clock then."""
    then = [step for step in steps if step.at == at]
    return next((step for step in then if step.entry.milestone == clock.start), then[0])


def _details(step: Step, audience: Audience) -> bool:
    """Whether an update can be the full details for an audience, rather than the news."""
    update = step.entry.update
    if update is None or not reaches(step.entry, audience):
        return False
    return update.audience == audience or update.stage is None


def _sent(postmortem: Postmortem | None, audience: Audience) -> Iterator[datetime]:
    """When an audience was given the post-mortem."""
    if postmortem is None:
        return
    if postmortem.published_on and postmortem.visibility == "public" and audience in ("public", "customers"):
        yield datetime.combine(postmortem.published_on, time.min, UTC)
    yield from (each.at for each in postmortem.distribution if audience in each.to.casefold())


# ── promises ──────────────────────────────────────────────────────────────────────────────


class Promise(NamedTuple):
    """A time that an update announced."""

    key: Literal["next_update", "eta"]
    step: Step
    """The update that announced it."""
    audience: Audience
    due: datetime
    met_by: Step | None
    """What answered it, in time or late."""


def promises(incident: Incident) -> Iterator[Promise]:
    """Every time that an update announced, in order of time.

    `next_update` is answered by the next update to that audience; an `internal` one also by the
    resolution, which nobody inside can miss. `eta` is answered by `mitigated`, by what ends the response,
    by an update to that audience with the stage `monitoring` or `resolved`, or by one with a new `eta`.
    An `eta` of what works again already promises nothing.
    """
    if not updates(incident):
        return
    steps = incident.history.in_order
    mended = False
    for index, step in enumerate(steps):
        milestone, update = step.entry.milestone, step.entry.update
        mended = (mended or milestone in MENDED) and milestone != "reopened"
        if update is None:
            continue
        later, audience = steps[index + 1 :], update.audience
        if update.next_update:
            met = next((each for each in later if _is_word(each.entry, audience)), None)
            yield Promise("next_update", step, audience, update.next_update, met)
        if update.eta and not mended:
            met = next((each for each in later if _settles(each.entry, audience)), None)
            yield Promise("eta", step, audience, update.eta, met)


def _is_word(entry: Entry, audience: Audience) -> bool:
    return reaches(entry, audience) or (audience == "internal" and entry.milestone in OVER)


def _settles(entry: Entry, audience: Audience) -> bool:
    """Whether an entry answers the question when it will work again."""
    if entry.milestone in MENDED:
        return True
    update = entry.update
    if update is None or not reaches(entry, audience):
        return False
    return update.eta is not None or update.stage in ("monitoring", "resolved")


def grace(length: timedelta) -> timedelta:
    """How much later than agreed is still on time: a tenth, as people write to the minute and speak
    before they write."""
    return length / 10
