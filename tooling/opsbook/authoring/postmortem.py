"""A post-mortem, from the record: the page to begin with, its blocks, its review, and the word to others.

What the record knows is filled in, what people must say is asked for in comments, which show on no page.
Nothing here judges; a section that nobody wrote stays empty, and a rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.blocks import BLOCKS, current, one_line
from opsbook.authoring.change import Change, new, rewritten
from opsbook.book.kinds import kind
from opsbook.edits import apply
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import due_days
from opsbook.metrics.similarity import Earlier, earlier

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import ActionItem, Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.text import Span

_ALIKE = 3
"""How many earlier incidents a draft names."""
_QUESTIONS = {
    "Summary": "Three sentences for somebody who was not there: what customers felt, why, and what ended it.",
    "Impact": "Who was hurt, how badly, for how long, and how do we know? Orders, money, data, trust.",
    "Contributing factors": (
        "What made it possible, what made it worse, what kept us from seeing it? Ask of each why it made "
        "sense to the people who were there. There is never one cause, and never a person."
    ),
    "Detection": "Who or what noticed first? What should have, and how much sooner?",
    "What went well": "What helped, and would we have it the next time too?",
    "What went wrong": "What cost time, what made it worse? What did we not know, and where did we look?",
    "Where we got lucky": "What would have made it worse, and did not happen to happen?",
    "Lessons": "What do we know now that somebody else should?",
}
"""What each section answers."""
_STRENGTH = (
    "<!-- Does each of these hold when nobody thinks of it? `opsbook action rate ITEM "
    "stronger|intermediate|weaker`. Where\nall are weaker, `weak_remedies_because:` above says why. -->\n\n"
)
_FULL = (
    *("Summary", "Impact", "Timeline", "Contributing factors", "Detection", "What went well"),
    *("What went wrong", "Where we got lucky", "Action items", "Lessons"),
)
_SECTIONS = {
    "full": _FULL,
    "short": ("Summary", "Contributing factors", "Action items"),
    "note": ("Summary",),
}
_BLOCK = {"Timeline": "timeline", "Action items": "action-items"}


# ── the draft ─────────────────────────────────────────────────────────────────────────────


def drafted(book: Book, incident: Document[Incident], author: str | None) -> Change:
    """The change that begins an incident's post-mortem."""
    path = kind("postmortem").path(incident.id)
    assert path is not None
    return Change(f"{incident.id}: post-mortem drafted", (new(path, draft(book, incident, author)),))


def draft(book: Book, incident: Document[Incident], author: str | None) -> str:
    """The page to begin with: in the form that the worst severity asks for."""
    content = incident.content
    level = book.severities.level_of(content)
    form = level.postmortem if level else "full"
    front = ["status: draft", f"authors: [{author}]" if author else "authors: []"]
    parts = [f"---\n{chr(10).join(front)}\n---\n\n# {one_line(content.title)}\n"]
    alike = "".join(_earlier(each, book, incident.id[:4]) for each in earlier(book, incident, _ALIKE))
    if alike:
        parts.append(f"## Earlier incidents like this one\n\n{alike}")
    parts += (f"## {name}\n\n{_section(name, book, content)}" for name in _SECTIONS[form or "full"])
    return "\n".join(parts)


def _section(name: str, book: Book, incident: Incident) -> str:
    if name in _BLOCK:
        block = _BLOCK[name]
        inner = BLOCKS[block](incident, terms_of(book, incident))
        before = "".join(_people(incident)) if name == "Timeline" else ""
        level = book.severities.level_of(incident)
        if name == "Action items" and (level is None or level.postmortem == "full"):
            before = _STRENGTH
        return f"{before}<!-- opsbook:{block} -->\n{inner}<!-- /opsbook -->\n"
    known = "".join(_known(name, book, incident))
    return f"<!-- {_QUESTIONS[name]} -->\n" + (f"\n{known}" if known else "")


def _known(name: str, book: Book, incident: Incident) -> Iterator[str]:
    """What the record already says for a section."""
    if name == "Summary" and incident.summary:
        yield f"{one_line(incident.summary)}\n"
    if name == "Impact":
        yield from _impact(incident)
    if name == "Contributing factors":
        yield from (f"- {one_line(factor)}\n" for factor in incident.contributing_factors)
    if name == "Detection":
        yield from _durations(incident)
    if name == "What went wrong":
        yield from _late(book, incident)


def _people(incident: Incident) -> Iterator[str]:
    """Who held which role, one after the other."""
    for role, tenures in incident.history.tenures.items():
        held = [" and ".join(each.people) for each in tenures if each.people]
        if held:
            yield f"- {one_line(role.replace('-', ' '))}: {one_line(', then '.join(held))}\n"
    if incident.history.tenures:
        yield "\n"


