"""Other people's runbooks and post-mortems, checked as a team would that begins with opsbook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from calendar import monthrange
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsbook.lint.catalog import catalog

SCRIPT = Path(__file__).with_name("corpora.py")
COMMAND = [sys.executable, "-m", "opsbook", "check", "--profile", "adopt", "--at", "2026-11-01T12:00Z"]


@pytest.fixture(scope="module")
def books(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every source of the corpora, laid out as a book."""
    target = tmp_path_factory.mktemp("books")
    subprocess.run([sys.executable, SCRIPT, target], check=True, capture_output=True)
    return sorted(target.iterdir())


@pytest.fixture(scope="module")
def findings(books: list[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """What is found in every book."""
    found = []
    for book in books:
        command = [*COMMAND, "--format", "json", "--exit-zero", "--no-cache"]
        done = subprocess.run(command, cwd=book, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), book.name
        found += [(book, each) for each in json.loads(done.stdout)["diagnostics"]]
    return found


def test_every_page_of_the_corpora_is_laid_out_byte_for_byte(corpora: Path, books: list[Path]) -> None:
    laid = [page.read_bytes() for book in books for page in book.rglob("*.md")]
    there = [
        page.read_bytes()
        for kind in ("runbooks", "postmortems")
        for page in (corpora / kind).rglob("*")
        if page.is_file() and page.suffix not in (".txt", ".json")
    ]
    assert len(there) > 900
    assert sorted(laid) == sorted(there)


def test_incidents_stand_under_the_year_of_their_date(books: list[Path]) -> None:
    folders = [page.parent for book in books for page in book.rglob("postmortem.md")]
    assert len(folders) > 150
    for folder in folders:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d-[a-z0-9-]+", folder.name)
        assert folder.parent.name == folder.name[:4]


def test_a_check_of_every_source_says_what_it_finds_at_places_that_exist(
    findings: list[tuple[Path, dict[str, Any]]],
) -> None:
    assert len(findings) > 1000
    for book, each in findings:
        lines = re.split(r"\r\n|\r|\n", (book / each["path"]).read_bytes().decode())
        for place in (each["start"], each["end"]):
            assert 1 <= place["line"] <= len(lines), each
            assert 1 <= place["column"] <= len(lines[place["line"] - 1]) + 1, each
        start, end = each["start"], each["end"]
        assert (start["line"], start["column"]) <= (end["line"], end["column"]), each


def test_the_addresses_of_kube_prometheus_lead_to_the_runbooks_that_are_there(
    corpora: Path, books: list[Path], tmp_path: Path
) -> None:
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree

    runbooks = next(book for book in books if book.name == "prometheus-operator__runbooks")
    shutil.copytree(runbooks / "runbooks", tmp_path / "runbooks")
    shutil.copytree(corpora / "alert-rules" / "prometheus-operator__kube-prometheus", tmp_path / "alerts")
    (tmp_path / "opsbook.toml").write_text(
        'default_runbook_kind = "alert"\nalerts = ["alerts/*.yaml"]\n'
        'runbook_urls = ["https://runbooks.prometheus-operator.dev/runbooks/"]\n'
    )
    rules = Book(WorkTree(tmp_path)).rule_files()
    alerts = [alert for file in rules for alert in file.alerts]
    assert len(alerts) == 139
    assert len({alert.runbook_url for alert in alerts}) == 125
    found = _checked(tmp_path, "--select", "ALR")
    assert Counter(each["name"] for each in found if each["code"] != "ALR004") == {"unknown_runbook_url": 27}
    missing = {each["message"] for each in found if each["code"] == "ALR003"}
    assert len(missing) == 26
    heads = {folder.name for folder in (tmp_path / "runbooks").iterdir() if folder.is_dir()}
    unused = [each["path"] for each in found if each["code"] == "ALR004"]
    assert len([path for path in unused if Path(path).stem not in heads]) == 9


def test_every_alert_of_the_corpora_is_read_at_its_place(corpora: Path, tmp_path: Path) -> None:
    shutil.copytree(corpora / "alert-rules", tmp_path / "alerts")
    (tmp_path / "opsbook.toml").write_text('alerts = ["**/*.yaml", "**/*.yml"]\n')
    found = _checked(tmp_path, "--select", "ALR")
    assert {each["code"] for each in found} == {"ALR002"}
    assert len(found) > 1400
    for each in found:
        line = (tmp_path / each["path"]).read_text().split("\n")[each["start"]["line"] - 1]
        written = line[each["start"]["column"] - 1 : each["end"]["column"] - 1]
        assert f"`{written.strip(chr(34) + chr(39))}`" in each["message"]


def _checked(book: Path, *options: str) -> list[dict[str, Any]]:
    command = [*COMMAND, "--profile", "strict", "--format", "json", "--exit-zero", "--no-cache", *options]
    done = subprocess.run(command, cwd=book, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    diagnostics: list[dict[str, Any]] = json.loads(done.stdout)["diagnostics"]
    return diagnostics


def test_what_cannot_be_read_in_the_corpora_is_known_and_no_more(
    findings: list[tuple[Path, dict[str, Any]]],
) -> None:
    found = Counter((each["name"], book.name) for book, each in findings if each["code"].startswith("DOC"))
    assert found == {
        ("duplicate_key", "alphagov__govuk-developer-docs"): 1,
        ("invalid_value", "giantswarm__docs"): 9,  # `owner` is a list of addresses there
        ("toml_front_matter", "kubermatic__docs"): 1,
        ("duplicate_id", "openshift__runbooks"): 4,  # two alerts, each in two folders
    }


def test_every_fence_that_is_left_open_is_found_and_no_other(books: list[Path]) -> None:
    found = {
        Path(each["path"]).stem
        for book in books
        for each in strictly(book, "check", "--select", "unclosed_fence", "--format", "json")
    }
    assert found == {"GuestVCPUQueueHighCritical", "PrometheusOperatorNodeLookupErrors"}


NOT_OF_THESE_BOOKS = {
    **dict.fromkeys(("ALR002", "ALR003", "ALR004"), "of rule files"),
    **dict.fromkeys(("INC015", "INC017", "PM001"), "of feeds"),
    **dict.fromkeys(("PM012", "PM014"), "of feeds too"),
    **dict.fromkeys(
        ("INC001", "INC002", "INC005", "INC008", "INC011"), "of records that post-mortems became"
    ),
    **dict.fromkeys(("PM002", "PM017"), "guides and templates are no post-mortems"),
    "REF010": "the corpora hold a part of the files that links lead to",
    "RUN012": "of runbooks as if they were of kind incident",
    "RUN020": "where shellcheck is installed",
}


def test_the_table_of_rules_says_how_often_each_is_met_today(books: list[Path]) -> None:
    found = Counter(
        each["code"]
        for book in books
        for each in strictly(book, "check", "--format", "json")
        if each["code"] not in NOT_OF_THESE_BOOKS
    )
    said = {code: rule.terms.measured.hits for code, rule in catalog().items() if rule.terms.measured}
    assert found == {code: hits for code, hits in said.items() if hits and code not in NOT_OF_THESE_BOOKS}


RIGHT_ALL_THE_SAME = {
    ("2020-02-25", "7h"): "these are the support hours that it names",
    ("2020-04-15", "0h 30m"): "counts from the declaration",
    ("2020-04-15", "5h 09m"): "these are the support hours that it names",
    ("2020-08-14", "0h 37m"): "counts from the declaration",
    ("2020-08-25", "0h 45m"): "counts from the declaration",
    ("2020-09-07", "3h 02m"): "counts from the declaration",
    ("2020-09-28", "0h 15m"): "counts from the declaration",
}
UNDECIDED = {
    ("2020-02-25", "4h 9m"): "the page does not say when the repair ended",
    ("2020-08-04", "5h 8m"): "the page does not say when the repair ended",
    ("2021-07-12", "20h 03m"): "2 minutes are let pass",
    ("2024-09-20", "11m"): "may have begun before it was detected",
    ("2024-09-20", "20m"): "may have begun before it was detected",
}


def test_durations_that_contradict_the_times_of_their_page_are_found(
    corpora: Path, books: list[Path]
) -> None:
    found = [
        (book.name, Path(each["path"]).parent.name[:10], each["message"].split("`")[1])
        for book in books
        for each in strictly(book, "check", "--select", "contradictory_duration", "--format", "json")
    ]
    assert {name for name, *_ in found} == {"moj__cloud-platform"}
    pages = (corpora / "postmortems" / "moj__cloud-platform" / "incidents").glob("20*")
    differing = [(page.name[:10], typed) for page in pages for typed in differences(page.read_text())]
    assert len(differing) == 29
    known = Counter(differing) - Counter([*RIGHT_ALL_THE_SAME, *UNDECIDED])
    assert known.total() == 17
    assert Counter((day, typed) for _, day, typed in found) - known == {
        ("2023-01-05", "673h 34m"): 1,  # beside a wrong year, and no time at which it was detected
    }
    assert not known - Counter((day, typed) for _, day, typed in found)


def differences(text: str) -> list[str]:
    """The durations of a page that are not the time since the detection, to the minute, worked out without
    opsbook."""
    times = {
        label: datetime.fromisoformat(f"{day}T{hour:0>2}:{minute}")
        for label, day, hour, minute in re.findall(
            r"^ +- (Fault detected|First detected|Team aware|Repaired|Resolved)(?: declared)?:?"
            r" (\S{10}) (\d?\d):?(\d\d)$",
            text,
            re.MULTILINE,
        )
    }
    begun = [at for label, at in times.items() if label not in ("Repaired", "Resolved")]
    found = []
    for what, typed in re.findall(r"^- \*\*Time to (repair|resolve)\*\*: ([\dhdm ]*\w)", text, re.MULTILINE):
        end = times.get("Repaired" if what == "repair" else "Resolved", times.get("Resolved"))
        units = {unit: int(number) for number, unit in re.findall(r"(\d+)([dhm])", typed)}
        length = timedelta(days=units.get("d", 0), hours=units.get("h", 0), minutes=units.get("m", 0))
        if begun and end and abs(end - begun[0] - length) > timedelta(minutes=1):
            found.append(typed)
    return found


def test_the_reviews_that_are_overdue_are_those_of_the_calendar(books: list[Path]) -> None:
    found = {
        (book.name, each["path"])
        for book in books
        for each in strictly(book, "check", "--select", "overdue_review", "--format", "json")
    }
    overdue = {
        (book.name, page.relative_to(book).as_posix())
        for book in books
        for page in (book / "runbooks").rglob("*.md")
        if (due := review_due(page.read_text("utf-8", "replace"))) and due < date(2026, 11, 1)
    }
    assert len(overdue) > 50
    assert found == overdue


def review_due(text: str) -> date | None:
    """When a page is to be looked at again, worked out without opsbook; None where it does not say."""
    front = text.split("---\n")[1] if text.startswith("---\n") else ""
    last = re.search(r"^last_review(?:ed_on|_date): (\d+)-(\d+)-(\d+)$", front, re.MULTILINE)
    period = re.search(r"^review_in: (\d+) months?$", front, re.MULTILINE)
    if not last or not period:
        return None
    year, month, day = map(int, last.groups())
    years, month = divmod(month - 1 + int(period[1]), 12)
    return date(year + years, month + 1, min(day, monthrange(year + years, month + 1)[1]))


def strictly(book: Path, *words: str) -> list[dict[str, Any]]:
    """What a command with the strict profile says of a book."""
    command = [sys.executable, "-m", "opsbook", *words, "--profile", "strict", "--at", "2026-11-01T12:00Z"]
    done = subprocess.run([*command, "--exit-zero", "--no-cache"], cwd=book, capture_output=True, text=True)
    assert done.returncode == 0, (book.name, done.stderr)
    return json.loads(done.stdout)["diagnostics"] if "json" in words else []  # type: ignore[no-any-return]


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_settle_change_what_they_say_and_leave_nothing_for_a_second_run(
    books: list[Path], tmp_path: Path, unsafe: bool
) -> None:
    options = ["--unsafe-fixes"] if unsafe else []
    for original in books:
        book = tmp_path / original.name
        shutil.copytree(original, book)
        before = texts(book)
        strictly(book, "check", "--fix", *options)
        once = texts(book)
        changed = {path for path in once if once[path] != before[path]}
        said = {
            each["path"]
            for each in strictly(original, "check", "--format", "json")
            if each.get("fix") and (unsafe or each["fix"]["safe"])
        }
        assert once.keys() == before.keys()
        assert changed == said, book.name
        strictly(book, "check", "--fix", *options)
        assert texts(book) == once, book.name


def texts(book: Path) -> dict[str, bytes]:
    """Every file of a book."""
    files = (file for file in book.rglob("*") if file.is_file())
    return {file.relative_to(book).as_posix(): file.read_bytes() for file in files}
