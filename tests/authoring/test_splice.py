"""A splice changes the value that it names, and no other character: in every layout, or not at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opsbook.authoring.splice import Insert, Put, Remove, Splice, quoted, splice, spliced, word, written
from opsbook.book import yaml
from opsbook.edits import apply
from opsbook.errors import UserError
from opsbook.text import Pointer

ITEM = '{at: 2026-03-02T09:02:17Z, by: ana, text: "x: # {y}, [z]"}'
AT = ("timeline",)


# ── layouts written by hand ───────────────────────────────────────────────────────────────


INDENTED = """\
# a record
title:   'Checkout'   # by hand

timeline:
  # oldest first

  -   {at: 1, text: "a"}   # one

  # about b
  -   at: 2
      text: >-
        b
        c

  -   {at: 3,
       text: "d"}
# the end
tags: [x]
"""


@pytest.mark.parametrize(
    ("index", "after"),
    [(0, "  # oldest first\n\n"), (1, "# one\n"), (2, "        c\n"), (3, 'text: "d"}\n')],
)
def test_an_entry_is_one_line_more_in_the_indentation_of_its_neighbours(index: int, after: str) -> None:
    text = spliced(INDENTED, [Insert(AT, index, ITEM)])
    assert text == INDENTED.replace(after, f"{after}  -   {ITEM}\n")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("title: x\ntimeline:\n- a\n", "title: x\ntimeline:\n- a\n- new\n"),
        ("title: x\ntimeline:\n- a\ntags: []\n", "title: x\ntimeline:\n- a\n- new\ntags: []\n"),
        ("timeline:\n  - a", "timeline:\n  - a\n  - new"),
        ("timeline:\r\n  - a\r\n", "timeline:\r\n  - a\r\n  - new\r\n"),
        ("title: x\r\ntimeline:\r\n  - a", "title: x\r\ntimeline:\r\n  - a\r\n  - new"),
        ("title: x\n", "title: x\ntimeline:\n  - new\n"),
        ("title: x", "title: x\ntimeline:\n  - new"),
        ("title: x\ntags: []\n# end\n", "title: x\ntimeline:\n  - new\ntags: []\n# end\n"),
        ("timeline:\n", "timeline:\n  - new\n"),
        ("timeline:", "timeline:\n  - new"),
        ('"timeline": # none yet\ntitle: x\n', '"timeline": # none yet\n  - new\ntitle: x\n'),
        ("timeline: []  # none yet\ntitle: x\n", "timeline:  # none yet\n  - new\ntitle: x\n"),
        ("timeline: [ ]\r\n", "timeline:\r\n  - new\r\n"),
        ("timeline: ~\n", "timeline:\n  - new\n"),
        ("timeline: [\n  # none yet\n]\n", "timeline: [new\n  # none yet\n]\n"),
        ("timeline: [a]\n", "timeline: [a, new]\n"),
        ("timeline: [a, ]\n", "timeline: [a, new, ]\n"),
        ("timeline: [\n  a, # one\n  b\n]\n", "timeline: [\n  a, # one\n  b,\n  new\n]\n"),
        ("timeline: [\n  a,\n  b, # two\n]\n", "timeline: [\n  a,\n  b, # two\n  new,\n]\n"),
        ("timeline: [\n  a,\n  b]\n", "timeline: [\n  a,\n  b,\n  new]\n"),
        ("{title: x, timeline: []}\n", "{title: x, timeline: [new]}\n"),
        ("{title: x, timeline: }\n", "{title: x, timeline: [new] }\n"),
        ("{timeline}\n", "{timeline: [new]}\n"),
        ("{title: x}\n", "{title: x, timeline: [new]}\n"),
        ("{}\n", "{timeline: [new]}\n"),
        ("", "timeline:\n  - new\n"),
        ("# only this", "# only this\ntimeline:\n  - new\n"),
        ("timeline:\n  - |\n    a\n\n", "timeline:\n  - |\n    a\n  - new\n\n"),
        ("timeline:\n  - |\n    a", "timeline:\n  - |-\n    a\n  - new"),
        ("timeline:\n  - |+\n    a\n\n", "timeline:\n  - |+\n    a\n\n  - new\n"),
        ("timeline:\n  - # one\n    a: 1\n  -\n", "timeline:\n  - # one\n    a: 1\n  -\n  - new\n"),
        ("timeline:\n  - - a\n    - b\n", "timeline:\n  - - a\n    - b\n  - new\n"),
    ],
)  # fmt: skip
def test_the_last_item_in_every_layout(before: str, expected: str) -> None:
    assert spliced(before, [Insert(AT, 99, "new", ("title", "timeline", "tags"))]) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("severity: SEV2 # bad\n", "severity: SEV1 # bad\n"),
        ("severity: 'SEV2'\n", "severity: 'SEV1'\n"),
        ('severity: "SEV2"\n', 'severity: "SEV1"\n'),
        ("severity:\n", "severity: SEV1\n"),
        ("severity: # how bad\n", "severity: SEV1 # how bad\n"),
        ("severity: >-\n  SEV2\n\ntitle: x\n", "severity: SEV1\n\ntitle: x\n"),
        ("severity:\n  # two\n  a: 1\n  b: 2 # of them\ntitle: x\n", "severity: SEV1\n  # two\ntitle: x\n"),
        ("severity:\n- a\n- b\ntitle: x\n", "severity: SEV1\ntitle: x\n"),
        ("{severity: SEV2, title: x}", "{severity: SEV1, title: x}"),
        ("{severity, title: x}", "{severity: SEV1, title: x}"),
        ("title: x # a title\nroles: {}\n", "title: x # a title\nseverity: SEV1\nroles: {}\n"),
        ("title: |\n  x\n  y\nroles: {}\n", "title: |\n  x\n  y\nseverity: SEV1\nroles: {}\n"),
        ("roles: {}\n", "roles: {}\nseverity: SEV1\n"),
    ],
)
def test_a_value_is_put_where_it_was_or_where_people_expect_it(before: str, expected: str) -> None:
    assert spliced(before, [Put(("severity",), "SEV1", ("title", "severity", "roles"))]) == expected


@pytest.mark.parametrize(
    ("before", "pointer", "expected"),
    [
        (INDENTED, (*AT, 0), INDENTED.replace('  -   {at: 1, text: "a"}   # one\n', "")),
        ("timeline:\n- a\n", (*AT, 0), "timeline: []\n"),
        ("timeline:\n  # oldest first\n  - a # one\n", (*AT, 0), "timeline: []\n  # oldest first\n"),
        ("timeline: [a, b]\n", (*AT, 0), "timeline: [b]\n"),
        ("timeline: [a, b]\n", (*AT, 1), "timeline: [a]\n"),
        ("timeline: [a, ]\n", (*AT, 0), "timeline: [ ]\n"),
        ("timeline: [\n  a, # one\n  b # two\n]\n", (*AT, 1), "timeline: [\n  a # one\n]\n"),
        ("timeline: [\n  a, # one\n  b # two\n]\n", (*AT, 0), "timeline: [\n  b # two\n]\n"),
        ("roles: {a: b, c: d}\n", ("roles", "c"), "roles: {a: b}\n"),
        ("roles: {a: b}\n", ("roles", "a"), "roles: {}\n"),
        ("roles:\n  a: b\n", ("roles", "a"), "roles: {}\n"),
        ("roles:\n  a: b\n  c: [d,\n    e]\nx: y\n", ("roles", "c"), "roles:\n  a: b\nx: y\n"),
        ("timeline:\n  - a: 1\n    b: 2\n", (*AT, 0, "a"), "timeline:\n  - b: 2\n"),
        ("timeline:\n  - - a\n    - b\n", (*AT, 0, 0), "timeline:\n  - - b\n"),
    ],
)
def test_an_item_goes_with_its_line(before: str, pointer: Pointer, expected: str) -> None:
    assert spliced(before, [Remove(pointer)]) == expected


def test_a_mapping_that_is_missing_is_begun() -> None:
    steps = [Put(("roles", "scribe"), "dev", ("title", "roles", "tags")), Put(("roles", "x", "z"), "1")]
    assert spliced("title: x\ntags: []\n", steps[:1]) == "title: x\nroles: {scribe: dev}\ntags: []\n"
    assert spliced("title: x\n", steps) == "title: x\nroles: {scribe: dev, x: {z: 1}}\n"


def test_a_layout_without_a_safe_place_is_refused() -> None:
    with pytest.raises(UserError, match="`b` is written in a way that leaves no safe place for this"):
        splice("? a\n: 1\n", Put(("b",), "2"))


@pytest.mark.parametrize(
    "step", [Remove(("nothing",)), Remove(("a", "b")), Remove((*AT, 3)), Put((*AT, 3), "x")]
)
def test_a_pointer_that_leads_nowhere_is_the_callers_mistake(step: Splice) -> None:
    with pytest.raises(LookupError):
        splice("timeline: [a]\n", step)


def test_several_splices_are_made_one_after_the_other() -> None:
    order = ("title", "severity", "timeline")
    steps = [Put(("severity",), "SEV1", order), Insert(AT, 0, "a", order), Insert(AT, 1, "b")]
    assert spliced("title: x\n", steps) == "title: x\nseverity: SEV1\ntimeline:\n  - a\n  - b\n"


# ── text as YAML ──────────────────────────────────────────────────────────────────────────


TEXTS = st.text("-:#{}[],&*!|>'\"%@`~? \\\n\r\t\0\x1b\x85\xa0\u202e\u2028\ufeff\uffff\U0001f525éno0.e")


@given(TEXTS)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    for form in (word(text), quoted(text)):
        for context in (form, f"[{form}, 1]", f"{{a: {form}, b: 1}}", f"- {form}", f"a: {form}"):
            data = yaml.read(context).data
            while not isinstance(data, str):
                data = data[0] if isinstance(data, tuple) else data["a"]
            assert data == text
        assert form.isprintable()


@pytest.mark.parametrize(
    "text", ["yes", "NO", "null", "12:30", "0x1", "1e3", "", "~", "a: b", "# no", "2026"]
)
def test_what_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert word(text) == f'"{text}"'


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(DATA)
def test_any_data_is_written_on_one_line_and_read_back(data: Any) -> None:
    assert yaml.read(written(data)).data == data
    assert written(data).isprintable()


# ── the law: parse(edited) equals edited(parse) ───────────────────────────────────────────


def pointers(data: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every value with its pointer."""
    yield pointer, data
    for step, value in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, tuple) else ()
    ):
        yield from pointers(value, (*pointer, step))


