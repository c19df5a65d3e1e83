"""What hangs on a person: where they are named in what lies ahead, and what would be missing without them.

History is not asked: who was on call, who did what in an incident that is over, who wrote a published post-
mortem. Texts are looked through for the id first, so that of many incidents only those are read that name
it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.book.kinds import kind
from opsbook.oncall.escalation import Roster, led_to
from opsbook.oncall.handoffs import begins
from opsbook.oncall.intervals import union, without
from opsbook.oncall.proof import Failure, horizon, named, policies, prove

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.directory import Team
    from opsbook.model.escalation import Escalation, Target
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.rotation import Override, Rotation
    from opsbook.model.runbook import Runbook
    from opsbook.model.severity import Severities
    from opsbook.model.time import Interval
    from opsbook.text import Location, Pointer

Sort = Literal[
    "rotation", "override", "policy", "team", "role", "action item", "runbook", "post-mortem", "severity"
]
_OVER = ("resolved", "closed")


class Mention(NamedTuple):
    """A place at which a person is named, and matters from now on."""

    sort: Sort
    document: Document[Any]
    pointer: Pointer
    said: str
    """What they are there: `lead`, `layer weekly since 2026-07-06`."""

    @property
    def location(self) -> Location:
        return self.document.at(*self.pointer)


class Emptied(NamedTuple):
    """A level of a policy would page nobody."""

    policy: str
    level: int
    """Counted from 0; -1 is the fallback."""
    intervals: tuple[Interval, ...]


class Impact(NamedTuple):
    """What hangs on a person."""

    within: Interval
    mentions: tuple[Mention, ...]
    alone: tuple[tuple[str, tuple[Interval, ...]], ...]
    """The rotations in which nobody else is on call with them, and when."""
    emptied: tuple[Emptied, ...]
    failures: tuple[Failure, ...]
    """Alerts that reach nobody in time when only they do not answer."""


def impact(book: Book, person: str, at: datetime) -> Impact:
    """What hangs on a person, looking thirteen weeks ahead."""
    roster = Roster(book, horizon(at))
    return Impact(
        roster.within,
        tuple(mentions(book, person, at)),
        tuple(_alone(roster, person)),
        tuple(_emptied(roster, person)),
        tuple(_failures(roster, person)),
    )


# ── where they are named ──────────────────────────────────────────────────────────────────


def mentions(book: Book, person: str, at: datetime) -> Iterator[Mention]:
    """Every place at which a person is named and that matters from an instant on, by what it is."""
    for name, found in _LOOK.items():
        for document in _naming(book, name, person):
            for sort, pointer, said in found(document.content, person, at):
                yield Mention(sort, document, pointer, said)


def _naming(book: Book, name: str, person: str) -> Iterator[Document[Any]]:
    """The records of a kind that can be read and in whose text the id stands."""
    word = person.encode()
    for path in book.paths(kind(name)):
        try:
            there = word in book.tree.read(path)
        except OSError:
            continue
        document = book.read(path) if there else None
        if document is not None and document.readable:
            yield document


Found = Iterator[tuple[Sort, "Pointer", str]]
"""What is found in a record: what it is, where, and what the person is there."""


def _in_rotation(rotation: Rotation, person: str, at: datetime) -> Found:
    for place, layer in enumerate(rotation.layers):
        zone = layer.timezone or rotation.timezone
        assert zone is not None, "the model sees to it"
        starts = [begins(version.starts, zone) for version in layer.versions]
        for index, version in enumerate(layer.versions):
            over = index + 1 < len(starts) and starts[index + 1] <= at
            if not over and any(person in seat for seat in version.members):
                since = "since" if starts[index] <= at else "from"
                said = f"layer `{layer.name}` {since} {version.starts:%Y-%m-%d}"
                yield "rotation", ("layers", place, "versions", index), said


def _in_override(override: Override, person: str, at: datetime) -> Found:
    for index, cover in enumerate(override.covers):
        if cover.end > at and person in (*cover.on, *(cover.instead_of or ())):
            said = "is on" if person in cover.on else "is relieved"
            yield "override", ("covers", index), f"{said} in `{override.rotation}`"


def _in_policy(policy: Escalation, person: str, at: datetime) -> Found:  # noqa: ARG001
    for index, level in enumerate(policy.levels):
        for place, target in enumerate(level.page):
            if target.person == person:
                yield "policy", ("levels", index, "page", place, "person"), f"level {index + 1}"
    if policy.fallback and policy.fallback.person == person:
        yield "policy", ("fallback", "person"), "fallback"
    for index, test in enumerate(policy.tests):
        for after, target in test.pages.items():
            if target.person == person:
                yield "policy", ("tests", index, "pages", after, "person"), f"test {index + 1}, after {after}"


def _in_team(team: Team, person: str, at: datetime) -> Found:
    if team.until and team.until < at.date():
        return
    if team.lead == person:
        yield "team", ("lead",), "lead"
    if person in team.members:
        yield "team", ("members", team.members.index(person)), "member"


def _in_incident(incident: Incident, person: str, at: datetime) -> Found:  # noqa: ARG001
    if incident.history.status not in _OVER:
        for role, people in incident.roles.items():
            if person in people:
                yield "role", ("roles", role), f"{role}, {incident.history.status}"
    for id, item in incident.action_items.items():
        if item.unfinished and item.owner == person:
            yield "action item", ("action_items", id, "owner"), f"owns `{id}`: {item.title}"


def _in_runbook(runbook: Runbook, person: str, at: datetime) -> Found:  # noqa: ARG001
    if runbook.owner == person:
        yield "runbook", ("owner",), "owner"


def _in_postmortem(postmortem: Postmortem, person: str, at: datetime) -> Found:  # noqa: ARG001
    if postmortem.status == "published":
        return
    if person in postmortem.authors:
        yield "post-mortem", ("authors",), f"author, {postmortem.status}"
    if postmortem.facilitator == person:
        yield "post-mortem", ("facilitator",), f"facilitator, {postmortem.status}"


def _in_severities(policy: Severities, person: str, at: datetime) -> Found:  # noqa: ARG001
    for name, level in policy.levels.items():
        if person in level.tell_when_overdue:
            place = level.tell_when_overdue.index(person)
            yield "severity", ("levels", name, "tell_when_overdue", place), f"told what is overdue of {name}"


_LOOK: dict[str, Callable[[Any, str, datetime], Found]] = {
    "rotation": _in_rotation,
    "override": _in_override,
    "escalation": _in_policy,
    "team": _in_team,
    "incident": _in_incident,
    "postmortem": _in_postmortem,
    "runbook": _in_runbook,
    "severities": _in_severities,
}


# ── what would be missing ─────────────────────────────────────────────────────────────────


def _alone(roster: Roster, person: str) -> Iterator[tuple[str, tuple[Interval, ...]]]:
    for rotation in roster.book.rotations:
        on = roster.rotation(rotation.id)
        found = union(stretch.interval for stretch in on if {*stretch.people} == {person})
        if found:
            yield rotation.id, tuple(found)


def _emptied(roster: Roster, person: str) -> Iterator[Emptied]:
    for policy in roster.book.escalations:
        content: Escalation = policy.content
        levels = [(index, level.page) for index, level in enumerate(content.levels)]
        levels += [(-1, (content.fallback,))] if content.fallback else []
        for index, targets in levels:
            reached = [each for target in targets for each in _reached(roster, target)]
            theirs = union(interval for interval, people in reached if person in people)
            others = union(interval for interval, people in reached if people - {person})
            intervals = tuple(without(theirs, others))
            if intervals:
                yield Emptied(policy.id, index, intervals)


def _reached(roster: Roster, target: Target) -> Iterator[tuple[Interval, set[str]]]:
    """Whom a target pages when; another policy is somebody without a name."""
    if target.rotation:
        yield from ((stretch.interval, {*stretch.people}) for stretch in roster.rotation(target.rotation))
    else:
        yield roster.within, {*roster.people(target, roster.within.start)} or {named(target)}


def _failures(roster: Roster, person: str) -> Iterator[Failure]:
    """What the proof says with the person missing and does not say otherwise."""
    for policy in policies(roster.book):
        if not _ever_pages(roster, policy, person):
            continue
        found = _late(roster, policy, [*roster.book.severities.levels], {person})
        known = _late(roster, policy, {each.severity for each in found}, ()) if found else []
        for each in found:
            same = union(other.interval for other in known if other.severity == each.severity)
            yield from (each._replace(interval=interval) for interval in without([each.interval], same))


def _ever_pages(roster: Roster, policy: str, person: str) -> bool:
    """Whether a policy, or one that it leads to, pages somebody at some time."""
    contents = (roster.policy(each) for each in led_to(roster, policy))
    targets = (target for content in contents if content for target in content.targets())
    return any(person in people for target in targets for _, people in _reached(roster, target))


def _late(
    roster: Roster, policy: str, severities: Collection[str], missing: Collection[str]
) -> list[Failure]:
    """When the proof says that nobody is reached, or not in time."""
    return [each for each in prove(roster, policy, severities, missing) if each.wrong in ("nobody", "late")]
