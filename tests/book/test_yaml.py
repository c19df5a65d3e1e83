"""Our reading of YAML, held against ruamel.yaml's: the same values, or refused with a place."""

from __future__ import annotations

import json
import math
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.tag import Tag

from opsbook.book.subset import MAX_DEPTH, MAX_PROBLEMS, Problem
from opsbook.book.yaml import places, read
from opsbook.text import Span

TEXT = Tag(suffix="tag:yaml.org,2002:str")


class Reference(SafeConstructor):
    """ruamel.yaml's pure reading; keys and timestamps stay text, as they do in the book."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        for key, _ in node.value:
            if isinstance(key, ScalarNode):
                key.ctag = TEXT
        return super().construct_mapping(node, deep)


Reference.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def reference(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.Constructor = Reference
    return yaml.load(text)


def exact(value: Any) -> Any:
    """A value with its types, so that 1, 1.0 and True differ and a NaN equals itself."""
    if isinstance(value, tuple | list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    return type(value).__name__, value


def by_design(problem: Problem) -> bool:
    """Whether the subset refuses it, rather than libyaml."""
    return problem.rule != "yaml_syntax" or problem.message.startswith("a tab")


# ── scalars ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12:30", "12:30"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T09:02Z", "2026-03-02T09:02Z"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("", None),
        ("12", 12),
        ("+12", 12),
        ("-012", -12),
        ("0o14", 12),
        ("-0o14", "-0o14"),
        ("0x1F", 31),
        ("+0x1F", "+0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e-3", -0.0005),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("+.nan", "+.nan"),
        (".", "."),
        ("+", "+"),
        ("1e400", math.inf),
        ("9" * 40, int("9" * 40)),
        ("9" * 41, "9" * 41),
        ("9" * 100_000, "9" * 100_000),
        ('"12"', "12"),
        ("'null'", "null"),
        ("'it''s'", "it's"),
        (r'"\x41\u00e9\U0001F600\n"', "Aé😀\n"),
        (r"'\n'", r"\n"),
        ("https://example.com/a#b", "https://example.com/a#b"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">-\n  folded\n  text\n", "folded text"),
        ("over\n  lines", "over lines"),
    ],
)
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, value: object) -> None:
    reading = read(f"key: {written}")
    assert reading.problems == ()
    assert exact(reading.data) == {"key": exact(value)}


def test_not_a_number_is_read_as_that() -> None:
    assert exact(read("{a: .nan, b: .NaN}").data) == {"a": "not a number", "b": "not a number"}


@pytest.mark.parametrize("key", ["1", "0o14", "true", "null", "~", "2026-12-25", "5m", "1.0", '"1"'])
def test_a_key_is_text_whatever_it_looks_like(key: str) -> None:
    assert read(f"{key}: x").data == {key.strip('"'): "x"}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n# nothing\n...\n"])
def test_a_text_that_says_nothing_is_none_and_no_problem(text: str) -> None:
    assert read(text) == (None, ())
    assert read(text).data is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_reads_the_same(end: str) -> None:
    text = "a: 1\nb:\n  - c\n  - |\n    d\n    e\nf: {g: h}\n".replace("\n", end)
    assert read(text).data == {"a": 1, "b": ("c", "d\ne\n"), "f": {"g": "h"}}


# ── refusals ──────────────────────────────────────────────────────────────────────────────

REFUSED = [
    # anchors, aliases, tags, merges, directives
    ("a: &x 1", "yaml_feature", "&x", "anchor `&x`"),
    ("- &long-name_1 {a: b}", "yaml_feature", "&long-name_1", "anchor `&long-name_1`"),
    ("a: *x", "yaml_feature", "*x", "alias `*x`"),
    ("a: !!str 1", "yaml_feature", "!!str", "tag `!!str`"),
    ("a: ! 1", "yaml_feature", "!", "tag `!`"),
    ("[!t {a: b}]", "yaml_feature", "!t", "tag `!t`"),
    ('{"a":!t b}', "yaml_feature", "!t", "tag `!t`"),
    ("!t\na: b", "yaml_feature", "!t", "tag `!t`"),
    ("- a\n- !<tag:yaml.org,2002:str> b", "yaml_feature", "!<tag:yaml.org", "tag `!<tag:yaml.org`"),
    ("<<: {a: 1}", "yaml_feature", "<<", "merge key `<<`"),
    ("a: {<<: [b]}", "yaml_feature", "<<", "merge key `<<`"),
    ("%YAML 1.2\n---\na: 1", "yaml_feature", "%YAML 1.2", "directive `%YAML 1.2`"),
    ("%TAG ! tag:x:\r\n---\r\na: 1", "yaml_feature", "%TAG ! tag:x:", "directive `%TAG ! tag:x:`"),
    ("%OPSBOOK 1\n---\na: 1", "yaml_feature", "%OPSBOOK 1", "directive `%OPSBOOK 1`"),
    # keys
    ("[a]: b", "yaml_feature", "[a]", "a list as a key"),
    ("? {a: b}\n: c", "yaml_feature", "{a: b}", "a mapping as a key"),
    ("a: 1\nb: 2\na: 3", "duplicate_key", (10, 11), "`a` stands twice in this mapping"),
    ('a: 1\n"a": 2', "duplicate_key", '"a"', "`a` stands twice in this mapping"),
    ("x:\n  - {é: 1, 'é': 2}", "duplicate_key", "'é'", "`é` stands twice in this mapping"),
    # documents
    ("a: 1\n---\nb: 2\n", "several_documents", "---", "a second document begins here"),
    ("---\n---\n", "several_documents", (4, 7), "a second document begins here"),
    ("a: 1\n...\n---\nb: 2\n", "several_documents", "---", "a second document begins here"),
    # tabs
    ("a:\tb", "yaml_syntax", "\t", "a tab between words"),
    ("a: b\t# c", "yaml_syntax", "\t", "a tab between words"),
    ("a: [1,\t2]", "yaml_syntax", "\t", "a tab between words"),
    ("-\ta", "yaml_syntax", "\t", "a tab between words"),
    ("a: 'b'\t\n", "yaml_syntax", "\t", "a tab between words"),
    ("\ta: b", "yaml_syntax", "\t", "a tab in the indentation"),
    ("a:\n\tb: c", "yaml_syntax", "\t", "a tab in the indentation"),
    ("a:\r\tb: c", "yaml_syntax", "\t", "a tab in the indentation"),
    ("a:\n  b: c\n\td: e", "yaml_syntax", "\t", "a tab in the indentation"),
    ("a: |\n\tb", "yaml_syntax", "\t", "a tab in the indentation"),
    # characters
    ("a: \x00", "control_character", "\x00", "character U+0000 is not allowed in YAML"),
    ("a: \x1b[31m", "control_character", "\x1b", "character U+001B is not allowed in YAML"),
    ("a: 'é\x85'", "control_character", "\x85", "character U+0085 is not allowed in YAML"),
    ("a: 😀\u2028", "control_character", "\u2028", "character U+2028 is not allowed in YAML"),
    ("a: \ufeffb", "control_character", "\ufeff", "character U+FEFF is not allowed in YAML"),
    ("a: \ud800", "control_character", "\ud800", "character U+D800 is not allowed in YAML"),
    # slips
    ('title: "Checkout" is down', "yaml_syntax", (18, 19), "found `i` after the end of a value"),
    ("a: [1]]", "yaml_syntax", (6, 7), "found `]` after the end of a value"),
    ("a: 'don't'", "yaml_syntax", (8, 9), "found `t` after the end of a value"),
    ("text: Failed: disk", "yaml_syntax", (12, 13), "`:` where no key can stand"),
    ("a: 1\n  b: 2", "yaml_syntax", (8, 9), "`:` where no key can stand"),
    ("a: - b", "yaml_syntax", "-", "`-` where no list can begin"),
    ("a: 1\nfoo bar\nb: 2", "yaml_syntax", "foo bar", "a line without a key"),
    ("a:\n  b: 1\n c: 2", "yaml_syntax", "c", "the indentation does not fit the lines above"),
    ("a:\n  - b\n - c", "yaml_syntax", (10, 11), "the indentation does not fit the lines above"),
    ("- a\nb: 1", "yaml_syntax", "b", "the indentation does not fit the lines above"),
    ("a: ? b", "yaml_syntax", "?", "`?` where no key can stand"),
    ("{ ? a :, b: c}", "yaml_syntax", (6, 7), "`:` in a bare text"),
    ("by: @ana", "yaml_syntax", "@", "a bare text cannot begin with `@`"),
    ("a: `ls`", "yaml_syntax", (3, 4), "a bare text cannot begin with `'`"),
    ("a: 50\nb: %d", "yaml_syntax", "%", "a bare text cannot begin with `%`"),
    ("a: * b", "yaml_syntax", "*", "a bare text cannot begin with `&` or `*`"),
    ("text: *important* thing", "yaml_syntax", (6, 7), "a bare text cannot begin with `&` or `*`"),
    ("a: > 5 %", "yaml_syntax", "5", "found `5` after `|` or `>`"),
    ("a: !5, b", "yaml_syntax", (5, 6), "a tag"),
    ("a: 'x\nb: 1\n", "yaml_syntax", "'", "a quote is opened here and never closed"),
    ('a: "x', "yaml_syntax", '"', "a quote is opened here and never closed"),
    (r'a: "C:\prod"', "yaml_syntax", "\\", "an escape that YAML does not know"),
    (r'a: "\ud800"', "yaml_syntax", "d", "an escape that is no character"),
    (r'a: "\uzzzz"', "yaml_syntax", "z", "an escape that is no character"),
    ("a: [1,,2]", "yaml_syntax", (6, 7), "found `,`, expected a value"),
    ("{}}", "yaml_syntax", (2, 3), "found `}` after the end of the record"),
    (
        "a: {b: 1\n    c: 2}",
        "yaml_syntax",
        (14, 15),
        "found `:` in `{…}`, expected `,` or the closing bracket",
    ),
    ('- {a: "b "c""}', "yaml_syntax", "c", "found `c` in `{…}`, expected `,` or the closing bracket"),
    ('a: ["b" "c"]', "yaml_syntax", (8, 9), 'found `"` in `[…]`, expected `,` or the closing bracket'),
    ("a: {b: c", "yaml_syntax", "{", "`{` is opened here and never closed"),
    ("a: [b, c\nd: e", "yaml_syntax", "[", "`[` is opened here and never closed"),
    ('- {a: "b"\n- {a: "c"}', "yaml_syntax", (2, 3), "`{` is opened here and never closed"),
    ("t:\n  - {a: b\n  - {a: c}", "yaml_syntax", (7, 8), "`{` is opened here and never closed"),
    ("a: {b: {c: d}\ne: f", "yaml_syntax", (3, 4), "`{` is opened here and never closed"),
    ("é: 😀\nb: [c\nd: e", "yaml_syntax", "[", "`[` is opened here and never closed"),
]


@pytest.mark.parametrize(("text", "rule", "place", "message"), REFUSED)
def test_what_the_book_does_not_take_is_refused_where_it_stands(
    text: str, rule: str, place: str | tuple[int, int], message: str
) -> None:
    first, *_ = read(text).problems
    start = text.index(place) if isinstance(place, str) else place[0]
    end = start + len(place) if isinstance(place, str) else place[1]
    assert (first.rule, first.span, first.message) == (rule, Span(start, end), message)


@pytest.mark.parametrize(
    "text",
    [
        "# a tab\tin a comment\na: 1",
        "a: 1 # a tab\there",
        "a: 'b\tc'",
        'a: "b\\tc\td"',
        "a: b \t c",
        "a: |\n  b\tc\n",
        "a: '&x *y !z <<'",
        "a: b & c * d ! e",
        "a: AT&T 5*3 wow!",
        "a: b\n# --- not a document\n",
        "a: '%'\nb: 5%",
        "--- \na: b\n...\n",
        'a: "<<"',
        '"<<": a',
    ],
)
def test_what_only_looks_like_a_refused_feature_is_read(text: str) -> None:
    assert read(text).problems == ()


def test_every_refused_feature_of_a_text_is_reported_at_once() -> None:
    text = "a: &x 1\nb: *x\nc: !t 2\n<<: {d: 3}\n"
    assert [text[slice(*problem.span)] for problem in read(text).problems] == ["&x", "*x", "!t", "<<"]


def test_no_more_problems_are_reported_than_anybody_reads() -> None:
    assert len(read("- &a b\n" * 5_000).problems) == MAX_PROBLEMS
    assert len(read("a: b\n" * 5_000).problems) == MAX_PROBLEMS


DEEP = {
    "brackets": "[" * 100_000,
    "braces": "{a: " * 50_000,
    "dashes": "- " * 100_000,
    "wide dashes": "-   " * 50_000,
    "question marks": "? " * 100_000,
    "wide question marks": "?  - " * 50_000,
    "indentation": "".join(" " * depth + "a:\n" for depth in range(1_400)),
    "lists below their keys": "".join(" " * depth + "a:\n" + " " * depth + "-\n" for depth in range(700)),
    "lone carriage returns": "\r".join(" " * depth + "-" for depth in range(1_400)),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deep_nesting_is_refused_before_anything_recurses(text: str) -> None:
    (problem,) = read(text).problems
    assert (problem.rule, problem.message) == ("too_large", f"nested more than {MAX_DEPTH} levels deep")
    assert places(text) == {}


@pytest.mark.parametrize(
    "text", ["[" * 50 + "]" * 50, "".join(" " * d + "a:\n" for d in range(45)), "- " * 45 + "a"]
)
def test_nesting_that_nobody_writes_but_the_stack_bears_is_read(text: str) -> None:
    assert read(text).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{n}: &{n} [" + ",".join([f"*{p}"] * 9) + "]\n"
            for p, n in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "".join(f"- &a{n} {{<<: [" + ", ".join([f"*a{n - 1}"] * 9) + "]}\n" for n in range(1, 30)),
    ],
    ids=["aliases", "merges"],
)
def test_a_bomb_does_not_go_off(text: str) -> None:
    assert {problem.rule for problem in read(text).problems} == {"yaml_feature"}


# ── places ────────────────────────────────────────────────────────────────────────────────

PLACED = """\
# é😀
title: "Größe 😀"   # a comment
services: [checkout, 'payments-api']
roles: {lead: ana, experts: [chi, {deputy: dan}]}
empty:
timeline:
  - at: 2026-03-02T09:02Z
    text: |
      Two
      lines

  - {at: 2026-03-02T09:05Z, text: "It's: here"}
  -
