"""What whoever takes over a rotation must know: what is open, what happened, what is owed, what lies ahead.

It is about the services whose policies page the rotation and those of its team, and about the team's people
and whoever takes turns. Only the runbooks ask git; everything else follows from the book and an instant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.business_days import terms_of
from opsbook.metrics.clocks import answered, work_may_wait
from opsbook.metrics.follow_up import PostmortemStage, due_days, postmortem_due
from opsbook.model.time import Interval, local_day
from opsbook.oncall.answers import Handoff, handoffs, zone_of
from opsbook.oncall.burden import pages
from opsbook.oncall.coverage import absences
from opsbook.oncall.handoffs import clock_changes
from opsbook.oncall.intervals import common
from opsbook.oncall.nights import zone_of as where
from opsbook.oncall.schedule import Covered, plan, shifts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.metrics.agenda import What
    from opsbook.model.incident import ActionItem, Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.rotation import Cover
    from opsbook.model.rotation import Handoff as Record
    from opsbook.model.runbook import Runbook
    from opsbook.oncall.burden import Paged
    from opsbook.oncall.schedule import Plan

_STILL = timedelta(hours=2)
"""So long after a handoff its call may still be ahead."""
_REACH = timedelta(days=400)
_WEEK = timedelta(weeks=1)
_AHEAD = timedelta(weeks=4)
"""How far overrides are looked for."""
_DAY = timedelta(days=1)
_NONE = timedelta()
_ASKED: dict[PostmortemStage, What] = {"draft": "draft", "review": "review", "published": "publication"}
"""What the agenda calls the stages of a post-mortem."""


class FollowUp(NamedTuple):
    """An action item that is overdue, or due in the next turn."""

    incident: str
    id: str
    item: ActionItem
    due: date
    overdue: bool


class Stage(NamedTuple):
    """A stage of a post-mortem that is not reached, and overdue or due in the next turn."""

    incident: Document[Incident]
    stage: PostmortemStage
    due: datetime
    overdue: bool


class Away(NamedTuple):
    """Days on which somebody is away, in their own zone."""

    person: str
    first: date
    last: date
    on_call: bool
    """Whether they are on call in the next turn while they are away."""


class ClockChange(NamedTuple):
    """The clocks of a zone change."""

    at: datetime
    zone: str
    by: timedelta
    """How far they go forward."""


class Ahead(NamedTuple):
    """An override that is still to come, or under way."""

    reason: Covered
    why: str
    cover: Cover


class Changed(NamedTuple):
    """A runbook whose text changed."""

    runbook: Document[Runbook]
    at: datetime
    new: bool


class Briefing(NamedTuple):
    """What there is to say at a handoff, as of an instant."""

    rotation: str
    zone: ZoneInfo
    at: datetime
    handoff: Handoff | None
    """The one that is next, or was just now; None where nobody hands over within a year."""
    previous: Handoff | None
    """The one before it, at which the turn began that ends."""
    taken_over: Document[Record] | None
    """Who said that they took over at it."""
    agreed: Document[Record] | None
    """What was said at the one before."""
    following: Handoff | None
    """The one after it, which ends the next turn."""
    since: datetime
    """When the turn began that ends; a week ago where that is not known."""
    turn: Interval
    """The next turn; a week where it has no end."""
    open: tuple[Document[Incident], ...]
    """Incidents that are not resolved, the worst first."""
    recent: tuple[Document[Incident], ...]
    """What else was declared, reopened or resolved since, drills and near misses among it."""
    pages: tuple[Paged, ...]
    """Of whoever was on call since, and of these incidents, by time."""
    follow_ups: tuple[FollowUp, ...]
    """The longest overdue first."""
    postmortems: tuple[Stage, ...]
    """The longest overdue first."""
    away: tuple[Away, ...]
    """Those who are on call nevertheless first."""
    clocks: tuple[ClockChange, ...]
    overrides: tuple[Ahead, ...]
    runbooks: tuple[Changed, ...] | None
    """None where the past is not known: outside of git, and in a shallow clone."""


class Scope(NamedTuple):
    """Whose handoff it is."""

    team: str | None
    people: frozenset[str]
    """The team's, and whoever is on call from the turn that ends to the end of the next."""
    services: frozenset[str]
    """Those whose policies page the rotation, and the team's."""

    def concerns(self, incident: Incident) -> bool:
        """Whether an incident is about these services, or about nobody knows which."""
        return not incident.services or not self.services.isdisjoint(incident.services)

    def owns(self, owner: str | None) -> bool:
        return owner is not None and (owner == self.team or owner in self.people)


