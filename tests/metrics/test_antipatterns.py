"""What a quarter shows, with which incidents, beside the one before; and that nobody is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.antipatterns import Pattern, Reviews
from opsbook.metrics.attested import Quarter
from opsbook.metrics.checklist import checklist, next_step
from opsbook.metrics.estimates import Share
from opsbook.metrics.habits import HABITS
from opsbook.output.frames import Paint
from opsbook.output.report import data, markdown, text

BROKEN = Path(__file__).parents[1] / "books" / "broken"
Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
AT = datetime(2026, 7, 31, tzinfo=UTC)

GOOD = """\
title: Checkout answers 502
severity: SEV1
roles: {incident-commander: ana}
timeline:
  - {at: DAYT09:00Z, milestone: detected, text: Noticed}
  - {at: DAYT09:04Z, milestone: declared, severity: SEV1, text: Declared}
  - {at: DAYT09:30Z, milestone: mitigated, text: Mitigated}
  - {at: DAYT10:10Z, milestone: resolved, text: Resolved}
"""
PAGE = (
    "---\nstatus: published\nreview_at: DAYT20:00Z\npublished_on: DAY\n---\n"
    "# Checkout\n\n## Summary\n\nThe pool was small.\n"
)


def incident(day: str, record: str = GOOD, page: str = PAGE) -> dict[str, str]:
    folder = f"incidents/{day[:4]}/{day}-checkout"
    files = {f"{folder}/incident.yaml": record, f"{folder}/postmortem.md": page}
    return {path: said.replace("DAY", day) for path, said in files.items() if said}


def patterns(files: dict[str, str], quarter: Quarter = Q2, at: datetime = AT) -> dict[str, Pattern]:
    found = Reviews(Book(Memory({"opsbook.toml": "", **files})), at).report(quarter)
    return {each.habit.name: each for each in found.patterns}


LATE = GOOD.replace("T09:04Z", "T09:24Z")
NOBODY = GOOD.replace("roles: {incident-commander: ana}\n", "")
TWO = GOOD.replace("roles: {incident-commander: ana}", "roles: {incident-commander: [ana, ben]}").replace(
    "severity: SEV1, text: Declared",
    "severity: SEV1, roles: {incident-commander: [ana, ben]}, text: Declared",
)
BUSY = GOOD.replace("severity: SEV1, text", "severity: SEV1, roles: {scribe: ben}, text").replace(
    "  - {at: DAYT09:30Z,",
    "  - {at: DAYT09:20Z, type: action, by: ana, text: Failed over}\n  - {at: DAYT09:30Z,",
)
WORK = GOOD + "action_items:\n  canary: {title: Add a canary, owner: ana, due: 2026-05-20, status: open}\n"
BLAMING = PAGE.replace("The pool was small.", "The outage was caused by human error.")


@pytest.mark.parametrize(
    ("name", "record", "page"),
    [
        ("delayed-declaration", LATE, PAGE),
        ("skipped-postmortem", GOOD, ""),
        ("blame", GOOD, BLAMING),
        ("ignored-action-items", WORK, PAGE),
        ("no-clear-commander", NOBODY, PAGE),
        ("no-clear-commander", TWO, PAGE),
        ("hands-on-commander", BUSY, PAGE),
    ],
)
def test_each_habit_is_shown_by_the_incident_that_has_it_and_by_no_other(
    name: str, record: str, page: str
) -> None:
    files = incident("2026-05-04", record, page) | incident("2026-05-11")
    found = {each: list(pattern.incidents) for each, pattern in patterns(files).items() if pattern.incidents}
    assert found == {name: ["2026-05-04-checkout"]}


def test_it_is_counted_among_the_incidents_that_could_have_shown_it() -> None:
    files = incident("2026-05-04", LATE) | incident("2026-05-11") | incident("2026-02-02", LATE)
    found = patterns(files)["delayed-declaration"]
    assert (found.now, found.before) == (Share(1, 2), Share(1, 1))
    assert found.trend.verdict == "cannot tell"


def test_what_a_comment_answers_with_a_reason_is_not_counted() -> None:
    comment = "  # opsbook: ignore[late_declaration] the alert was muted for a drill"
    answered = LATE.replace("severity: SEV1, text: Declared}", "severity: SEV1, text: Declared}" + comment)
    assert patterns(incident("2026-05-04", answered))["delayed-declaration"].incidents == ()


def test_many_that_have_it_after_many_that_have_it_not_are_worse() -> None:
    files: dict[str, str] = {}
    for day in range(1, 29):
        files |= incident(f"2026-02-{day:02}") | incident(f"2026-05-{day:02}", LATE)
    found = patterns(files)["delayed-declaration"]
    assert (found.now, found.before, found.trend.verdict) == (Share(28, 28), Share(0, 28), "worse")


def test_both_quarters_are_judged_with_the_same_hindsight() -> None:
    """Work that was due on the last day of either is late as soon as that day is over, in both."""
    ends = {"2026-02-02": "2026-03-31", "2026-05-04": "2026-06-30"}
    files: dict[str, str] = {}
    for day, end in ends.items():
        files |= incident(day, WORK.replace("2026-05-20", end))
    for instant in (datetime(2026, 7, 1, 0, 1, tzinfo=UTC), AT, datetime(2027, 1, 1, tzinfo=UTC)):
        found = patterns(files, at=instant)["ignored-action-items"]
        assert (found.now, found.before) == (Share(1, 1), Share(1, 1))
    running = patterns(files, at=datetime(2026, 6, 30, 23, tzinfo=UTC))["ignored-action-items"]
    assert running.now == Share(0, 1)


def test_a_drill_shows_nothing_and_an_empty_book_has_a_report_too() -> None:
    assert not any(
        each.now.of for each in patterns(incident("2026-05-04", LATE + "kind: drill\n", "")).values()
    )
    book = Book(Memory({}))
    reviews = Reviews(book, AT)
    found = reviews.report(Q2)
    plan = reviews.agenda(found, 60)
    assert sum(each.minutes for each in plan) == 60
    assert "2026Q2, 2026-04-01 to 2026-06-30: 0 incidents" in "".join(text(found, plan, Paint(False), 80))


def test_the_review_of_whatever_quarter_ends_with_what_the_checklist_asks_for_now() -> None:
    reviews = Reviews(Book(Memory({"opsbook.toml": "", **incident("2026-05-04")})), AT)
    step = next_step(checklist(reviews.quarters.book, AT))
    assert step is not None
    for quarter in (Q1, Q2):
        closing = reviews.agenda(reviews.report(quarter), 60)[-1]
        assert step.title[1:] in closing.lines[0]


def test_nobody_is_named_whatever_the_rules_say() -> None:
    """The broken book has every habit, with people in it."""
    book = load(BROKEN)
    reviews = Reviews(book, datetime(2026, 4, 23, tzinfo=UTC))
    found = reviews.report(Q1)
    assert all(each.incidents for each in found.patterns)
    plan = reviews.agenda(found, 60)
    printed = "".join(text(found, plan, Paint(False), 80)) + markdown(found, plan) + f"{data(found, plan)}"
    people = [*book.names("person"), *(each.content.name for each in book.people)]
    assert people
    assert not [each for each in people if f" {each} " in printed or f"`{each}`" in printed]


def test_every_habit_is_found_by_rules_that_exist() -> None:
    from opsbook.lint.catalog import catalog

    names = {each.name for each in catalog().values()}
    assert not [rule for habit in HABITS for rule in habit.rules if rule not in names]


def test_it_fits_80_columns_and_what_records_say_is_data() -> None:
    record = LATE.replace("title: Checkout answers 502", 'title: "\\e[31m ##[error] <img src=x>"')
    book = Book(
        Memory(
            {
                "opsbook.toml": "",
                **incident("2026-05-04", record + 'contributing_factors: ["\\e[31m|x", "@all"]\n'),
            }
        )
    )
    reviews = Reviews(book, AT)
    found = reviews.report(Q2)
    plan = reviews.agenda(found, 60)
    lines = "".join(text(found, plan, Paint(False), 80))
    assert max(map(len, lines.splitlines())) <= 80
    for printed in (lines, markdown(found, plan)):
        assert "\x1b" not in printed
        assert "##[" not in printed
        assert "<img" not in printed
