"""A new version takes nobody by surprise: nothing changes before it, the order goes on, handoffs stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoring.rotas import PEOPLE, book_of, books, days, on

from opsbook.authoring.change import Change
from opsbook.authoring.rotation_change import ROLLOUTS, Wanted, change, members, rosters, start
from opsbook.book.snapshot import Book
from opsbook.errors import UserError
from opsbook.model.time import Interval
from opsbook.oncall.handoffs import begins

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday, an hour and a half after the handoff to ana
PRIMARY = "rotations/primary.yaml"
TEXT = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-11-02 09:00, every: 1w, members: [ben, chi, dan, ana]}  # since the merger
"""
FOLLOWS = {"rotations/secondary.yaml": "follows: primary\noffset: 1\n"}


def changed(book: Book, change: Change) -> Book:
    return book.with_texts({source.path: text for source, text in change.texts()})


def versions(rollout: str, at: datetime = NOW, text: str = TEXT, **wanted: object) -> str:
    """What a change writes into the rotation."""
    book = book_of({PRIMARY: text})
    made = change(book, "primary", None, Wanted(**wanted), rollout, at)  # type: ignore[arg-type]
    after = changed(book, made).read(PRIMARY)
    assert after.readable
    return after.source.text.removeprefix(text)


# ── when ──────────────────────────────────────────────────────────────────────────────────


def test_after_the_current_shift_whoever_is_next_is_first_and_who_joins_is_last() -> None:
    assert versions("after-current-shift", add=("eva",)) == (
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [ben, chi, dan, ana, eva]}\n"
    )


def test_after_a_full_rotation_everybody_has_had_their_next_turn() -> None:
    assert versions("after-full-rotation", remove=("chi",)) == (
        "      - {starts: 2026-12-28 09:00, every: 1w, members: [ben, dan, ana]}\n"
    )


def test_now_the_one_who_is_on_is_relieved_by_the_middle_of_the_round_and_handoffs_stay() -> None:
    assert versions("now", remove=("ana",)) == (
        "      - {starts: 2026-11-23 10:30, every: 1w, members: [chi, ben, dan]}\n"
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [ben, chi, dan]}\n"
    )


def test_now_whoever_is_on_and_stays_keeps_the_turn() -> None:
    assert versions("now", remove=("ben",)) == (
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [chi, dan, ana]}\n"
    )


def test_a_day_is_the_first_handoff_on_it_or_after_it() -> None:
    assert versions("2026-12-07", every="2w") == (
        "      - {starts: 2026-12-07 09:00, every: 2w, members: [chi, dan, ana, ben]}\n"
    )
    assert versions("2026-12-08", every="2w") == (
        "      - {starts: 2026-12-14 09:00, every: 2w, members: [dan, ana, ben, chi]}\n"
    )


def test_a_time_moves_the_handoff_and_whoever_is_on_then_stays_on() -> None:
    assert versions("2026-12-08 10:00", add=("eva",)) == (
        "      - {starts: 2026-12-08 10:00, every: 1w, members: [chi, dan, ana, ben, eva]}\n"
    )


def test_a_time_that_is_over_is_refused() -> None:
    for rollout in ("2026-11-22", "2026-11-23 10:00"):
        with pytest.raises(UserError, match="is over"):
            versions(rollout, add=("eva",))


def test_where_nobody_ever_hands_over_a_time_must_be_said() -> None:
    alone = TEXT.replace("every: 1w, ", "")
    with pytest.raises(UserError, match="nobody hands over in layer `weekly`"):
        versions("after-current-shift", text=alone, every="1w")
    assert versions("now", text=alone, every="1w") == (
        "      - {starts: 2026-11-23 10:30, every: 1w, members: [ben, chi, dan, ana]}\n"
    )


def test_a_turn_of_months_that_february_cuts_short_is_counted_from_its_day_again() -> None:
    monthly = TEXT.replace("2026-11-02", "2026-01-31").replace("1w", "1 month")
    assert versions("2027-02-01", text=monthly, add=("eva",)) == (
        "      - {starts: 2027-02-28 09:00, every: 31d, members: [chi, dan, ana, ben, eva]}\n"
        "      - {starts: 2027-03-31 09:00, every: 1 month, members: [dan, ana, ben, eva, chi]}\n"
    )


