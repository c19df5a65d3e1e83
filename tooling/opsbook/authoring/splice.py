"""Edits of a YAML document by pointer: only the characters of the value change, in the layout that is there.

A splice says what is to change (`Insert`, `Put`, `Remove`); `splice` finds the characters for it in block
and flow style, whatever the indentation, comments, quotes and line ends around. Before anybody uses the text
it is read again: it must say what was asked and nothing else, or the layout is refused. Nothing is dumped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.change import rewritten
from opsbook.book import yaml
from opsbook.edits import Edit, apply
from opsbook.errors import UserError
from opsbook.text import Place, Pointer, Source, Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document

Replacement = tuple[Span, str]

_STEP = "  "
_ABSENT = object()
_FLOW = ("[", "{")
_NO_LIST = re.compile(r"\[\s*\]\Z")
_SPACE = re.compile(r"(?:\s|(?<!\S)#[^\r\n]*)*")
"""Blanks, line ends and comments."""
_COLON = re.compile(r"\s*:")
_BREAK = re.compile(r"\r\n|\r|\n")
_GAP = re.compile(r" {1,3}(?=[^ \r\n#])")
_BLOCK = re.compile(r"[|>][0-9]?[+-]?")
_BARE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}-)?[A-Za-z_][A-Za-z0-9_./-]*\Z")
_DAY, _CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "[0-9]{2}:[0-9]{2}"
_TIME = re.compile(rf"{_DAY}(?:T{_CLOCK}(?::[0-9]{{2}})?(?:Z|[+-]{_CLOCK}))?\Z")
_YAML_1_1 = frozenset(("y", "n", "yes", "no", "on", "off"))
"""Words that older readers take for true and false."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Insert(NamedTuple):
    """Put an item into a list, before what stands at a place from 0; the list is begun where it is
    missing or empty."""

    pointer: Pointer
    place: int
    item: str
    """YAML in flow style, on one line."""
    order: Sequence[str] = ()
    """Where the list begins, as for `Put`."""

    def made_of(self, data: Any) -> Any:
        """What the document says afterwards."""
        before = _value(data, self.pointer)
        items = [] if before is _ABSENT or before is None else list(before)
        items.insert(self.place, yaml.read(self.item).data)
        return _with(data, self.pointer, tuple(items))

    def replacements(self, layout: _Layout) -> list[Replacement]:
        before = layout.value(self.pointer)
        if before is _ABSENT:
            return layout.add(self.pointer, f"[{self.item}]", self.order, block=f"- {self.item}")
        if not before:
            return layout.begin(self.pointer, self.item)
        return layout.insert(self.pointer, self.place, self.item)


class Put(NamedTuple):
    """Set a value, in the quotes that are there; a key that is missing is added."""

    pointer: Pointer
    value: str
    """YAML in flow style, on one line."""
    order: Sequence[str] = ()
    """The keys of the mapping in the order in which people expect them: a new one goes after the last of
    those before it, and where it is not listed, to the end. Where the mapping itself is new, of that one."""

    def made_of(self, data: Any) -> Any:
        """What the document says afterwards."""
        return _with(data, self.pointer, yaml.read(self.value).data)

    def replacements(self, layout: _Layout) -> list[Replacement]:
        if layout.value(self.pointer) is _ABSENT:
            return layout.add(self.pointer, self.value, self.order)
        return layout.replace(self.pointer, self.value)


class Remove(NamedTuple):
    """Take out an item of a list, or a key with its value, and their line."""

    pointer: Pointer

    def made_of(self, data: Any) -> Any:
        """What the document says afterwards."""
        return _with(data, self.pointer, _ABSENT)

    def replacements(self, layout: _Layout) -> list[Replacement]:
        return layout.remove(self.pointer)


Splice = Insert | Put | Remove


