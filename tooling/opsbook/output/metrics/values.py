"""What programs read of a period: single values, each of a figure, a statistic and a group."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.metrics.durations import FIGURES

if TYPE_CHECKING:
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.estimates import Share
    from opsbook.metrics.failures import Service
    from opsbook.metrics.summary import Group, Spread
    from opsbook.output.metrics.sections import Told

Unit = Literal["seconds", "ratio", "hours", "incidents", "items", ""]
HELP = {
    "incidents": "Incidents that began in the period.",
    "incidents_open": "How many of them are not resolved.",
    "time_to_detect": "From started to detected.",
    "time_to_acknowledge": "From detected to the first acknowledged.",
    "time_to_declare": "From detected to declared.",
    "time_to_mitigate": "From started, else detected, to mitigated, and from each reopened to the next.",
    "time_to_resolve": "From started, else detected, to resolved, and from each reopened to the next.",
    "time_to_respond": "From declared to resolved or closed, and from each reopened to the next.",
    "responding": "How long people responded at a severity.",
    "people": "Different people who responded.",
    "effort": "Their hours together, a lower bound.",
    "updates_in_time": "Updates that came in time, of those that were owed or sent.",
    "action_items_done": "Action items that are done, of those that fell due.",
    "action_items_done_in_time": "Action items that were done by their day, of those that fell due.",
    "time_to_close": "From the resolution of an incident to the end of each of its action items.",
    "postmortems_drafted": "Post-mortems that there are, of those that fell due.",
    "postmortems_reviewed_in_time": "Post-mortems that were reviewed in time.",
    "postmortems_published_in_time": "Post-mortems that were published in time.",
    "failures": "Incidents that hurt a service.",
    "time_between_failures": "Operating time of a service for each failure.",
    "pages": "Pages, those of incidents and those of the page log.",
    "pages_at_night": "Pages in a night of the person who was paged.",
    "nights_on_call": "Nights in which somebody was on call.",
    "pages_per_night": "Pages at night for each night that somebody was on call.",
    "target_met": "Whether a target was met: 1 or 0, and left out where nobody can tell.",
    "repeated_causes": "Incidents with a factor of one of the 365 days before, of those that name any.",
}
"""What each figure is."""


class Value(NamedTuple):
    """A value: of a figure, which statistic of it, and of which group of what."""

    figure: str
    """One of `HELP`."""
    unit: Unit
    statistic: str
    value: float | str
    by: str = ""
    group: str = ""


def values(told: Told) -> Iterator[Value]:
    """Every value of a period that is known and finite."""
    return (each for each in _values(told) if not (isinstance(each.value, float) and math.isinf(each.value)))


def _values(told: Told) -> Iterator[Value]:
    found, now, compared = told.summary, told.summary.now, told.summary.comparisons
    yield Value("incidents", "", "n", now.whole.incidents)
    yield from _compared("incidents", "", compared["incidents"])
    for level in found.levels:
        yield Value("incidents", "", "n", now.whole.severities.get(level, 0), "severity", level)
    for month in found.months:
        yield Value("incidents", "", "n", month.incidents, "month", f"{month.first:%Y-%m}")
    yield Value("incidents_open", "", "n", now.whole.open)
    for name in FIGURES:
        yield from _spread(f"time_to_{name}", "incidents", now.whole.spreads[name])
        yield from _compared(f"time_to_{name}", "seconds", compared[name])
    for level, length in now.responding.items():
        yield Value("responding", "seconds", "sum", length.total_seconds(), "severity", level)
    yield Value("people", "", "n", now.people)
    yield Value("effort", "hours", "sum", round(now.hours, 4))
    yield from _share("updates_in_time", now.updates, compared["updates"])
    yield from _share("action_items_done", now.action_items.done, compared["action_items"])
    yield from _share("action_items_done_in_time", now.action_items.in_time)
    yield from _spread("time_to_close", "items", now.time_to_close)
    yield from _compared("time_to_close", "seconds", compared["time_to_close"])
    yield from _share("postmortems_drafted", now.postmortems.draft)
    yield from _share("postmortems_reviewed_in_time", now.postmortems.review)
    yield from _share("postmortems_published_in_time", now.postmortems.published, compared["postmortems"])
    for service in found.services:
        yield from _service(service)
    yield Value("pages", "", "n", found.pages.pages)
    yield Value("pages_at_night", "", "n", found.pages.at_night)
    if found.pages.per_night is not None:
        yield Value("pages_per_night", "", "mean", round(found.pages.per_night, 6))
    for person in found.pages.people:
        yield Value("pages", "", "n", person.pages, "person", person.id)
        yield Value("pages_at_night", "", "n", person.at_night, "person", person.id)
        yield Value("nights_on_call", "", "n", person.nights, "person", person.id)
    yield from _share("repeated_causes", found.causes.share)
    for result in told.results:
        if result.met is not None:
            yield Value("target_met", "", "n", int(result.met), "target", result.id)
    for group in found.groups:
        yield from _group(group, told.by or "")


def _group(group: Group, by: str) -> Iterator[Value]:
    if by not in ("severity", "month"):  # those are told anyway
        yield Value("incidents", "", "n", group.incidents, by, group.name)
    yield Value("incidents_open", "", "n", group.open, by, group.name)
    for name in FIGURES:
        yield from _spread(f"time_to_{name}", "incidents", group.spreads[name], by, group.name)


def _spread(figure: str, counted: Unit, spread: Spread, by: str = "", group: str = "") -> Iterator[Value]:
    for statistic, number in (
        ("n", spread.known), ("going_on", spread.going_on), ("excluded", spread.excluded),
        ("approximate", spread.approximate), ("from_detection", spread.from_detection),
    ):  # fmt: skip
        yield Value(figure, counted, statistic, number, by, group)
    for statistic, length in (
        ("median", spread.median), ("lower_quartile", spread.lower), ("upper_quartile", spread.upper),
        ("p90", spread.p90), ("mean", spread.mean),
    ):  # fmt: skip
        if length is not None:
            yield Value(figure, "seconds", statistic, round(length, 3), by, group)


def _share(figure: str, share: Share, compared: Comparison | None = None) -> Iterator[Value]:
    yield Value(figure, "", "hits", share.hits)
    yield Value(figure, "", "of", share.of)
    if share.share is not None:
        for statistic, value in (
            ("share", share.share),
            ("low", share.interval.low),
            ("high", share.interval.high),
        ):
            yield Value(figure, "ratio", statistic, round(value, 6))
    if compared is not None:
        yield from _compared(figure, "ratio", compared)


def _compared(figure: str, unit: Unit, compared: Comparison) -> Iterator[Value]:
    if compared.before is not None:
        yield Value(figure, unit, "before", round(compared.before, 6))
    if compared.before is not None and compared.now is not None:
        yield Value(figure, unit, "change_low", round(compared.change.low, 6))
        yield Value(figure, unit, "change_high", round(compared.change.high, 6))
        yield Value(figure, "", "verdict", compared.verdict)
    if compared.needed is not None:
        yield Value(figure, "", "needed", compared.needed)


def _service(service: Service) -> Iterator[Value]:
    yield Value("failures", "", "n", service.failures, "service", service.id)
    mean = service.mean
    known = {"mean": mean.total_seconds()} if mean is not None else {}
    for statistic, seconds in (known | service.interval._asdict()).items():
        yield Value("time_between_failures", "seconds", statistic, round(seconds, 3), "service", service.id)
