"""Who took over a rotation, as a record of its own, so that two handoffs never meet in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.authoring.change import Change, new
from opsbook.authoring.splice import quoted, word
from opsbook.model.time import write_instant
from opsbook.oncall.briefing import record_id

if TYPE_CHECKING:
    from datetime import datetime


def taken_over(rotation: str, at: datetime, by: str, acknowledged: datetime, note: str = "") -> Change:
    """The change that says who took over at a handoff."""
    lines = [
        "# yaml-language-server: $schema=../../schemas/handoff.json",
        f"rotation: {word(rotation)}",
        f"at: {write_instant(at)}",
        f"by: {word(by)}",
        f"acknowledged: {write_instant(acknowledged)}",
        *([f"note: {quoted(note)}"] if note else []),
    ]
    path = f"rotations/handoffs/{record_id(rotation, at)}.yaml"
    return Change(f"{rotation}: {by} took over", (new(path, "\n".join(lines) + "\n"),))
