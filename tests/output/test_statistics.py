"""How often each rule found something."""

from __future__ import annotations

from opsbook.diagnostics import Diagnostic, Level
from opsbook.edits import Edit, Fix
from opsbook.lint.check import Report
from opsbook.output.statistics import counted
from opsbook.text import Location, Source, Span

WHERE = Location(Source("runbooks/cache.md", "# Cache\n"), Span(0, 7))


def finding(code: str, name: str, level: Level, **more: object) -> Diagnostic:
    return Diagnostic(code, name, level, WHERE, "x")._replace(**more)  # type: ignore[arg-type]


def test_the_most_frequent_rule_comes_first_and_equal_ones_by_code() -> None:
    fix = Fix("mend", (Edit(WHERE, ""),))
    found = (
        finding("RUN001", "missing_owner", Level.WARNING),
        finding("REF001", "unknown_reference", Level.ERROR, fix=fix),
        *[finding("ACT002", "overdue", Level.ADVICE, fix=fix._replace(safe=False)) for _ in range(11)],
        finding("RUN001", "missing_owner", Level.ERROR, before="base"),
    )
    assert counted(Report(found, (), 4)).splitlines() == [
        "11  ACT002  advice   overdue",
        " 1  REF001  error    unknown_reference  `--fix` mends 1",
        " 1  RUN001  warning  missing_owner",
        "1 error, 1 warning, 11 advice in 4 records; `opsbook check --fix` mends 1",
        "1 finding that this change did not bring; `opsbook check` shows them",
    ]


def test_a_rule_with_several_levels_shows_the_worst() -> None:
    found = (finding("RUN001", "x", Level.ADVICE), finding("RUN001", "x", Level.ERROR))
    assert counted(Report(found, (), 1)).splitlines()[0] == "2  RUN001  error    x"
