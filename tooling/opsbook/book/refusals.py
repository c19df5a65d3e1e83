"""Why a text is not read: what of YAML is not the book's, and what is no YAML at all.

The book is a subset: one document, no anchors, aliases, merge keys, tags, directives or tabs.
libyaml's events show each with its place; its errors are said here in a person's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from opsbook.book.subset import MAX_DEPTH, Problem
from opsbook.text import Span, shown

# ── the subset ────────────────────────────────────────────────────────────────────────────

_LINE_END = re.compile(r"[\r\n]")
_TAG = re.compile(r"(?:&\S*\s+)?(![^\s,\[\]{}]*)")

_BRACKETS = re.compile(r"[\[\]{}]")


def subset_problems(text: str) -> Iterator[Problem]:
    """What is YAML and not the book's, in order of place; MarkedYAMLError where it is no YAML."""
    depth = documents = seen = 0
    for event in _events(text):
        span = Span(event.start_mark.index, event.end_mark.index)
        yield from _tabs(text, seen, span.start)
        seen = max(seen, span.end if isinstance(event, ScalarEvent) else span.start)
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield _second_document(span)
                return
            if event.version or event.tags:
                yield _directive(text, span.start)
        elif isinstance(event, NodeEvent):
            yield from _node_problems(event, span, text)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                yield _too_deep(span)
                return
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while (event := parser.get_event()) is not None:
        yield event


def _too_deep(span: Span) -> Problem:
    return Problem("too_large", span, f"nested more than {MAX_DEPTH} levels deep")


def _second_document(span: Span) -> Problem:
    return Problem(
        "several_documents", span, "a second document begins here",
        "a record is one document: move it to a file of its own",
    )  # fmt: skip


def _directive(text: str, at: int) -> Problem:
    line = _line(text, at)
    said = shown(text[line.start : line.end])
    return Problem("yaml_feature", line, f"directive `{said}`", "remove the line")


def _node_problems(event: Any, span: Span, text: str) -> Iterator[Problem]:
    if isinstance(event, AliasEvent):
        yield Problem(
            "yaml_feature", span, f"alias `{shown(text[span.start : span.end])}`",
            "write the value out, or put a text in double quotes",
        )  # fmt: skip
        return
    if event.anchor:
        yield Problem(
            "yaml_feature", Span(span.start, span.start + len(event.anchor) + 1),
            f"anchor `&{shown(event.anchor)}`", "remove it, or put a text in double quotes",
        )  # fmt: skip
    tag = _TAG.match(text, span.start)  # asked of the text, since libyaml passes over a lone `!`
    if tag:
        yield Problem(
            "yaml_feature", Span(*tag.span(1)),
            f"tag `{shown(tag[1])}`", "remove it, or put a text in double quotes",
        )  # fmt: skip
    if isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]:
        yield Problem(
            "yaml_feature", Span(span.end - 2, span.end), "merge key `<<`",
            "write the keys out: a record is read by people",
        )  # fmt: skip


def _tabs(text: str, start: int, end: int) -> Iterator[Problem]:
    """Tabs in a stretch between two scalars, comments left out."""
    at = text.find("\t", start, end)
    while at >= 0:
        if "#" in text[max(_line_start(text, at), start) : at]:
            at = _line(text, at).end  # a comment runs to the end of its line
        else:
            yield _tab(text, at)
        at = text.find("\t", at + 1, end)


def _tab(text: str, at: int) -> Problem:
    before = text[_line_start(text, at) : at].strip()
    where = "between words" if before else "in the indentation"
    return Problem("yaml_syntax", Span(at, at + 1), f"a tab {where}", "write spaces")


def _line_start(text: str, at: int) -> int:
    start = text.rfind("\n", 0, at) + 1
    return max(start, text.rfind("\r", start, at) + 1)


def duplicate_key(key: str, span: Span) -> Problem:
    """A key that stands in its mapping already."""
    return Problem(
        "duplicate_key", span, f"`{shown(key)}` stands twice in this mapping",
        "keep one; YAML readers disagree about which one counts",
    )  # fmt: skip


# ── syntax ────────────────────────────────────────────────────────────────────────────────

