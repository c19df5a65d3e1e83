"""One record: its text, what it says, and where it says it."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from opsbook.book import quick
from opsbook.book.subset import MAX_PROBLEMS, Problem
from opsbook.text import Location, Place, Pointer, Source, Span

if TYPE_CHECKING:  # the Markdown parser is loaded only by commands that read a page
    from opsbook.book.kinds import Kind
    from opsbook.book.markdown import FrontMatter, Page
    from opsbook.book.tree import Tree

T = TypeVar("T", covariant=True)

MAX_BYTES = 1 << 20
"""A record larger than this was not written by a person."""

SHELLS = frozenset(("bash", "sh", "shell", "zsh", "ksh"))
"""Languages of a block of code that promise a script."""
_CONFLICT = re.compile(r"^(?:<{7} |>{7} |\|{7} )", re.MULTILINE)
_SHOWN_CONFLICT = re.compile(r"^<{7} .*^={7}\s.*^>{7} ", re.MULTILINE | re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = bytes(sign for sign in range(128) if _CONTROL.match(chr(sign)))


class Decoded(NamedTuple):
    """A file's text, and what is wrong with its bytes; `fatal` where it cannot be read on."""

    source: Source
    problems: tuple[Problem, ...]
    fatal: bool


def decode(path: str, content: bytes) -> Decoded:
    """Bytes → text, whatever the bytes."""
    if len(content) > MAX_BYTES:
        size = f"{len(content) / (1 << 20):.1f} MiB"
        return _fatal(path, "", Problem(
            "too_large", Span(0, 0), f"{size}, a record is at most 1 MiB",
            "keep logs and exports in `evidence/`",
        ))  # fmt: skip
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        return _fatal(path, content.decode("utf-8", "replace"), Problem(
            "not_utf8", Span(len(before), len(before) + 1),
            "saved as UTF-16" if utf16 else f"byte 0x{content[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
        ))  # fmt: skip
    conflict = _conflict(path, text) if ">>>>>>>" in text else None
    if conflict:
        return _fatal(path, text, Problem(
            "merge_conflict", Span(*conflict.span()), "a merge conflict that nobody resolved",
            "choose what stays between `<<<<<<<` and `>>>>>>>`, and delete the markers",
        ))  # fmt: skip
    if text.startswith("\ufeff"):
        mark = Problem(
            "byte_order_mark", Span(0, 1), "a byte order mark begins the file",
            "save as UTF-8 without it", fix=(Span(0, 1), ""),
        )  # fmt: skip
        return Decoded(Source(path, text), (mark,), fatal=False)
    return Decoded(Source(path, text), (), fatal=False)


def _conflict(path: str, text: str) -> re.Match[str] | None:
    """The first mark of a merge conflict. A page may show a whole conflict in a block of code, but not
    where a shell is meant to run the block."""
    found = _CONFLICT.search(text)
    if found is None or not path.endswith(".md"):
        return found
    from opsbook.book.markdown import Page

    shown = [
        fence.code
        for fence in Page(text, _start(text)).fences
        if fence.fenced
        and fence.language.lower() not in SHELLS
        and _SHOWN_CONFLICT.search(text[fence.code.start : fence.code.end])
    ]
    marks = _CONFLICT.finditer(text)
    return next((each for each in marks if not any(s <= each.start() < e for s, e in shown)), None)


def _fatal(path: str, text: str, problem: Problem) -> Decoded:
    return Decoded(Source(path, text), (problem,), fatal=True)