kept: |+
  text

last: plain
  text
# the end
"""


@pytest.mark.parametrize(
    ("pointer", "written", "key"),
    [
        (("title",), '"Größe 😀"', "title"),
        (("services",), "[checkout, 'payments-api']", "services"),
        (("services", 1), "'payments-api'", None),
        (("services", "payments-api"), "'payments-api'", None),
        (("roles", "lead"), "ana", "lead"),
        (("roles", "experts", 1), "{deputy: dan}", None),
        (("roles", "experts", 1, "deputy"), "dan", "deputy"),
        (("empty",), "", "empty"),
        (("timeline", 0), "at: 2026-03-02T09:02Z\n    text: |\n      Two\n      lines\n", None),
        (("timeline", 0, "at"), "2026-03-02T09:02Z", "at"),
        (("timeline", 0, "text"), "|\n      Two\n      lines\n", "text"),
        (("timeline", 1, "text"), '"It\'s: here"', "text"),
        (("timeline", 2), "", None),
        (("kept",), "|+\n  text\n\n", "kept"),
        (("last",), "plain\n  text", "last"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_place_is_exactly_what_is_written(
    pointer: tuple[str | int, ...], written: str, key: str | None, end: str
) -> None:
    text = PLACED.replace("\n", end)
    place = places(text)[pointer]
    assert text[slice(*place.value)] == written.replace("\n", end)
    assert (place.key and text[slice(*place.key)]) == key


def test_the_whole_runs_from_its_first_key_to_its_last_leaf() -> None:
    place = places(PLACED)[()]
    assert PLACED[slice(*place.value)] == PLACED[PLACED.index("title") : PLACED.index("\n# the end")]


def readable(text: str) -> bool:
    """Whether it is no text that ruamel.yaml writes bare into `{}` and libyaml refuses."""
    return not text.startswith((":", "?")) and ":" not in text[-1:]


letters = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
keys = st.text(letters, min_size=1, max_size=8).filter(readable)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(letters, max_size=12).filter(readable),
    st.sampled_from(
        ["no", "12:30", "2026-03-02", "a: b", "- a", "# a", "it's", "two\nlines", " x ", "<<", "|"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


def dumped(value: Any, flow: bool | None, end: str) -> str:
    """The value as ruamel.yaml writes it."""
    from io import StringIO

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.width = 1000
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().replace("\n", end)


@given(values, st.sampled_from([True, False, None]), st.sampled_from(["\n", "\r\n"]))
def test_what_another_program_writes_is_read_back_and_so_is_every_part_of_it(
    value: Any, flow: bool | None, end: str
) -> None:
    text = dumped(value, flow, end)
    reading = read(text)
    if reading.problems:
        assert all(map(by_design, reading.problems)), text
        return
    assert exact(reading.data) == exact(value)
    for pointer, place in places(text).items():
        part = reading.data
        for step in pointer:
            if isinstance(part, tuple) and isinstance(step, str):
                break  # the way by name to an item, which leads to its place by number
            part = part[step]
        else:
            column = place.value.start - text.rfind("\n", 0, place.value.start) - 1
            again = " " * column + text[slice(*place.value)]
            assert exact(read(again).data) == exact(part), (pointer, again)


@given(st.text(st.sampled_from("ab:-?[]{},'\"|>&*!%#\t\n\r é😀01.~"), max_size=60))
def test_every_problem_and_every_place_lies_in_the_text(text: str) -> None:
    for problem in read(text).problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.message
    for place in places(text).values():
        assert 0 <= place.value.start <= place.value.end <= len(text)


RECORD = """\
title: Checkout answers 502 for one
services: [checkout, payments-api]
roles: {lead: ben, experts: [chi]}
impact: {users: 12000, share: 0.5, text: Orders failed}
timeline:
  - {at: 2026-03-02T09:02Z, approximate: true, text: "Change 4812, then the pool"}
  - at: 2026-03-02T09:06Z
    text: |
      Some text
      more é
    by: 'it''s'   # a comment
