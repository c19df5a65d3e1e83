"""Laws of fixing and of suppressing, on small books put together from the examples on the rules' pages.

A book takes the files of a few examples; where two write the same record, it says what both say. So faults
stand beside others that no page shows together.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from opsbook.book.document import Document
from opsbook.book.kinds import identify
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.diagnostics import Diagnostic
from opsbook.lint.catalog import Selection, catalog
from opsbook.lint.check import Report, check
from opsbook.lint.examples import Example, examples
from opsbook.lint.session import Session

SHOWN = [
    example
    for rule in catalog().values()
    for example in examples(rule)
    if not (example.links or example.base or None in example.files.values())
]
SETTINGS = "opsbook.toml"


@cache
def mendable() -> list[Example]:
    """The examples in which something has a fix."""
    return [
        each
        for each in SHOWN
        if any(found.fix for found in Case({SETTINGS: b"", **each.files}, each.as_of).report().diagnostics)  # type: ignore[dict-item]
    ]


class Case(NamedTuple):
    """A book and when it is looked at."""

    texts: dict[str, bytes]
    now: datetime

    @property
    def book(self) -> Book:
        return Book(Memory(dict(self.texts)))

    def report(self) -> Report:
        book = self.book
        return check(book, lambda: Selection(book.settings, "strict"), self.now)[0]


def joined(path: str, first: bytes, second: bytes) -> bytes:
    """One record that says what two say: of settings and keys that both have, the first has its way."""
    if first == second or not path.endswith((".yaml", ".md")):
        return first
    if path.endswith(".md"):
        body = re.sub(rb"\A---\n.*?\n---\n", b"", second, flags=re.DOTALL)
        return first.rstrip(b"\n") + b"\n\n" + body
    have = set(re.findall(rb"^\w+(?=:)", first, re.MULTILINE))
    blocks = re.split(rb"^(?=\w+:)", second, flags=re.MULTILINE)
    new = [each for each in blocks if (key := re.match(rb"\w+(?=:)", each)) and key[0] not in have]
    return first.rstrip(b"\n") + b"\n" + b"".join(new)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A book of one to four examples."""
    texts: dict[str, bytes] = {SETTINGS: b""}
    shown = draw(st.lists(st.sampled_from(mendable()) | st.sampled_from(SHOWN), min_size=1, max_size=4))
    for example in shown:
        for path, content in example.files.items():
            assert content is not None
            texts[path] = joined(path, texts[path], content) if texts.get(path) else content
    if draw(st.booleans()):
        texts = {path: re.sub(rb"(?<!\r)\n", b"\r\n", content) for path, content in texts.items()}
    return Case(texts, max(example.as_of for example in shown))


def said(found: Diagnostic) -> tuple[str, str, str]:
    """A finding; that a comment has ended or silences nothing is the same: another may take its place."""
    idle = found.name in ("unused_suppression", "expired_suppression")
    return "idle" if idle else found.code, found.location.path, "" if idle else found.message


# ── fixing ────────────────────────────────────────────────────────────────────────────────


def fixed(case: Case, *, unsafe: bool) -> Case:
    """The book after `opsbook check --fix`."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in case.texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        session = Session(root, case.now, profile="strict", cache=False, root=root)
        changes, _ = session.fix((), session.check(), unsafe=unsafe)
        session.write(changes)
        texts = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        return case._replace(texts=texts)


@given(cases(), st.booleans())
def test_fixes_converge_and_bring_no_new_finding(case: Case, unsafe: bool) -> None:
    after = fixed(case, unsafe=unsafe)
    assert fixed(after, unsafe=unsafe) == after, "a second run changes nothing"
    before, found = (Counter(each.code for each in one.report().diagnostics) for one in (case, after))
    assert found - before == Counter(), "no new finding"


# ── suppressing ───────────────────────────────────────────────────────────────────────────


def silenced(document: Document[Any], found: Diagnostic) -> str | None:
    """The record with a comment that silences a finding; None where none can stand: inside of code or of
    a value, beside another comment or a tag, and before a byte order mark."""
    text, line = document.source.text, document.source.line_span(found.location.start.line)
    comment = f"opsbook: ignore[{found.code}] it may stay as it is"
    words = text[line.start : line.end].strip()
    if words.startswith(("\ufeff", "#!", "<")) or not words:
        return None
    front = document.front
    if document.kind.markdown and not (front and line.start < front.body):
        in_code = any(map(document.page.hidden, range(line.start, line.end + 1)))
        if in_code:
            return None
        if words.startswith("#"):  # a heading is quoted as it is written
            return f"{text[: line.start]}<!-- {comment} -->\n{text[line.start :]}"
        return f"{text[: line.end]} <!-- {comment} -->{text[line.end :]}"
    if words.startswith("#") or (front and not front.span.start <= line.start < front.span.end):
        return None
    around = document.value_at(line.start)
    if around and around.span.start < line.start:
        return None
    indent = " " * (line.end - line.start - len(text[line.start : line.end].lstrip(" ")))
    return f"{text[: line.start]}{indent}# {comment}\n{text[line.start :]}"


@given(cases(), st.data())
def test_a_suppression_removes_exactly_what_it_names_on_its_line(case: Case, data: st.DataObject) -> None:
    report, book = case.report(), case.book
    places = [
        each
        for each in report.diagnostics
        if identify(each.location.path) and book.read(each.location.path).readable
    ]
    assume(places)
    chosen = data.draw(st.sampled_from(places))
    path = chosen.location.path
    text = silenced(book.read(path), chosen)
    assume(text is not None)
    assert text is not None
    after = case._replace(texts=case.texts | {path: text.encode()}).report()
    silent = [
        each
        for each in report.diagnostics
        if (each.code, each.location.path, each.location.start.line)
        == (chosen.code, path, chosen.location.start.line)
    ]
    expected = Counter(map(said, report.diagnostics)) - Counter(map(said, silent))
    assert Counter(map(said, after.diagnostics)) == expected
    assert sorted(map(said, (each for each, _ in after.suppressed))) == sorted(
        map(said, (*silent, *(each for each, _ in report.suppressed)))
    )