def _impact(incident: Incident) -> Iterator[str]:
    impact = incident.impact
    if impact and impact.description:
        yield f"- {one_line(impact.description)}\n"
    if impact and impact.users_affected is not None:
        yield f"- {impact.users_affected:,} people affected\n"
    if incident.services:
        yield f"- Services: {', '.join(map(one_line, incident.services))}\n"


_SPANS = (
    ("started", "detected", "from the beginning to the first sign"),
    ("detected", "acknowledged", "from the first sign to somebody looking"),
    ("detected", "declared", "from the first sign to the declaration"),
    ("declared", "mitigated", "from the declaration until customers were no longer hurt"),
    ("declared", "resolved", "from the declaration to the resolution"),
)


def durations(incident: Incident) -> Iterator[tuple[str, timedelta]]:
    """How long each stage took, as far as the timeline knows; what went backwards is left out."""
    reached = incident.history.milestones
    for first, last, words in _SPANS:
        if first in reached and last in reached and reached[first] <= reached[last]:
            yield words, reached[last] - reached[first]


def _durations(incident: Incident) -> Iterator[str]:
    from opsbook.model.time import write_duration

    yield from (f"- {write_duration(length)} {words}\n" for words, length in durations(incident))


def late_updates(book: Book, incident: Incident) -> Iterator[str]:
    """What there is to say of each audience that waited longer than the severity's cadence allows."""
    from opsbook.metrics.updates import grace, reaches, silences
    from opsbook.model.time import write_duration

    zone = book.settings.timezone
    for each in silences(incident, book.severities):
        if each.until is None or each.until.at <= each.due + grace(each.allowed):
            continue
        at, since = each.until.at.astimezone(zone), each.since.at.astimezone(zone)
        if reaches(each.until.entry, each.audience):
            late = write_duration(each.until.at - each.due)
            yield f"the word to {each.audience} at {at:%H:%M} came {late} late"
        else:
            yield f"no word to {each.audience} from {since:%H:%M} to the end at {at:%H:%M}"


def _late(book: Book, incident: Incident) -> Iterator[str]:
    yield from (f"- {words[0].upper()}{words[1:]}\n" for words in late_updates(book, incident))


def _earlier(each: Earlier, book: Book, year: str) -> str:
    """A line about an earlier incident, for the post-mortem of one of some year."""
    page = "postmortem.md" if book.has("postmortem", each.incident.id) else "incident.yaml"
    title = one_line(each.incident.content.title)
    id = each.incident.id
    link = f"../{'' if id[:4] == year else f'../{id[:4]}/'}{id}/{page}"
    line = f"- [{title}]({link}), {each.incident.id[:10]}: {one_line(str(each.common))}\n"
    items = each.incident.content.action_items
    days = due_days(each.incident.content, terms_of(book, each.incident.content))
    return line + "".join(f"    - {_unfinished(id, items[id], days[id])}\n" for id in each.unfinished)


def _unfinished(id: str, item: ActionItem, due: Any) -> str:
    return f"not done: {one_line(item.title)} (`{id}`, {item.owner or 'nobody'}, due {due or 'never'})"


# ── blocks ────────────────────────────────────────────────────────────────────────────────


def synced(book: Book, postmortem: Document[Postmortem], incident: Document[Incident]) -> Change:
    """The change that makes the blocks of a page say what the record says."""
    text = postmortem.source.text
    edits: list[tuple[Span, str]] = []
    for block in postmortem.page.generated:
        if block.name not in BLOCKS:
            continue
        edits.append((block.inner, current(book, postmortem, block, incident.content)))
    after = apply(text, edits)
    edit = (rewritten(postmortem, after),) if after != text else ()
    return Change(f"{postmortem.id}: post-mortem says what the record says", edit)


# ── the review ────────────────────────────────────────────────────────────────────────────


class Item(NamedTuple):
    """A part of a review."""

    minutes: int
    title: str
    lines: tuple[str, ...]


def agenda(book: Book, incident: Document[Incident], minutes: int) -> list[Item]:
    """A review's agenda, its parts in proportion, with what the record says is worth talking about."""
    content = incident.content
    shares = (0.08, 0.25, 0.25, 0.09, 0.13, 0.15, 0.05)
    lengths = [max(1, round(minutes * share)) for share in shares]
    lengths[1] += minutes - sum(lengths)
    earlier_ones = earlier(book, incident, _ALIKE)
    parts = (
        ("Opening", (
            "We ask what made sense to people at the time, not who should have known better.",
            "Who facilitates was not involved; somebody else writes.",
        )),
        ("Walk-through", tuple(_walk(book, content))),
        ("Five whys", (
            "Of each factor: why did it make sense, was it possible, did nothing stop it, did nobody see it?",
            *(f"Factor: {factor}" for factor in content.contributing_factors),
        )),
        ("What went well", ("What helped, and is it there the next time?",)),
        ("What went wrong", tuple(late_updates(book, content)) or ("What cost time?",)),
        ("Actions", (
            "Each has an owner, a day, and a way to tell that it is done. Few and strong beat many.",
            *(f"Still open from {each.incident.id}: {', '.join(each.unfinished)}"
              for each in earlier_ones if each.unfinished),
            *(f"Proposed: {item.title} ({item.owner or 'nobody yet'})"
              for item in content.action_items.values()),
        )),
        ("Closing", ("Who needs to read it, and by when is it published?",)),
    )  # fmt: skip
    return [Item(length, title, lines) for length, (title, lines) in zip(lengths, parts, strict=True)]