def steps(pointer: Pointer, value: Any) -> Iterator[Splice]:
    """Everything that can be done at a pointer."""
    if isinstance(value, tuple):
        yield from (Insert(pointer, index, ITEM) for index in range(len(value) + 1))
    if isinstance(value, dict):
        yield Put((*pointer, "new-key"), "SEV1")
        yield Insert((*pointer, "new-key"), 0, ITEM)
    if pointer:
        yield from (Put(pointer, "SEV1"), Put(pointer, ITEM), Remove(pointer))
        if value is None:
            yield Insert(pointer, 0, ITEM)


def holds(text: str, step: Splice) -> None:
    """The law for one splice; `splice` refuses what does not hold, so that nothing may be refused here."""
    after = apply(text, splice(text, step))
    reading = yaml.read(after)
    assert reading.problems == ()
    assert reading.data == step.made_of(yaml.read(text).data)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document in a layout that some person would write."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = draw(blocks(0, 3)).split("\n")
    text = end.join(lines)
    return text if draw(st.booleans()) else text + end


SCALARS = st.sampled_from(
    ["a", "'it''s'", '"b \\" # c"', "1", "", "~", "[]", "{}", "[a, b]", "{a: 1, b: [c]}", "[a, b,]",
     "{a, b: }", "[\n{0}  a, # one\n\n{0}  b\n{0}  ]", "{{\n{0} a: 1,\n{0} b: 2, # two\n{0} }}",
     "|\n{0}  x\n\n{0}  y", ">-\n{0}  x\n{0}  y\n", "plain\n{0}  goes on",
     "2026-03-02T09:02Z", "{{a: 1,\n{0}  b: c}}"]
)  # fmt: skip
NOISE = st.sampled_from(["", "", "", "  # why", "\n", "\n# between\n", "\n\n     # further in"])
KEYS = st.lists(
    st.sampled_from(["title", "'quoted'", '"twice"', "time line", "x-own", "é"]),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn, indent: int, depth: int) -> str:
    """A mapping or a list in block style, its lines from a column on, the first without its indent."""
    pad, pieces = " " * indent, []
    if draw(st.booleans()) or not indent:
        for key in draw(KEYS):
            piece = draw(values(indent, depth, listed=draw(st.booleans())))
            pieces.append(f"{key}:{piece}")
    else:
        gap = draw(st.sampled_from([" ", "   "]))
        for _ in range(draw(st.integers(1, 3))):
            if depth and draw(st.booleans()):
                pieces.append("-" + gap + draw(blocks(indent + 1 + len(gap), depth - 1)))
            else:
                pieces.append("-" + draw(values(indent, 0, listed=False, gap=gap)))
    return f"\n{pad}".join(pieces)


