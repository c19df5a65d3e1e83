"""Action items beside the issues of a tracker: what the one has to learn from the other.

`plan` is a pure function of the items and the issues. The two sides are compared with how they stood when
they were last alike, which the issue itself remembers: whichever was changed since then is right, so that
what is reopened on purpose does not fall shut again. Nothing is ever made twice: an issue says of which item
it is, and an item where its issue stands. Titles, owners and dates go over when an issue is opened, and no
later: from then on each side keeps its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.authoring.actions import ORDER, Work
from opsbook.authoring.change import Change
from opsbook.authoring.splice import Put, Splice, edits, written

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.model.incident import Incident

State = Literal["open", "closed"]
Outcome = Literal["done", "declined"]


class Ticket(NamedTuple):
    """An issue of a tracker, whatever it is called there."""

    key: str
    """What people call it: `#12`, `PAY-812`."""
    url: str
    item: str | None
    """The item that it says it is of: `INCIDENT/ID`."""
    state: State
    outcome: Outcome = "done"
    """What its closing means."""
    closed_on: date | None = None
    last: State | None = None
    """How both sides stood when they were last alike; None where nobody wrote it down."""


Step = Literal["open", "link", "finish", "close", "reopen", "note"]
WORDS: dict[Step, str] = {
    "open": "opens an issue",
    "link": "is tracked by",
    "finish": "is {outcome}, says",
    "close": "closes",
    "reopen": "reopens",
    "note": "is known to",
}


class Planned(NamedTuple):
    """One thing to do: to the record (`link`, `finish`) or to the issue (the others)."""

    do: Step
    work: Work
    ticket: Ticket | None = None

    @property
    def words(self) -> str:
        if self.ticket is None:
            return WORDS[self.do]
        return f"{WORDS[self.do].format(outcome=self.ticket.outcome)} {self.ticket.key}"


class Plan(NamedTuple):
    """What is to be done, in order of the items, and what is not and why."""

    steps: tuple[Planned, ...]
    left: tuple[tuple[str, str], ...]
    """A name, of an item or an issue, and why nothing is done with it."""


def plan(
    items: Iterable[Work],
    tickets: Sequence[Ticket],
    here: Callable[[str], bool],
    hidden: Callable[[Incident], str | None] = lambda _: None,
) -> Plan:
    """What the items and the issues have to learn from each other.

    `here` says whether an address is one of this tracker; `hidden` why the items of an incident must not
    appear there. An issue is opened for what is not finished and has an owner.
    """
    by_item: dict[str, Ticket] = {}
    by_url = {address(each.url): each for each in tickets}
    left = [
        (each.key, f"{each.item} has {by_item[each.item].key} already")
        for each in tickets
        if each.item is not None and by_item.setdefault(each.item, each) is not each
    ]
    steps: list[Planned] = []
    known = set()
    for work in items:
        known.add(work.name)
        ours = by_url.get(address(work.item.tracker)) if work.item.tracker else by_item.get(work.name)
        why = hidden(work.incident.content)
        if why is not None:
            left += [(work.name, why)] if ours or _accepted(work) else []
        elif ours is not None:
            steps += _alike(work, ours, left)
        elif work.item.tracker is None:
            steps += [Planned("open", work)] if _accepted(work) else []
            if work.item.unfinished and work.item.owner is None:
                left.append((work.name, "nobody owns it yet"))
        elif here(work.item.tracker):
            left.append((work.name, f"{work.item.tracker} is not there any more"))
    for name, ticket in by_item.items():
        if name not in known:
            left.append((ticket.key, f"no item `{name}` in this book"))
    return Plan(tuple(steps), tuple(left))


def address(url: str) -> str:
    """An address without what does not tell two apart."""
    return url.partition("#")[0].partition("?")[0].rstrip("/").lower()


def _accepted(work: Work) -> bool:
    return work.item.unfinished and work.item.owner is not None and work.item.tracker is None


def _alike(work: Work, ticket: Ticket, left: list[tuple[str, str]]) -> Iterable[Planned]:
    """What makes an item and its issue alike."""
    if work.item.tracker is None:
        yield Planned("link", work, ticket)
    state: State = "open" if work.item.unfinished else "closed"
    if state == ticket.state:
        if ticket.last != state or ticket.item != work.name:
            yield Planned("note", work, ticket)
    elif state == "closed":
        if ticket.last == "closed":
            left.append((work.name, f"{ticket.key} was reopened, and the record says {work.item.status}"))
        else:
            yield Planned("close", work, ticket)
    elif ticket.last == "closed":
        yield Planned("reopen", work, ticket)
    else:
        yield Planned("finish", work, ticket)


# ── the record ────────────────────────────────────────────────────────────────────────────


def learned(incident: Document[Incident], told: Iterable[tuple[str, Ticket]], *, today: date) -> Change:
    """The change that writes into a record where its items are tracked, and what became of them there;
    `told` are ids of items with their issues."""
    steps: list[Splice] = []
    for id, ticket in told:
        item, at = incident.content.action_items.get(id), ("action_items", id)
        if item is None:
            continue
        if item.tracker is None:
            steps.append(Put((*at, "tracker"), written(ticket.url), ORDER))
        if item.unfinished and ticket.state == "closed" and ticket.last != "closed":
            steps.append(Put((*at, "status"), ticket.outcome, ORDER))
            if ticket.outcome == "done":
                steps.append(Put((*at, "done_on"), str(ticket.closed_on or today), ORDER))
            else:
                reason = f"{ticket.key} was closed without being done"
                steps.append(Put((*at, "reason"), written(reason), ORDER))
    return Change(f"{incident.id}: action items as the tracker has them", edits(incident, steps))