def _walk(book: Book, incident: Incident) -> Iterator[str]:
    from opsbook.model.time import write_duration

    zone = book.settings.timezone
    for words, length in durations(incident):
        yield f"{write_duration(length)} {words}"
    for _, entry in incident.history.in_order:
        if entry.type == "decision":
            yield f"{entry.at.astimezone(zone):%H:%M} decided: {entry.headline}"
    gap = max(
        ((after.at - before.at, before, after) for (_, before), (_, after) in pairwise(_answer(incident))),
        default=None, key=lambda each: each[0],
    )  # fmt: skip
    if gap and gap[0] >= timedelta(minutes=10):
        start, end = (each.at.astimezone(zone) for each in gap[1:])
        yield f"{write_duration(gap[0])} without an entry, {start:%H:%M} to {end:%H:%M}: what happened then?"


def _answer(incident: Incident) -> list[Any]:
    """The entries while people were answering."""
    reached = incident.history.milestones
    first = reached.get("declared", datetime.max.replace(tzinfo=UTC))
    last = reached.get("resolved", datetime.max.replace(tzinfo=UTC))
    return [each for each in incident.history.in_order if first <= each[1].at <= last]


# ── the word to others ────────────────────────────────────────────────────────────────────

READERS = {
    "engineering": "What happened, why, and what we change; the whole post-mortem is linked.",
    "product": "What customers could not do, and what changes in plans.",
    "support": "What customers saw, what to say, and whether it can come back.",
    "leadership": "How bad it was, what it says about us, and what it costs to prevent.",
}
"""Who is sent a digest, and what they read it for."""


def digest(book: Book, incident: Document[Incident], reader: str) -> str:
    """A text to send to one sort of reader: short, without names."""
    content = incident.content
    return "".join(_digest(book, incident.id, content, reader))


def _digest(book: Book, id: str, incident: Incident, reader: str) -> Iterator[str]:
    from opsbook.model.time import write_duration

    worst = book.severities.worst_of(incident) or "severity unknown"
    yield f"Subject: [{worst}] {' '.join(incident.title.split())}\n\n"
    yield f"{incident.summary or UNWRITTEN}\n\n"
    if reader in ("product", "support", "leadership"):
        felt = incident.impact.description if incident.impact and incident.impact.description else UNWRITTEN
        yield f"What customers felt: {felt}\n"
        if incident.impact and incident.impact.users_affected is not None:
            yield f"How many: {incident.impact.users_affected:,}\n"
    hurt = dict(durations(incident)).get("from the declaration until customers were no longer hurt")
    if hurt is not None:
        yield f"How long: {write_duration(hurt)} from the declaration until it was mitigated\n"
    if incident.services:
        yield f"Services: {', '.join(incident.services)}\n"
    if reader == "engineering" and incident.contributing_factors:
        yield f"What made it possible: {', '.join(incident.contributing_factors)}\n"
    items = [item for item in incident.action_items.values() if item.status != "declined"]
    if reader == "support":
        mended = bool(items) and not any(item.unfinished for item in items)
        again = "not in this way" if mended else "yes, until the work below is done"
        yield f"Can it come back: {again}\n"
    if items:
        yield "\nWhat we change:\n"
        days = due_days(incident, terms_of(book, incident))
        for key, item in incident.action_items.items():
            if item.status != "declined":
                when = "done" if item.status == "done" else f"by {days[key]}" if days[key] else "no day yet"
                yield f"- {' '.join(item.title.split())} ({when})\n"
    yield f"\nThe whole of it: incidents/{id[:4]}/{id}/postmortem.md\n"


UNWRITTEN = "[not written yet]"


def sent(postmortem: Document[Postmortem], whom: str, at: datetime) -> Change:
    """The change that notes to whom a post-mortem was sent."""
    from opsbook.authoring.splice import Insert, edits, written
    from opsbook.model.time import write_instant

    item = written({"to": " ".join(whom.split()), "at": write_instant(at.replace(second=0, microsecond=0))})
    step = Insert(("distribution",), len(postmortem.content.distribution), item)
    return Change(f"{postmortem.id}: post-mortem sent to {whom}", edits(postmortem, [step]))