@st.composite
def values(draw: st.DrawFn, indent: int, depth: int, listed: bool, gap: str = " ") -> str:
    """What follows a key or a dash."""
    if depth and draw(st.booleans()):
        step = indent + draw(st.sampled_from([2, 4]))
        noise = draw(st.sampled_from(["", " # why", "\n", f"\n{' ' * step}# first"]))
        if listed and indent == 0 and draw(st.booleans()):
            return f"{noise}\n- a\n- {{b: c}}"
        return f"{noise}\n{' ' * step}{draw(blocks(step, depth - 1))}"
    scalar = draw(SCALARS)
    scalar = scalar.replace("{{", "{").replace("}}", "}").replace("{0}", " " * indent)
    return (gap + scalar if scalar else "") + ("" if scalar[:1] in ("|", ">") else draw(NOISE))


@given(documents(), st.data())
def test_a_splice_says_what_was_asked_in_any_layout(text: str, data: st.DataObject) -> None:
    reading = yaml.read(text)
    assume(not reading.problems)
    everything = [step for place in pointers(reading.data) for step in steps(*place)]
    for step in data.draw(st.lists(st.sampled_from(everything), min_size=1, max_size=6)):
        try:
            holds(text, step)
        except UserError:  # a comment further in would become the end of the block of text before it
            assert isinstance(step, Remove)
            assert "# further in" in text


@given(documents(), st.data())
def test_an_item_that_is_put_in_and_taken_out_leaves_every_byte_as_it_was(
    text: str, data: st.DataObject
) -> None:
    reading = yaml.read(text)
    assume(not reading.problems and text.endswith("\n"))
    lists = [(pointer, len(value)) for pointer, value in pointers(reading.data) if isinstance(value, tuple)]
    assume(any(size for _, size in lists))
    pointer, size = data.draw(st.sampled_from([each for each in lists if each[1]]))
    index = data.draw(st.integers(0, size))
    after = spliced(text, [Insert(pointer, index, ITEM)])
    assert spliced(after, [Remove((*pointer, index))]) == text


def test_the_law_holds_over_the_yaml_files_of_the_corpora(corpora: Path) -> None:
    chance, tried = random.Random(7), 0
    for file in sorted(corpora.rglob("*.y*ml")):
        if "yaml-test-suite" in file.parts or file.stat().st_size > 8_000:
            continue
        text = file.read_bytes().decode()
        places = [place for place in pointers(yaml.read(text).data) if place[0]]
        for place in chance.sample(places, min(2, len(places))):
            for step in chance.sample(list(steps(*place)), 2):
                holds(text, step)
                tried += 1
    assert tried > 1000
