"""What a change of a book does: from two books, as files that a person could have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval
from opsbook.oncall.answers import Handoff
from opsbook.oncall.burden import Burden
from opsbook.oncall.concerns import Concern
from opsbook.oncall.diff import Change, Diff, diff, horizon
from opsbook.oncall.sides import Move

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WITHIN = Interval(AT, AT + timedelta(weeks=13))
H = timedelta(hours=1)

WEEKLY = """\
timezone: Europe/Berlin
holidays: germany
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
"""
SECOND = "follows: primary\noffset: 1\n"
POLICY = """\
levels:
  - {page: [{rotation: primary}], escalate_after: 5m}
  - {page: [{rotation: secondary}], escalate_after: 10m}
"""
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "policies/on-call.yaml": 'night: {from: "22:00", to: "06:00"}\nweekend: [sat, sun]\nnotice: 7d\n',
    "policies/escalation/money.yaml": POLICY,
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\nescalation: money\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben, chi]\n",
    "rotations/holidays/germany.yaml": "2026-12-25: Christmas Day\n",
    "rotations/primary.yaml": WEEKLY,
    "rotations/secondary.yaml": SECOND,
    **{
        f"rotations/people/{name}.yaml": f"name: {name.title()}\ntimezone: {zone}\n"
        for name, zone in (("ana", "Europe/Berlin"), ("ben", "Europe/Berlin"), ("chi", "Asia/Singapore"))
    },
}
# Ana has the week of 23 November, Ben that of 30 November, and so on.


def cover(start: str, end: str, on: str, instead: str | None = None) -> str:
    """An override of a stretch on Berlin's winter clock."""
    replaced = f", instead_of: [{instead}]" if instead is not None else ""
    return (
        "rotation: primary\nreason: a swap\n"
        f"covers: [{{from: {start}:00+01:00, to: {end}:00+01:00, on: [{on}]{replaced}}}]\n"
    )


def book(files: Mapping[str, str | None]) -> Book:
    return Book(Memory({path: text for path, text in files.items() if text is not None}))


def changed(files: Mapping[str, str | None], within: Interval = WITHIN, only: str | None = None) -> Diff:
    """What becomes of the book when these files are as they are here; None takes a file away."""
    return diff(book(FILES), book({**FILES, **files}), AT, within, only)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+01:00").astimezone(UTC)


