"""Targets against what goes on, what never happened, and what nobody knows."""

from __future__ import annotations

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.estimates import Share
from opsbook.metrics.rows import rows
from opsbook.metrics.summary import summary
from opsbook.metrics.targets import Result, results
from opsbook.model.time import Interval, instant

MARCH = Interval(instant("2026-03-01T00:00Z"), instant("2026-04-01T00:00Z"))
DONE = ("09:00 started", "09:04 detected", "09:30 mitigated", "09:40 resolved")
OPEN = ("09:00 started", "09:04 detected")


def incident(day: str, *steps: str, services: str = "[]") -> tuple[str, str]:
    lines = "".join(
        f"  - {{at: 2026-{day}T{step.split()[0]}Z, milestone: {step.split()[1]}, text: x}}\n"
        for step in steps
    )
    text = f"title: t\nseverity: SEV1\nservices: {services}\ntimeline:\n{lines}"
    return f"incidents/2026/2026-{day}-n/incident.yaml", text


def held(target: str, *incidents: tuple[str, str], at: str = "2026-03-20T12:00Z", **files: str) -> Result:
    texts = {"opsbook.toml": "", "policies/targets.yaml": f"targets:\n  it: {{{target}}}\n", **files}
    book = Book(Memory({**texts, **dict(incidents)}))
    found = rows(book)
    return results(book, found, summary(book, found, MARCH, instant(at)))[0]


SOON = "metric: time_to_resolve, at_most: 1h"


def test_a_mean_that_can_still_grow_is_not_met_yet() -> None:
    found = held(SOON, incident("03-02", *DONE), incident("03-20", "11:30 started", "11:35 detected"))
    assert (found.met, found.share, found.undecided) == (None, Share(1, 1), 1)
    assert held(SOON, incident("03-02", *DONE)).met is True


def test_what_goes_on_for_longer_than_the_target_has_missed_it() -> None:
    found = held(SOON, incident("03-02", *DONE), incident("03-10", *OPEN))
    assert (found.met, found.share) == (False, Share(1, 2))
    quantile = held(SOON + ", statistic: p90", incident("03-10", *OPEN), incident("03-11", *OPEN))
    assert (quantile.met, quantile.value, quantile.share) == (False, None, Share(0, 2))


def test_of_no_incident_nothing_is_known() -> None:
    found = held(SOON)
    assert (found.value, found.met, found.share) == (None, None, Share(0, 0))


BETWEEN = "metric: time_between_failures, critical_services: true, at_least: 10d"
SERVICES = {
    "policies/services/checkout.yaml": "name: C\nteam: t\ncritical: true\n",
    "policies/services/blog.yaml": "name: B\nteam: t\n",
}


def test_time_between_failures_is_that_of_the_service_that_fails_most() -> None:
    failing = [incident(f"03-0{day}", *DONE, services="[checkout, blog]") for day in range(2, 5)]
    found = held(BETWEEN, *failing, **SERVICES)
    assert (found.met, found.where) == (False, "checkout")


def test_a_critical_service_that_never_failed_for_long_enough_has_met_it() -> None:
    blog = incident("03-02", *DONE, services="[blog]")
    assert held(BETWEEN, blog, **SERVICES).met is True
    assert held(BETWEEN, blog, at="2026-03-05T00:00Z", **SERVICES).met is None


@pytest.mark.parametrize(("pages", "met"), [(3, True), (4, False)])
def test_the_worst_night_decides_over_pages(pages: int, met: bool) -> None:
    log = "at,person\n" + "".join(f"2026-03-05T0{hour}:00Z,ana\n" for hour in range(1, 1 + pages))
    files = {
        "rotations/pages/2026-03.csv": log,
        "rotations/people/ana.yaml": "name: A\ntimezone: UTC\n",
    }
    found = held("metric: pages_per_night, count_at_most: 3", **files)
    assert (found.value, found.met, found.where) == (pages, met, "ana")


def test_pages_are_unknown_where_nobody_was_on_call_and_none_is_logged() -> None:
    assert held("metric: pages_per_night, count_at_most: 3").met is None


def test_a_trend_needs_a_book_that_reaches_back() -> None:
    trend = "metric: incidents, trend: falling"
    assert (held(trend, incident("03-02", *DONE)).value, held(trend).met) == ("cannot tell", None)
    before = [incident(f"02-{day:02}", *DONE) for day in range(9, 28)]
    assert held(trend, *before).met is True