def test_a_turn_that_is_counted_in_windows_ends_with_its_last_one() -> None:
    text = TEXT.replace(
        "    versions",
        '    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]\n    versions',
    )
    text = text.replace("1w", "2 shifts")
    assert versions("after-current-shift", text=text, add=("eva",)) == (
        "      - {starts: 2026-11-24 09:00, every: 2 shifts, members: [ben, chi, dan, ana, eva]}\n"
    )
    assert versions("now", text=text, remove=("ana",)) == (
        "      - {starts: 2026-11-23 10:30, every: 2 shifts, members: [chi, ben, dan]}\n"
        "      - {starts: 2026-11-24 09:00, every: 2 shifts, members: [ben, chi, dan]}\n"
    )


# ── who ───────────────────────────────────────────────────────────────────────────────────


def test_a_new_order_is_turned_to_whose_turn_it_is() -> None:
    assert versions("after-current-shift", members=(("ana",), ("eva", "ben"), ("dan",))) == (
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [[eva, ben], dan, ana]}\n"
    )


def test_new_members_none_of_whom_was_there_stand_as_they_are_typed() -> None:
    assert versions("after-current-shift", members=(("eva",),)) == (
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [eva]}\n"
    )


def test_one_of_a_pair_may_leave() -> None:
    pair = TEXT.replace("[ben, chi, dan, ana]", "[[ben, chi], dan, ana]")
    assert versions("2026-12-21", text=pair, remove=("chi",)) == (
        "      - {starts: 2026-12-21 09:00, every: 1w, members: [dan, ana, ben]}\n"
    )


def test_versions_that_begin_later_get_the_same_people() -> None:
    text = TEXT + "      - {starts: 2027-01-04 09:00, every: 1w, members: [ana, ben, chi]}  # the new year\n"
    book = book_of({PRIMARY: text})
    made = change(book, "primary", None, Wanted(add=("eva",), remove=("ben",)), "after-current-shift", NOW)
    assert changed(book, made).read(PRIMARY).source.text == TEXT + (
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [chi, dan, ana, eva]}\n"
        "      - {starts: 2027-01-04 09:00, every: 1w, members: [ana, chi, eva]}  # the new year\n"
    )


def test_a_version_that_begins_when_the_change_does_is_what_changes() -> None:
    text = TEXT + "      - {starts: 2026-11-30 09:00, every: 1w, members: [ana, ben]}  # planned\n"
    book = book_of({PRIMARY: text})
    made = change(book, "primary", None, Wanted(members=(("eva",), ("ana",)), every="2w"), "2026-11-30", NOW)
    assert changed(book, made).read(PRIMARY).source.text == TEXT + (
        "      - {starts: 2026-11-30 09:00, every: 2w, members: [ana, eva]}  # planned\n"
    )


def test_a_new_order_that_a_later_version_would_end_is_refused_with_its_date() -> None:
    text = TEXT + "      - {starts: 2027-01-04 09:00, every: 1w, members: [ana, ben]}\n"
    with pytest.raises(UserError, match="a version begins at 2027-01-04 09:00 already"):
        versions("after-current-shift", text=text, every="2w")


def test_a_rotation_that_follows_keeps_what_was_said_until_the_change_begins() -> None:
    book = book_of({PRIMARY: TEXT, **FOLLOWS})
    made = change(book, "primary", None, Wanted(remove=("ben",)), "after-current-shift", NOW)
    after = changed(book, made)
    assert after.read("rotations/overrides/2026-11-23-secondary-as-before.yaml").source.text == (
        "rotation: secondary\n"
        'reason: "Until then as before: ben leaves from 2026-11-30 09:00"\n'
        "covers:\n"
        "  - {from: 2026-11-23T09:00+01:00, to: 2026-11-30T09:00+01:00, on: [ben], instead_of: [chi]}\n"
    )


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(remove=("eva",)), "`eva` takes no turns in layer `weekly` of `primary`"),
        (Wanted(add=("ana",)), "`ana` takes turns in layer `weekly` of `primary` already"),
        (Wanted(remove=PEOPLE), "nobody would take turns in layer `weekly` of `primary`"),
    ],
)
def test_what_makes_no_sense_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(UserError) as refused:
        change(book_of({PRIMARY: TEXT}), "primary", None, wanted, "now", NOW)
    assert refused.value.message == said


def test_who_has_left_cannot_join() -> None:
    book = book_of({PRIMARY: TEXT}, also={"eva": "until: 2026-11-20\n"})
    with pytest.raises(UserError, match="`eva` is there until 2026-11-20"):
        change(book, "primary", None, Wanted(add=("eva",)), "now", NOW)


def test_a_rotation_that_follows_another_has_no_turns_to_change() -> None:
    with pytest.raises(UserError, match="`secondary` follows `primary`"):
        change(book_of({PRIMARY: TEXT, **FOLLOWS}), "secondary", None, Wanted(add=("eva",)), "now", NOW)