def splice(text: str, step: Splice) -> list[Replacement]:
    """What of a text `book.yaml` reads changes for a splice.

    LookupError where the pointer leads nowhere; UserError where the layout leaves no place in which the
    text could be changed and say exactly what was asked.
    """
    layout = _Layout(text)
    try:
        replacements = step.replacements(layout)
        after = yaml.read(apply(text, replacements))
        if not after.problems and _same(after.data, step.made_of(layout.data)):
            return replacements
    except ValueError:  # edits that overlap: a layout that nobody thought of
        pass
    name = shown(".".join(map(str, step.pointer)))
    raise UserError(f"`{name}` is written in a way that leaves no safe place for this", "change it by hand")


def spliced(text: str, steps: Iterable[Splice]) -> str:
    """The text after each splice, one after the other."""
    for step in steps:
        text = apply(text, splice(text, step))
    return text


def edits(document: Document[Any], steps: Iterable[Splice]) -> tuple[Edit, ...]:
    """The edits that splice a record, or the front matter of a page."""
    text = document.source.text
    start, end = document.front.span if document.front else (int(text.startswith("\ufeff")), len(text))
    try:
        after = spliced(text[start:end], steps)
    except UserError as error:
        raise UserError(f"{document.path}: {error.message}", error.hint) from None
    return (rewritten(document, text[:start] + after + text[end:]),)


# ── plain data ────────────────────────────────────────────────────────────────────────────


def _value(data: Any, pointer: Pointer) -> Any:
    """What stands at a pointer; `_ABSENT` for a key that is missing. LookupError for a way that is none."""
    for step in pointer[:-1]:
        if isinstance(step, str) and step not in (data or {}):
            return _ABSENT
        data = data[step]
    if not pointer:
        return data
    last = pointer[-1]
    if isinstance(last, int):
        return data[last]
    if data is None or data == () or isinstance(data, dict):
        return (data or {}).get(last, _ABSENT)
    raise LookupError(last)


def _with(data: Any, pointer: Pointer, value: Any) -> Any:
    """The data with another value at a pointer."""
    if not pointer:
        return value
    step, rest = pointer[0], pointer[1:]
    if isinstance(data, tuple) and isinstance(step, int):
        new = _with(data[step], rest, value)
        return (*data[:step], *(() if new is _ABSENT else (new,)), *data[step + 1 :])
    data = data or {}
    new = _with(data.get(step), rest, value)
    if new is _ABSENT:
        return {key: each for key, each in data.items() if key != step}
    return {**data, step: new}


def _same(one: Any, other: Any) -> bool:
    """Whether two readings say the same: 1, 1.0 and true are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) or (one != one and other != other)


def written(value: Any) -> str:
    """Plain data as YAML in flow style on one line, right in a block and in brackets."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return word(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{word(key)}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value)


