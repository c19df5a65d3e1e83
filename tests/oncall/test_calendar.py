"""A calendar has every shift once, whole and under its own name, which holds while its ends move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval
from opsbook.oncall.answers import handoffs
from opsbook.oncall.calendar import Event, cancelled, events, planned
from opsbook.oncall.schedule import Plan, Shift, shifts, stretches
from opsbook.output.frames import clean
from opsbook.output.ical import written

from .test_schedule import plans

CHANGED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAYS = timedelta(days=1)

PRIMARY = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben, chi]}
"""
COVER = """\
rotation: primary
reason: a dentist
covers: [{from: 2026-02-04T12:00+01:00, to: 2026-02-05T12:00+01:00, on: [chi]}]
"""
FEBRUARY = Interval(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))


def book(**texts: str) -> Book:
    """A book of a rotation `primary` and of overrides by name."""
    primary = texts.pop("primary", PRIMARY)
    files = {f"rotations/overrides/{name}.yaml": text for name, text in texts.items()}
    return Book(Memory({"opsbook.toml": "", "rotations/primary.yaml": primary, **files}))


def shifts_of(book: Book, within: Interval = FEBRUARY) -> dict[str, Event]:
    return {each.uid: each for each in events(book, "primary", within) if not each.handoff}


def read_back(text: str) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


# ── laws, on generated rotations about changes of clocks ──────────────────────────────────


def joined(found: list[Shift]) -> list[Shift]:
    """Shifts that were cut at New Year as one again."""
    whole: list[Shift] = []
    for shift in sorted(found, key=lambda each: (each.person, repr(each.reason), each.interval)):
        if whole and whole[-1][1:] == shift[1:] and whole[-1].interval.end == shift.interval.start:
            start = whole.pop().interval.start
            shift = shift._replace(interval=Interval(start, shift.interval.end))
        whole.append(shift)
    return whole


