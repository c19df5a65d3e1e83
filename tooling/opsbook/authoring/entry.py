"""One entry of a timeline as its one line: `{at: …, milestone: …, by: ana, text: "…"}`.

The text stands in double quotes and last but for the evidence, since a comma ends a bare value in braces, and
two lines merge cleanly where two blocks interleave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbook.authoring.splice import quoted, written
from opsbook.errors import UserError
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.model.incident import Entry

ORDER = (
    "at", "milestone", "approximate", "type", "choice", "severity", "roles", "services", "update", "page",
    "runbook", "by", "source", "text", "evidence",
)  # fmt: skip
"""The keys in the order in which a line has them."""


def typed(text: str) -> str:
    """What was typed, or read from another program, as a text that can be written: half a character, and a
    byte that is no UTF-8, become a mark."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").strip()


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


def entry_of(**said: Any) -> Entry:
    """An entry of plain data; UserError where something of it cannot be written."""
    from opsbook.book.validate import complaints
    from opsbook.model.incident import Entry

    given = {key: value for key, value in said.items() if value not in (None, {}, ())}
    found, wrong = complaints(Entry, given)
    if wrong:
        where = ".".join(map(str, wrong[0].pointer))
        raise UserError(f"{where}: {wrong[0].message}", wrong[0].hint)
    return found  # type: ignore[no-any-return]
