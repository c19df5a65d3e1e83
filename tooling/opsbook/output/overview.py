"""What a first check ends with: where the findings are, and what to do first. Ten lines at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.diagnostics import Level
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.check import Report
    from opsbook.output.frames import Paint

MANY = 40
"""From so many findings on, nobody reads them one by one."""
_FAMILIES = 4
_RULES = 3
UNREADABLE = "documents"
_PARTS = frozenset(f"RUN00{number}" for number in range(1, 7))
"""Rules that ask a runbook of `kind: incident` for its parts."""
_OF_ANOTHER_KIND = 4
"""Parts that a page lacks when it was never meant to have them."""


def lines(report: Report, paint: Paint) -> Iterator[str]:
    """The findings by family, then numbered steps."""
    from opsbook.lint.catalog import catalog

    new = [each for each in report.diagnostics if not each.before]
    families: dict[str, list[Diagnostic]] = {}
    for each in new:
        families.setdefault(catalog()[each.code].family, []).append(each)
    ranked = sorted(families.items(), key=lambda item: -len(item[1]))
    width = max(len(f"{len(found):,}") for found in families.values())
    for family, found in ranked[:_FAMILIES]:
        yield f"{len(found):>{width},}  {paint(f'{family:<11}', '1')}  {_rules(found)}"
    rest = sum(len(found) for _, found in ranked[_FAMILIES:])
    if rest:
        yield f"{rest:>{width},}  {paint('elsewhere', '1')}"
    for number, step in enumerate(_steps(new, families), 1):
        yield f"{paint(f'{number}.', '1')} {step}"


def _rules(found: Sequence[Diagnostic]) -> str:
    """The rules that found most, and how many others did."""
    ranked = Counter(each.name for each in found).most_common()
    shown = ", ".join(f"{name} {number:,}" for name, number in ranked[:_RULES])
    more = len(ranked) - _RULES
    return shown + (f", {count(more, 'other rule')}" if more > 0 else "")


def _steps(new: Sequence[Diagnostic], families: dict[str, list[Diagnostic]]) -> Iterator[str]:
    if UNREADABLE in families:
        records = len({each.location.path for each in families[UNREADABLE]})
        yield (
            f"what cannot be read as meant hides what else is wrong, in {count(records, 'record')}: "
            f"`opsbook check --select {UNREADABLE}`"
        )
    lacking = Counter(each.location.path for each in new if each.code in _PARTS)
    others = sum(number >= _OF_ANOTHER_KIND for number in lacking.values())
    if others > len(lacking) / 2:
        yield (
            f"{count(others, 'runbook')} may be of another kind: `default_runbook_kind` in the settings, "
            "such as `procedure`"
        )
    urgent = [each for each in new if each.level > Level.ADVICE and each not in families.get(UNREADABLE, ())]
    if urgent and any(each.level == Level.ADVICE for each in new):
        yield f"more than advice {'is' if len(urgent) == 1 else 'are'} {_rules(urgent)}"
    fixable = sum(each.fix is not None and each.fix.safe for each in new)
    if fixable:
        yield f"`opsbook check --fix` mends {fixable:,}; `--diff` shows how"
    yield "`opsbook baseline` puts the rest in a file that may only shrink: then only what is new fails"
