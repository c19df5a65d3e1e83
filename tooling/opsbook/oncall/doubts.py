"""What forbids a swap, unless somebody says why it must be, and what those who agreed on it should know.

Forbidden is what leaves an alert unanswered: nobody on call, somebody on two rotations that stand behind each
other, somebody who is away, a proof or a test of a policy that fails. Short notice and a holiday are for them
to know, and so is what `strain` finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.oncall.concerns import concerns
from opsbook.oncall.paging import Paged
from opsbook.oncall.sides import Sides

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval
    from opsbook.oncall.concerns import Concern
    from opsbook.oncall.diff import Diff

_EDGE = timedelta(hours=12)
"""Less in common with an absence is its edge: somebody leaves after work, or is back by night."""
_NOTHING = Paged((), (), (), ())


def forbidding(found: Diff) -> Diff:
    """What forbids a change, of all that it does."""
    hard = tuple(_forbidding(found.concerns))
    return found._replace(changes=(), concerns=hard, paged=found.paged._replace(pagings=()))


def worth_knowing(found: Diff) -> Diff:
    """What does not forbid it."""
    hard = [*_forbidding(found.concerns)]
    soft = tuple(each for each in found.concerns if each not in hard)
    return found._replace(concerns=soft, paged=_NOTHING)


def forbidden(before: Book, after: Book, rotation: str, within: Interval, at: datetime) -> bool:
    """Whether a change leaves somebody on call who should not be, or nobody; alerts are not tried."""
    sides = Sides(before, after, within, rotation)
    return any(True for _ in _forbidding(concerns(sides, at)))


def _forbidding(found: Iterable[Concern]) -> Iterator[Concern]:
    for each in found:
        if each.kind in ("gap", "double booking") or (
            each.kind == "absence" and each.interval.length >= _EDGE
        ):
            yield each
