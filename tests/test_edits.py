"""An edit changes the characters it means to change, and no others."""

from __future__ import annotations

import subprocess
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.edits import Edit, Fix, apply, compatible, diff
from opsbook.text import Location, Source, Span

TEXTS = st.text(st.sampled_from("ab: é😀#\n\r"), max_size=30)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[tuple[Span, str]]]:
    """A text and edits of it that stand apart."""
    text = draw(TEXTS)
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return text, [(Span(start, end), draw(st.text("xy\n", max_size=3))) for start, end in pairs]


@given(edited())
def test_what_stands_between_edits_stays_as_it_is(case: tuple[str, list[tuple[Span, str]]]) -> None:
    text, edits = case
    pieces, at = [], 0
    for span, replacement in edits:
        pieces += [text[at : span.start], replacement]
        at = span.end
    assert apply(text, edits) == "".join(pieces) + text[at:]


@given(edited(), st.randoms())
def test_the_order_in_which_edits_are_given_does_not_matter(
    case: tuple[str, list[tuple[Span, str]]], chance: object
) -> None:
    text, edits = case
    shuffled = edits * 2  # an edit that two fixes ask for is made once
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply(text, shuffled) == apply(text, edits)


@pytest.mark.parametrize(
    "edits",
    [
        [(Span(0, 4), "x"), (Span(2, 6), "y")],
        [(Span(0, 6), "x"), (Span(2, 4), "y")],
        [(Span(0, 6), "x"), (Span(3, 3), "y")],
        [(Span(2, 4), "x"), (Span(2, 4), "y")],
        [(Span(2, 4), "x"), (Span(2, 3), "y")],
        [(Span(3, 3), "x"), (Span(3, 3), "y")],
        [(Span(0, 1), "x"), (Span(2, 9), "y"), (Span(4, 5), "z")],
    ],
)
def test_edits_that_overlap_are_refused_in_any_order(edits: list[tuple[Span, str]]) -> None:
    for order in permutations(edits):
        with pytest.raises(ValueError, match="edits overlap at"):
            apply("0123456789", order)


def test_edits_that_touch_are_made_side_by_side() -> None:
    edits = [(Span(2, 4), "b"), (Span(4, 6), "c"), (Span(2, 2), "a"), (Span(6, 6), "d")]
    assert {apply("01234567", order) for order in permutations(edits)} == {"01abcd67"}


def fix(path: str, *spans: tuple[int, int], title: str = "mend") -> Fix:
    source = Source(path, "0123456789")
    return Fix(title, tuple(Edit(Location(source, Span(*span)), "x") for span in spans))


def test_of_two_fixes_that_touch_the_later_waits() -> None:
    first, touching, apart = fix("a", (0, 2), (5, 6)), fix("a", (6, 7)), fix("a", (8, 9))
    elsewhere = fix("b", (0, 2))
    assert compatible([first, touching, apart, elsewhere]) == [first, apart, elsewhere]
    assert compatible([touching, first, apart]) == [touching, apart]


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    first, both = fix("a", (0, 2)), fix("a", (1, 2), (8, 9))
    assert compatible([first, both, fix("a", (8, 9))]) == [first, fix("a", (8, 9))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: x\n", "title: y\n"),
        ("title: x", "title: y"),
        ("title: x\n", "title: x"),
        ("title: x", "title: x\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\u2028b\x0cc\x85d\n", "a\u2028b\x0cc\x85e\n"),
        ("a\rb\nc\n", "a\rb\nd\n"),
        ("é\n" * 20 + "😀", "é\n" * 20 + "ö"),
        ("a\n\nb\n", "a\nb\n"),
        ("a\n", ""),
        ("-- a\n++ b\n", "-- c\n++ d\n"),
    ],
)
def test_git_applies_the_diff_and_gets_the_new_text(before: str, after: str, tmp_path: Path) -> None:
    path = "runbooks/größe and more.md"
    file = tmp_path / path
    file.parent.mkdir()
    file.write_bytes(before.encode())
    patch = diff(Source(path, before), after)
    command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=patch.encode(), cwd=tmp_path, check=True)
    assert file.read_bytes() == after.encode()


def test_a_text_that_stays_as_it_is_has_no_diff() -> None:
    assert diff(Source("a", "é\n"), "é\n") == ""