due: 12:30
notes: >-
  folded
  text

  more
k: plain text
   over lines
"""
SLIPS = "{}[],:\"' -#\nab12?~.+xoéNtrue@`|>&*!%\\\t0789=<😀"
ROUNDS = 60_000 if os.environ.get("OPSBOOK_FUZZ") else 2_000


def slipped(text: str, chance: random.Random) -> str:
    """The text with up to four slips of the keyboard."""
    for _ in range(chance.randint(1, 4)):
        at, slip = chance.randrange(len(text) + 1), chance.random()
        if slip < 0.8:
            letter = chance.choice(SLIPS) if slip < 0.6 else ""
            text = text[:at] + letter + text[at + (slip > 0.3) :]
        else:
            lines = text.split("\n")
            lines[at % len(lines)] = " " * chance.randint(0, 4) + lines[at % len(lines)].strip()
            text = "\n".join(lines)
    return text


def test_no_slip_of_the_keyboard_makes_two_readers_say_two_things() -> None:
    chance, read_by_both = random.Random(11), 0
    for _ in range(ROUNDS):
        text = slipped(RECORD, chance)
        reading = read(text)
        if reading.problems:
            continue
        try:
            other = exact(reference(text))
        except (YAMLError, ValueError):
            continue  # ruamel.yaml refuses more: a tab before a line that goes on, `?` in a mapping
        assert exact(reading.data) == other, text
        read_by_both += 1
    assert read_by_both > ROUNDS / 10


# ── other people's YAML ───────────────────────────────────────────────────────────────────

LIBYAML_REFUSES = {
    "a name with a colon, a comma or a smile as an anchor": ["2SXE", "6M2F", "8XYN", "W5VH"],
    "a plain scalar in `{}` or `[]` that begins or ends with a colon": [
        "4ABK",
        "58MP",
        "5T43",
        "DBG4",
        "FRK4",
        "HM87",
    ],
    "a block of text at the left edge": ["DK3J", "FP8R"],
    "a key that is nothing at all": ["NHX8", "S3PD", "SM9W/01", "UKK6"],
}
"""What ruamel.yaml reads and libyaml does not; nobody writes it in a record."""

RUAMEL_REFUSES = {
    "a tab before a line that goes on, which YAML allows": ["HS5T", "NB6Z", "UV7Q"],
    "a block of text after a blank line with more spaces": ["4QFQ", "DWX9", "S98Z", "T26H"],
    "a comment that touches the `>`": ["X4QW"],
}
"""What libyaml reads and ruamel.yaml does not, against the specification or beyond it."""

LENIENT = {
    "a comment that touches what stands before it": ["9JBA", "CVW2", "SU5Z", "X4QW"],
    "a line inside quotes or brackets that is indented too little": ["9C9N", "DK95/01", "QB6E"],
    "a lone dash in a list": ["G5U8", "YJV2"],
    "a block of text after a blank line with more spaces": ["S98Z"],
}
"""What the specification calls an error, and libyaml reads as it is meant."""

DIFFERENT = {
    "a `?` before a word in `{}` or `[]` marks a key, for ruamel.yaml too": [
        "652Z",
        "HM87/01",
    ],
    "a last line of blanks without an end, likewise": ["L24T/01"],
}
"""What the specification reads as something else."""


def listed(differences: dict[str, list[str]]) -> list[str]:
    return sorted(name for names in differences.values() for name in names)


SHOWN = str.maketrans({"␣": " ", "»": "\t", "—": None, "←": "\r", "⇔": "\ufeff", "↵": None, "∎": None})
"""How the suite writes what nobody could see."""


def suite(corpora: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each case of the yaml-test-suite by its name: its text, and what the suite says of it."""
    found = {}
    for file in sorted((corpora / "yaml-test-suite").rglob("src/*.yaml")):
        said: dict[str, Any] = {}
        for number, case in enumerate(pyyaml.load(file.read_bytes(), pyyaml.CSafeLoader)):
            said = {key: value for key, value in said.items() if key == "tags"} | case
            text = re.sub(r"∎\n?\Z", "", said["yaml"])
            text = text.translate(SHOWN)
            found[f"{file.stem}/{number:02}" if number else file.stem] = text, said
    return found


