"""Offsets, lines and columns are two ways of saying one thing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.text import Location, Position, Source, Span, shown

TEXTS = st.text(st.sampled_from("ab é😀\n\r\u2028\x85\x0c"), max_size=40)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("a\r\r\nb\n\r", ["a", "", "b", "", ""]),
        ("a\u2028b\x85c\x0cd\x0be", ["a\u2028b\x85c\x0cd\x0be"]),
    ],
)
def test_lf_crlf_and_a_lone_cr_end_a_line_and_nothing_else_does(text: str, lines: list[str]) -> None:
    source = Source("x.yaml", text)
    assert [source.line(number) for number in range(1, len(source.starts) + 1)] == lines


def test_a_place_is_shown_by_line_and_column_from_one() -> None:
    source = Source("rotations/people/ana.yaml", "name: Ana\r\né: 😀x\n")
    assert source.position(0) == Position(1, 1)
    assert source.position(source.text.index("x")) == Position(2, 5)
    assert source.position(10_000) == Position(3, 1)
    place = Location(source, Span(11, 15))
    assert (str(place), place.text, place.end) == ("rotations/people/ana.yaml:2:1", "é: 😀", Position(2, 5))


@given(TEXTS, st.data())
def test_position_and_offset_are_inverse(text: str, data: st.DataObject) -> None:
    source = Source("x", text)
    offset = data.draw(st.integers(0, len(text)))
    assert source.offset(*source.position(offset)) == offset


@given(TEXTS)
def test_lines_and_their_ends_make_up_the_text(text: str) -> None:
    source = Source("x", text)
    spans = [source.line_span(number) for number in range(1, len(source.starts) + 1)]
    ends = [text[one.end : two.start] for one, two in itertools.pairwise(spans)]
    assert set(ends) <= {"\n", "\r\n", "\r"}
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(end not in text[slice(*span)] for span in spans for end in "\r\n")


@given(st.text())
def test_what_a_message_quotes_is_one_short_printable_line(text: str) -> None:
    quoted = shown(text)
    assert len(quoted) <= 60
    assert quoted.isprintable()
    assert "`" not in quoted


def test_a_quoted_text_keeps_its_words() -> None:
    assert shown("Größe 😀") == "Größe 😀"
    assert shown("run `ls`\n\x1b[31m\u202e") == "run 'ls'  [31m "
    assert shown("x" * 61) == "x" * 59 + "…"