def briefing(book: Book, rotation: str, at: datetime) -> Briefing:
    """What whoever takes over next must know; LookupError where no rotation of this name can be read."""
    decides = plan(book, rotation)
    previous, handoff, following = _around(decides, at)
    since = previous.at if previous and handoff else at - _WEEK
    start = handoff.at if handoff else at
    turn = Interval(start, following.at if following else start + _WEEK)
    scope = _scope(book, decides, Interval(since, turn.end))
    records = _worst_first(book, since, at)
    ours = [each for each in records if scope.concerns(each.content)]
    unresolved = [each for each in ours if _is_open(each.content, at)]
    recent = [each for each in ours if _happened(each.content, since, at) and each not in unresolved]
    return Briefing(
        rotation, zone_of(decides), at, handoff, previous,
        taken_over(book, rotation, handoff.at) if handoff else None,
        taken_over(book, rotation, previous.at) if previous else None,
        following, since, turn,
        tuple(unresolved),
        tuple(recent),
        tuple(_pages(book, decides, Interval(since, at), {each.id for each in (*unresolved, *recent)})),
        tuple(sorted(_follow_ups(book, records, scope, at, turn.end), key=lambda each: each.due)),
        tuple(sorted(_stages(book, ours, at, turn.end), key=lambda each: each.due)),
        tuple(sorted(_away(book, decides, scope, turn), key=lambda each: (not each.on_call, each.first))),
        tuple(sorted(_clocks(book, decides, turn))),
        tuple(_overrides(book, decides, turn)),
        _runbooks(book, scope, since, at),
    )  # fmt: skip


def to_acknowledge(book: Book, rotation: str, at: datetime) -> Handoff | None:
    """The handoff of which somebody may say now that they took over: the last one, or the next where it is
    at most two hours away. LookupError where no rotation of this name can be read."""
    previous, handoff, _ = _around(plan(book, rotation), at)
    return handoff if handoff and handoff.at - at <= _STILL else previous


def record_id(rotation: str, at: datetime) -> str:
    """What the record of a handoff is called: `2026-11-23-0800-payments-primary`, its time in UTC."""
    return f"{at:%Y-%m-%d-%H%M}-{rotation}"


def taken_over(book: Book, rotation: str, at: datetime) -> Document[Record] | None:
    """The record of who took over a rotation at an instant; None where nobody said so."""
    document = book.find("handoff", record_id(rotation, at))
    return document if document is not None and document.readable else None


def _around(decides: Plan, at: datetime) -> tuple[Handoff | None, Handoff | None, Handoff | None]:
    """The handoff that it is about at an instant, between the one before it and the one after it."""
    found = list(handoffs(decides, Interval(at - _REACH, at + _REACH)))
    which = _which([each.at for each in found], at)
    around = range(which - 1, which + 2)
    before, this, after = (found[each] if 0 <= each < len(found) else None for each in around)
    return before, this, after


def _which(found: list[datetime], at: datetime) -> int:
    """Which handoff it is about: the last one, where that was so short ago that its call may be now, else
    the next."""
    coming = bisect_right(found, at)
    if not coming:
        return 0
    last = found[coming - 1]
    still = min(_STILL, (found[coming] - last) / 2) if coming < len(found) else _STILL
    return coming - 1 if at - last <= still else coming


def _scope(book: Book, decides: Plan, around: Interval) -> Scope:
    rotation = book.find("rotation", decides.rotation)
    team = rotation.content.team if rotation is not None else None
    document = book.find("team", team) if team else None
    members = document.content.members if document is not None and document.readable else ()
    paging = {id for id in book.names("escalation") if _pages_it(book, id, decides.rotation, frozenset())}
    return Scope(
        team,
        frozenset([*members, *(shift.person for shift in shifts(decides, around))]),
        frozenset(
            each.id
            for each in book.services
            if each.content.escalation in paging or (team and each.content.team == team)
        ),
    )


def _pages_it(book: Book, policy: str, rotation: str, seen: frozenset[str]) -> bool:
    """Whether a policy pages a rotation, itself or by another policy that it leads to."""
    document = book.find("escalation", policy)
    if policy in seen or document is None or not document.readable:
        return False
    content = document.content
    targets = [target for level in content.levels for target in level.page]
    targets += [content.fallback] if content.fallback else []
    return any(
        target.rotation == rotation
        or (target.policy is not None and _pages_it(book, target.policy, rotation, seen | {policy}))
        for target in targets
    )


# ── what was ──────────────────────────────────────────────────────────────────────────────


def _worst_first(book: Book, since: datetime, at: datetime) -> list[Document[Incident]]:
    """The incidents of which there may be something to say, in order of severity, those without a known one
    last, and then of their ids. The others are let go of as they are read: they are nearly all."""
    policy = book.severities
    rank = {level: place for place, level in enumerate(policy.levels)}
    found = (each for each in book.incidents if _matters(book, each.content, since, at))
    return sorted(found, key=lambda each: (rank.get(policy.worst_of(each.content) or "", len(rank)), each.id))


def _matters(book: Book, incident: Incident, since: datetime, at: datetime) -> bool:
    return not incident.duplicate_of and (
        _is_open(incident, at)
        or _happened(incident, since, at)
        or any(item.unfinished for item in incident.action_items.values())
        or bool(postmortem_due(incident, terms_of(book, incident)))
    )


def _is_open(incident: Incident, at: datetime) -> bool:
    begun = any(entry.at <= at for entry in incident.timeline)
    return incident.kind == "incident" and begun and incident.history.status not in ("resolved", "closed")


