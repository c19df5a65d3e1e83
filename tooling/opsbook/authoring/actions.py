"""What is done with the work that an incident left: added, finished, put off, declined, handed over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.change import Change
from opsbook.authoring.splice import Insert, Put, Splice, edits, written
from opsbook.errors import UserError
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.follow_up import due_days

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import ActionItem, Incident

ORDER = (
    "title",
    "kind",
    "strength",
    "owner",
    "due",
    "moved",
    "status",
    "tracker",
    "done_when",
    "done_on",
    "reason",
    "evidence",
    "review_on",
    "verdict",
)
"""The keys of an action item, in the order in which they are written."""


class Work(NamedTuple):
    """An action item with where it stands and when it is due."""

    incident: Document[Incident]
    id: str
    due: date | None

    @property
    def item(self) -> ActionItem:
        return self.incident.content.action_items[self.id]

    @property
    def name(self) -> str:
        """What it is called everywhere: `INCIDENT/id`."""
        return f"{self.incident.id}/{self.id}"


def work(book: Book, *, finished: bool = True) -> Iterator[Work]:
    """Every action item of the book, or only those of incidents that still have work, in order of incident
    and file."""
    from opsbook.book.facts import with_work

    some = (book.find("incident", id) for id in (() if finished else with_work(book)))
    for incident in book.incidents if finished else some:
        if incident is not None and incident.readable and incident.content.action_items:
            days = due_days(incident.content, terms_of(book, incident.content))
            yield from (Work(incident, id, days[id]) for id in incident.content.action_items)


def named(book: Book, name: str) -> Work:
    """The item that is meant: `INCIDENT/id`, or an id that only one unfinished item has; UserError names
    those that it could be."""
    incident, slash, id = name.rpartition("/")
    if slash:
        document = book.find("incident", incident)
        if document is None or not document.readable:
            raise UserError(f"no incident `{incident}` in this book", "an item is INCIDENT/ID")
        if id not in document.content.action_items:
            there = ", ".join(document.content.action_items) or "none"
            raise UserError(f"{incident} has no action item `{id}`", f"it has {there}")
        days = due_days(document.content, terms_of(book, document.content))
        return Work(document, id, days[id])
    unfinished = [each for each in work(book, finished=False) if each.item.unfinished]
    found = [each for each in unfinished if each.id == name] or [
        each for each in work(book) if each.id == name
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"no action item `{name}`", "`opsbook action list` names them")
    raise UserError(
        f"several items are called `{name}`", f"say which: {', '.join(each.name for each in found)}"
    )


def added(incident: Document[Incident], title: str, said: dict[str, Any]) -> tuple[Change, str]:
    """The change that adds an item, and its id, made of its title."""
    title = " ".join(title.split())
    if not title:
        raise UserError("an action item without words", "say what will be different when it is done")
    id = _free(incident.content, _slug(title))
    item = {"title": title} | {key: value for key, value in said.items() if value} | {"status": "open"}
    step = Put(("action_items", id), written({key: item[key] for key in ORDER if key in item}))
    return _change(incident, f"action item {id}", [step]), id


def done(each: Work, on: date, evidence: tuple[str, ...], review_on: date | None = None) -> Change:
    """The change that says that an item is done, what shows it, and when somebody looks whether it holds."""
    _require_unfinished(each)
    at = ("action_items", each.id)
    steps: list[Splice] = [Put((*at, "status"), "done", ORDER), Put((*at, "done_on"), str(on), ORDER)]
    there = len(each.item.evidence)
    steps += [Insert((*at, "evidence"), there + n, written(text)) for n, text in enumerate(evidence)]
    if review_on:
        steps.append(Put((*at, "review_on"), str(review_on), ORDER))
    return _change(each.incident, f"{each.id} is done", steps)


def postponed(each: Work, to: date, reason: str) -> Change:
    """The change that puts an item off, and keeps from when and why."""
    _require_unfinished(each)
    if each.due and to <= each.due:
        raise UserError(f"{each.name} is due on {each.due}, which is not before {to}", "name a later day")
    at = ("action_items", each.id)
    steps: list[Splice] = [Put((*at, "due"), str(to), ORDER)]
    if each.due:
        move = {"from": str(each.due), "to": str(to), "reason": " ".join(reason.split())}
        steps.append(Insert((*at, "moved"), len(each.item.moved), written(move)))
    return _change(each.incident, f"{each.id} is due on {to}", steps)


def declined(each: Work, reason: str) -> Change:
    """The change that says that an item will not be done, and why."""
    _require_unfinished(each)
    at = ("action_items", each.id)
    words = " ".join(reason.split())
    steps = [Put((*at, "status"), "declined", ORDER), Put((*at, "reason"), written(words), ORDER)]
    return _change(each.incident, f"{each.id} is declined", steps)


def assigned(each: Work, owner: str) -> Change:
    """The change that gives an item to somebody else."""
    _require_unfinished(each)
    step = Put(("action_items", each.id, "owner"), written(owner), ORDER)
    return _change(each.incident, f"{each.id} is {owner}'s", [step])


def reassigned(book: Book, before: str, after: str) -> tuple[Change, list[Work]]:
    """The change that gives all that somebody has left to do to somebody else, and the items."""
    found = [
        each for each in work(book, finished=False) if each.item.unfinished and each.item.owner == before
    ]
    steps: dict[str, list[Splice]] = {}
    for each in found:
        step = Put(("action_items", each.id, "owner"), written(after), ORDER)
        steps.setdefault(each.incident.id, []).append(step)
    homes = {each.incident.id: each.incident for each in found}
    changed = tuple(edit for id, home in homes.items() for edit in edits(home, steps[id]))
    return Change(f"action items of {before} are {after}'s", changed), found


def rated(each: Work, strength: str) -> Change:
    """The change that says how strong a remedy is."""
    step = Put(("action_items", each.id, "strength"), strength, ORDER)
    return _change(each.incident, f"{each.id} is {strength}", [step])


def reviewed(each: Work, on: date) -> Change:
    """The change that says by when somebody looks whether a remedy holds."""
    step = Put(("action_items", each.id, "review_on"), str(on), ORDER)
    return _change(each.incident, f"{each.id} is reviewed on {on}", [step])


def judged(each: Work, result: str, on: date, reason: str) -> Change:
    """The change that says what somebody found who looked whether a finished remedy holds."""
    if each.item.status != "done":
        raise UserError(
            f"{each.name} is {each.item.status}: only what is done can be judged",
            f"`opsbook action done {each.name}` first",
        )
    verdict = {"reviewed_on": str(on), "result": result, "reason": " ".join(reason.split())}
    step = Put(("action_items", each.id, "verdict"), written(verdict), ORDER)
    return _change(each.incident, f"{each.id} is {result}", [step])


def started(each: Work) -> Change:
    """The change that says that somebody works on an item."""
    _require_unfinished(each)
    step = Put(("action_items", each.id, "status"), "in-progress", ORDER)
    return _change(each.incident, f"{each.id} is in progress", [step])


def _change(incident: Document[Incident], what: str, steps: list[Splice] | list[Put]) -> Change:
    return Change(f"{incident.id}: {what}", edits(incident, steps))


def _require_unfinished(each: Work) -> None:
    if not each.item.unfinished:
        raise UserError(f"{each.name} is {each.item.status} already", "edit the record to take that back")


def _slug(title: str) -> str:
    """A short id of a title: its first words, in lower case."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:5]
    return "-".join(words)[:40].strip("-") or "item"


def _free(incident: Incident, id: str) -> str:
    number, free = 2, id
    while free in incident.action_items:
        free, number = f"{id}-{number}", number + 1
    return free
