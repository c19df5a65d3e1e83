"""The runbooks of a book by service and alert: whose each is, how fresh, and when it was last followed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from opsbook.site.phrases import ago

if TYPE_CHECKING:
    from opsbook.model.runbook import Runbook
    from opsbook.model.settings import Settings
    from opsbook.site.survey import Card, Run


class Entry(NamedTuple):
    """A runbook as the catalogue shows it."""

    card: Card
    kind: str
    severity: tuple[str, ...]
    owner: str | None
    services: tuple[str, ...]
    alerts: tuple[str, ...]
    updated: date | None
    review: date | None
    """The day up to which the last review holds."""
    runs: tuple[Run, ...]
    """When it was followed, the last first."""
    tags: tuple[str, ...]

    def state(self, today: date) -> tuple[str, str]:
        """How fresh it is, in words and as a style."""
        if self.review is not None and self.review < today:
            return f"review was due {ago(today - self.review)} ago", "overdue"
        if self.updated is None:
            return "nobody says when it was right", "overdue"
        if self.updated == today:
            return "looked at today", "ok"
        return f"looked at {ago(today - self.updated)} ago", "ok" if self.review else ""


def entry(record: Runbook, card: Card, runs: list[Run], settings: Settings) -> Entry:
    """A runbook with what else is known of it."""
    return Entry(
        card,
        record.kind,
        record.severity,
        record.owner,
        tuple(record.services),
        record.alerts or ((card.id,) if record.kind == "alert" else ()),
        record.last_updated,
        _review(record, settings),
        tuple(runs),
        record.tags,
    )


def _review(record: Runbook, settings: Settings) -> date | None:
    period = record.review_in or settings.review_in
    if period is None or record.last_updated is None:
        return None
    try:
        return period.after(record.last_updated)
    except (ValueError, OverflowError):
        return None


def by_service(entries: list[Entry]) -> list[tuple[str | None, list[Entry]]]:
    """The runbooks of each service, and at the end those of none; one of several stands with each."""
    found: dict[str | None, list[Entry]] = {}
    for each in entries:
        for service in each.services or (None,):
            found.setdefault(service, []).append(each)
    return sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))


def by_alert(entries: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """The runbooks that each alert asks for, by name."""
    found: dict[str, list[Entry]] = {}
    for each in entries:
        for alert in each.alerts:
            found.setdefault(alert, []).append(each)
    return sorted(found.items(), key=lambda item: item[0].lower())
