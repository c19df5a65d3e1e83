"""A finding as a person reads it: the place, the line, what is marked in it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Diagnostic, Level
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.lint.check import Report
    from opsbook.text import Location

_COLORS = {Level.ERROR: "31", Level.WARNING: "33", Level.ADVICE: "36"}
_WIDTH = 120
_NOTICES = 10


class Paint:
    """ANSI colours, or none."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        return f"\033[{style}m{text}\033[0m" if self._color and text else text

    def level(self, level: Level, text: str) -> str:
        return self(text, f"1;{_COLORS[level]}")


def clean(text: str) -> str:
    """Record text for a terminal: what does not print is written out, so that it cannot move the
    cursor, colour, ring, reorder what is shown or begin a line; a tab becomes a space.

    So is `##[`, wherever it stands: a GitHub runner takes it for a command in any line it prints.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(c if c.isprintable() else " " if c == "\t" else f"\\u{ord(c):04x}" for c in text)
    return text.replace("##[", "##\\u005b")


def frame(diagnostic: Diagnostic, paint: Paint) -> str:
    """One finding in several lines."""
    level = diagnostic.level
    head = paint.level(level, f"{level}[{diagnostic.code}]")
    lines = [f"{head} {paint(diagnostic.name, '1')}: {clean(diagnostic.message)}"]
    gutter = len(
        str(max([diagnostic.location, *(r.location for r in diagnostic.related)], key=_line).start.line)
    )
    lines += _place(diagnostic.location, "-->", gutter, paint, _COLORS[level], "^")
    for related in diagnostic.related:
        lines += [f"{' ' * gutter} {paint('=', '34')} {clean(related.message)}:"]
        lines += _place(related.location, "-->", gutter, paint, "34", "-")
    if diagnostic.hint:
        lines.append(f"{' ' * gutter} {paint('=', '34')} help: {clean(diagnostic.hint)}")
    if diagnostic.fix:
        how = "--fix" if diagnostic.fix.safe else "--fix --unsafe-fixes"
        lines.append(f"{' ' * gutter} {paint('=', '34')} `opsbook check {how}` can do this")
    return "\n".join(lines)


def _line(location: Location) -> int:
    return location.start.line


def _place(location: Location, arrow: str, gutter: int, paint: Paint, color: str, mark: str) -> list[str]:
    from opsbook.lint.secrets import masked  # not by a command that quotes no record

    start, end = location.start, location.end
    space, bar = " " * gutter, paint("|", "34")
    lines = [f"{space}{paint(arrow, '34')} {clean(location.path)}:{start.line}:{start.column}"]
    text = location.source.line(start.line) if location.source.text else ""
    if not text.strip():
        return lines
    last = end.column - 1 if end.line == start.line else len(text)
    text, first, last = _window(masked(text), start.column - 1, max(last, start.column))
    before, marked = clean(text[:first]), clean(text[first:last])
    number = paint(f"{start.line:>{gutter}}", "34")
    lines.append(f"{space} {bar}")
    lines.append(f"{number} {bar} {clean(text)}")
    lines.append(f"{space} {bar} {' ' * width(before)}{paint(mark * max(width(marked), 1), '1;' + color)}")
    return lines


def _window(text: str, first: int, last: int) -> tuple[str, int, int]:
    """The part of a long line around what is marked."""
    if len(text) <= _WIDTH:
        return text, first, last
    begin = max(0, min(first - 30, len(text) - _WIDTH))
    shown = text[begin : begin + _WIDTH]
    first, last = first - begin, min(last - begin, _WIDTH)
    if begin:
        shown, first, last = "…" + shown[1:], max(first, 1), max(last, 2)
    if begin + _WIDTH < len(text):
        shown = shown[:-1] + "…"
    return shown, first, last


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def summary(report: Report, paint: Paint) -> str:
    """The last lines: how much was found in how much, and what is known already."""
    new = [each for each in report.diagnostics if not each.before]
    parts = [
        paint.level(level, count(number, str(level)))
        for level in (Level.ERROR, Level.WARNING, Level.ADVICE)
        if (number := sum(each.level is level for each in new))
    ]
    if not report.checked and not report.diagnostics:
        return "no records here: they stand in incidents/, policies/, rotations/ and runbooks/\n"
    nothing = "nothing new" if report.diagnostics else "nothing wrong"
    found = ", ".join(parts) if parts else paint(nothing, "1;32")
    fixable = sum(each.fix is not None and each.fix.safe for each in new)
    line = f"{found} in {count(report.checked, 'record')}"
    if fixable:
        line += f"; `opsbook check --fix` mends {fixable:,}"
    return "\n".join([line, *known(report)]) + "\n"


def elsewhere(report: Report) -> list[Diagnostic]:
    """What time alone brought, where the change did nothing: worth a notice, nobody's fault."""
    return [each for each in report.diagnostics if each.before == "time"]


def notices(report: Report) -> Iterator[str]:
    """What time alone brought elsewhere, a line each, as many as a person reads."""
    found = elsewhere(report)
    for each in found[:_NOTICES]:
        yield f"notice[{each.code}] {clean(str(each.location))}: {clean(each.message)}\n"
    if len(found) > _NOTICES:
        yield f"{count(len(found) - _NOTICES, 'more notice')}; `opsbook check` shows them\n"


def known(report: Report) -> Iterator[str]:
    """What is found and not shown, and why, a line each."""
    old = sum(each.before == "base" for each in report.diagnostics)
    if old:
        yield f"{count(old, 'finding')} that this change did not bring; `opsbook check` shows them"
    due = len(elsewhere(report))
    if due:
        yield f"{count(due, 'notice')} of what came with time, where this change did nothing"
    if report.burndown is None:
        return
    first, left, gone = report.burndown
    mended = f", {(first - left) / first:.0%} mended" if first else ""
    yield f"{left:,} of {count(first, 'finding')} of the baseline left{mended}"
    if gone:
        yield f"{count(gone, 'finding')} of the baseline no longer found: `opsbook baseline` takes that out"


def wrapped(said: str, before: str, width: int, paint: Paint, style: str) -> Iterator[str]:
    """A text in lines of a width, each after the same indent."""
    from textwrap import wrap

    lines = wrap(clean(said), max(width - len(before), 30), break_on_hyphens=False)
    yield from (f"{before}{paint(line, style)}\n" if style else f"{before}{line}\n" for line in lines)
