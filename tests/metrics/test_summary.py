"""What the incidents of a period say together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.estimates import Share
from opsbook.metrics.rows import rows
from opsbook.metrics.summary import By, Summary, summary
from opsbook.model.time import Interval, instant

MARCH = Interval(instant("2026-03-01T00:00Z"), instant("2026-04-01T00:00Z"))
LATER = instant("2026-05-01T00:00Z")


def record(day: str, *steps: str, **more: Any) -> str:
    """An incident of a day: `09:00 started`; what is not a milestone is `key: value` at the top."""
    top = "".join(f"{key}: {value}\n" for key, value in ({"title": "t", "severity": "SEV1"} | more).items())
    lines = "".join(
        f'  - {{at: {day}T{clock}Z, milestone: {milestone}, text: "x"}}\n'
        for clock, _, milestone in (step.partition(" ") for step in steps)
    )
    return f"{top}timeline:\n{lines}" if steps else top


def book(*incidents: tuple[str, str], **files: str) -> Book:
    texts = {"opsbook.toml": 'timezone = "UTC"\n', **files}
    for number, (day, text) in enumerate(incidents):
        texts[f"incidents/{day[:4]}/{day}-n{number}/incident.yaml"] = text
    return Book(Memory(texts))


def told(*incidents: tuple[str, str], by: By | None = None, **files: str) -> Summary:
    found = book(*incidents, **files)
    return summary(found, rows(found), MARCH, LATER, by)


def whole(day: str, **more: Any) -> tuple[str, str]:
    steps = ("09:00 started", "09:04 detected", "09:06 acknowledged", "09:10 declared", "09:30 mitigated",
             "10:00 resolved")  # fmt: skip
    return day, record(day, *steps, **more)


def test_an_empty_book_has_a_summary() -> None:
    found = told()
    assert (found.now.whole.incidents, found.now.whole.spreads["mitigate"].median) == (0, None)
    assert {each.verdict for each in found.comparisons.values()} == {"cannot tell"}
    assert len(found.months) == 12


def test_one_incident_has_figures_and_no_verdict() -> None:
    found = told(whole("2026-03-02"))
    spread = found.now.whole.spreads["mitigate"]
    assert (spread.known, spread.median, spread.mean) == (1, 1800, 1800)
    assert {each.verdict for each in found.comparisons.values()} == {"cannot tell"}


def test_what_does_not_count_is_left_out_and_counted() -> None:
    found = told(
        whole("2026-03-02"),
        whole("2026-03-03", kind="drill"),
        whole("2026-03-04", kind="near-miss"),
        whole("2026-03-05", kind="false-alarm"),
        whole("2026-03-06", duplicate_of="2026-03-02-n0"),
    )
    assert found.now.whole.incidents == 1
    assert found.left_out == {"drill": 1, "duplicate": 1, "false-alarm": 1, "near-miss": 1}


def test_a_missing_milestone_excludes_from_its_figures_alone() -> None:
    feed = record("2026-03-03", "09:00 declared", "09:30 resolved")
    found = told(whole("2026-03-02"), ("2026-03-03", feed))
    spreads = found.now.whole.spreads
    assert (spreads["mitigate"].known, spreads["mitigate"].excluded) == (1, 1)
    assert (spreads["respond"].known, spreads["respond"].excluded) == (2, 0)


def test_an_open_incident_is_never_dropped() -> None:
    found = told(whole("2026-03-02"), ("2026-03-31", record("2026-03-31", "09:00 started")))
    spread = found.now.whole.spreads["mitigate"]
    assert (found.now.whole.open, spread.known, spread.going_on) == (1, 2, 1)
    assert spread.median is not None
    assert spread.median > 1800


def test_an_incident_belongs_to_the_period_in_which_it_began() -> None:
    before, after = whole("2026-02-28"), whole("2026-04-01")
    found = told(before, whole("2026-03-01"), after)
    assert (found.now.whole.incidents, found.before.whole.incidents) == (1, 1)
    assert [month.incidents for month in found.months[-2:]] == [1, 1]


def test_a_period_that_is_not_over_is_held_against_as_much_time() -> None:
    found = book(whole("2026-03-02"), whole("2026-02-20"))
    as_of = instant("2026-03-11T00:00Z")
    told = summary(found, rows(found), MARCH, as_of)
    assert told.now.within == Interval(MARCH.start, as_of)
    assert told.before.within == Interval(MARCH.start - timedelta(days=10), MARCH.start)
    assert (told.now.whole.incidents, told.before.whole.incidents) == (1, 1)


def test_an_incident_of_two_services_is_in_both_groups() -> None:
    found = told(
        whole("2026-03-02", services="[checkout, search]"), whole("2026-03-03"), by="service",
    )  # fmt: skip
    assert [(each.name, each.incidents) for each in found.groups] == [
        ("checkout", 1),
        ("search", 1),
        ("unknown", 1),
    ]


def test_groups_stand_in_the_order_that_a_reader_expects() -> None:
    incidents = [whole("2026-03-02", severity="SEV3"), whole("2026-03-03", severity="SEV0")]
    assert [each.name for each in told(*incidents, by="severity").groups] == ["SEV0", "SEV3"]
    assert [each.name for each in told(*incidents, by="month").groups] == ["2026-03"]


def test_a_service_that_never_failed_has_no_mean_and_a_lower_bound() -> None:
    files = {"policies/services/search.yaml": "name: S\nteam: t\n"}
    found = told(whole("2026-03-02", services="[checkout]"), **files)
    checkout, search = found.services
    assert (checkout.id, checkout.failures, checkout.mean) == ("checkout", 1, timedelta(days=31, minutes=-30))
    assert (search.id, search.failures, search.mean, search.since) == ("search", 0, None, None)
    assert search.interval.low > timedelta(days=8).total_seconds()


ITEM = "{{one: {{title: a, due: {due}, status: {status}{more}}}}}"


def item(due: str, status: str = "open", more: str = "") -> str:
    return ITEM.format(due=due, status=status, more=more)


def test_action_items_count_when_they_fall_due_and_declined_ones_do_not() -> None:
    found = told(
        whole("2026-03-02", action_items=item("2026-03-16", "done", ", done_on: 2026-03-16")),
        whole("2026-03-03", action_items=item("2026-03-17", "done", ", done_on: 2026-03-18")),
        whole("2026-03-04", action_items=item("2026-03-18")),
        whole("2026-03-05", action_items=item("2026-03-19", "declined", ", reason: no")),
        whole("2026-03-06", action_items=item("2026-04-19")),
    )
    items = found.now.action_items
    assert (items.done, items.in_time, items.declined) == (Share(2, 3), Share(1, 3), 1)
    assert (found.now.time_to_close.known, found.now.time_to_close.going_on) == (4, 2)


def test_a_postmortem_is_in_time_when_it_was_published_by_its_day() -> None:
    page = "---\nstatus: published\nreview_at: 2026-03-03T09:00Z\npublished_on: 2026-03-09\n---\n# t\n"
    found = told(
        whole("2026-03-02"), whole("2026-03-10"), **{"incidents/2026/2026-03-02-n0/postmortem.md": page}
    )
    stages = found.now.postmortems
    assert stages.review.hits == 1
    assert stages.published.of == 2


def test_a_cause_that_came_before_is_told() -> None:
    found = told(
        whole("2026-01-02", contributing_factors="[dns]"),
        whole("2026-03-02", contributing_factors="[DNS, capacity]"),
        whole("2026-03-03", contributing_factors="[deploy]"),
        whole("2026-03-04"),
    )
    assert [(each.factor, each.incidents, each.earlier) for each in found.causes.repeated] == [
        ("dns", ("2026-03-02-n1",), 1)
    ]
    assert (found.causes.share, found.causes.unknown) == (Share(1, 2), 1)


def test_pages_at_night_are_those_of_the_persons_own_night() -> None:
    person = "name: A\ntimezone: Asia/Tokyo\n"
    text = record("2026-03-02", "16:00 detected") + (
        '  - {at: 2026-03-02T16:00Z, page: {person: ana}, text: "x"}\n'  # 01:00 in Tokyo
        '  - {at: 2026-03-02T23:59Z, page: {person: ana}, text: "x"}\n'  # 08:59 in Tokyo
    )
    found = told(
        ("2026-03-02", text),
        **{
            "rotations/people/ana.yaml": person,
            "rotations/pages/2026-03.csv": "at,person\n2026-03-05T17:00Z,ana\n",
        },
    )
    assert (found.pages.pages, found.pages.logged, found.pages.at_night) == (3, 1, 2)
    assert found.pages.log
    assert not told(("2026-03-02", text)).pages.log
    assert [night.pages for night in found.pages.nights] == [1, 1]


CLOCKS = st.integers(0, 59)


@settings(max_examples=5)
@given(st.lists(st.tuples(st.integers(1, 28), CLOCKS, CLOCKS, st.booleans()), max_size=8), st.randoms())
def test_the_order_of_the_incidents_does_not_matter(found: list[Any], dice: Any) -> None:
    incidents = [
        (f"2026-03-{day:02}", record(f"2026-03-{day:02}", f"09:{start:02} started",
                                     *([f"10:{end:02} mitigated"] if ended else [])))
        for day, start, end, ended in found
    ]  # fmt: skip
    made = book(*incidents)
    all_rows = rows(made)
    mixed = list(all_rows.rows)
    dice.shuffle(mixed)
    one = summary(made, all_rows, MARCH, LATER, "severity")
    other = summary(made, all_rows._replace(rows=tuple(mixed)), MARCH, LATER, "severity")
    assert one == other


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(1, 28), CLOCKS, CLOCKS), min_size=1, max_size=6), st.integers(1, 28))
def test_one_more_incident_that_goes_on_never_lowers_a_figure(found: list[Any], day: int) -> None:
    incidents = [
        (
            f"2026-03-{each:02}",
            record(f"2026-03-{each:02}", f"09:{start:02} started", f"10:{end:02} mitigated"),
        )
        for each, start, end in found
    ]
    open_one = (f"2026-03-{day:02}", record(f"2026-03-{day:02}", "09:00 started"))
    before, after = (
        told(*each).now.whole.spreads["mitigate"] for each in (incidents, [*incidents, open_one])
    )
    assert (after.known, after.going_on) == (before.known + 1, 1)
    for one, other in zip(before[5:], after[5:], strict=True):
        assert one is not None
        assert other is None or other >= one


def test_each_person_has_their_pages_and_their_nights_on_call() -> None:
    text = record("2026-03-02", "09:00 detected") + (
        '  - {at: 2026-03-02T23:00Z, page: {person: ana}, text: "x"}\n'
        '  - {at: 2026-03-02T23:30Z, page: {person: ana}, text: "x"}\n'
        '  - {at: 2026-03-03T12:00Z, page: {person: ben}, text: "x"}\n'
    )
    rota = (
        "team: t\ntimezone: UTC\nlayers:\n  - name: all\n"
        "    versions: [{starts: 2026-03-01 12:00, every: 1w, members: [ana, cem]}]\n"
    )
    files = {f"rotations/people/{id}.yaml": f"name: {id}\ntimezone: UTC\n" for id in ("ana", "ben", "cem")}
    found = told(("2026-03-02", text), **files, **{"rotations/all.yaml": rota})
    assert [tuple(each) for each in found.pages.people] == [
        ("ana", 2, 2, 17, 2), ("ben", 1, 0, 0, 0), ("cem", 0, 0, 14, 0),
    ]  # fmt: skip
    assert found.pages.per_night == 2 / 31


def test_a_month_is_one_of_the_books_zone() -> None:
    text = record("2026-03-31", "22:30 started", "23:00 mitigated")  # half past midnight in Berlin
    found = book(("2026-03-31", text), **{"opsbook.toml": 'timezone = "Europe/Berlin"\n'})
    within = Interval(instant("2026-02-28T23:00Z"), instant("2026-04-30T22:00Z"))
    said = summary(found, rows(found), within, LATER, "month")
    assert [(each.name, each.incidents) for each in said.groups] == [("2026-03", 0), ("2026-04", 1)]
    assert [month.incidents for month in said.months[-2:]] == [0, 1]