def word(text: str) -> str:
    """A text as YAML: bare where every reader takes it for that text, else in double quotes."""
    bare = _TIME.match(text) or (_BARE.match(text) and text.lower() not in _YAML_1_1)
    return text if bare and yaml.read(text).data == text else quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes on one line; what does not print is escaped, so that a reader of the file
    sees that it is there."""
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code < 0xE000:  # no character: half of one
        return "\ufffd"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# ── places ────────────────────────────────────────────────────────────────────────────────


class _Layout:
    """A text and where its values stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = yaml.read(text).data
        self._places = yaml.places(text)
        self._lines = Source("", text)

    def value(self, pointer: Pointer) -> Any:
        return _value(self.data, pointer)

    def _place(self, pointer: Pointer) -> Place:
        return self._places[pointer]

    def _span(self, pointer: Pointer) -> Span:
        return self._places[pointer].value

    def _items(self, pointer: Pointer) -> list[Span]:
        """Where the items of a collection stand: of a list in block style with their dash, of a mapping
        with their key."""
        holder = _value(self.data, pointer)
        if isinstance(holder, dict):
            places = [self._places[(*pointer, key)] for key in holder]
            return [Span((place.key or place.value).start, place.value.end) for place in places]
        spans = [self._span((*pointer, index)) for index in range(len(holder))]
        whole = self._span(pointer)
        if self._flows(pointer):
            return spans
        column, at, found = self._column(whole.start), whole.start, []
        for span in spans:
            at = self._dash(at, span.start, column)
            found.append(Span(at, span.end))
            at = span.end
        return found

    def _dash(self, start: int, end: int, column: int) -> int:
        """The dash before an item: the first in its column with nothing before it but spaces."""
        if self.text[start : start + 1] == "-" and self._column(start) == column:
            return start
        number = self._lines.position(start).line
        while number <= len(self._lines.starts):
            begins = self._lines.starts[number - 1]
            at = begins + column
            if start <= at <= end and self.text[begins : at + 1] == " " * column + "-":
                return at
            number += 1
        raise ValueError("no dash")

    def _flows(self, pointer: Pointer) -> bool:
        """Whether a collection stands in brackets, or inside of some."""
        steps = range(len(pointer) + 1)
        return any(self.text[self._span(pointer[:n]).start :][:1] in _FLOW for n in steps)

    # ── lines ─────────────────────────────────────────────────────────────────────────────

    def _column(self, offset: int) -> int:
        return self._lines.position(offset).column - 1

    def _begins_line(self, offset: int) -> bool:
        """Whether only spaces stand before it on its line."""
        return not self.text[offset - self._column(offset) : offset].strip(" ")

    def _line_end(self, offset: int) -> int:
        """Where the line of an offset ends, its break left out."""
        found = _BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def _next_line(self, offset: int) -> int:
        """Where the line after an offset begins."""
        found = _BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def _after(self, end: int) -> int:
        """Where the line begins that follows a value's last; that of a block of text holds its break."""
        return end if self.text[end - 1 : end] in ("\n", "\r") else self._next_line(end)

    def _break(self, offset: int) -> str:
        """What ends the line of an offset, or the lines of the text."""
        found = _BREAK.match(self.text, self._line_end(offset))
        return found[0] if found else self._lines.line_end

    def _free(self, offset: int) -> bool:
        """Whether only blanks or a comment follow on the line."""
        rest = self.text[offset : self._line_end(offset)]
        return not rest.strip() or (rest[0] == " " and rest.strip()[0] == "#")

    # ── inserting ─────────────────────────────────────────────────────────────────────────

    def insert(self, pointer: Pointer, index: int, text: str) -> list[Replacement]:
        """Put an item into a list that is not empty."""
        items = self._items(pointer)
        index = min(index, len(items))
        if self._flows(pointer):
            return self._insert_flow(pointer, items, index, text)
        if not index:
            at = items[0].start
            indent = " " * self._column(at)
            return [(Span(at, at), f"{self._dashed(items, text)}{self._break(at)}{indent}")]
        return self._line_after(items[index - 1].end, self._column(items[0].start), self._dashed(items, text))

    def _dashed(self, items: list[Span], text: str) -> str:
        """An item after a dash and as many spaces as the others have."""
        gap = _GAP.match(self.text, items[-1].start + 1)
        return f"-{gap[0] if gap else ' '}{text}"

    def _line_after(self, end: int, column: int, text: str) -> list[Replacement]:
        """A line of its own after the one on which a value ends."""
        indent = " " * column
        if self.text[end - 1 : end] in ("\n", "\r"):
            return [(Span(end, end), f"{indent}{text}{self._break(end - 1)}")]
        at = self._line_end(end)
        before = self._break(at) if at < len(self.text) else self._lines.line_end
        return [*self._kept_short(at), (Span(at, at), f"{before}{indent}{text}")]

    def _kept_short(self, end: int) -> list[Replacement]:
        """Where a block of text ends the file without a line end, another line would give it one: its
        mark says then that it has none."""
        if end < len(self.text):
            return []
        spans = (place.value for place in self._places.values() if place.value.end == end)
        for start in {span.start for span in spans}:
            mark = _BLOCK.match(self.text, start)
            if mark and mark[0][-1] != "-":
                return [(Span(*mark.span()), mark[0].rstrip("+") + "-")]
        return []

    def _insert_flow(self, pointer: Pointer, items: list[Span], index: int, text: str) -> list[Replacement]:
        if index < len(items):
            at = items[index].start
            own = self._begins_line(at)
            gap = self._break(at) + " " * self._column(at) if own else " "
            return [(Span(at, at), f"{text},{gap}")]
        last, whole = items[-1], self._span(pointer)
        comma = self._comma(last.end)
        end = last.end if comma is None else comma + 1
        if not self._begins_line(last.start):
            return [(Span(end, end), f", {text}" if comma is None else f" {text},")]
        line = f"{self._break(last.start)}{' ' * self._column(last.start)}{text}"
        at = self._line_end(end) if self._free(end) and self._line_end(end) < whole.end else end
        if comma is not None:
            return [(Span(at, at), f"{line},")]
        return [(Span(at, at), f",{line}")] if at == end else [(Span(end, end), ","), (Span(at, at), line)]

    def _comma(self, offset: int) -> int | None:
        """The comma after an item, over blanks and comments; None where there is none."""
        space = _SPACE.match(self.text, offset)
        at = space.end() if space else offset
        return at if self.text[at : at + 1] == "," else None

    def begin(self, pointer: Pointer, item: str) -> list[Replacement]:
        """Put the first item into a list that is empty or not there after its key."""
        span = self._span(pointer)
        old = self.text[span.start : span.end]
        nothing = not old or old in ("~", "null", "Null", "NULL") or _NO_LIST.match(old)
        if nothing and isinstance(pointer[-1], str) and not self._flows(pointer[:-1]):
            return self._begin_block(pointer, span, item)
        if old.startswith("["):
            return [(Span(span.start + 1, span.start + 1), item)]
        return self.replace(pointer, f"[{item}]")

    def _begin_block(self, pointer: Pointer, span: Span, item: str) -> list[Replacement]:
        start = span.start
        while self.text[start - 1] == " ":
            start -= 1
        key = self._place(pointer).key
        assert key is not None
        gone = [(Span(start, span.end), "")] if span.end > span.start else []
        line = self._line_after(span.end, self._column(key.start) + len(_STEP), f"- {item}")
        return [*gone, *line]

    def add(
        self, pointer: Pointer, value: str, order: Sequence[str], block: str | None = None
    ) -> list[Replacement]:
        """Put a new key into a mapping."""
        parent, key = pointer[:-1], str(pointer[-1])
        holder = self.value(parent)
        text = f"{word(key)}: {value}"
        if holder is _ABSENT:
            return self.add(parent, f"{{{text}}}", order)
        if not holder:
            if parent or self.data is not None:
                return self.replace(parent, f"{{{text}}}")
            line = f"{word(key)}: {value}" if block is None else f"{word(key)}:\n{_STEP}{block}"
            end = len(self.text)
            before = "" if not self.text or self.text[-1] in "\r\n" else self._lines.line_end
            return [(Span(end, end), f"{before}{line}{self._lines.line_end}")]
        items, names = self._items(parent), list(holder)
        before_it = order[: order.index(key)] if key in order else ()
        at = max((names.index(name) for name in before_it if name in names), default=len(items) - 1)
        if self._flows(parent):
            return self._insert_flow(parent, items, at + 1, text)
        column = self._column(items[0].start)
        if block is not None:
            indent = " " * (column + len(_STEP))
            text = f"{word(key)}:{self._break(items[at].start)}{indent}{block}"
        return self._line_after(items[at].end, column, text)

    # ── replacing ─────────────────────────────────────────────────────────────────────────

    def replace(self, pointer: Pointer, value: str) -> list[Replacement]:
        """Put another value where one stands."""
        span = self._span(pointer)
        old = self.text[span.start : span.end]
        before = self.value(pointer)
        if not old:
            return self._fill(pointer, value)
        if isinstance(before, dict | tuple) and not self._flows(pointer):
            return self._replace_block(pointer, span, value)
        if old[0] in ("|", ">"):
            return [(Span(span.start, span.start + len(old.rstrip("\r\n"))), value)]
        if old[0] in ('"', "'") and _BARE.match(value) and isinstance(yaml.read(value).data, str):
            value = f"{old[0]}{value}{old[0]}"
        return [(span, value)]

    def _fill(self, pointer: Pointer, value: str) -> list[Replacement]:
        """Put a value where none is written."""
        place = self._place(pointer)
        if place.key is None:
            return [(place.value, f" {value}")]
        colon = self._colon(place.key)
        if colon is None:
            return [(Span(place.key.end, place.key.end), f": {value}")]
        return [(Span(colon, colon), f" {value}")]

    def _colon(self, key: Span) -> int | None:
        """The end of the colon after a key; None for a key of brackets that has none."""
        found = _COLON.match(self.text, key.end)
        return found.end() if found else None

    def _replace_block(self, pointer: Pointer, span: Span, value: str) -> list[Replacement]:
        """Put a value where a collection of several lines stands; a comment after its key stays."""
        key = self._place(pointer).key
        colon = self._colon(key) if key else None
        if colon is None or not self._begins_line(span.start):
            return [(Span(span.start, span.end - self._breaks(span.end)), value)]
        start = span.start - self._column(span.start)
        return [(Span(colon, colon), f" {value}"), (Span(start, self._after(span.end)), "")]

    def _breaks(self, end: int) -> int:
        """How many characters of line ends a value ends with."""
        return end - len(self.text[:end].rstrip("\r\n"))

    # ── removing ──────────────────────────────────────────────────────────────────────────

    def remove(self, pointer: Pointer) -> list[Replacement]:
        """Take an item out of its collection."""
        parent, last = pointer[:-1], pointer[-1]
        holder = self.value(parent)
        if holder is _ABSENT:
            raise LookupError(last)
        holder[last]  # LookupError where there is none
        items = self._items(parent)
        index = list(holder).index(last) if isinstance(holder, dict) else int(last)
        item = items[index]
        flows = self._flows(parent)
        if len(items) == 1:
            return self._emptied(parent, item, flows, "{}" if isinstance(holder, dict) else "[]")
        if flows:
            return self._remove_flow(items, index)
        if self._begins_line(item.start):
            return [(Span(item.start - self._column(item.start), self._after(item.end)), "")]
        return [(Span(item.start, items[1].start), "")]

    def _emptied(self, parent: Pointer, item: Span, flows: bool, empty: str) -> list[Replacement]:
        if not flows:
            return self.replace(parent, empty)
        whole = self._span(parent)
        around = self.text[whole.start + 1 : item.start] + self.text[item.end : whole.end - 1]
        if not around.strip():
            return [(whole, empty)]
        comma = self._comma(item.end)
        return [(Span(item.start, item.end if comma is None else comma + 1), "")]

    def _remove_flow(self, items: list[Span], index: int) -> list[Replacement]:
        item = items[index]
        comma = self._comma(item.end)
        end = item.end if comma is None else comma + 1
        if self._begins_line(item.start) and self._free(end):
            line = Span(item.start - self._column(item.start), self._next_line(end))
            if comma is not None:
                return [(line, "")]
            before = self._comma(items[index - 1].end)
            return [(line, "")] if before is None else [(Span(before, before + 1), ""), (line, "")]
        if index + 1 < len(items):
            return [(Span(item.start, items[index + 1].start), "")]
        return [(Span(items[index - 1].end, item.end), "")]
