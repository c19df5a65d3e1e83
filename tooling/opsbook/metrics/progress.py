"""When a response moved on: a milestone, a finding, a decision, a runbook, a severity, or somebody new.

Updates and role changes are no progress: they tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from opsbook.metrics.response import MENDED, Response, responses

if TYPE_CHECKING:
    from opsbook.model.history import Step
    from opsbook.model.incident import Entry, Incident


def last_progress(incident: Incident) -> Step | None:
    """The last progress of a response that goes on; None where nothing hurts, or nobody responds.

    Where nobody marks what is progress, whatever was logged last counts.
    """
    for response in responses(incident, MENDED):
        if response.over:
            continue
        last = [since for since, until in standstills(incident, response) if until is None]
        plain = [step for step in response.steps if _is_plain(step.entry)]
        return (last or plain)[-1]
    return None


def standstills(incident: Incident, response: Response) -> Iterator[tuple[Step, Step | None]]:
    """From one sign of progress, or escalation, to the next; None for the next where there is none.

    A response that is over and whose only signs are its ends says nothing, where some entry may have been
    progress that nobody marked as such.
    """
    there, named = _there(incident, response.start), named_in(incident)
    signs = [response.steps[0]]
    for step in response.steps[1:]:
        if _is_progress(step.entry) or _is_somebody_new(step.entry, there):
            signs.append(step)
        there |= named[step.place]
    if len(signs) == 1 + response.over and any(_is_plain(step.entry) for step in response.steps):
        return
    yield from pairwise(signs)
    if not response.over:
        yield signs[-1], None


def there(incident: Incident) -> set[str]:
    """Everybody whom the timeline names: those who did something, were paged, or took a role."""
    return set().union(*named_in(incident))


def named_in(incident: Incident) -> list[set[str]]:
    """Who each entry of the timeline, as it is written, says was there: who did it, was paged, or took a
    role."""
    known = incident.history.known
    if "named" not in known:
        known["named"] = [_named(entry) for entry in incident.timeline]
    return known["named"]  # type: ignore[no-any-return]


def _is_progress(entry: Entry) -> bool:
    return bool(entry.milestone or entry.type or entry.runbook or entry.severity)


def _is_plain(entry: Entry) -> bool:
    """Whether it may be progress that nobody marked as such."""
    return not (_is_progress(entry) or entry.update or entry.page or entry.roles)


def _is_somebody_new(entry: Entry, there: set[str]) -> bool:
    return entry.page is not None and entry.page.person not in there


def _named(entry: Entry) -> set[str]:
    people = {entry.by} if entry.by else set()
    if entry.roles:
        people.update(*entry.roles.values())
    if entry.page:
        people.add(entry.page.person)
    return people


def _there(content: Incident, start: datetime) -> set[str]:
    """Who was there when the response began."""
    named = named_in(content)
    return set().union(*(named[step.place] for step in content.history.in_order if step.at <= start))
