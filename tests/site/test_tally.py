"""Figures of the whole book."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsbook.defaults import severities
from opsbook.site import home, tally
from opsbook.site.survey import Card

TODAY = date(2026, 11, 23)


def case(day: str, severity: str = "SEV1", *, counts: bool = True) -> tally.Case:
    return tally.Case(Card("incident", day, "", "", day), date.fromisoformat(day), severity, counts)


def test_months_are_the_last_twelve_and_count_what_counts() -> None:
    cases = [case("2026-11-01"), case("2026-11-30"), case("2025-12-31", "SEV3"), case("2025-11-30")]
    found = tally.months([*cases, case("2026-11-02", counts=False)], ["SEV1", "SEV3"], TODAY)
    assert [month.first for month in found][::11] == [date(2025, 12, 1), date(2026, 11, 1)]
    assert found[-1].counts == {"SEV1": 1, "SEV3": 0}, "tomorrow and a drill are not counted"
    assert found[0].counts == {"SEV1": 0, "SEV3": 1}


def test_an_unknown_severity_is_counted_as_such() -> None:
    months = tally.months([case("2026-11-01")._replace(severity=None)], ["SEV1"], TODAY)
    assert months[-1].counts == {"SEV1": 0, "unknown": 1}


def test_the_last_ninety_days_are_held_against_the_ninety_before() -> None:
    days = [TODAY, TODAY - timedelta(days=89), TODAY - timedelta(days=90), TODAY - timedelta(days=180)]
    assert tally.quarters([case(day.isoformat()) for day in days], TODAY) == (2, 1)


def test_a_young_record_is_held_against_nothing() -> None:
    def noted(*days: str) -> str:
        return home.doing([case(day) for day in days], [], severities(), None, TODAY)[0].note

    assert noted("2026-11-20", "2026-11-21") == "no record yet of the 90 days before"
    assert noted("2026-05-30", "2026-11-21") == "as many as the 1 of the 90 days before"
    assert tally.reaches_back([case("2025-12-31")], TODAY, months=11)
    assert not tally.reaches_back([case("2026-01-01")], TODAY, months=11)
    assert not tally.reaches_back([], TODAY, months=1)


def test_on_this_day_looks_three_days_either_way_in_earlier_years() -> None:
    cases = [case("2025-11-20"), case("2024-11-26"), case("2025-11-27"), case("2026-11-23")]
    found = tally.on_this_day(cases, TODAY)
    assert [each.card.id for each in found] == ["2025-11-20", "2024-11-26"]
    assert tally.on_this_day([case("2023-02-28")], date(2024, 2, 29)), "a leap day is next to the 28th"


days = st.dates(date(2026, 1, 1), date(2027, 2, 1))


@given(st.lists(st.tuples(days, st.none() | days, st.none() | days)))
def test_the_burn_down_is_what_counting_each_week_by_itself_gives(
    found: list[tuple[date, date | None, date | None]],
) -> None:
    items = [tally.Item(opened, closed, due) for opened, closed, due in found]
    for week in tally.burn_down(items, TODAY):
        unfinished = [
            each
            for each in items
            if each.opened <= week.last and (each.closed is None or each.closed > week.last)
        ]
        late = [each for each in unfinished if each.due and each.due < week.last]
        assert (week.open, week.late) == (len(unfinished), len(late))