@given(plans())
def test_read_back_it_has_exactly_the_shifts_of_the_rotation(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    within = Interval(around - 4 * DAYS, around + 4 * DAYS)
    made_of = {each.uid: each.shift for each in planned(plan, within)}
    text = written("x", [_event(uid, shift) for uid, shift in made_of.items()], CHANGED)
    found = []
    for component in read_back(text):
        start, end = (component[name].dt for name in ("DTSTART", "DTEND"))
        shift = made_of[str(component["UID"])]
        assert (start, end, str(component["SUMMARY"])) == (*shift.interval, shift.person)
        cut = Interval(max(start, within.start), min(end, within.end))
        found.append(shift._replace(interval=cut))
    expected = sorted(shifts(plan, within), key=lambda each: (each.person, repr(each.reason), each.interval))
    assert joined(found) == joined(expected)


def _event(uid: str, shift: Shift) -> Event:
    return Event(uid, shift.interval, shift.person, "", handoff=False, people=(shift.person,))


@given(plans(), st.integers(-6, 6), st.integers(1, 5))
def test_an_event_is_the_same_on_a_calendar_of_other_days(
    made: tuple[Plan, datetime], first: int, length: int
) -> None:
    plan, around = made
    whole = planned(plan, Interval(around - 7 * DAYS, around + 12 * DAYS))
    assert len({each.uid for each in whole}) == len(whole)
    start, end = around + first * DAYS, around + (first + length) * DAYS
    touching = [each for each in whole if each.shift.interval.start < end and start < each.shift.interval.end]
    assert planned(plan, Interval(start, end)) == touching


@given(plans())
def test_at_each_handoff_one_of_others_comes_or_goes(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    within = Interval(around - 4 * DAYS, around + 4 * DAYS)
    found = {each.at: each for each in handoffs(plan, within)}
    for earlier, later in pairwise(stretches(plan, Interval(within.start - 30 * DAYS, within.end))):
        if within.covers(later.interval.start):
            expected = {*earlier.people} != {*later.people}
            assert (later.interval.start in found) == expected
            if expected:
                assert found[later.interval.start][1:] == (earlier.people, later.people)


@given(st.text(), st.text())
def test_a_text_reads_back_as_it_was_with_what_does_not_print_written_out(name: str, words: str) -> None:
    event = Event("u", FEBRUARY, words, words, handoff=True, people=())
    text = written(name, [event], CHANGED)
    valid(text)
    (found,) = read_back(text)
    assert str(found["SUMMARY"]) == clean(words)
    assert str(found["DESCRIPTION"]) == "\n".join(map(clean, words.split("\n")))


def valid(text: str) -> None:
    """What RFC 5545 asks of every content line (3.1, 3.3.11) and of every event (3.6.1)."""
    assert text.endswith("\r\n")
    lines = text.encode().split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is torn apart
        assert not any(byte < 0x20 or byte == 0x7F for byte in line)
    for event in read_back(text):
        once = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "LAST-MODIFIED", "TRANSP")
        assert all(not isinstance(event[name], list) for name in once)
        assert all(
            event[name].dt.tzinfo is UTC or event[name].dt.utcoffset() == timedelta() for name in once[1:4]
        )


# ── what an event is known by ─────────────────────────────────────────────────────────────


def test_a_shift_keeps_its_name_when_the_handoff_moves() -> None:
    before, after = shifts_of(book()), shifts_of(book(primary=PRIMARY.replace("09:00", "10:00")))
    assert before.keys() == after.keys()
    assert all(after[uid].interval.start - before[uid].interval.start == timedelta(hours=1) for uid in before)
    assert not cancelled(book(), book(primary=PRIMARY.replace("09:00", "10:00")), "primary", FEBRUARY)


def test_an_override_in_the_middle_shortens_a_shift_and_adds_two() -> None:
    before, after = shifts_of(book()), shifts_of(book(a=COVER))
    assert before.keys() < after.keys()
    (cut,) = (uid for uid in before if after[uid].interval != before[uid].interval)
    start, end = before[cut].interval
    noon = datetime(2026, 2, 4, 11, tzinfo=UTC)
    assert after[cut].interval == Interval(start, noon)
    assert [(each.people, each.interval) for uid, each in after.items() if uid not in before] == [
        (("chi",), Interval(noon, noon + DAYS)),
        (("ben",), Interval(noon + DAYS, end)),
    ]


def test_an_override_keeps_its_name_when_its_ends_move() -> None:
    moved = COVER.replace("12:00+01:00, on", "18:00+01:00, on")
    assert shifts_of(book(a=COVER)).keys() == shifts_of(book(a=moved)).keys()


def test_a_shift_is_another_when_somebody_else_has_the_turn_and_the_old_one_is_cancelled() -> None:
    swapped = book(primary=PRIMARY.replace("[ana, ben, chi]", "[ana, chi, ben]"))
    gone = cancelled(book(), swapped, "primary", FEBRUARY)
    shifts = [each for each in gone if not each.handoff]
    assert shifts
    assert all(each.cancelled for each in gone)
    assert {each.people for each in shifts} == {("ben",), ("chi",)}
    assert {each.uid for each in gone}.isdisjoint(each.uid for each in events(swapped, "primary", FEBRUARY))


def test_a_shift_that_moves_out_of_the_interval_is_not_cancelled() -> None:
    later = PRIMARY.replace("2026-01-05 09:00", "2026-01-12 09:00")
    assert not cancelled(book(), book(primary=later), "primary", FEBRUARY)


def test_a_rotation_that_is_gone_is_cancelled_whole_and_one_that_is_new_has_nothing_to_cancel() -> None:
    nothing = Book(Memory({"opsbook.toml": ""}))
    assert len(cancelled(book(), nothing, "primary", FEBRUARY)) == len(events(book(), "primary", FEBRUARY))
    assert cancelled(nothing, book(), "primary", FEBRUARY) == []


def test_a_rotation_of_one_person_is_a_shift_a_year() -> None:
    alone = book(
        primary="timezone: Europe/Berlin\nlayers:\n"
        "  - {name: always, versions: [{starts: 2025-03-01 09:00, members: [ana]}]}\n"
    )
    found = events(
        alone, "primary", Interval(datetime(2025, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
    )
    assert [each.interval for each in found] == [
        Interval(datetime(2025, 3, 1, 8, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        Interval(datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        Interval(datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 12, 31, 23, tzinfo=UTC)),
    ]
    assert len({each.uid for each in found}) == 3


def test_a_night_that_nobody_covers_is_no_handoff_and_a_weekend_between_two_people_is_one() -> None:
    desk = book(
        primary="timezone: Europe/Berlin\nlayers:\n  - name: office\n"
        '    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]\n'
        "    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]\n"
    )
    found = [each for each in events(desk, "primary", FEBRUARY) if each.handoff]
    assert [each.interval.start.day for each in found] == [2, 9, 16, 23]
    assert {each.summary for each in found} == {
        "Handoff of primary: ana to ben", "Handoff of primary: ben to ana",
    }  # fmt: skip


# ── what is written ───────────────────────────────────────────────────────────────────────


def test_an_event_says_why_and_where_that_is_written_and_that_somebody_is_away() -> None:
    texts = {
        "rotations/primary.yaml": PRIMARY,
        "rotations/overrides/a.yaml": COVER,
        "rotations/people/chi.yaml": "name: Chi, Jr.; \\New\ntimezone: Europe/Berlin\n"
        "absences: [{from: 2026-02-05, to: 2026-02-06, reason: private}]\n",
    }
    made = Book(Memory({"opsbook.toml": "", **texts}))
    text = written("x", events(made, "primary", FEBRUARY), CHANGED)
    valid(text)
    (covered,) = [each for each in read_back(text) if "dentist" in each["DESCRIPTION"]]
    assert str(covered["SUMMARY"]) == "Chi, Jr.; \\New on call, primary"
    assert str(covered["DESCRIPTION"]) == (
        "override `a`: a dentist (rotations/overrides/a.yaml:3)\nabsent 2026-02-05 to 2026-02-06"
    )
    assert "private" not in text


def test_what_is_cancelled_says_so_in_every_way() -> None:
    gone = cancelled(book(), Book(Memory({"opsbook.toml": ""})), "primary", FEBRUARY)
    for each in read_back(written("x", gone, CHANGED)):
        assert str(each["STATUS"]) == "CANCELLED"
        assert str(each["TRANSP"]) == "TRANSPARENT"
        assert str(each["SUMMARY"]).startswith("Cancelled: ")


def test_equal_events_and_an_equal_instant_give_an_equal_text() -> None:
    found = events(book(a=COVER), "primary", FEBRUARY)
    text = written("On call", found, CHANGED)
    assert text == written("On call", events(book(a=COVER), "primary", FEBRUARY), CHANGED)
    later = written("On call", found, CHANGED + timedelta(minutes=1))
    assert [each["SEQUENCE"] + 1 for each in read_back(text)] == [
        each["SEQUENCE"] for each in read_back(later)
    ]


def test_a_calendar_says_its_name_and_how_often_to_ask_again() -> None:
    calendar = icalendar.Calendar.from_ical(written("On call: Ana, x", [], CHANGED))
    assert "\r\nX-WR-CALNAME:On call: Ana\\, x\r\n" in written("On call: Ana, x", [], CHANGED)
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
