"""What a pull request does, for whoever reviews it: for the summary of its job, and for one comment.

The report travels as data: sections of plain lines. Whoever shows it writes the Markdown, in which nothing
of a line can be markup beyond code in backticks; so that the workflow that may write a comment takes from the
one that read a stranger's change nothing but words, and looks at these as at any others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.errors import UserError
from opsbook.output.frames import clean
from opsbook.output.markdown import prose
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.metrics.agenda import Chosen, Item
    from opsbook.metrics.brought import Brought
    from opsbook.metrics.similarity import Earlier
    from opsbook.output.rota.words import Block

TITLES = (
    "What changes",
    "Findings",
    "Clocks",
    "On call",
    "Earlier incidents like these",
)
MARKER = "<!-- opsbook:report -->"
SUMMARY = 900_000
"""Bytes of a summary; GitHub takes 1 MiB."""
COMMENT = 60_000
"""Characters of a comment; GitHub takes 65,536."""
LARGEST = 1_000_000
"""Bytes of a report that is read."""
_LINES = 100
"""Lines of a section that are kept."""
_SHOWN = 12
"""Lines of a section that are shown before the rest is folded."""
_LETTERS = 400


class Section(NamedTuple):
    """One thing to know, a line each: text, in which only backticks mean something."""

    title: str
    lines: tuple[str, ...]
    more: int = 0
    """How many lines there are beside these."""


class Report(NamedTuple):
    """What a pull request does."""

    number: int | None
    """Its number; None where nobody said it."""
    head: str
    """The commit that was looked at."""
    sections: tuple[Section, ...]


def section(title: str, lines: Iterable[str]) -> Section:
    """A section with as many lines as are worth keeping, each short enough to read."""
    found = [_short(line) for line in lines]
    return Section(title, tuple(found[:_LINES]), max(0, len(found) - _LINES))


def _short(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1].replace('`', chr(39))}…"


# ── what there is to say ──────────────────────────────────────────────────────────────────


def changes(found: Sequence[Brought]) -> Iterator[str]:
    for each in found:
        how = "cannot be read" if each.how == "unreadable" else f"is {each.how}"
        facts = f": {', '.join(each.facts)}" if each.facts else ""
        yield f"{each.kind} `{_code(each.id)}` {how}{facts}"


def findings(new: Sequence[Diagnostic], gone: Sequence[Diagnostic]) -> Iterator[str]:
    if new or gone:
        yield f"{count(len(new), 'finding')} new, {len(gone):,} gone"
    for sign, some in (("new", new), ("gone", gone)):
        for each in some:
            yield f"{sign}: {each.level} `{each.code}` `{_code(str(each.location))}` {each.message}"


def clocks(started: Sequence[Item], near: Sequence[Item], chosen: Chosen) -> Iterator[str]:
    """The clocks that a change starts, and those of what it touches that are late or run out soon."""
    from opsbook.output.agenda.words import headline, how_late, when, whose

    for word, items in (("starts", started), ("runs", near)):
        for each in items:
            said = how_late(each, chosen) if each.overdue else f"due {when(each.due, chosen)}"
            yield f"{word}: {headline(each)}, {said}, {whose(each)}"


def on_call(blocks: Sequence[Block]) -> Iterator[str]:
    """What somebody should look at first; then each rotation and service in a line."""
    for block in blocks:
        for line in (*block.lines, *block.last):
            if line.careful:
                yield f"⚠️ {block.title}: {line.subject}{line.rest}"
    for block in blocks:
        calm = [line for line in block.lines if not line.careful]
        if calm:
            rest = f", and {len(calm) - 1:,} more" if len(calm) > 1 else ""
            yield f"{block.title}: {calm[0].subject}{calm[0].rest}{rest}"


def similar(id: str, found: Sequence[Earlier]) -> Iterator[str]:
    for each in found:
        left = (
            f"; not finished: {', '.join(f'`{_code(item)}`' for item in each.unfinished)}"
            if each.unfinished
            else ""
        )
        yield f"`{_code(id)}` is like `{_code(each.incident.id)}` ({each.common}){left}"


def _code(text: str) -> str:
    return text.replace("`", "'")


# ── Markdown ──────────────────────────────────────────────────────────────────────────────


def markdown(report: Report, room: int, last: str = "") -> str:
    """The report; `last` is a line at its end."""
    parts = ["## opsbook: what this change does\n"]
    told = [each for each in report.sections if each.lines]
    if not told:
        parts.append("No record changes.\n")
    room -= 1_000 + len(last.encode("utf-8", "replace"))
    for each in told:
        text = f"### {each.title}\n\n{_listed(each)}"
        room -= len(text.encode("utf-8", "replace"))
        if room < 0:
            parts.append("There is more: `opsbook ci report` shows it.\n")
            break
        parts.append(text)
    return "\n".join([*parts, *([f"{prose(last)}\n"] if last else [])])


def _listed(found: Section) -> str:
    lines = [f"- {prose(line)}\n" for line in found.lines]
    rest = "".join(lines[_SHOWN:])
    if found.more:
        rest += f"- … and {found.more:,} more\n"
    folded = (
        f"\n<details><summary>{len(lines) - _SHOWN + found.more:,} more</summary>\n\n{rest}\n</details>\n"
    )
    return "".join(lines[:_SHOWN]) + (folded if rest else "")


# ── data ──────────────────────────────────────────────────────────────────────────────────


def written(report: Report) -> str:
    """The report as data."""
    sections = [each._asdict() for each in report.sections]
    said = {"schema": 1, "pull_request": report.number, "head": report.head, "sections": sections}
    return json.dumps(said) + "\n"


def read(content: bytes) -> Report:
    """A report that came from where nothing is to be trusted; UserError for what is none."""
    if len(content) > LARGEST:
        raise UserError(f"the report has {len(content):,} bytes, more than {LARGEST:,}")
    try:
        said = json.loads(content)
        sections = tuple(map(_section, said["sections"]))
        number, head = said["pull_request"], said["head"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise UserError("the report is none of `opsbook ci report`") from None
    if said.get("schema") != 1 or len(sections) > len(TITLES):
        raise UserError("the report is of another opsbook", "use the same version in both workflows")
    if type(number) is not int or not 0 < number < 10**9:
        raise UserError("the report names no pull request", "`opsbook ci report --pull-request NUMBER`")
    if not isinstance(head, str) or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", head):
        raise UserError("the report names no commit")
    return Report(number, head, sections)


def _section(said: Any) -> Section:
    title, lines, more = said["title"], said["lines"], said["more"]
    if title not in TITLES or type(more) is not int or not 0 <= more < 10**6:
        raise ValueError(title)
    if not (
        isinstance(lines, list) and len(lines) <= _LINES and all(isinstance(each, str) for each in lines)
    ):
        raise ValueError(title)
    return Section(title, tuple(_short(clean(each)) for each in lines), more)
