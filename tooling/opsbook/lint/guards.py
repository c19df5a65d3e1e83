"""When a level of an escalation policy applies: its severities, and its hours of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.model.rotation import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.escalation import Escalation, Guard, Hours

_DAY = 24 * 60
_WEEK = 7 * _DAY
ALWAYS = (1 << _WEEK) - 1
"""Every minute of a week."""


def week(hours: Hours) -> int:
    """The minutes that some hours cover, one bit each from Monday midnight on; `holiday` is no day
    of theirs, since they have no calendar."""
    found = 0
    for window in hours.windows:
        start, end = _minute(window.start), _minute(window.end)
        length = (end - start) % _DAY or _DAY
        for day in set(window.days) & set(DAYS):
            shifted = ((1 << length) - 1) << (DAYS.index(day) * _DAY + start)
            found |= (shifted | shifted >> _WEEK) & ALWAYS
    return found


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def minutes(guard: Guard | None, policy: Escalation) -> int | None:
    """The minutes of a week in which a guard holds; None where its hours are unknown, or lie in two
    zones, whose weeks differ."""
    names = [name for name in (guard.hours, guard.outside) if name] if guard else []
    if any(name not in policy.hours for name in names):
        return None
    if len({policy.hours[name].timezone.key for name in names}) > 1:
        return None
    held = ALWAYS
    if guard and guard.hours:
        held &= week(policy.hours[guard.hours])
    if guard and guard.outside:
        held &= ~week(policy.hours[guard.outside])
    return held


def applies_to(guard: Guard | None, severity: str) -> bool:
    """Whether a level is for a severity, at some hour."""
    return guard is None or not guard.severity or severity in guard.severity


def zones(policy: Escalation, guards: Iterable[Guard | None]) -> set[str]:
    """The zones in which some guards count their hours."""
    names = {name for guard in guards if guard for name in (guard.hours, guard.outside) if name}
    return {policy.hours[name].timezone.key for name in names if name in policy.hours}


def entered(policy: Document[Escalation], book: Book) -> bool:
    """Whether an alert may begin with this policy, instead of coming from another that leads to it."""
    if any(service.content.escalation == policy.id for service in book.services):
        return True
    return not any(policy.id in leads_to(other.content) for other in book.escalations)


def leads_to(policy: Escalation) -> set[str]:
    """The policies that a policy goes on with."""
    return {target.policy for target in policy.targets() if target.policy}
