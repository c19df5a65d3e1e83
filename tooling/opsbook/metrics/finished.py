"""Whether what incidents leave behind gets done: action items, and post-mortems on time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from opsbook.metrics.business_days import day_left
from opsbook.metrics.estimates import Observation, Share
from opsbook.model.time import Interval, at_tick, local_day, ticks

if TYPE_CHECKING:
    from opsbook.metrics.rows import Postmortem, Row, Work

_DAY = 24 * 60 * 60.0


class Completion(NamedTuple):
    """The action items that fell due in a period."""

    done: Share
    """Those that are done, of all but the declined."""
    in_time: Share
    """Those that were done by the day they were due."""
    declined: int
    undated: int
    """Items of the period's incidents that have no day to be done by: they count nowhere."""


def completion(rows: Sequence[Row], within: Interval, as_of: datetime, zone: ZoneInfo) -> Completion:
    """How many of the action items that fell due in a period are done.

    A day is one of the book's zone; what is due today is not late, and counts once it is done.
    """
    today, (first, last) = local_day(as_of, zone), within.days(zone)
    done = in_time = of = declined = 0
    for item in (item for row in rows for item in row.work_due(first, last)):
        finished = _done(item, today)
        if item.status == "declined":
            declined += 1
        elif item.due is not None and (finished or item.due < today):
            of += 1
            done += finished
            in_time += finished and item.done_on is not None and item.done_on <= item.due
    undated = sum(row.undated for row in rows if row.began is not None and within.covers(row.began))
    return Completion(Share(done, of), Share(in_time, of), declined, undated)


def _done(item: Work, today: date) -> bool:
    return item.status == "done" and item.done_on is not None and item.done_on <= today


def to_close(rows: Iterable[Row], within: Interval, as_of: datetime, zone: ZoneInfo) -> list[Observation]:
    """How long each action item took from the resolution of its incident to its being done, in seconds of
    whole days, of incidents resolved in a period. What is unfinished goes on; the declined are left out."""
    today = local_day(as_of, zone)
    first, after = map(ticks, within)
    found: list[Observation] = []
    for row in rows:
        resolved = row.plain.resolved
        if resolved is None or not first <= resolved < after or not row.plain.work:
            continue
        start = local_day(at_tick(resolved), zone)
        for item in row.work:
            if _done(item, today) and item.done_on is not None:
                found.append((max((item.done_on - start).days, 0) * _DAY, True))
            elif item.status != "declined":
                found.append(((today - start).days * _DAY, False))
    return found


class Stages(NamedTuple):
    """How many of the post-mortems' stages that fell due in a period were reached in time."""

    draft: Share
    """There is one; when it was begun is in no record."""
    review: Share
    published: Share


def postmortems(
    rows: Iterable[Row], pages: Mapping[str, Postmortem], within: Interval, as_of: datetime, zone: ZoneInfo
) -> Stages:
    """How many of the post-mortems that a clock of the policy asked for in a period came in time: `review_at`
    by the instant, `published_on` by its day."""
    hits = dict.fromkeys(Stages._fields, 0)
    of = dict.fromkeys(Stages._fields, 0)
    for row in rows:
        for stage, due in row.postmortem_due:
            if within.covers(due) and due <= as_of:
                of[stage] += 1
                hits[stage] += _reached(pages.get(row.id), stage, due, zone)
    return Stages(*(Share(hits[stage], of[stage]) for stage in Stages._fields))


def _reached(page: Postmortem | None, stage: str, due: datetime, zone: ZoneInfo) -> bool:
    if page is None or stage == "draft":
        return page is not None
    if stage == "review":
        return page.review_at is not None and page.review_at <= due
    return page.published_on is not None and page.published_on <= day_left(due, zone)
