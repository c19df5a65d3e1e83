"""What the pages of incidents and post-mortems were made of, so that only what changed is made again.

A page is made of its record and the files beside it, of the policies and rotations, of the cards of the
records that it names or that name it, and of incidents like it; one with anything open also of the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opsbook.site.render import Page

if TYPE_CHECKING:
    from opsbook.site.alike import Alike
    from opsbook.site.survey import Asked, Card, Survey


class Made(NamedTuple):
    """A page, and what it was made of."""

    of: Hashable
    asked: Asked
    alike: list[Alike]
    content: int
    """A digest of what was made: a build that failed leaves an older page in the folder."""


class Kept:
    """The pages of the last build, in the folder where it wrote them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Made] = {}

    def made(self, cards: Iterable[Card]) -> dict[str, Made]:
        """What the pages of some records were made of, which another process may take over."""
        return {card.path: self._made[card.path] for card in cards}

    def take(self, made: Mapping[str, Made]) -> None:
        """Take over what pages were made of that another process made."""
        self._made |= made

    def page(
        self, card: Card, of: Hashable, survey: Survey, alike: list[Alike], make: Callable[[], Page]
    ) -> Page:
        """The page of a record, made anew where it would be another."""
        before = self._made.get(card.path)
        if before and before.of == of and before.alike == alike and survey.answers(before.asked):
            with suppress(OSError):
                content = (self._folder / card.page).read_bytes()
                if hash(content) == before.content:
                    return Page(card.page, content)
        with survey.asked() as asked:
            found = make()
        self._made[card.path] = Made(of, asked, alike, hash(found.content))
        return found
