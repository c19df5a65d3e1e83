"""What is wrong, where, and what would mend it.

A `Finding` is what a rule says; a `Diagnostic` is what a person sees: the finding stamped by the
runner with the rule's code, name and level, so that no rule can carry the wrong code.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from opsbook.edits import Fix
    from opsbook.text import Location


LevelName = Literal["off", "advice", "warning", "error"]
Profile = Literal["adopt", "recommended", "strict"]
"""How strictly a book is judged."""
PROFILES: tuple[Profile, ...] = get_args(Profile)


class Level(IntEnum):
    """How much a diagnostic weighs; higher is worse."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Related(NamedTuple):
    """Another place that belongs to the finding, and what it has to do with it."""

    location: Location
    message: str


class Finding(NamedTuple):
    """What a rule found: a place, a sentence, and where it can be mended, how.

    The message is one lower-case clause that quotes in backticks and says what was found before
    what was expected; the hint is what the reader can do about it.
    """

    location: Location
    message: str
    hint: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


class Diagnostic(NamedTuple):
    """A finding as it is reported."""

    code: str
    name: str
    level: Level
    location: Location
    message: str
    hint: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    before: Literal["", "base", "time", "baseline"] = ""
    """Where it is known from: the commit that this one is compared with, time alone, since it is there in
    that commit too by now, or the book's baseline."""
    within: str = ""
    """The keys down to the value, or the heading above: a name of the place that outlives its line."""

    @property
    def key(self) -> tuple[str, int, int, str, str]:
        """The order of a report: by place, then by code."""
        span = self.location.span
        return self.location.path, span.start, span.end, self.code, self.message

    def below(self, folder: str) -> Diagnostic:
        """The same with paths counted from above: `folder` ends in `/`."""
        related = tuple(one._replace(location=one.location.below(folder)) for one in self.related)
        location = self.location.below(folder)
        return self._replace(location=location, related=related, fix=self.fix and self.fix.below(folder))