def _happened(incident: Incident, since: datetime, at: datetime) -> bool:
    told = ("declared", "reopened", "resolved")
    return any(entry.milestone in told and since <= entry.at <= at for entry in incident.timeline)


def _pages(book: Book, decides: Plan, within: Interval, ours: set[str]) -> Iterator[Paged]:
    if within.end <= within.start:
        return
    own = shifts(decides, within)
    for page in pages(book, within):
        on_call = any(each.person == page.person and each.interval.covers(page.at) for each in own)
        if on_call or page.incident in ours:
            yield page


# ── what is owed ──────────────────────────────────────────────────────────────────────────


def _follow_ups(
    book: Book, records: Iterable[Document[Incident]], scope: Scope, at: datetime, until: datetime
) -> Iterator[FollowUp]:
    """Action items of the team, and of its incidents where nobody owns them; not those of which a comment
    says why they may wait."""
    zone = book.settings.timezone
    today, last = local_day(at, zone), local_day(until, zone)
    for each in records:
        ours = scope.concerns(each.content)
        for id, day in due_days(each.content, terms_of(book, each.content)).items():
            item = each.content.action_items[id]
            mine = scope.owns(item.owner) or (item.owner is None and ours)
            if not (mine and item.unfinished and day and day <= last):
                continue
            if not work_may_wait(each, id, today):
                yield FollowUp(each.id, id, item, day, day < today)


def _stages(book: Book, ours: Iterable[Document[Incident]], at: datetime, until: datetime) -> Iterator[Stage]:
    """The first stage of each post-mortem that is not reached, unless a comment says why it may wait."""
    policy, today = book.severities, local_day(at, book.settings.timezone)
    for each in ours:
        due = postmortem_due(each.content, terms_of(book, each.content))
        level = policy.level_of(each.content)
        if not due or (level and level.postmortem == "note" and each.content.summary):
            continue
        page = book.find("postmortem", each.id)
        stage = _missing(page, due)
        if stage is None or due[stage] > until:
            continue
        what, place = _ASKED[stage], page.at("status") if page else each.at("severity")
        if not answered(what, page or each, place, today):
            yield Stage(each, stage, due[stage], due[stage] < at)


def _missing(
    found: Document[Postmortem] | None, due: Mapping[PostmortemStage, datetime]
) -> PostmortemStage | None:
    if found is not None and not found.readable:
        return None
    reached: dict[PostmortemStage, bool] = {
        "draft": found is not None,
        "review": found is not None and found.content.review_at is not None,
        "published": found is not None
        and (found.content.published_on is not None or found.content.status == "published"),
    }
    return next((stage for stage, done in reached.items() if stage in due and not done), None)


# ── what lies ahead ───────────────────────────────────────────────────────────────────────


def _away(book: Book, decides: Plan, scope: Scope, turn: Interval) -> Iterator[Away]:
    on = shifts(decides, turn)
    for person in sorted(scope.people):
        own = [shift.interval for shift in on if shift.person == person]
        for which, days in absences(book, person):
            if days.start < turn.end and turn.start < days.end:
                record = book.find("person", person)
                assert record is not None
                absence = record.content.absences[which]
                yield Away(person, absence.start, absence.end, any(common(own, [days])))


def _clocks(book: Book, decides: Plan, turn: Interval) -> Iterator[ClockChange]:
    """The changes of the rotation's clocks, and of those where people live who are on call."""
    people = {shift.person for shift in shifts(decides, turn)}
    living = (where(book, person) for person in people)
    zones = {zone.key: zone for zone in (*(clock.zone for clock in decides.layers), *living) if zone}
    for zone in zones.values():
        for at in clock_changes(zone, turn.start, 1):
            if at < turn.end:
                before, after = (each.astimezone(zone).utcoffset() for each in (at - _DAY, at))
                yield ClockChange(at, zone.key, (after or _NONE) - (before or _NONE))


def _overrides(book: Book, decides: Plan, turn: Interval) -> Iterator[Ahead]:
    """The stretches of overrides that begin within four weeks, or in the next turn, and are not over."""
    until = max(turn.end, turn.start + _AHEAD)
    for reason, cover in decides.covers:
        if turn.start < cover.end and cover.start < until:
            override = book.find("override", reason.override)
            assert override is not None
            yield Ahead(reason, override.content.reason, cover)


def _runbooks(book: Book, scope: Scope, since: datetime, at: datetime) -> tuple[Changed, ...] | None:
    """The runbooks that changed, of the team, its services, or of nobody in particular."""
    if book.state("^") is None:
        return None
    return tuple(_changed(book, scope, since, at))


def _changed(book: Book, scope: Scope, since: datetime, at: datetime) -> Iterator[Changed]:
    for each in book.runbooks:
        owner, services = each.content.owner, each.content.services
        if scope.owns(owner) or not scope.services.isdisjoint(services) or not (owner or services):
            changes = book.changes(each)
            times = [change.at for change in changes if since < change.at <= at]
            if times:
                yield Changed(each, times[0], new=changes[-1].at > since)
