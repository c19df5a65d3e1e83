"""A book as its readers ask for it."""

from __future__ import annotations

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory


def test_what_a_book_like_this_one_has_in_the_same_bytes_is_not_read_again() -> None:
    person, team = "rotations/people/ana.yaml", "rotations/teams/payments.yaml"
    files = {person: "name: Ana\ntimezone: Europe/Berlin\n", team: "name: Payments\nmembers: [ana]\n"}
    after = Book(Memory(files))
    before = Book(
        Memory({**files, team: "name: Money\nmembers: [ana]\n", "rotations/x.yaml": "layers: ["}), like=after
    )
    assert before.read(person) is after.read(person)
    assert [before.read(team).content.name, after.read(team).content.name] == ["Money", "Payments"]
    assert not before.read("rotations/x.yaml").readable
