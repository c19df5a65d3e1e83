"""The report for a person: every finding in its frame, or, where there are hundreds, what to do first."""

from __future__ import annotations

from opsbook.diagnostics import Diagnostic, Level
from opsbook.edits import Edit, Fix
from opsbook.lint.check import Burndown, Report
from opsbook.output.full import render
from opsbook.text import Location, Source, Span


def finding(number: int, code: str = "RUN008", name: str = "missing_last_updated") -> Diagnostic:
    place = Location(Source(f"runbooks/page-{number:03}.md", "# A page\n"), Span(0, 8))
    return Diagnostic(code, name, Level.WARNING, place, "no `last_updated`")


def unreadable(number: int) -> Diagnostic:
    found = finding(number, "DOC007", "duplicate_key")
    return found._replace(level=Level.ERROR)


def mended(number: int) -> Diagnostic:
    found = finding(number, "RUN011", "prompt_in_command")
    return found._replace(fix=Fix("take it away", (Edit(found.location, ""),)))


MANY = [*map(finding, range(120)), *map(mended, range(40)), *map(unreadable, range(2))]


def test_few_findings_are_all_shown_and_no_overview() -> None:
    text = render(Report(tuple(map(finding, range(40))), (), 40, brief=True))
    assert text.count("-->") == 40
    assert text.endswith("\n40 warnings in 40 records\n")


def test_many_findings_end_with_at_most_ten_lines_that_say_what_to_do_first() -> None:
    text = render(Report(tuple(MANY), (), 120, brief=True))
    assert text.count("-->") == 2 + 2 + 2
    assert text.index("DOC007") < text.index("RUN008"), "the worst come first"
    last = text.rpartition("\n\n")[2].splitlines()
    assert last == [
        "160  runbooks     missing_last_updated 120, prompt_in_command 40",
        "  2  documents    duplicate_key 2",
        (
            "1. what cannot be read as meant hides what else is wrong, in 2 records: "
            "`opsbook check --select documents`"
        ),
        "2. `opsbook check --fix` mends 40; `--diff` shows how",
        "3. `opsbook baseline` puts the rest in a file that may only shrink: then only what is new fails",
    ]
    assert "118 more of RUN008 missing_last_updated\n 38 more of RUN011 prompt_in_command\n" in text


def test_of_advice_one_is_shown_and_what_is_more_is_named() -> None:
    advice = [finding(number)._replace(level=Level.ADVICE) for number in range(60)]
    text = render(Report((*advice, mended(1), mended(2)), (), 60, brief=True))
    assert text.count("-->") == 1 + 2
    assert "59 more of RUN008 missing_last_updated\n" in text
    assert "\n1. more than advice are prompt_in_command 2\n" in text


def test_runbooks_that_lack_most_parts_may_be_of_another_kind() -> None:
    found = [finding(page, f"RUN00{part}", f"part_{part}") for page in range(12) for part in range(1, 6)]
    text = render(Report(tuple(found), (), 12, brief=True))
    assert "\n1. 12 runbooks may be of another kind: `default_runbook_kind` in the" in text
    few = [finding(page, f"RUN00{part}", f"part_{part}") for page in range(20) for part in range(1, 4)]
    assert "another kind" not in render(Report(tuple(few), (), 20, brief=True))


def test_whoever_asks_for_all_gets_all() -> None:
    text = render(Report(tuple(MANY), (), 120))
    assert text.count("-->") == len(MANY)
    assert "more of" not in text


def test_a_baseline_is_told_apart_and_says_how_far_it_is() -> None:
    known = finding(1)._replace(before="baseline", level=Level.ADVICE)
    text = render(Report((known,), (), 7, burndown=Burndown(first=10, left=8, gone=1)))
    assert text == (
        "nothing new in 7 records\n"
        "8 of 10 findings of the baseline left, 20% mended\n"
        "1 finding of the baseline no longer found: `opsbook baseline` takes that out\n"
    )
