"""What a change of a rotation must leave alone: everything before it begins, in other rotations as well.

A rotation that follows another with an offset says today who has the turn after this one. A version that
begins next week changes who that is, and so who is on call there today, and was since the last handoff. An
override for that stretch keeps it as it was: nobody is taken by surprise, and history stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsbook.authoring.change import Change
from opsbook.authoring.rotation_swap import override
from opsbook.model.time import Interval
from opsbook.oncall.schedule import plan, stretches
from opsbook.oncall.sides import moves

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.edits import Edit

_BACK = timedelta(days=400)
"""How far a turn, and so what follows from the next one, may reach back."""


def kept(book: Book, made: Sequence[Edit], until: datetime, why: str) -> Iterator[Edit]:
    """The overrides that keep every rotation up to an instant as it is without some edits."""
    then = book.with_texts({source.path: text for source, text in Change(why, tuple(made)).texts()})
    within = Interval(until - _BACK, until)
    for rotation in book.rotations:
        try:
            before, after = plan(book, rotation.id), plan(then, rotation.id)
        except LookupError:  # what it follows cannot be read
            continue
        found = moves(stretches(before, within), stretches(after, within)) if before != after else []
        if found:
            covers = [(move.interval, move.lose, move.gain) for move in found]
            yield override(
                book, rotation.id, f"{rotation.id}-as-before", f"Until then as before: {why}", covers
            )
