"""A comment silences what stands on its line, or on the next line that is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.lint.catalog import Selection
from opsbook.lint.check import Report, check

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RUNBOOK = "runbooks/failover.md"
ENTRIES = """\
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
"""
LATE = '  - {at: 2026-03-02T08:31Z, text: "Failed over"}'
COMMENT = "opsbook: ignore[INC001] the clock of that host was wrong"


def report(path: str, text: str, *, now: datetime = NOW) -> Report:
    book = Book(Memory({"opsbook.toml": "", path: text}))
    found, _ = check(book, lambda: Selection(book.settings, "strict"), now)
    return found


def codes(found: Report) -> list[str]:
    return [each.code for each in found.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        f"{ENTRIES}{LATE}  # {COMMENT}\n",
        f"{ENTRIES}  # {COMMENT}\n{LATE}\n",
        f"{ENTRIES}  # {COMMENT}\n\n  # and a word more\n{LATE}\n",
        f"{ENTRIES}{LATE}  # {COMMENT}\n".replace("\n", "\r\n"),
    ],
)
def test_in_yaml_it_speaks_of_its_line_or_of_the_next(text: str) -> None:
    found = report(INCIDENT, text)
    assert "INC001" in codes(report(INCIDENT, text.replace("INC001", "XYZ")))
    assert codes(found) == []
    assert [each.code for each, _ in found.suppressed] == ["INC001"]


def test_it_silences_exactly_one_rule_on_exactly_one_line() -> None:
    found = report(INCIDENT, f"{ENTRIES}{LATE}  # {COMMENT}\n{LATE}\n")
    assert [(each.code, each.location.start.line) for each in found.diagnostics] == [("INC001", 5)]


@pytest.mark.parametrize(
    "text",
    [
        f'title: "# {COMMENT}"\n{ENTRIES.partition(chr(10))[2]}{LATE}\n',
        f"title: x\nsummary: |\n  # {COMMENT}\n{ENTRIES.partition(chr(10))[2]}{LATE}\n",
    ],
)
def test_text_that_looks_like_a_comment_is_none(text: str) -> None:
    assert codes(report(INCIDENT, text)) == ["INC001"]


PARTS = "RUN001, RUN002, RUN003, RUN004, RUN005, RUN006, RUN007, RUN008"


@pytest.mark.parametrize(
    "text",
    [
        f"# Failover <!-- opsbook: ignore[{PARTS}] a stub for now -->\n",
        f"<!-- opsbook: ignore[{PARTS}] a stub for now -->\n# Failover\n",
        f"<!-- opsbook: ignore[{PARTS}] a stub for now -->\n\n# Failover\n",
    ],
)
def test_in_markdown_it_speaks_of_a_heading(text: str) -> None:
    assert codes(report(RUNBOOK, text)) == []


def test_above_a_block_of_code_it_speaks_of_the_whole_block() -> None:
    whole = "# A\n\n{}\n```bash\nuptime\n$ df -h\n$ ls\n```\n"
    silent = report(RUNBOOK, whole.format("<!-- opsbook: ignore[RUN011] a recorded session -->"))
    assert "RUN011" in codes(report(RUNBOOK, whole.format("")))
    assert not {"RUN011", "DOC020"} & set(codes(silent))


def test_one_that_silences_nothing_is_a_finding_and_so_is_one_that_ended() -> None:
    assert codes(report(INCIDENT, f"{ENTRIES}  # {COMMENT}\n")) == ["DOC020"]
    ended = report(INCIDENT, f"{ENTRIES}{LATE}  # {COMMENT} until=2026-03-31\n")
    assert sorted(codes(ended)) == ["DOC021", "INC001"]
    assert codes(report(INCIDENT, f"{ENTRIES}{LATE}  # {COMMENT} until=2026-04-01\n")) == []


def test_the_last_day_of_a_suppression_ends_where_the_book_is() -> None:
    text = f"{ENTRIES}{LATE}  # {COMMENT} until=2026-04-01\n"

    def at(moment: str, zone: str) -> list[str]:
        book = Book(Memory({"opsbook.toml": f'timezone = "{zone}"\n', INCIDENT: text}))
        selection = Selection(book.settings, "strict")
        return codes(check(book, lambda: selection, datetime.fromisoformat(moment))[0])

    ended = ["DOC021", "INC001"]
    assert at("2026-04-01T23:59+00:00", "UTC") == []
    assert sorted(at("2026-04-01T22:00+00:00", "Europe/Berlin")) == ended
    assert at("2026-04-02T04:59+00:00", "America/Chicago") == []
    assert sorted(at("2026-04-02T05:00+00:00", "America/Chicago")) == ended


@pytest.mark.parametrize(
    ("comment", "hint"),
    [
        ("opsbook: ignore INC001", "INC001"),
        ("opsbook: ignore[]", "CODE"),
        ("opsbook: ignore[ , ] it is known", "CODE"),
        ("opsbook: ignore", "CODE"),
        ("opsbook: ignore[INC001", "INC001"),
        ("opsbook: ignor[INC001]", "INC001"),
        ("opsbook: Ignore[inc001, timeline-out-of-order]", "INC001, timeline_out_of_order"),
        ("opsbook: ignore [timeline_out_of_ordr]", "timeline_out_of_order"),
        ("opsbook ignore[INC001] why", "INC001"),
        ("OpsBook: disable=INC001", "INC001"),
        ("opsbook:noqa INC001", "INC001"),
    ],
)
def test_one_that_is_written_wrong_is_said_so_with_the_way_to_write_it(comment: str, hint: str) -> None:
    found = report(INCIDENT, f"{ENTRIES}{LATE}  # {comment}\n").diagnostics
    assert [each.code for each in found] == ["INC001", "DOC023"]
    assert found[1].location.text == f"# {comment}"
    assert found[1].hint == f"write `opsbook: ignore[{hint}]` and why"
    page = report(RUNBOOK, f"# Failover\n\nText <!-- {comment} --> and more.\n").diagnostics
    assert [each.location.text for each in page if each.code == "DOC023"] == [f"<!-- {comment}"]


@pytest.mark.parametrize(
    "comment",
    [
        "opsbook: the clock of that host was wrong",
        "opsbook ignores this file, see its README",
        "opsbook checks this: REF001 would find it",
        "opsbook:timeline",
        "see opsbook: ignore[INC001]",
        "opsbook skips weekends",
    ],
)
def test_a_word_about_opsbook_is_no_suppression(comment: str) -> None:
    assert codes(report(INCIDENT, f"{ENTRIES}# {comment}\n")) == []
    assert "DOC023" not in codes(report(RUNBOOK, f"# Failover\n\n<!-- {comment} -->\n"))
    assert "DOC023" not in codes(report(RUNBOOK, "# Failover\n\n    # opsbook: ignore INC001\n"))


def test_of_two_suppressions_the_one_that_still_holds_counts() -> None:
    ended = f"  # {COMMENT} until=2026-03-31\n"
    for comments in (f"{ended}  # {COMMENT}\n", f"  # {COMMENT}\n{ended}"):
        found = report(INCIDENT, f"{ENTRIES}{comments}{LATE}\n")
        assert [each.code for each, _ in found.suppressed] == ["INC001"]
        assert "INC001" not in codes(found)


# ── rule files ────────────────────────────────────────────────────────────────────────────


def of_rules(text: str) -> list[tuple[str, int]]:
    """The findings in a rule file, by code and line."""
    files = {"opsbook.toml": 'alerts = ["alerts/*.yaml"]\n', "alerts/node.yaml": text}
    book = Book(Memory(files))
    found, _ = check(book, lambda: Selection(book.settings, "strict"), NOW)
    return [(each.code, each.location.start.line) for each in found.diagnostics]


REASON = "the vendor's own page says what to do"
RULES = (
    "groups:\n  - rules:\n      - alert: Down{}\n        expr: |\n          up == 0{}\n      - alert: Slow\n"
)


def test_a_comment_in_a_rule_file_silences_what_stands_on_its_line() -> None:
    assert of_rules(RULES.format("", "")) == [("ALR002", 3), ("ALR002", 6)]
    comment = f"  # opsbook: ignore[ALR002] {REASON}"
    assert of_rules(RULES.format(comment, "")) == [("ALR002", 6)]
    above = RULES.format("", "").replace("      - alert: Slow", f"      {comment}\n      - alert: Slow")
    assert of_rules(above) == [("ALR002", 3)]


def test_a_query_that_looks_like_a_comment_is_a_query() -> None:
    comment = f"  # opsbook: ignore[ALR002] {REASON}"
    assert of_rules(RULES.format("", comment)) == [("ALR002", 3), ("ALR002", 6)]


@pytest.mark.parametrize(
    ("comment", "also"),
    [
        ("# opsbook: ignore[ALR003] its address is right", ["ALR002", "DOC020"]),
        ("# opsbook: ignore[ALR002] for a while until=2026-03-01", ["ALR002", "DOC021"]),
        ("# opsbook: ignore[ALR002]", ["DOC022"]),
        ("# opsbook: disable=ALR002 for now", ["ALR002", "DOC023"]),
    ],
)
def test_a_comment_in_a_rule_file_is_judged_as_any_other(comment: str, also: list[str]) -> None:
    text = RULES.format(f"  {comment}", "").rpartition("      - alert: Slow")[0]
    assert of_rules(text) == [(code, 3) for code in also]


def test_a_rule_file_that_ends_early_keeps_its_comments() -> None:
    text = f"groups: [{{rules: [{{alert: Down}}]}}]  # opsbook: ignore[ALR002] {REASON}\n---\n{{\n"
    assert of_rules(text) == [("ALR005", 3)]
