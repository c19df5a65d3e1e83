"""A swap changes who is on in its stretch, exactly as asked, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoring.rotas import PEOPLE, book_of, books, days, on

from opsbook.authoring.change import Change
from opsbook.authoring.rotation_swap import Part, Takeover, given_back, parts, swap
from opsbook.authoring.when import Asker, stretch
from opsbook.book.snapshot import Book
from opsbook.errors import UserError
from opsbook.model.time import Interval, zone

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ASKER = Asker(zone("Europe/Berlin"), NOW)
PRIMARY = {
    "rotations/primary.yaml": """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-11-02 09:00, every: 1w, members: [ben, chi, dan, ana]}
"""
}  # ana from 23 November, ben from the 30th, then chi, dan
FREEZE = """\
rotation: primary
reason: Change freeze
covers:
  - {from: 2026-12-21T09:00+01:00, to: 2027-01-04T09:00+01:00, on: [dan]}  # four days in lieu
"""


def asked(start: str, end: str | None, taker: str, relieved: str | None = None) -> Takeover:
    return Takeover(stretch(("--from", "--to"), start, end, ASKER), taker, relieved)


def texts(change: Change) -> dict[str, str]:
    return {source.path: text for source, text in change.texts()}


def swapped(book: Book, *takeovers: Takeover, rotation: str = "primary") -> Change:
    return swap(book, rotation, [part for each in takeovers for part in parts(book, rotation, each)], "why")


# ── what is written ───────────────────────────────────────────────────────────────────────


def test_a_saturday_is_an_override_with_whom_it_relieves() -> None:
    made = swapped(book_of(PRIMARY), asked("sat", None, "dan"))
    assert made.summary == "primary: dan takes over from ana"
    assert texts(made) == {
        "rotations/overrides/2026-11-28-dan-for-ana.yaml": (
            "rotation: primary\nreason: why\ncovers:\n"
            "  - {from: 2026-11-28T00:00+01:00, to: 2026-11-29T00:00+01:00, on: [dan], instead_of: [ana]}\n"
        )
    }


def test_times_have_the_offset_of_their_day() -> None:
    made = swapped(book_of(PRIMARY), asked("2027-03-27", "2027-03-28", "dan"))
    assert "from: 2027-03-27T00:00+01:00, to: 2027-03-29T00:00+02:00" in next(iter(texts(made).values()))


def test_a_stretch_over_a_handoff_names_whom_it_relieves_when() -> None:
    made = swapped(book_of(PRIMARY), asked("sun", "mon", "dan"))
    assert next(iter(texts(made).values())).splitlines()[3:] == [
        "  - {from: 2026-11-29T00:00+01:00, to: 2026-11-30T09:00+01:00, on: [dan], instead_of: [ana]}",
        "  - {from: 2026-11-30T09:00+01:00, to: 2026-12-01T00:00+01:00, on: [dan], instead_of: [ben]}",
    ]


def test_in_place_of_many_one_after_another_is_one_stretch_for_everybody() -> None:
    made = swapped(book_of(PRIMARY), asked("now", "2026-12-14 09:00", "eva"))
    assert next(iter(texts(made).values())).splitlines()[3:] == [
        "  - {from: 2026-11-23T10:30+01:00, to: 2026-12-14T09:00+01:00, on: [eva]}",
    ]


def test_a_turn_is_given_back_in_the_same_hours_of_the_first_week_in_which_it_can_be() -> None:
    book = book_of(PRIMARY)
    first = parts(book, "primary", asked("sat", None, "chi"))
    back = given_back(book, "primary", first)
    assert back == asked("2026-12-12", None, "ana", "chi")
    made = swap(book, "primary", [*first, *parts(book, "primary", back)], "why")
    assert made.summary == "primary: ana and chi swap"
    assert next(iter(texts(made).values())).splitlines()[3:] == [
        "  - {from: 2026-11-28T00:00+01:00, to: 2026-11-29T00:00+01:00, on: [chi], instead_of: [ana]}",
        "  - {from: 2026-12-12T00:00+01:00, to: 2026-12-13T00:00+01:00, on: [ana], instead_of: [chi]}",
    ]


def test_a_whole_turn_is_given_back_across_a_clock_change() -> None:
    book = book_of(PRIMARY)
    first = parts(book, "primary", asked("2027-03-22 09:00", "2027-03-29 09:00", "chi"))
    assert given_back(book, "primary", first).within == Interval(
        datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 4, 5, 7, tzinfo=UTC)
    )


def test_who_is_never_on_cannot_give_a_turn_back() -> None:
    book = book_of(PRIMARY)
    with pytest.raises(UserError, match="`eva` has no such hours in the next 26 weeks"):
        given_back(book, "primary", parts(book, "primary", asked("sat", None, "eva")))


def test_another_swap_of_the_same_people_on_the_same_day_gets_a_number() -> None:
    first = swapped(book_of(PRIMARY), asked("sat 09:00", "sat 12:00", "dan"))
    again = swapped(book_of(PRIMARY | texts(first)), asked("sat 15:00", "sat 18:00", "dan"))
    assert list(texts(again)) == ["rotations/overrides/2026-11-28-dan-for-ana-2.yaml"]


def test_office_hours_are_one_stretch_from_the_first_to_the_last() -> None:
    hours = PRIMARY["rotations/primary.yaml"].replace(
        "    versions",
        '    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]\n    versions',
    )
    made = swapped(book_of({"rotations/primary.yaml": hours}), asked("today", "sun", "dan"))
    assert next(iter(texts(made).values())).splitlines()[3:] == [
        "  - {from: 2026-11-23T10:30+01:00, to: 2026-11-27T17:00+01:00, on: [dan], instead_of: [ana]}",
    ]


# ── another override ──────────────────────────────────────────────────────────────────────


def test_an_override_that_begins_with_the_swap_is_changed_rather_than_tied() -> None:
    book = book_of(PRIMARY | {"rotations/overrides/freeze.yaml": FREEZE})
    made = swapped(book, asked("2026-12-21 09:00", "2027-01-04 09:00", "ben"))
    assert texts(made) == {"rotations/overrides/freeze.yaml": FREEZE.replace("[dan]", "[ben]")}


def test_a_part_of_an_override_is_cut_off_where_the_swap_ends() -> None:
    book = book_of(PRIMARY | {"rotations/overrides/freeze.yaml": FREEZE})
    made = swapped(book, asked("2026-12-21 09:00", "2026-12-28 09:00", "ben"))
    assert texts(made)["rotations/overrides/freeze.yaml"].splitlines()[3:] == [
        "  - {from: 2026-12-21T09:00+01:00, to: 2026-12-28T09:00+01:00, on: [ben]}  # four days in lieu",
        "  - {from: 2026-12-28T09:00+01:00, to: 2027-01-04T09:00+01:00, on: [dan]}",
    ]


def test_a_swap_within_an_override_is_one_of_its_own() -> None:
    book = book_of(PRIMARY | {"rotations/overrides/freeze.yaml": FREEZE})
    assert list(texts(swapped(book, asked("2026-12-24", None, "ben")))) == [
        "rotations/overrides/2026-12-24-ben-for-dan.yaml"
    ]


# ── refusals ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("takeover", "said"),
    [
        (asked("sat", None, "ana"), "`ana` is on call in `primary` then already"),
        (asked("sat", None, "dan", "ben"), "`ben` is not on call in `primary` then"),
        (asked("2026-10-01", None, "dan"), "nobody is on call in `primary` then"),
    ],
)
def test_a_swap_of_nothing_is_refused(takeover: Takeover, said: str) -> None:
    with pytest.raises(UserError) as refused:
        parts(book_of(PRIMARY), "primary", takeover)
    assert refused.value.message == said


def test_of_two_who_are_on_together_it_must_be_said_who_is_relieved() -> None:
    pair = {"rotations/primary.yaml": PRIMARY["rotations/primary.yaml"].replace("[ben, chi,", "[[ben, chi],")}
    book = book_of(pair)
    with pytest.raises(UserError) as refused:
        parts(book, "primary", asked("2026-12-14", "2026-12-15", "eva"))
    assert refused.value.hint == "say who is relieved: --instead-of ben"
    made = swapped(book, asked("2026-12-14 09:00", "2026-12-15", "eva", "ben"))
    assert "on: [eva], instead_of: [ben]" in next(iter(texts(made).values()))


def test_an_override_that_would_undo_the_swap_is_named() -> None:
    undoes = (
        "rotation: primary\nreason: x\ncovers:\n"
        "  - {from: 2026-11-28T12:00+01:00, to: 2026-11-28T14:00+01:00, on: [chi], instead_of: [dan]}\n"
    )
    book = book_of(PRIMARY | {"rotations/overrides/x.yaml": undoes})
    with pytest.raises(UserError, match=r"would change it again \(rotations/overrides/x.yaml:4:5\)"):
        swapped(book, asked("sat", None, "dan"))


# ── laws ──────────────────────────────────────────────────────────────────────────────────


@given(
    books(),
    st.integers(-48, 200),
    st.integers(1, 400),
    st.sampled_from((*PEOPLE, "eva")),
    st.sampled_from((None, None, *PEOPLE)),
    st.sampled_from(("primary", "secondary")),
)
def test_a_swap_puts_one_person_in_the_place_of_another_in_its_parts_and_changes_nothing_else(
    made: tuple[Book, datetime], hours: int, length: int, taker: str, relieved: str | None, rotation: str
) -> None:
    book, at = made
    within = Interval(at + timedelta(hours=hours), at + timedelta(hours=hours + length))
    try:
        found = parts(book, rotation, Takeover(within, taker, relieved))
        change = swap(book, rotation, found, "why")
    except UserError:
        return
    after = book.with_texts(texts(change))
    assert all(after.read(path).readable for path in texts(change))
    around = days(at, 40, 60)
    assert on(after, rotation, around) == _exchanged(on(book, rotation, around), found)
    other = "primary" if rotation == "secondary" else "secondary"
    assert on(after, other, around) == on(book, other, around)


def _exchanged(
    before: list[tuple[Interval, frozenset[str]]], found: list[Part]
) -> list[tuple[Interval, frozenset[str]]]:
    """The rota with the parts worked in, cut by hand."""
    edges = sorted({edge for part in found for edge in part.interval})
    pieces: list[tuple[Interval, frozenset[str]]] = []
    for interval, people in before:
        marks = [
            interval.start,
            *(edge for edge in edges if interval.start < edge < interval.end),
            interval.end,
        ]
        for start, end in pairwise(marks):
            for part in found:
                if part.interval.covers(start) and part.relieved in people:
                    pieces.append((Interval(start, end), people - {part.relieved} | {part.taker}))
                    break
            else:
                pieces.append((Interval(start, end), people))
    joined: list[tuple[Interval, frozenset[str]]] = []
    for interval, people in pieces:
        if joined and joined[-1][1] == people and joined[-1][0].end == interval.start:
            joined[-1] = (Interval(joined[-1][0].start, interval.end), people)
        else:
            joined.append((interval, people))
    return joined