class Document(Generic[T]):
    """A record of a kind; `content` is None where it could not be read, and `problems` say why."""

    def __init__(
        self,
        kind: Kind,
        id: str,
        source: Source,
        content: T | None,
        problems: tuple[Problem, ...] = (),
        front: FrontMatter | None = None,
        keys: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.id = id
        self.source = source
        self.problems = problems
        self.front = front
        self.keys = keys
        """The keys written at its top."""
        self._content = content

    def __repr__(self) -> str:
        return f"Document({self.kind.name}, {self.id!r})"

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def readable(self) -> bool:
        return self._content is not None

    @property
    def content(self) -> T:
        """What it says; ValueError for a document that is not `readable`."""
        if self._content is None:
            raise ValueError(f"{self.path} could not be read")
        return self._content

    @property
    def refusal(self) -> tuple[str, str]:
        """Where it cannot be read and why, and what to do about that; only of one that is not `readable`."""
        problem = next((each for each in self.problems if each.fix is None), self.problems[0])
        return (
            f"{self.span(problem.span)} cannot be read: {problem.message}",
            f"`opsbook check {self.path}` says how to mend it",
        )

    @cached_property
    def page(self) -> Page:
        """The structure of a Markdown document, front matter left out."""
        from opsbook.book.markdown import Page

        return Page(self.source.text, self._begins)

    @property
    def body(self) -> str:
        """The text of a Markdown document, front matter left out."""
        return self.source.text[self._begins :]

    @property
    def _begins(self) -> int:
        return self.front.body if self.front else _start(self.source.text)

    @cached_property
    def _places(self) -> dict[Pointer, Place]:
        text, base = _data_text(self.source.text, self.front)
        if self.kind.markdown and self.front is None:
            return {}
        from opsbook.book import yaml  # libyaml is loaded only where a place is asked for

        found = yaml.places(text)
        return {pointer: _moved(place, base) for pointer, place in found.items()} if base else found

    def at(self, *pointer: str | int) -> Location:
        """Where a value is written, or the nearest thing around it that is."""
        return Location(self.source, self._place(pointer).value)

    def key_at(self, *pointer: str | int) -> Location:
        """Where a value's key is written; the value itself where it has none."""
        place = self._place(pointer)
        first = _first_line(self.source, place.value)
        return Location(self.source, place.key or min(place.value, first))

    def has(self, *pointer: str | int) -> bool:
        """Whether this is written at all, rather than a default."""
        return pointer[0] in self.keys and (len(pointer) == 1 or pointer in self._places)

    def within(self, offset: int) -> str:
        """What stands around an offset, by a name that outlives its line: the keys down to the value,
        an item of a list being `*`, or the heading above."""
        if self.kind.markdown and not (self.front and offset < self.front.body):
            above = [each.text for each in self.page.headings if each.span.start <= offset]
            return above[-1] if above else ""
        around = [
            (place.value.end - start, pointer)
            for pointer, place in self._places.items()
            if (start := min(place.key or place.value, place.value).start) <= offset <= place.value.end
        ]
        smallest = min(around, key=lambda each: (each[0], -len(each[1])), default=(0, ()))[1]
        return "/".join("*" if isinstance(step, int) else step for step in smallest)

    def written_at(self, offset: int) -> bool:
        """Whether an offset lies inside a single value, quotes included."""
        return self.value_at(offset) is not None

    def value_at(self, offset: int) -> Location | None:
        """The single value around an offset, quotes included; None between values."""
        last = bisect_right(self._leaves, Span(offset, len(self.source.text))) - 1
        if last < 0 or offset >= self._leaves[last].end:
            return None
        return Location(self.source, self._leaves[last])

    def empty_at(self, offset: int) -> bool:
        """Whether a value is left out at an offset: after `key:` with nothing more."""
        return Span(offset, offset) in self._leaves

    @cached_property
    def _leaves(self) -> list[Span]:
        """Where single values stand, in order."""
        leaves = self._places.keys() - {pointer[:-1] for pointer in self._places}
        return sorted(self._places[pointer].value for pointer in leaves)

    def _place(self, pointer: Pointer) -> Place:
        while pointer and pointer not in self._places:
            pointer = pointer[:-1]
        if not pointer:
            return Place(self.head.span, None)
        return self._places[pointer]

    @property
    def head(self) -> Location:
        """Where to point when something is missing: the first heading or key, else the start."""
        if self.kind.markdown and self.page.headings:
            return Location(self.source, self.page.headings[0].span)
        for pointer, place in self._places.items():
            if len(pointer) == 1 and place.key:
                return Location(self.source, place.key)
        return self.first_line

    @property
    def first_line(self) -> Location:
        """The first line of a record, or of a page's front matter."""
        start = self.front.span.start if self.front else _start(self.source.text)
        return Location(self.source, _first_line(self.source, Span(start, start)))

    def span(self, span: Span) -> Location:
        """A location in this document."""
        return Location(self.source, span)


def _first_line(source: Source, span: Span) -> Span:
    line = source.line_span(source.position(span.start).line)
    return Span(span.start, max(span.start, line.end))


def _start(text: str) -> int:
    return 1 if text.startswith("\ufeff") else 0


def _data_text(text: str, front: FrontMatter | None) -> tuple[str, int]:
    """The YAML of a document and the offset at which it begins."""
    if front is not None:
        return text[front.span.start : front.span.end], front.span.start
    start = _start(text)
    return text[start:], start


def _moved(place: Place, by: int) -> Place:
    key = place.key and Span(place.key.start + by, place.key.end + by)
    return Place(Span(place.value.start + by, place.value.end + by), key)


def source_at(tree: Tree, path: str) -> Source:
    """The text at any path of a tree; empty where it cannot be read."""
    try:
        return decode(path, tree.read(path)).source
    except OSError:
        return Source(path, "")


# ── reading ───────────────────────────────────────────────────────────────────────────────


def read(kind: Kind, id: str, path: str, content: bytes) -> Document[Any]:
    """A document from its bytes; never an exception."""
    decoded = decode(path, content)
    source, problems = decoded.source, list(decoded.problems)
    if decoded.fatal:
        return Document(kind, id, source, None, tuple(problems))
    if kind.model is None:
        return Document(kind, id, source, source.text, tuple(problems))
    front = None
    if kind.markdown:
        control = _CONTROL.search(source.text) if content.translate(None, _CONTROLS) != content else None
        if control:
            problems.append(Problem(
                "control_character", Span(*control.span()),
                f"character U+{ord(control[0]):04X} in a text", "remove it",
            ))  # fmt: skip
            return Document(kind, id, source, None, tuple(problems))
        front, problem = _front(source.text)
        if problem:
            return Document(kind, id, source, None, (*problems, problem))
    draft: Document[Any] = Document(kind, id, source, None, tuple(problems), front)
    if kind.markdown and front is None:
        return _filled(draft, {})
    text, base = _data_text(source.text, front)
    certain = quick.data(text)
    if certain is not None:
        document = _filled(draft, certain)
        if len(document.problems) == len(problems):
            return document
    from opsbook.book import yaml

    reading = yaml.read(text)
    if reading.problems:
        moved = (p._replace(span=Span(p.span.start + base, p.span.end + base)) for p in reading.problems)
        return Document(kind, id, source, None, (*problems, *moved), front)
    return _filled(draft, {} if kind.markdown and reading.data is None else reading.data)


def _filled(draft: Document[Any], data: Any) -> Document[Any]:
    """The document with what its data says, and what is wrong with that."""
    content, wrong = _validated(draft, data)
    keys = frozenset(data) if isinstance(data, dict) else frozenset()
    return Document(draft.kind, draft.id, draft.source, content, (*draft.problems, *wrong), draft.front, keys)


def _front(text: str) -> tuple[FrontMatter | None, Problem | None]:
    from opsbook.book.markdown import front_matter

    front = front_matter(text, _start(text))
    if front is None:
        return None, None
    mark = Span(_start(text), _start(text) + 3)
    if front.mark == "+++":
        return front, Problem(
            "toml_front_matter", mark, "TOML front matter, opsbook reads YAML",
            "write it between `---` lines, as `key: value`",
        )  # fmt: skip
    if not front.closed:
        return front, Problem(
            "unclosed_front_matter", mark, "front matter begins here and never ends",
            "close it with a line `---`",
        )  # fmt: skip
    return front, None


def _validated(draft: Document[Any], data: Any) -> tuple[Any, list[Problem]]:
    from opsbook.book.validate import complaints, found

    if not isinstance(data, dict):
        what = "empty" if data is None else f"found {found(data)}"
        message = f"{what}, expected a record: {draft.kind.name}"
        return None, [Problem("invalid_value", draft.first_line.span, message)]
    if (
        not draft.kind.markdown
        and "schema" in data
        and (type(data["schema"]) is not int or data["schema"] != 1)
    ):
        return None, [_other_schema(data["schema"], draft.at("schema").span)]
    data = {key: value for key, value in data.items() if key != "schema" and not key.startswith("x-")}
    content, wrong = complaints(draft.kind.adapter, data)
    problems = _near_misses(draft, data) if draft.kind.markdown else []
    for complaint in wrong:
        place = draft.key_at if complaint.on_key else draft.at
        rule = "invalid_value" if complaint.known else "unknown_key"
        if complaint.message.endswith("is missing"):
            rule = "missing_key"
        span = place(*complaint.pointer).span
        problems.append(Problem(rule, span, complaint.message, complaint.hint))
    return content, problems


def _other_schema(version: Any, span: Span) -> Problem:
    from opsbook.book.validate import found

    if type(version) is int and version > 1:
        return Problem(
            "newer_schema", span, f"schema `{version}`, this opsbook reads schema 1", "upgrade opsbook"
        )  # fmt: skip
    return Problem("invalid_value", span, f"found {found(version)}, expected the number 1", "remove `schema`")


def _near_misses(draft: Document[Any], data: dict[str, Any]) -> list[Problem]:
    """Keys of a page that nobody knows and that look like one of ours; others belong to the site."""
    from opsbook.book.validate import nearest

    names = draft.kind.keys
    problems = []
    for key in sorted(data.keys() - names)[:MAX_PROBLEMS]:
        near = nearest(key, names) if len(key) > 3 else None
        if near and abs(len(near) - len(key)) <= 2:
            problems.append(Problem(
                "unknown_key", draft.key_at(key).span, f"unknown key `{key}`", f"did you mean `{near}`?",
            ))  # fmt: skip
    return problems