def stretch(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


SATURDAY = stretch("2026-12-05T09:00", "2026-12-06T09:00")
SWAP = {"rotations/overrides/swap.yaml": cover("2026-12-05T09", "2026-12-06T09", "chi", "ben")}


# ── nothing ───────────────────────────────────────────────────────────────────────────────


def test_a_book_compared_with_itself_changes_nothing() -> None:
    assert changed({}).empty


def test_comments_an_order_and_other_words_for_the_same_change_nothing() -> None:
    found = changed(
        {
            "rotations/primary.yaml": "# a comment\n"
            "layers:\n  - versions:\n      - {members: [ana, ben], every: 7d, starts: 2026-01-05 09:00}\n"
            "      - {starts: 2026-11-16 09:00, every: 1w, members: [ben, ana]}\n"
            "    name: every week\ntimezone: Europe/Berlin\nholidays: germany\n",
            "policies/escalation/money.yaml": f"# money\ndescription: Money\n{POLICY}",
        }
    )
    assert (found.empty, found.changes) == (True, ())


def test_an_override_under_another_name_changes_nothing() -> None:
    before = book({**FILES, **SWAP})
    after = book({**FILES, "rotations/overrides/other.yaml": SWAP["rotations/overrides/swap.yaml"]})
    assert diff(before, after, AT, WITHIN).empty


def test_a_person_and_a_rotation_under_other_names_change_nothing_and_are_said() -> None:
    renamed = {
        re.sub(r"\bana\b", "ana-k", re.sub(r"\bprimary\b", "first", path)): re.sub(
            r"\bana\b", "ana-k", re.sub(r"\bprimary\b", "first", text)
        )
        for path, text in {**FILES, **SWAP}.items()
    }
    del renamed["rotations/people/ana-k.yaml"]
    renamed["rotations/people/ana-k.yaml"] = FILES["rotations/people/ana.yaml"]
    found = diff(book({**FILES, **SWAP}), book(renamed), AT, WITHIN)
    assert [found.changes, found.concerns, found.paged[:3]] == [(), (), ((), (), ())]
    assert found.renamed == (("primary", "first"), ("ana", "ana-k"))


starts = st.integers(0, 12 * 7 * 24)
swaps = st.lists(st.tuples(starts, st.integers(1, 72), st.sampled_from(["ana", "ben", "chi"])), max_size=4)


@given(swaps, st.integers(0, 99))
def test_the_order_in_which_files_are_read_does_not_matter(
    made: list[tuple[int, int, str]], seed: int
) -> None:
    files = dict(FILES)
    for number, (start, length, person) in enumerate(made):
        begins, ends = ((AT + hours * H).isoformat() for hours in (start, start + length))
        files[f"rotations/overrides/{number}.yaml"] = (
            f"rotation: primary\nreason: x\ncovers: [{{from: {begins}, to: {ends}, on: [{person}]}}]\n"
        )
    shuffled = list(files.items())
    Random(seed).shuffle(shuffled)
    found = diff(book(FILES), book(files), AT, WITHIN)
    assert diff(book(FILES), book(dict(shuffled)), AT, WITHIN) == found
    assert diff(book(files), book(dict(shuffled)), AT, WITHIN).empty


# ── who gains and loses ───────────────────────────────────────────────────────────────────


def test_a_swap_is_what_one_loses_and_the_other_gains_with_what_that_comes_to() -> None:
    (found,) = changed(SWAP).changes
    assert found == Change(
        "primary",
        "changed",
        found.zone,
        (Move(SATURDAY, ("ben",), ("chi",), ()),),
        (
            Handoff(at("2026-11-30T09:00"), ("ana",), ("ben",)),
            Handoff(at("2026-12-07T09:00"), ("ben",), ("ana",)),
            Handoff(at("2026-12-14T09:00"), ("ana",), ("ben",)),
        ),
        (
            Handoff(at("2026-11-30T09:00"), ("ana",), ("ben",)),
            Handoff(at("2026-12-05T09:00"), ("ben",), ("chi",)),
            Handoff(at("2026-12-06T09:00"), ("chi",), ("ben",)),
        ),
        found.shares,
    )
    ana, ben, chi = found.shares
    assert ana.before == ana.after
    assert (ben.after.on_call - ben.before.on_call, ben.after.weekend - ben.before.weekend) == (
        -24 * H,
        -24 * H,
    )
    assert (chi.person, chi.before) == ("chi", Burden())
    assert (chi.after.on_call, chi.after.weekend) == (24 * H, 24 * H)  # Sat 16:00 to Sun 16:00 in Singapore


def test_a_new_rotation_and_one_that_is_gone_are_said_so() -> None:
    third = WEEKLY.replace("[ana, ben]", "[chi]")
    found = changed({"rotations/third.yaml": third, "rotations/secondary.yaml": None})
    assert [(each.rotation, each.state) for each in found.changes] == [
        ("third", "new"),
        ("secondary", "gone"),
    ]
    new, gone = found.changes
    assert new.moves == (Move(WITHIN, (), ("chi",), ()),)
    assert {person for move in gone.moves for person in move.lose} == {"ana", "ben"}
    assert not any(each.kind == "gap" for each in found.concerns)


def test_a_rotation_that_one_side_cannot_read_is_said_so_and_not_compared() -> None:
    broken = {"rotations/primary.yaml": WEEKLY.replace("every: 1w", "every: soon")}
    found = changed(broken)
    assert [each[:4] for each in found.changes] == [
        ("primary", "unreadable after", None, ()),
        ("secondary", "unreadable after", None, ()),
    ]
    assert found.unreadable == ("rotations/primary.yaml",)
    back = diff(book({**FILES, **broken}), book(FILES), AT, WITHIN)
    assert [each.state for each in back.changes] == ["unreadable before", "unreadable before"]


def test_a_broken_override_is_no_longer_there_and_that_is_said() -> None:
    found = diff(
        book({**FILES, **SWAP}), book({**FILES, "rotations/overrides/swap.yaml": "covers: ["}), AT, WITHIN
    )
    assert found.unreadable == ("rotations/overrides/swap.yaml",)
    assert [each.moves for each in found.changes] == [(Move(SATURDAY, ("chi",), ("ben",), ()),)]


def test_what_neither_side_can_read_is_no_difference() -> None:
    broken = {**FILES, "rotations/primary.yaml": "layers: ["}
    assert diff(book(broken), book(broken), AT, WITHIN).empty


def test_one_rotation_may_be_asked_about_alone() -> None:
    weekly = {"rotations/primary.yaml": WEEKLY.replace("[ana, ben]", "[ana, ben, chi]")}
    assert [each.rotation for each in changed(weekly).changes] == ["primary", "secondary"]
    assert [each.rotation for each in changed(weekly, only="secondary").changes] == ["secondary"]


# ── what to look at ───────────────────────────────────────────────────────────────────────


def test_a_gap_is_new_where_somebody_was_on() -> None:
    found = changed({"rotations/overrides/off.yaml": cover("2026-12-05T09", "2026-12-06T09", "")})
    assert Concern("gap", SATURDAY, ("primary",)) in found.concerns
    assert [each.moves for each in found.changes] == [(Move(SATURDAY, ("ben",), (), ()),)]


def test_somebody_on_both_rotations_that_a_policy_pages_is_booked_twice() -> None:
    found = changed({"rotations/overrides/x.yaml": cover("2026-12-05T09", "2026-12-06T09", "ana")})
    assert Concern("double booking", SATURDAY, ("primary", "secondary"), "ana") in found.concerns


def test_a_takeover_sooner_than_the_policy_asks_is_a_surprise_and_a_later_one_is_not() -> None:
    soon = changed({"rotations/overrides/x.yaml": cover("2026-11-28T09", "2026-11-29T09", "chi")})
    (concern,) = soon.concerns
    assert concern == Concern(
        "short notice", stretch("2026-11-28T09:00", "2026-11-29T09:00"), ("primary",), "chi"
    )
    assert soon.notice == timedelta(days=7)
    assert changed(SWAP).concerns == ()


def test_a_shift_that_lands_on_an_absence_counts_whichever_of_the_two_is_new() -> None:
    away = "absences: [{from: 2026-12-05, to: 2026-12-05}]\n"
    chi = {"rotations/people/chi.yaml": FILES["rotations/people/chi.yaml"] + away}
    ben = {"rotations/people/ben.yaml": FILES["rotations/people/ben.yaml"] + away}
    in_singapore = Interval(SATURDAY.start, datetime(2026, 12, 5, 16, tzinfo=UTC))
    assert changed({**SWAP, **chi}).concerns == (Concern("absence", in_singapore, ("primary",), "chi"),)
    all_day = stretch("2026-12-05T00:00", "2026-12-06T00:00")
    assert changed(ben).concerns == (Concern("absence", all_day, ("primary",), "ben"),)
    known = diff(book({**FILES, **ben}), book({**FILES, **ben, **chi}), AT, WITHIN)
    assert known.concerns == ()


def test_a_shift_that_somebody_gains_on_a_holiday_is_said_with_its_name() -> None:
    found = changed({"rotations/overrides/x.yaml": cover("2026-12-24T12", "2026-12-25T12", "chi")})
    christmas = stretch("2026-12-25T00:00", "2026-12-25T12:00")
    assert found.concerns == (Concern("holiday", christmas, ("primary",), "chi", "Christmas Day"),)


# ── how far ───────────────────────────────────────────────────────────────────────────────


def test_it_looks_past_the_next_two_clock_changes_of_every_zone() -> None:
    assert horizon([book(FILES)], AT) == Interval(
        AT, datetime(2027, 10, 31, 1, tzinfo=UTC) + timedelta(weeks=1)
    )
    still = {path: text.replace("Europe/Berlin", "Asia/Singapore") for path, text in FILES.items()}
    assert horizon([book(still)], AT) == WITHIN


def test_only_what_is_asked_for_is_compared() -> None:
    assert changed(SWAP, Interval(AT, SATURDAY.start)).empty
