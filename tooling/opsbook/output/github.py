"""Annotations on a pull request: the workflow commands that GitHub's runner reads from a log.

GitHub shows ten of each level a step, so the worst come first and the rest are only counted; the
job summary (`markdown`) has them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from opsbook.diagnostics import Diagnostic, Level
from opsbook.output.frames import Paint, clean, elsewhere, summary
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.lint.check import Report

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}
SHOWN = 10
"""Annotations of one level that GitHub shows for a step."""

FOR_FORGES = True


def render(report: Report, *, color: bool = False) -> str:
    lines, hidden = [], []
    for level in _COMMANDS:
        found = [each for each in report.diagnostics if each.level is level and not each.before]
        found += elsewhere(report) if level is Level.ADVICE else []
        lines += [_annotation(each) + "\n" for each in found[:SHOWN]]
        hidden += found[SHOWN:]
    return "".join(lines) + _rest(hidden) + summary(report, Paint(False))


def _rest(hidden: Sequence[Diagnostic]) -> str:
    if not hidden:
        return ""
    numbers = {level: sum(each.level is level for each in hidden) for level in _COMMANDS}
    parts = ", ".join(count(number, str(level)) for level, number in numbers.items() if number)
    return f"not annotated, since GitHub shows {SHOWN} of a level: {parts}\n"


def _annotation(each: Diagnostic) -> str:
    start, end = each.location.start, each.location.end
    where: dict[str, str | int] = {"file": each.location.path, "line": start.line, "endLine": end.line}
    if start.line == end.line:  # the runner takes columns within one line only
        where |= {"col": start.column, "endColumn": end.column}
    where["title"] = f"{each.code} {each.name}"
    return f"::{_COMMANDS[each.level]} {written(where)}::{_message(each)}"


def written(properties: Mapping[str, str | int]) -> str:
    """What stands between a command's name and its message."""
    return ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())


def _message(each: Diagnostic) -> str:
    """The place again, since the log shows the message alone; then what to do, on its own line."""
    lines = [f"{each.location}: {each.message}", each.hint]
    return "%0A".join(data(line) for line in lines if line)


def data(text: str) -> str:
    """A message in which a runner finds no command."""
    return clean(text).replace("%", "%25")  # `clean` left no line break to escape


def _property(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
