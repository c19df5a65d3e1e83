"""The formats of `opsbook metrics`: what each promises its reader, also where records are hostile."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.metrics.rows import rows
from opsbook.metrics.summary import By, summary
from opsbook.metrics.targets import results
from opsbook.model.time import Interval, instant
from opsbook.output.frames import width
from opsbook.output.metrics import csv as as_csv
from opsbook.output.metrics import json as as_json
from opsbook.output.metrics import markdown, openmetrics, text
from opsbook.output.metrics.sections import Told, bar, percent, sparkline, time

EXAMPLE = Path(__file__).parents[2]
YEAR = Interval(instant("2025-11-23T00:00Z"), instant("2026-11-23T09:30Z"))
EVIL = [
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@SUM(A1)",
    "\u202e",
    "a|b",
    "<script>",
    '"',
    "\\",
    "##[error]",
    "x" * 200,
]


def told(book: Book, by: By | None = None, within: Interval = YEAR) -> Told:
    found = rows(book)
    whole = summary(book, found, within, within.end, by)
    return Told(whole, results(book, found, whole), by, lambda person: person)


@pytest.fixture(scope="module")
def example() -> Told:
    return told(Book(WorkTree(EXAMPLE)), "service")


@pytest.fixture(scope="module")
def hostile() -> Told:
    """Names that would do something in a spreadsheet, a page, a terminal or a scrape."""
    factors = json.dumps([each for each in EVIL if each.strip()])
    texts = {
        f"incidents/2026/2026-03-0{day}-n/incident.yaml": "title: t\nseverity: SEV1\n"
        f"services: [s{day}]\ncontributing_factors: {factors}\ntimeline:\n"
        f'  - {{at: 2026-03-0{day}T09:00Z, milestone: started, text: "x"}}\n'
        for day in range(1, 4)
    }
    found = told(Book(Memory({"opsbook.toml": "", **texts})), "service")
    (group, *_), (service, *_) = found.summary.groups, found.summary.services
    groups = tuple(group._replace(name=name) for name in EVIL)
    services = tuple(service._replace(id=name) for name in EVIL)
    return found._replace(summary=found.summary._replace(groups=groups, services=services))


EMPTY = told(Book(Memory({"opsbook.toml": ""})))


# ── text ──────────────────────────────────────────────────────────────────────────────────


def test_no_line_is_wider_than_80_columns(example: Told) -> None:
    assert max(map(width, text.render(example).splitlines())) <= 80


def test_colour_changes_no_letter(example: Told) -> None:
    assert re.sub(r"\033\[[0-9;]*m", "", text.render(example, color=True)) == text.render(example)


def test_where_the_terminal_knows_ascii_alone_nothing_else_is_printed(
    example: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    names = {each.id for each in example.summary.services}
    assert all(name.isascii() for name in names)
    assert text.render(example).isascii()


def test_an_empty_book_is_told_in_a_few_lines() -> None:
    printed = text.render(EMPTY)
    assert len(printed.splitlines()) < 15
    assert "No page is on record." in printed


def test_record_text_moves_no_cursor_and_is_no_command(hostile: Told) -> None:
    for printed in (text.render(hostile), markdown.render(hostile), as_csv.render(hostile)):
        assert "\u202e" not in printed
        assert "##[" not in printed


def test_lengths_are_said_as_people_say_them() -> None:
    said = {0: "0m", 40: "40s", 60: "1m", 3599: "1h", 4800: "1h20m", 50_000: "14h", 223_200: "2d14h"}
    assert {seconds: time(seconds) for seconds in said} == said
    assert (time(None), time(float("inf")), time(3_024_000)) == ("–", "∞", "35d")


def test_a_share_is_never_rounded_to_all_or_to_none() -> None:
    assert (percent(0.999), percent(0.001), percent(1), percent(0), percent(None)) == (
        "99 %", "1 %", "100 %", "0 %", "–",
    )  # fmt: skip


def test_plots_show_the_largest_as_the_largest_and_nothing_as_nothing() -> None:
    assert sparkline([0, 1, 5, 10]) == "▁▂▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert (bar(10, 10, 4), bar(5, 10, 4), bar(0, 10, 4), bar(3, 3, 20)) == ("████", "██", "", "███")


def test_a_verdict_says_how_large_the_change_is() -> None:
    """Thirty incidents of an hour, then thirty of four hours."""
    texts = {
        f"incidents/{day:%Y}/{day}-n/incident.yaml": "title: t\nseverity: SEV1\ntimeline:\n"
        f'  - {{at: {day}T01:00Z, milestone: started, text: "x"}}\n'
        f'  - {{at: {day}T{hours + 1:02}:{place:02}Z, milestone: mitigated, text: "x"}}\n'
        for first, hours in (("2026-01-01", 1), ("2026-01-31", 4))
        for place in range(30)
        for day in [date.fromisoformat(first) + timedelta(days=place)]
    }
    within = Interval(instant("2026-01-31T00:00Z"), instant("2026-03-02T00:00Z"))
    printed = " ".join(text.render(told(Book(Memory({"opsbook.toml": "", **texts})), within=within)).split())
    found = re.search(r"the median to mitigate is (\S+) to (\S+) longer than before\.", printed)
    assert found
    assert "2h" in found[1]
    assert "3h" in found[2]


# ── markdown ──────────────────────────────────────────────────────────────────────────────


def test_every_row_of_a_table_has_as_many_cells_as_its_head(hostile: Told) -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", markdown.render(hostile), re.MULTILINE)
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert len(blocks) > 3
    assert "<script>" not in markdown.render(hostile)


# ── csv ───────────────────────────────────────────────────────────────────────────────────


def test_no_cell_of_csv_is_a_formula(hostile: Told) -> None:
    read = list(csv.reader(io.StringIO(as_csv.render(hostile))))
    assert {len(row) for row in read} == {8}
    for row in read:
        *words, value = row
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in words)
        assert re.fullmatch(r"-?[0-9.]+(e[-+][0-9]+)?|better|worse|cannot tell|value", value)


def test_csv_says_what_the_summary_says(example: Told) -> None:
    read = list(csv.DictReader(io.StringIO(as_csv.render(example))))
    found = {
        row["statistic"]: row["value"]
        for row in read
        if row["figure"] == "time_to_mitigate" and not row["by"]
    }
    spread = example.summary.now.whole.spreads["mitigate"]
    assert (float(found["median"]), int(found["n"])) == (spread.median, spread.known)


# ── json ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", ["example", "hostile", "empty"])
def test_json_is_strict_and_ascii(which: str, request: pytest.FixtureRequest) -> None:
    found = EMPTY if which == "empty" else request.getfixturevalue(which)
    printed = as_json.render(found)
    assert printed.isascii()

    def refuse(name: str) -> None:
        raise AssertionError(name)

    read = json.loads(printed, parse_constant=refuse)
    assert read["now"]["whole"]["incidents"] == found.summary.now.whole.incidents
    assert read.keys() >= {"version", "by", "as_of", "now", "before", "comparisons", "targets", "services"}


# ── OpenMetrics ───────────────────────────────────────────────────────────────────────────

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\n]|\\[\"\\n])*\""
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|Inf)|NaN"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_LABEL})(?:,{_LABEL})*)?\}})? ({_NUMBER})")
_META = re.compile(rf"# (TYPE|UNIT|HELP) ({_NAME}) ((?:[^\\\n\"]|\\[\\n\"])*)")


def exposition(printed: str) -> Iterator[tuple[str, str, str]]:
    """The samples of an OpenMetrics 1.0 text as family, labels and value; what is none fails an assertion.

    By the ABNF and the rules of the specification: the metadata of a family stand before its samples, once
    each; families do not interleave; the unit ends the name; a sample does not come twice; `# EOF` ends it.
    """
    assert printed.endswith("\n# EOF\n")
    assert printed.count("# EOF") == 1
    seen: set[str] = set()
    samples: set[tuple[str, str]] = set()
    family, types, said = "", {}, set()
    for line in printed.removesuffix("# EOF\n").splitlines():
        meta = _META.fullmatch(line)
        if meta:
            kind, name, value = meta.groups()
            if name != family:
                assert name not in seen
                seen.add(name)
                family, said = name, set()
            assert kind not in said
            said.add(kind)
            if kind == "TYPE":
                assert value in ("gauge", "info")
                types[name] = value
            if kind == "UNIT":
                assert name.endswith(f"_{value}")
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample, line
        name, labels, value = sample[1], sample[2] or "", sample[3]
        suffix = "_info" if types[family] == "info" else ""
        assert name == family + suffix
        names = re.findall(r"([a-zA-Z_][a-zA-Z0-9_]*)=\"", re.sub(r"\\.", "", labels))
        assert len(names) == len(set(names))
        assert (name, labels) not in samples
        samples.add((name, labels))
        yield family, labels, value


@pytest.mark.parametrize("which", ["example", "hostile", "empty"])
def test_openmetrics_is_valid_to_the_letter(which: str, request: pytest.FixtureRequest) -> None:
    found = EMPTY if which == "empty" else request.getfixturevalue(which)
    assert len(list(exposition(openmetrics.render(found)))) > 10


def test_openmetrics_says_what_the_summary_says(example: Told) -> None:
    read = {(family, labels): value for family, labels, value in exposition(openmetrics.render(example))}
    spread = example.summary.now.whole.spreads["mitigate"]
    assert float(read["opsbook_time_to_mitigate_seconds", 'statistic="median"']) == spread.median
    assert float(read["opsbook_incidents", ""]) == example.summary.now.whole.incidents


def test_a_target_that_was_missed_can_be_alerted_on(example: Told) -> None:
    read = {
        labels: value for family, labels, value in exposition(openmetrics.render(example))
        if family == "opsbook_target_met_by_target"
    }  # fmt: skip
    assert read['target="sev1-acknowledge"'] == "1"
    assert read['target="sev1-resolve"'] == "0"
    assert 'target="fewer-sev0"' not in read


def test_a_sum_over_the_labels_of_a_family_counts_nothing_twice(example: Told) -> None:
    read = [
        int(value) for family, _, value in exposition(openmetrics.render(example))
        if family == "opsbook_incidents_by_severity"
    ]  # fmt: skip
    assert sum(read) == example.summary.now.whole.incidents
