"""YAML text → plain data, and the span of every node: one reading for values and places.

libyaml (through PyYAML's `CParser`) composes the nodes; which plain scalar is a number, a boolean
or null is decided here by the YAML 1.2 core schema, so `12:30` is text and `no` is text. The book
is a subset: one document, no duplicate keys, anchors, aliases, merge keys, tags or tabs. Each is
refused with its place. This module reads; nothing here writes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from opsbook.book.refusals import duplicate_key, subset_problems, syntax_problem
from opsbook.book.subset import MAX_DEPTH, MAX_PROBLEMS, Problem, needs_events, unprintable
from opsbook.text import Place, Pointer, Span


class Reading(NamedTuple):
    """Plain data (dict, tuple, str, int, float, bool, None), or what is wrong with the text."""

    data: Any
    problems: tuple[Problem, ...]


class _Composer(CParser):
    """libyaml's composer with the resolution of tags left out: `_construct` does it."""

    def descend_resolver(self, parent: Any, index: Any) -> None: ...

    def ascend_resolver(self) -> None: ...

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002
        return ""


_INTEGER = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)\Z")
_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_MAYBE_NUMBER = frozenset("0123456789+-.")


def read(text: str) -> Reading:
    """The data of one document; never an exception, whatever the text."""
    root, refused = _composed(text)
    if root is None:
        return Reading(None, refused)
    problems: list[Problem] = []
    data = _construct(root, problems)
    return Reading(data, tuple(problems[:MAX_PROBLEMS]))


def scalar(text: str) -> str:
    """A text as YAML: in quotes where it would be read as something else."""
    return text if read(text).data == text else f'"{text}"'


def _composed(text: str) -> tuple[Any, tuple[Problem, ...]]:
    """The root node, None for an empty text; or None and why the text is refused."""
    bad = unprintable(text)
    if bad:
        return None, (Problem(
            "control_character", Span(*bad.span()),
            f"character U+{ord(bad[0]):04X} is not allowed in YAML",
            f'remove it, or write it escaped in double quotes ("\\u{ord(bad[0]):04X}")',
        ),)  # fmt: skip
    try:
        refused = tuple(islice(subset_problems(text), MAX_PROBLEMS)) if needs_events(text) else ()
        return (None, refused) if refused else (_Composer(text).get_single_node(), ())
    except MarkedYAMLError as error:
        return None, (syntax_problem(text, error),)
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        return None, (Problem("yaml_syntax", Span(0, 0), f"not YAML: {error}"),)


def _construct(node: Any, problems: list[Problem]) -> Any:
    kind = type(node)
    if kind is ScalarNode:
        if node.style:
            return node.value
        value = node.value
        if not value or value[0] in _MAYBE_NUMBER:
            return _number(value)
        return _WORDS.get(value, value)
    if kind is SequenceNode:
        return tuple([_construct(item, problems) for item in node.value])
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if type(key_node) is not ScalarNode:
            what = "list" if type(key_node) is SequenceNode else "mapping"
            problems.append(
                Problem("yaml_feature", _written(key_node), f"a {what} as a key", "a key is a word")
            )
        elif key in data:
            problems.append(duplicate_key(key, _written(key_node)))
        else:
            data[key] = _construct(value_node, problems)
    return data


def _number(value: str) -> Any:
    if _INTEGER.match(value):
        if len(value) > 40:
            return value  # a name made of digits; Python refuses to read the longest as numbers
        return int(value, 0) if value.startswith(("0o", "0x")) else int(value)
    if _FLOAT.match(value):
        return float(value)
    if _INFINITE.match(value):
        return float(value.lower().replace(".", "", 1))
    return _WORDS.get(value, value)


# ── any YAML ──────────────────────────────────────────────────────────────────────────────


def roots(text: str) -> tuple[list[Any], Problem | None]:
    """The root node of each document of a text that is no record and may be any YAML, with what ended
    the reading. An alias is the node it stands for, so a walk may meet one node many times."""
    found: list[Any] = []
    try:
        if needs_events(text) and _too_deep(text):
            return [], Problem("yaml_syntax", Span(0, 0), f"nested deeper than {MAX_DEPTH} levels")
        composer = _Composer(text)
        while composer.check_node():
            found.append(composer.get_node())
    except MarkedYAMLError as error:
        return found, syntax_problem(text, error)
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        bad = unprintable(text)
        return found, Problem("yaml_syntax", Span(*bad.span()) if bad else Span(0, 0), f"not YAML: {error}")
    return found, None


def _too_deep(text: str) -> bool:
    """Whether composing a text would recurse further than any person writes."""
    parser, depth = CParser(text), 0
    with suppress(YAMLError):  # the composer comes no further either, and says why
        while (event := parser.get_event()) is not None:
            if isinstance(event, CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return True
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
    return False


# ── places ────────────────────────────────────────────────────────────────────────────────


def places(text: str) -> dict[Pointer, Place]:
    """The place of every node of a text that `read` accepts; empty for any other.

    A step into a list is the index, and for a list of plain names the name too, so that
    `("services", "checkout")` finds its place in both ways of writing services.
    """
    found: dict[Pointer, Place] = {}
    root, _ = _composed(text)
    if root is not None:
        _collect(root, (), None, text, found)
    return found


def _collect(node: Any, pointer: Pointer, key: Span | None, text: str, found: dict[Pointer, Place]) -> None:
    place = Place(_span(node, text), key)
    found.setdefault(pointer, place)
    if type(node) is SequenceNode:
        for index, item in enumerate(node.value):
            _collect(item, (*pointer, index), None, text, found)
            if type(item) is ScalarNode:
                found.setdefault((*pointer, item.value), found[*pointer, index])
    elif type(node) is MappingNode:
        for key_node, value in node.value:
            if type(key_node) is ScalarNode:
                _collect(value, (*pointer, key_node.value), _written(key_node), text, found)


def _written(node: Any) -> Span:
    return Span(node.start_mark.index, node.end_mark.index)


def _span(node: Any, text: str) -> Span:
    """Where a node is written; a block collection ends with its last leaf."""
    start = node.start_mark.index
    while type(node) is not ScalarNode and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if type(node) is MappingNode else last
    end = node.end_mark.index
    if type(node) is ScalarNode and node.style in ("|", ">"):
        end -= _empty_lines(text[node.start_mark.index : end])
    return Span(start, end)


def _empty_lines(block: str) -> int:
    """How many characters of empty lines a block of text ends with, unless it keeps them (`|+`)."""
    header, _, lines = block.partition("\n")
    if "+" in header.partition("#")[0]:
        return 0
    said = len(lines.rstrip("\r\n"))
    return max(0, len(lines) - said - (2 if lines.startswith("\r\n", said) else 1))
