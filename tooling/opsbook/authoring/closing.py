"""Closing an incident: since when it is stable, and the closing criteria as they are attested."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.splice import Put, Splice, word, written
from opsbook.authoring.timeline import added, keys, summary

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.model.incident import Entry, Incident


class Closing(NamedTuple):
    """How an incident ends."""

    because: str | None = None
    """Why it is closed before it was stable for as long as the policy asks."""
    false_alarm: bool = False
    duplicate_of: str | None = None

    @property
    def attested(self) -> bool:
        """Whether the criteria are asked for: not of what was none, or another."""
        return not (self.false_alarm or self.duplicate_of)


def stable_since(incident: Incident, at: datetime) -> datetime | None:
    """The last mitigation before an instant, else the resolution; None where nothing ended the pain since it
    began, or since it came back."""
    mended: datetime | None = None
    for _, entry in incident.history.in_order:
        if entry.at > at:
            break
        if entry.milestone == "reopened":
            mended = None
        elif entry.milestone == "mitigated" or (entry.milestone == "resolved" and mended is None):
            mended = entry.at
    return mended


def stable_from(incident: Incident, at: datetime, asked: timedelta) -> datetime | None:
    """When it will have been stable for long enough; None where it is not stable at all."""
    since = stable_since(incident, at)
    return since + asked if since else None


def closed(incident: Document[Incident], entry: Entry, closing: Closing) -> Change:
    """The change that closes an incident: the entry and, where they are asked for, the criteria."""
    return added(incident, entry, summary(incident.id, _words(closing)), *_top(entry, closing))


def _words(closing: Closing) -> str:
    if closing.duplicate_of:
        return f"duplicate of {closing.duplicate_of}"
    return "false alarm" if closing.false_alarm else "closed"


def _top(entry: Entry, closing: Closing) -> list[Splice]:
    """What closing writes at the top of the record."""
    if closing.duplicate_of:
        return [Put(("duplicate_of",), word(closing.duplicate_of), keys())]
    if closing.false_alarm:
        return [Put(("kind",), "false-alarm", keys())]
    said: dict[str, Any] = {"metrics_at_baseline": True, "no_customer_reports": True}
    if entry.evidence:
        said["evidence"] = list(entry.evidence)
    if closing.because:
        said["because"] = closing.because
    return [Put(("closure",), written(said), keys())]