_QUOTE = "put the whole text in double quotes"
_SAID = (
    ("mapping values are not allowed", "`:` where no key can stand",
     "put a text that holds `: ` in double quotes, and line up the keys of a mapping"),
    ("block sequence entries are not allowed", "`-` where no list can begin",
     "begin a list on a line of its own, and put a text that begins with `- ` in double quotes"),
    ("cannot start any token", "a bare text cannot begin with `{found}`", _QUOTE),
    ("comment or line break", "found `{found}` after `|` or `>`", _QUOTE),
    ("mapping keys are not allowed", "`?` where no key can stand", _QUOTE),
    ("scanning a tag", "a tag", _QUOTE),
    ("unexpected ':'", "`:` in a bare text", _QUOTE),
    ("unknown escape", "an escape that YAML does not know",
     "write `\\\\` for a backslash, or use single quotes"),
    ("escape", "an escape that is no character", "write `\\u` and four hexadecimal digits"),
    ("hexdecimal", "an escape that is no character", "write `\\u` and four hexadecimal digits"),
    ("',' or '}'", "found `{found}` in `{…}`, expected `,` or the closing bracket",
     "put texts in double quotes and separate entries by commas"),
    ("',' or ']'", "found `{found}` in `[…]`, expected `,` or the closing bracket",
     "put texts in double quotes and separate entries by commas"),
    ("expected <document start>", "found `{found}` after the end of the record",
     "put the whole text in double quotes, or line it up with the lines above"),
    ("expected key", "the indentation does not fit the lines above", "line up the keys of a mapping"),
    ("expected '-'", "the indentation does not fit the lines above", "line up the `-` of a list"),
    ("node content", "found `{found}`, expected a value", _QUOTE),
)  # fmt: skip
"""What libyaml says, what we say, and what to do about it."""


def syntax_problem(text: str, error: MarkedYAMLError) -> Problem:
    """What libyaml does not understand, where it most likely went wrong."""
    reason = " ".join(str(part) for part in (error.context, error.problem) if part)
    at, began = _index(error.problem_mark, text), _index(error.context_mark, text)
    if "maximum nesting depth" in reason:  # libyaml 0.2.6 reads that far ahead before it says anything
        return _too_deep(_bracket_below(text, at))
    if "expected a single document" in reason:
        return _second_document(_word(text, at))
    line = _line_start(text, at)
    indentation = text[line : line + len(text[line:at]) - len(text[line:at].lstrip())]
    if "\t" in indentation or text.startswith("\t", at):
        return _tab(text, text.index("\t", line))
    if "unexpected end of stream" in reason:
        return _syntax(Span(began, began + 1), "a quote is opened here and never closed", "close it")
    if "could not find expected ':'" in reason:
        return _syntax(
            _line(text, began), "a line without a key", "write `key: value`, or indent a text that goes on"
        )
    if "scanning a directive" in reason:
        return _directive(text, began)
    if "alphabetic or numeric" in reason:
        return _syntax(_word(text, began), "a bare text cannot begin with `&` or `*`", _QUOTE)
    bracket = _open_bracket(text)
    if bracket is not None and _begins_anew(text, bracket, at):
        return _syntax(
            Span(bracket, bracket + 1), f"`{text[bracket]}` is opened here and never closed",
            "close it, and put texts in double quotes",
        )  # fmt: skip
    where = _word(text, at)
    found = shown(text[where.start : where.end]) or "the end of the file"
    if ("expected key" in reason or "expected '-'" in reason) and text[line:at].strip():
        return _syntax(where, f"found `{found}` after the end of a value", _QUOTE)
    for said, message, hint in _SAID:
        if said in reason:
            return _syntax(where, message.replace("{found}", found), hint)
    return _syntax(where, f"not YAML: {reason}")


def _syntax(span: Span, message: str, hint: str = "") -> Problem:
    return Problem("yaml_syntax", span, message, hint)


def _index(mark: Any, text: str) -> int:
    return min(mark.index, len(text)) if mark else 0


def _word(text: str, at: int) -> Span:
    """The character at a place; nothing at the end of a line."""
    return Span(at, at + (text[at : at + 1] not in ("", "\n", "\r")))


def _line(text: str, at: int) -> Span:
    """From a place to the end of its line."""
    end = _LINE_END.search(text, at)
    return Span(at, end.start() if end else len(text))


def _bracket_below(text: str, at: int) -> Span:
    """The first bracket that is opened below the deepest level; the place given where there is none."""
    depth = 0
    for found in _BRACKETS.finditer(text, 0, at + 1):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return Span(*found.span())
    return Span(at, at)


def _open_bracket(text: str) -> int | None:
    """The innermost `{` or `[` that is open where the text stops being YAML."""
    opened: list[int | None] = []
    try:
        for event in _events(text):
            start = event.start_mark.index
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                opened.append(start if event.flow_style else None)
            elif isinstance(event, CollectionEndEvent):
                opened.pop()
    except YAMLError:
        return opened[-1] if opened else None
    return None


def _begins_anew(text: str, bracket: int, at: int) -> bool:
    """Whether the text ends, or a later line stands no deeper than the one with the bracket."""
    if not text[at:].strip():
        return True
    here, there = _line_start(text, at), _line_start(text, bracket)
    depth = _depth(text, there)
    alone = bracket == there + depth  # a closing bracket may then stand below it
    return here > there and _depth(text, here) < depth + (not alone)


def _depth(text: str, line: int) -> int:
    return len(text[line:]) - len(text[line:].lstrip(" "))
