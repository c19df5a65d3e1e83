"""Taking an entry back: out of the timeline while nobody has it, else by an entry that corrects it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.authoring.change import Change
from opsbook.authoring.entry import holders, line
from opsbook.authoring.splice import Put, Remove, Splice, edits, word, written
from opsbook.authoring.timeline import added, keys, summary
from opsbook.model.history import History

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.model.incident import Entry, Incident


def place_of(incident: Incident, said: str) -> int | None:
    """The place of the entry that a line says, the last of several; None where it is gone."""
    found = [index for index, entry in enumerate(incident.timeline) if line(entry) == said]
    return found[-1] if found else None


def taken_back(incident: Document[Incident], place: int) -> Change:
    """The change that takes an entry out; the top says again what the timeline says without it."""
    content = incident.content
    steps = [*_top_without(content, place), Remove(("timeline", place))]
    return Change(summary(incident.id, "the last entry is taken back"), edits(incident, steps))


def corrected(incident: Document[Incident], place: int, entry: Entry) -> Change:
    """The change that writes an entry which corrects another; severity and roles are again what they were."""
    before = _history_without(incident.content, place)
    wrong = incident.content.timeline[place]
    said: dict[str, object] = {}
    if wrong.severity and before.severity:
        said["severity"] = before.severity
    if wrong.roles:
        said["roles"] = {role: before.roles.get(role, ()) for role in wrong.roles}
    entry = type(entry).model_validate({**dict(_given(entry)), **said})
    return added(incident, entry, summary(incident.id, f"corrected: {wrong.headline}"))


def _given(entry: Entry) -> Iterator[tuple[str, object]]:
    return ((name, getattr(entry, name)) for name in entry.model_fields_set)


def _history_without(content: Incident, place: int) -> History:
    timeline = content.timeline[:place] + content.timeline[place + 1 :]
    return History(content.model_copy(update={"timeline": timeline}))


def _top_without(content: Incident, place: int) -> Iterator[Splice]:
    entry, before = content.timeline[place], _history_without(content, place)
    if entry.severity and content.severity == content.history.severity != before.severity:
        if before.severity:
            yield Put(("severity",), word(before.severity), keys())
        else:
            yield Remove(("severity",))
    for role in entry.roles:
        now, then = content.roles.get(role, ()), before.roles.get(role, ())
        if now == content.history.roles.get(role, ()) and now != then:
            yield Put(("roles", role), written(holders(then))) if then else Remove(("roles", role))
    links = [name for name, address in content.links.items() if f"{name}: {address}" in entry.text]
    if links and len(links) == len(content.links):
        yield Remove(("links",))
    else:
        yield from (Remove(("links", name)) for name in links)
    if entry.milestone == "closed" and content.closure and "closed" not in before.milestones:
        yield Remove(("closure",))
