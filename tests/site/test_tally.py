"""Figures of the whole book."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from opsbook.site import tally
from opsbook.site.survey import Card

TODAY = date(2026, 11, 23)


def case(day: str, severity: str = "SEV1", *, counts: bool = True) -> tally.Case:
    return tally.Case(Card("incident", day, "", "", day), date.fromisoformat(day), severity, counts)


def test_the_record_reaches_back_to_its_first_incident() -> None:
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