@pytest.fixture(scope="session")
def cases(corpora: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    return suite(corpora)


def test_the_test_suite_is_read_as_ruamel_reads_it_or_refused(
    cases: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    libyaml, ruamel, differ = [], [], []
    for name, (text, _) in cases.items():
        reading = read(text)
        try:
            other = exact(reference(text))
        except (YAMLError, ValueError, TypeError, AssertionError, Warning):
            ruamel += [] if reading.problems else [name]
            continue
        if reading.problems:
            libyaml += [] if by_design(reading.problems[0]) else [name]
        elif exact(reading.data) != other:
            differ.append(name)
    assert differ == []
    assert libyaml == listed(LIBYAML_REFUSES)
    assert ruamel == listed(RUAMEL_REFUSES)


def test_the_test_suite_is_read_as_it_says_itself(cases: dict[str, tuple[str, dict[str, Any]]]) -> None:
    lenient, different = [], []
    for name, (text, said) in cases.items():
        reading = read(text)
        if reading.problems:
            continue
        if said.get("fail"):
            lenient.append(name)
        elif said.get("json") and exact(reading.data) != exact(json.loads(said["json"])):
            different.append(name)
    assert different == listed(DIFFERENT)
    assert lenient == listed(LENIENT)


@pytest.mark.parametrize("tag", ["anchor", "alias", "tag", "local-tag", "directive", "duplicate-key"])
def test_the_test_suite_holds_no_refused_feature_that_is_read(
    cases: dict[str, tuple[str, dict[str, Any]]], tag: str
) -> None:
    tagged = [name for name, (_, said) in cases.items() if tag in said["tags"].split() and name != "XLQ9"]
    assert tagged
    assert [name for name in tagged if not read(cases[name][0]).problems] == []


def test_the_yaml_files_of_the_corpora_are_read_as_ruamel_reads_them(corpora: Path) -> None:
    files = [file for file in sorted(corpora.rglob("*.y*ml")) if "yaml-test-suite" not in file.parts]
    assert len(files) > 300
    differ = []
    for file in files:
        text = file.read_bytes().decode()
        reading = read(text)
        if reading.problems or exact(reading.data) != exact(reference(text)):
            differ.append((file.relative_to(corpora).as_posix(), reading.problems[:1]))
    assert differ == []
