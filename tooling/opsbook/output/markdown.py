"""A report in Markdown, for the summary of a CI job or a comment: counts, then findings by file.

What records say is data here: it stands in code spans, or with everything escaped that GitHub or
GitLab would make a link, a mention, a tag or a table of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from opsbook.diagnostics import Diagnostic, Level
from opsbook.output.frames import clean, elsewhere, known
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.lint.check import Report

_LEVELS = (Level.ERROR, Level.WARNING, Level.ADVICE)
_NOTICES = 50
_ROOM = 900_000
"""Bytes for findings: GitHub refuses a job summary of more than 1 MiB."""
_ACTIVE = re.compile(r"[!$%&:@](?!\s)|[#*+<=>\[\\\]^_`{|}~]|(?<=www)\.", re.IGNORECASE)
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->", "#": "#<!-- -->"}
"""The others take a backslash; a mention or the number of an issue would come through that."""

FOR_FORGES = True


def render(report: Report, *, color: bool = False) -> str:
    new = [each for each in report.diagnostics if not each.before]
    parts = [_head(new, report.checked)]
    if new:
        parts += [_table(new), *_listed(new)]
    due = elsewhere(report)
    if due:
        parts += ["### Came with time, not with this change\n", *map(_notice, due[:_NOTICES])]
    parts += [f"{line}.\n" for line in known(report)]
    return "\n".join(parts)


def _head(new: list[Diagnostic], checked: int) -> str:
    found = count(len(new), "finding") if new else "nothing wrong"
    return f"## opsbook: {found} in {count(checked, 'record')}\n"


def _table(new: list[Diagnostic]) -> str:
    lines = ["| level | findings | `--fix` mends |", "|---|--:|--:|"]
    for level in _LEVELS:
        found = [each for each in new if each.level is level]
        if found:
            fixable = sum(each.fix is not None and each.fix.safe for each in found)
            lines.append(f"| {level} | {len(found):,} | {fixable:,} |")
    return "\n".join(lines) + "\n"


def _listed(new: list[Diagnostic]) -> Iterator[str]:
    """A section a file, until there is no more room."""
    room, left = _ROOM, len(new)
    for path, group in groupby(new, key=lambda each: each.location.path):
        findings = list(group)
        section = f"### {code(clean(path))}\n\n" + "".join(map(_item, findings))
        room -= len(section.encode("utf-8", "backslashreplace"))
        if room < 0:
            yield f"{count(left, 'more finding')}; `opsbook check` shows them.\n"
            return
        left -= len(findings)
        yield section


def _item(each: Diagnostic) -> str:
    start = each.location.start
    hint = f" ({prose(each.hint)})" if each.hint else ""
    place = f"line {start.line}, column {start.column}"
    return f"- **{each.level}** `{each.code}` {prose(each.name)}, {place}: {prose(each.message)}{hint}\n"


def _notice(each: Diagnostic) -> str:
    return f"- `{each.code}` {code(clean(str(each.location)))}: {prose(each.message)}\n"


def prose(text: str) -> str:
    """A message: what it quotes in backticks becomes code, the rest says only what it says."""
    pieces = clean(text).split("`")
    if len(pieces) % 2 == 0:  # the last backtick has no partner
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(escaped(piece) if index % 2 == 0 else code(piece) for index, piece in enumerate(pieces))


def escaped(text: str) -> str:
    """Text in which a forge finds no markup, link, mention or number of an issue."""
    return _ACTIVE.sub(lambda match: _WRITTEN.get(match[0], "\\" + match[0]), text)


def code(text: str) -> str:
    """A code span; GitHub makes nothing of what stands in one."""
    if not text.strip():
        return f"\\`{text}\\`"
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if "`" in text else ""
    return f"{fence}{room}{text}{room}{fence}"


def cell(text: str) -> str:
    """A code span in a cell of a table, where a bar would begin the next one even in code."""
    return code(clean(text)).replace("|", "\\|")
