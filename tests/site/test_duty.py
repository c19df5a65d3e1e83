"""Who is on call, as the pages show it."""

from __future__ import annotations

from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site import duty
from opsbook.site.survey import Survey

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
VERSIONS = "versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]"
AWAY = "[{from: 2026-03-04, to: 2026-03-05}]\n"
HOURS = 'windows: [{days: [mon, tue], from: "09:00", to: "17:00"}]'


def book(layer: str = "", override: str = "") -> Book:
    files = {
        "opsbook.toml": "",
        "rotations/a.yaml": f"timezone: Europe/Berlin\nlayers:\n  - {{name: weekly, {layer}{VERSIONS}}}\n",
        "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\nabsences: " + AWAY,
    }
    return Book(Memory(files | ({"rotations/overrides/o.yaml": override} if override else {})))


def week(found: Book) -> list[str]:
    """A week of the rotation, a line a day."""
    days = duty.weeks(found, "a", AT, 1)[0].days
    return [
        ", ".join(
            ("→ " if turn.begins else "")
            + f"{turn.start:%H:%M} {'+'.join(turn.people)}"
            + (f" to {turn.until:%H:%M}" if turn.until else "")
            + ("*" if turn.moved else "")
            for turn in day.turns
        )
        for day in days
    ]


def test_a_week_begins_on_monday_and_shows_where_somebody_takes_over() -> None:
    assert week(book()) == ["00:00 ben, → 09:00 ana", *["00:00 ana"] * 6]


def test_hours_that_nobody_covers_end_a_turn() -> None:
    assert week(book(HOURS + ", ")) == ["→ 09:00 ana to 17:00"] * 2 + [""] * 5


def test_an_override_is_marked() -> None:
    cover = "{from: 2026-03-05T00:00+01:00, to: 2026-03-06T00:00+01:00, on: [ben]}"
    found = week(book(override=f"rotation: a\nreason: swap\ncovers: [{cover}]\n"))
    assert found[2:5] == ["00:00 ana", "00:00 ben*", "00:00 ana"]


def test_today_is_a_day_on_the_clock_of_the_rotation() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert [day.today for day in duty.weeks(book(), "a", late, 1)[0].days].index(True) == 2


def test_a_post_says_until_when_then_who_and_who_of_them_is_away() -> None:
    found = book()
    post = duty.posts(found, [Survey(found).cards["rotation", "a"]], AT)[0]
    assert (post.now.people, post.now.then, post.away) == (("ana",), ("ben",), ("ana",))
    assert post.now.until == datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_a_rotation_that_follows_itself_has_no_weeks_and_no_post() -> None:
    found = Book(Memory({"opsbook.toml": "", "rotations/a.yaml": "follows: a\noffset: 1\n"}))
    assert duty.weeks(found, "a", AT, 1) == []
    assert duty.posts(found, [Survey(found).cards["rotation", "a"]], AT) == []
