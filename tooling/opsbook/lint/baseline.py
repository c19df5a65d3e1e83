"""What was wrong when a book began with opsbook: a file of findings that may only shrink.

A team with a hundred old runbooks cannot mend them all on the day it begins. `opsbook baseline` writes
down what is wrong today; from then on only what is new fails. A finding that is gone is taken out, and
none is put in later without a reason.

A finding is known by its fingerprint: lines inserted above, a moved page or a renamed folder change
nothing, and the same fault twice counts twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.tree import BASELINE_FILE
from opsbook.diagnostics import Diagnostic, Level
from opsbook.errors import UserError
from opsbook.lint.check import Burndown
from opsbook.lint.fingerprint import Fingerprint, fingerprint, known

if TYPE_CHECKING:
    from opsbook.book.tree import Tree
    from opsbook.lint.check import Report


class Entry(NamedTuple):
    """How many findings of a mark there were, what their rule is called, and why they were put in
    after the beginning, where they were."""

    number: int
    rule: str
    because: str = ""


class Baseline(NamedTuple):
    """The file: when it was begun, how many findings were ever put in, and which are left."""

    begun: date
    first: int
    entries: Mapping[Fingerprint, Entry]

    @property
    def left(self) -> int:
        return sum(entry.number for entry in self.entries.values())


# ── judging ───────────────────────────────────────────────────────────────────────────────


def compare(report: Report, baseline: Baseline, *, whole: bool) -> Report:
    """The report with everything that the baseline knows marked and taken down to advice.

    `whole` says that every record was looked at, so that what is no longer found is gone.
    """
    room = Counter({each: entry.number for each, entry in baseline.entries.items()})
    old = known(map(fingerprint, report.diagnostics), room)
    if whole:
        old |= _moved(report, room, old)
    diagnostics = tuple(
        each._replace(level=Level.ADVICE, before="baseline") if index in old else each
        for index, each in enumerate(report.diagnostics)
    )
    gone = room.total() if whole else 0
    return report._replace(
        diagnostics=diagnostics, burndown=Burndown(baseline.first, baseline.left - gone, gone)
    )


def _moved(report: Report, room: Counter[Fingerprint], old: set[int]) -> set[int]:
    """Findings that a record brought along under a new name: room is left under the old one."""
    found = {fingerprint(each).record for each in report.diagnostics}
    lost: dict[Fingerprint, list[Fingerprint]] = {}
    for each in sorted(+room):
        if each.record not in found:
            lost.setdefault(each._replace(record=""), []).extend([each] * room[each])
    moved = set()
    for index, diagnostic in enumerate(report.diagnostics):
        nameless = fingerprint(diagnostic)._replace(record="")
        if index not in old and lost.get(nameless):
            room[lost[nameless].pop()] -= 1
            moved.add(index)
    return moved


# ── changing ──────────────────────────────────────────────────────────────────────────────


def begin(report: Report, fails: Level, today: date) -> Baseline:
    """A baseline of everything that fails today."""
    entries = _entries(each for each in report.diagnostics if each.level >= fails and not each.before)
    return Baseline(today, sum(entry.number for entry in entries.values()), entries)


def shrink(baseline: Baseline, report: Report) -> Baseline:
    """The baseline without what is gone, every record under its present name."""
    entries = _entries(each for each in report.diagnostics if each.before == "baseline")
    return baseline._replace(entries=_with_reasons(entries, baseline.entries))


def accept(baseline: Baseline, diagnostics: Iterable[Diagnostic], because: str) -> Baseline:
    """The baseline with these findings put in, and why."""
    entries = dict(baseline.entries)
    for each, entry in _entries(diagnostics).items():
        old = entries.get(each)
        number = entry.number + (old.number if old else 0)
        entries[each] = entry._replace(number=number, because=because)
    added = sum(entry.number for entry in entries.values()) - baseline.left
    return baseline._replace(first=baseline.first + added, entries=entries)


def grown(baseline: Baseline, earlier: Baseline) -> list[Fingerprint]:
    """What stands in a baseline without a reason, and did not in an earlier one, under any name."""
    before: Counter[Fingerprint] = Counter()
    for each, entry in earlier.entries.items():
        before[each._replace(record="")] += entry.number
    found = []
    for each, entry in sorted(baseline.entries.items()):
        before[each._replace(record="")] -= entry.number
        if before[each._replace(record="")] < 0 and not entry.because:
            found.append(each)
    return found


def _entries(diagnostics: Iterable[Diagnostic]) -> dict[Fingerprint, Entry]:
    found: dict[Fingerprint, Entry] = {}
    for diagnostic in diagnostics:
        each = fingerprint(diagnostic)
        number = found[each].number + 1 if each in found else 1
        found[each] = Entry(number, diagnostic.name)
    return found


def _with_reasons(
    entries: Mapping[Fingerprint, Entry], before: Mapping[Fingerprint, Entry]
) -> dict[Fingerprint, Entry]:
    reasons = {each._replace(record=""): entry.because for each, entry in before.items() if entry.because}
    return {
        each: entry._replace(because=reasons.get(each._replace(record=""), ""))
        for each, entry in entries.items()
    }


# ── the file ──────────────────────────────────────────────────────────────────────────────


def read(tree: Tree) -> Baseline | None:
    """The baseline of a tree; None where it has none, UserError where it cannot be read."""
    if not tree.has(BASELINE_FILE):
        return None
    try:
        lines = tree.read(BASELINE_FILE).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{BASELINE_FILE}: cannot be read: {error}") from None
    rows = [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise UserError(f"{BASELINE_FILE}: empty", "`opsbook baseline` writes it; delete it to begin anew")
    try:
        begun, first = date.fromisoformat(rows[0]["begun"]), int(rows[0]["findings"])
        entries = [(_mark(row), Entry(int(row.get("count", 1)), row["rule"], row.get("because", "")))
                   for row in rows[1:]]  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{BASELINE_FILE}: {_said(error)}", "take it from git again, or delete it to begin anew"
        ) from None
    return Baseline(begun, first, _merged(entries))


def _row(number: int, line: str) -> dict[str, Any]:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise UserError(
            f"{BASELINE_FILE}:{number}: a merge conflict",
            "keep the lines of both sides; order does not matter",
        )
    try:
        found = json.loads(line)
    except ValueError as error:
        raise UserError(f"{BASELINE_FILE}:{number}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise UserError(f"{BASELINE_FILE}:{number}: found {line[:40]}, expected an object")
    return found


def _said(error: Exception) -> str:
    return f"no key `{error.args[0]}`" if isinstance(error, KeyError) else str(error)


def _mark(row: Mapping[str, Any]) -> Fingerprint:
    return Fingerprint(*(str(row[key]) for key in ("record", "within", "code", "quote")))


def _merged(entries: Iterable[tuple[Fingerprint, Entry]]) -> dict[Fingerprint, Entry]:
    """The entries; of two for one mark, which a merge leaves behind, the larger."""
    found: dict[Fingerprint, Entry] = {}
    for each, entry in entries:
        if each not in found or found[each].number < entry.number:
            found[each] = entry
    return found


def write(baseline: Baseline) -> str:
    """The text of the file: a line about itself, then a line an entry, sorted, so that two branches that
    mend different things merge."""
    head = {"begun": baseline.begun.isoformat(), "findings": baseline.first}
    rows = [_written(each, entry) for each, entry in sorted(baseline.entries.items())]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (head, *rows))


def _written(each: Fingerprint, entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {
        "record": each.record, "within": each.within, "code": each.code, "rule": entry.rule,
        "quote": each.quote,
    }  # fmt: skip
    if entry.number > 1:
        row["count"] = entry.number
    return row | ({"because": entry.because} if entry.because else {})