def test_of_several_layers_the_one_that_is_meant_must_be_clear() -> None:
    two = (
        TEXT
        + "  - name: nights\n    versions:\n      - {starts: 2026-11-02 21:00, every: 1w, members: [eva]}\n"
    )
    book = book_of({PRIMARY: two})
    with pytest.raises(UserError, match="`primary` has several layers"):
        change(book, "primary", None, Wanted(every="2w"), "now", NOW)
    made = change(book, "primary", None, Wanted(remove=("ben",)), "after-current-shift", NOW)
    assert "[chi, dan, ana]" in made.texts()[0][1]
    made = change(book, "primary", "nights", Wanted(add=("ben",)), "after-current-shift", NOW)
    assert made.texts()[0][1].endswith("{starts: 2026-11-23 21:00, every: 1w, members: [eva, ben]}\n")


def test_members_are_typed_as_they_are_written() -> None:
    assert members("ana, ben,[chi dan]") == (("ana",), ("ben",), ("chi", "dan"))
    assert members("[ana,ben]") == (("ana", "ben"),)
    for typed in ("", "ana,,ben", "[ana", "ana]", "[]", "ana ben", "[a [b]]"):
        with pytest.raises(UserError, match="is no list of people"):
            members(typed)


# ── laws ──────────────────────────────────────────────────────────────────────────────────

wishes = st.one_of(
    st.builds(lambda person: Wanted(remove=(person,)), st.sampled_from(PEOPLE)),
    st.builds(lambda person: Wanted(add=("eva",), remove=(person,)), st.sampled_from(PEOPLE)),
    st.just(Wanted(add=("eva",))),
    st.builds(lambda them: Wanted(members=tuple((each,) for each in them)),
              st.lists(st.sampled_from((*PEOPLE, "eva")), min_size=1, unique=True)),
    st.builds(lambda every: Wanted(every=every), st.sampled_from(["1w", "2d", "12h"])),
)  # fmt: skip
rollouts = st.sampled_from([*ROLLOUTS, "2026-12-01", "2026-12-01 10:00"])


@given(books(), wishes, rollouts)
def test_nothing_changes_before_the_rollout_in_any_rotation(
    made: tuple[Book, datetime], wanted: Wanted, rollout: str
) -> None:
    book, at = made
    try:
        done = change(book, "primary", None, wanted, rollout, at)
        [roster] = rosters(book, "primary")
        instant = begins(start(roster, rollout, at).wall, roster.clock.zone)
    except UserError:
        return
    after = changed(book, done)
    assert all(after.read(source.path).readable for source, _ in done.texts())
    within = Interval(at - timedelta(days=70), instant)
    for rotation in ("primary", "secondary"):
        assert on(after, rotation, within) == on(book, rotation, within)


@given(books(overrides=0), rollouts)
def test_who_is_removed_has_no_shift_once_the_change_holds_and_nobody_else_loses_a_turn_to_it(
    made: tuple[Book, datetime], rollout: str
) -> None:
    book, at = made
    try:
        done = change(book, "primary", None, Wanted(remove=("ana",)), rollout, at)
        [roster] = rosters(book, "primary")
        instant = begins(start(roster, rollout, at).wall, roster.clock.zone)
    except UserError:
        return
    ahead = on(changed(book, done), "primary", Interval(instant, instant + timedelta(days=90)))
    assert all("ana" not in them for _, them in ahead)
    was = on(book, "primary", Interval(instant, instant + timedelta(days=90)))
    assert sum((each.length for each, _ in ahead), timedelta()) == sum(
        (each.length for each, _ in was), timedelta()
    )


@given(books(overrides=0), st.sampled_from(ROLLOUTS))
def test_handoffs_stay_where_they_were(made: tuple[Book, datetime], rollout: str) -> None:
    book, at = made
    try:
        done = change(book, "primary", None, Wanted(remove=("ana",), add=("eva",)), rollout, at)
    except UserError:
        return
    [before] = rosters(book, "primary")
    if len(before.versions[-1].members) < 2:
        return
    within = days(at, -1, 60)
    old = {edge for each, _ in on(book, "primary", within) for edge in each}
    new = {edge for each, _ in on(changed(book, done), "primary", within) for edge in each}
    assert new <= {*old, *within} | _turns(before, within)


def _turns(roster: object, within: Interval) -> set[datetime]:
    from itertools import takewhile

    from opsbook.oncall.schedule import handed_over

    clock = roster.clock  # type: ignore[attr-defined]
    found = (begins(each.starts, clock.zone) for each in handed_over(clock, within.start))
    return set(takewhile(lambda at: at < within.end, found))
