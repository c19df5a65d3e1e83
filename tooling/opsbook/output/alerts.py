"""The audit of alerts as people and programs read it: what is to be done first, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from opsbook.metrics.alerts import NAMES, PARTS, VERDICTS
from opsbook.output.frames import Paint, clean
from opsbook.output.markdown import cell, escaped
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.metrics.alerts import Audit, Audited, Noise

_SHOWN = 12
"""Groups of alerts of one verdict that are shown; `--all` shows every one."""
_NAMES = 12
"""Names of alerts of which the same is to be said that are shown."""
_COLORS = {"remove": "1;31", "raise the threshold": "1;33", "fix": "1;36", "keep": "1;32"}


def head(audit: Audit) -> str:
    """What was looked at: alerts, files, days, and pages of what."""
    alerts, pages = len(audit.alerts), sum(each.noise.pages for each in audit.alerts)
    where = "incidents and the page log" if audit.logged else "incidents only: nobody logs other pages"
    return (
        f"{count(alerts, 'alert')} in {count(audit.files, 'rule file')}, {count(pages, 'page')} "
        f"in {audit.days} days ({where})"
    )


def text(audit: Audit, paint: Paint, width: int, *, everything: bool) -> Iterator[str]:
    """The audit, for a terminal."""
    yield from (f"{line}\n" for line in wrap(clean(head(audit)), width))
    for verdict in VERDICTS:
        found = [each for each in audit.alerts if each.verdict == verdict]
        if not found:
            continue
        yield f"\n{paint(verdict, _COLORS[verdict])}  {len(found):,}\n"
        if verdict == "keep" and not everything:
            continue
        groups: dict[tuple[str, ...], list[Audited]] = {}
        for each in found:
            groups.setdefault(each.why, []).append(each)
        shown = list(groups.values()) if everything else list(groups.values())[:_SHOWN]
        for group in shown:
            yield from _group(group, paint, width, everything)
        left = len(found) - sum(map(len, shown))
        if left:
            yield f"  and {left:,} more; `--all` shows them\n"
    yield from _table(audit, paint)
    for line in _aside(audit):
        yield "\n"
        yield from (f"{each}\n" for each in wrap(clean(line), width, break_on_hyphens=False))


def _group(group: Sequence[Audited], paint: Paint, width: int, everything: bool) -> Iterator[str]:
    """Alerts of which the same is to be said."""
    first = group[0]
    if len(group) == 1:
        place = f"{first.at.path}:{first.at.start.line}"
        more = f", {first.copies} times" if first.copies > 1 else ""
        yield f"  {paint(clean(first.name), '1')}  {paint(clean(f'{first.sort}, {place}{more}'), '2')}\n"
    else:
        names = [clean(each.name) for each in group[: None if everything else _NAMES]]
        if len(group) > len(names):
            names.append(f"and {len(group) - len(names):,} more")
        yield f"  {paint(f'{len(group):,} alerts', '1')}\n"
        yield from _wrapped(", ".join(names), width)
    for reason in first.why:
        yield from _wrapped(f"- {clean(reason)}" if len(group) > 1 else clean(reason), width)


def _wrapped(said: str, width: int) -> Iterator[str]:
    lines = wrap(
        said, max(width - 4, 30), break_on_hyphens=False, subsequent_indent="  " * said.startswith("- ")
    )
    yield from (f"    {line}\n" for line in lines)


def _table(audit: Audit, paint: Paint) -> Iterator[str]:
    """How many have each part of what is asked for, of those that may wake somebody."""
    asked = [each for each in audit.alerts if not each.quiet]
    if not asked:
        return
    yield f"\n{paint('of those that may wake somebody', '1')}\n"
    width = max(len(NAMES[part]) for part in PARTS)
    for part in PARTS:
        there = sum(part in each.has for each in asked)
        said = f"{there:,} of {len(asked):,}"
        yield f"  {NAMES[part]:<{width}}  {said if there == len(asked) else paint(said, '33')}\n"
    sorts = ", ".join(f"{sum(each.sort == sort for each in asked):,} {sort}" for sort in _sorts(asked))
    yield f"  {'kind':<{width}}  {sorts}\n"


def _sorts(asked: Sequence[Audited]) -> list[str]:
    return sorted({each.sort for each in asked}, key=("static", "burn-rate", "anomaly").index)


def _aside(audit: Audit) -> Iterator[str]:
    if audit.strangers:
        names = [f"{name} ({number})" for name, number in audit.strangers[:_SHOWN]]
        more = f" and {len(audit.strangers) - _SHOWN} more" if len(audit.strangers) > _SHOWN else ""
        yield f"paged, and in no rule file: {', '.join(names)}{more}"
    if audit.unreadable:
        yield f"not read to the end: {', '.join(audit.unreadable)}; `opsbook check` says why"


def one(each: Audited, audit: Audit, paint: Paint, width: int) -> Iterator[str]:
    """All there is to say of one alert."""
    yield f"{paint(clean(each.name), '1')}  {paint(each.verdict, _COLORS[each.verdict])}\n"
    rows = [
        (
            "stands in",
            f"{each.at.path}:{each.at.start.line}" + (f", {each.copies} times" if each.copies > 1 else ""),
        ),
        ("kind", each.sort + (", wakes nobody" if each.quiet else "")),
        *((NAMES[part], each.has.get(part) or f"none: {each.lacks[part]}") for part in PARTS),
        ("pages", _pages(each.noise, audit)),
        ("incidents", ", ".join(each.incidents) or "none"),
        *(("why" if not number else "", reason) for number, reason in enumerate(each.why)),
    ]
    column = max(len(name) for name, _ in rows) + 2
    for name, said in rows:
        first, *rest = wrap(clean(said), max(width - column, 30), break_on_hyphens=False) or [""]
        yield f"{name:<{column}}{first}\n"
        yield from (f"{' ' * column}{line}\n" for line in rest)


def _pages(noise: Noise, audit: Audit) -> str:
    where = "" if audit.logged else ", incidents only"
    if not noise.pages:
        return f"none in {audit.days} days{where}"
    parts = (
        (noise.acted, "acted on"), (noise.idle, "needed nothing"), (noise.unanswered, "unanswered"),
        (noise.unsaid, "without an outcome"), (noise.repeated, "again within an incident"),
    )  # fmt: skip
    said = ", ".join(f"{number} {words}" for number, words in parts if number)
    people = "one person" if noise.people == 1 else f"{noise.people} people"
    return f"{noise.pages}, to {people}{where}: {said}"


def markdown(audit: Audit) -> str:
    """The audit as a page: what is to be done, in tables."""
    parts = [f"## Alerts\n\n{escaped(clean(head(audit)))}.\n"]
    for verdict in VERDICTS:
        found = [each for each in audit.alerts if each.verdict == verdict]
        if not found:
            continue
        parts.append(f"### {verdict.capitalize()}: {len(found):,}\n")
        if verdict != "keep":
            rows = "".join(
                f"| {cell(each.name)} | {each.sort} | {each.noise.pages} | "
                f"{'; '.join(escaped(clean(reason)) for reason in each.why)} |\n"
                for each in found
            )
            parts.append(f"| alert | kind | pages | why |\n|---|---|--:|---|\n{rows}")
    parts += [f"{escaped(clean(line[0].upper() + line[1:]))}.\n" for line in _aside(audit)]
    return "\n".join(parts)


def data(audit: Audit) -> dict[str, Any]:
    """The audit as plain data."""
    from opsbook.model.time import write_instant

    return {
        "version": 1,
        "from": write_instant(audit.within.start),
        "to": write_instant(audit.within.end),
        "files": audit.files,
        "pages": "incidents and page log" if audit.logged else "incidents only",
        "alerts": [_data(each) for each in audit.alerts],
        "in_no_rule_file": dict(audit.strangers),
        "unreadable": list(audit.unreadable),
    }


def _data(each: Audited) -> dict[str, Any]:
    return {
        "alert": each.name,
        "path": each.at.path,
        "line": each.at.start.line,
        "copies": each.copies,
        "kind": each.sort,
        "wakes": not each.quiet,
        "service": each.service,
        "has": dict(each.has),
        "lacks": dict(each.lacks),
        "pages": each.noise._asdict(),
        "incidents": list(each.incidents),
        "verdict": each.verdict,
        "why": list(each.why),
    }
