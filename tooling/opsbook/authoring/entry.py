"""One entry of a timeline as its one line: `{at: …, milestone: …, by: ana, text: "…"}`.

The text stands in double quotes and last but for the evidence, since a comma ends a bare value in braces, and
two lines merge cleanly where two blocks interleave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbook.authoring.splice import quoted, written
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.model.incident import Entry

ORDER = (
    "at", "milestone", "approximate", "type", "choice", "severity", "roles", "services", "update", "page",
    "runbook", "by", "source", "text", "evidence",
)  # fmt: skip
"""The keys in the order in which a line has them."""


def line(entry: Entry) -> str:
    """The entry as YAML in flow style."""
    said = entry.model_dump(exclude_unset=True, exclude_none=True)
    pairs = (f"{key}: {_value(key, said[key])}" for key in ORDER if key in said)
    return "{" + ", ".join(pairs) + "}"


def _value(key: str, value: Any) -> str:
    if key == "text":
        return quoted(value)
    if key == "at":
        return write_instant(value) if not isinstance(value, str) else value
    if key == "roles":
        return written({role: holders(people) for role, people in value.items()})
    if key == "services" and not any(value.values()):
        return written(list(value))
    return written(value)


def holders(people: tuple[str, ...]) -> Any:
    """Who holds a role, as it is written: one by name, several as a list, nobody as an empty one."""
    return people[0] if len(people) == 1 else list(people)
