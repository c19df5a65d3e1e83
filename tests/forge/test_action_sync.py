"""Action items and issues learn from each other, whatever stops half way, and twice changes nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.forge.server import Fault, Forge

from opsbook.output.ticket import mark

ID = "2026-03-02-checkout-5xx"
PATH = f"incidents/2026/{ID}/incident.yaml"
RECORD = """\
title: "Checkout answers 502 for @everybody, see #1 <b>"
severity: SEV1
timeline:
  - {at: 2026-03-02T10:14Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-check:
    title: Check the pool   # before a change is promoted
    owner: chi
    done_when: It is refused
    status: open
  canary: {title: Add a canary, owner: platform, status: in-progress}
  question: {title: Nobody owns this}
  paging: {title: Page again, owner: chi, tracker: https://tracker.example.com/PAY-1}
  old: {title: Done long ago, owner: chi, status: done, done_on: 2026-03-04}
"""
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/people/chi.yaml": "name: Chi\ntimezone: UTC\naccounts: {github: chi-kestrel}\n",
    "rotations/teams/platform.yaml": "name: Platform\nmembers: [chi]\n",
    PATH: RECORD,
}
URL = "https://github.com/kestrel/book/issues"
Run = Callable[..., tuple[int, str, str]]
SYNC = ("action", "sync", "github", "--at", "2026-03-10T12:00Z")


@pytest.fixture
def book(write: Callable[[dict[str, str]], Path]) -> Path:
    return write(FILES)


def items(book: Path) -> dict[str, Any]:
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree

    found = Book(WorkTree(book)).read(PATH)
    assert found.readable
    return {
        id: item.model_dump(mode="json", exclude_defaults=True)
        for id, item in found.content.action_items.items()
    }


def test_an_issue_is_opened_for_what_somebody_owns_and_twice_changes_nothing(
    book: Path, forge: Forge, opsbook: Run
) -> None:
    code, out, err = opsbook(*SYNC)
    assert (code, out) == (0, f"{ID}/pool-check  opens an issue\n{ID}/canary  opens an issue\n")
    assert err == f"left alone: {ID}/question: nobody owns it yet\n"
    linked = RECORD.replace("status: open\n", f'status: open\n    tracker: "{URL}/1"\n')
    assert (book / PATH).read_text() == linked.replace("-progress}", f'-progress, tracker: "{URL}/2"}}')
    assert [each["title"] for each in forge.issues.values()] == ["Check the pool", "Add a canary"]
    assert forge.issues[1]["assignees"] == [{"login": "chi-kestrel", "id": 7}]
    log = subprocess.run(["git", "log", "--format=%s"], capture_output=True, text=True, check=True).stdout
    assert log == f"{ID}: action items as the tracker has them\na book\n"
    forge.asked.clear()
    assert opsbook(*SYNC)[:2] == (0, "nothing to change\n")
    assert forge.wrote == []


def test_a_dry_run_prints_the_plan_and_changes_nothing(book: Path, forge: Forge, opsbook: Run) -> None:
    code, out, _ = opsbook(*SYNC, "--dry-run")
    assert (code, out.count("opens an issue")) == (0, 2)
    assert (forge.wrote, (book / PATH).read_text()) == ([], RECORD)


def test_words_of_a_record_are_no_markup_in_an_issue(book: Path, forge: Forge, opsbook: Run) -> None:
    opsbook(*SYNC)
    body = forge.issues[1]["body"]
    assert "for @<!-- -->everybody, see #<!-- -->1 &lt;b&gt;" in body
    assert mark(body) == (f"{ID}/pool-check", "open")
    assert mark(body + "words after it") is None


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("completed", {"status": "done", "done_on": "2026-11-23"}),
        ("not_planned", {"status": "declined", "reason": "#1 was closed without being done"}),
        ("duplicate", {"status": "declined", "reason": "#1 was closed without being done"}),
    ],
)
def test_a_closed_issue_finishes_its_item(
    book: Path, forge: Forge, opsbook: Run, reason: str, status: dict[str, str]
) -> None:
    opsbook(*SYNC)
    forge.issues[1] |= {"state": "closed", "state_reason": reason, "closed_at": "2026-11-23T22:30:00Z"}
    code, out, _ = opsbook(*SYNC)
    assert (code, out) == (0, f"{ID}/pool-check  is {status['status']}, says #1\n")
    assert items(book)["pool-check"].items() >= status.items()
    assert mark(forge.issues[1]["body"]) == (f"{ID}/pool-check", "closed")
    forge.asked.clear()
    assert opsbook(*SYNC)[1] == "nothing to change\n"
    assert forge.wrote == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("done",), "completed"), (("decline", "--because", "dear"), "not_planned")],
)
def test_a_finished_item_closes_its_issue(
    book: Path, forge: Forge, opsbook: Run, words: tuple[str, ...], reason: str
) -> None:
    opsbook(*SYNC)
    opsbook("action", words[0], f"{ID}/canary", *words[1:])
    assert opsbook(*SYNC)[1] == f"{ID}/canary  closes #2\n"
    assert (forge.issues[2]["state"], forge.issues[2]["state_reason"]) == ("closed", reason)
    assert opsbook(*SYNC)[1] == "nothing to change\n"


def test_what_is_reopened_on_purpose_does_not_fall_shut_again(book: Path, forge: Forge, opsbook: Run) -> None:
    opsbook(*SYNC)
    opsbook("action", "done", f"{ID}/canary", "--on", "2026-03-09")
    opsbook(*SYNC)
    text = (book / PATH).read_text()
    (book / PATH).write_text(
        text.replace("status: done, tracker", "status: open, tracker").replace(", done_on: 2026-03-09", "")
    )
    assert opsbook(*SYNC)[1] == f"{ID}/canary  reopens #2\n"
    assert forge.issues[2]["state"] == "open"
    opsbook("action", "done", f"{ID}/canary")
    opsbook(*SYNC)
    forge.issues[2] |= {"state": "open", "state_reason": "reopened", "closed_at": None}
    _, out, err = opsbook(*SYNC)
    assert out == "nothing to change\n"
    assert f"left alone: {ID}/canary: #2 was reopened, and the record says done\n" in err


def test_an_issue_opened_without_an_answer_is_found_again(book: Path, forge: Forge, opsbook: Run) -> None:
    forge.faults = [Fault("POST", "/issues$", 502, after=True)]
    code, _, err = opsbook(*SYNC)
    assert code == 2
    assert "GitHub answers 502" in err
    assert opsbook(*SYNC)[1] == f"{ID}/pool-check  is tracked by #1\n{ID}/canary  opens an issue\n"
    assert len(forge.issues) == 2
    assert items(book)["pool-check"]["tracker"] == f"{URL}/1"


def test_what_was_done_before_it_stopped_is_written(book: Path, forge: Forge, opsbook: Run) -> None:
    answered = forge.do_new_issue

    def once(query: Any, said: Any) -> tuple[int, Any]:
        forge.cannot = {"new_issue"}
        return answered(query, said)

    forge.do_new_issue = once  # type: ignore[method-assign]
    code, _, err = opsbook(*SYNC)
    assert (code, "GitHub refuses: Resource not accessible by integration" in err) == (2, True)
    assert items(book)["pool-check"]["tracker"] == f"{URL}/1"
    forge.cannot = set()
    assert opsbook(*SYNC)[1] == f"{ID}/canary  opens an issue\n"


def test_an_issue_that_somebody_wrote_down_is_taken_on(book: Path, forge: Forge, opsbook: Run) -> None:
    forge.do_new_issue({}, {"title": "By hand", "body": "words"})
    text = RECORD.replace("    status: open\n", f"    status: open\n    tracker: {URL}/1\n")
    (book / PATH).write_text(text)
    opsbook(*SYNC)
    assert forge.issues[1]["body"] == f"words\n\n<!-- opsbook:action {ID}/pool-check open -->\n"
    assert {"name": "opsbook"} in forge.issues[1]["labels"]
    forge.asked.clear()
    assert opsbook(*SYNC)[1] == "nothing to change\n"
    assert forge.wrote == []


def test_an_issue_that_is_gone_and_one_too_many_are_said(book: Path, forge: Forge, opsbook: Run) -> None:
    opsbook(*SYNC)
    forge.do_new_issue({}, {"title": "t", "body": forge.issues[2]["body"], "labels": ["opsbook"]})
    del forge.issues[1]
    code, _, err = opsbook(*SYNC)
    assert code == 0
    assert f"left alone: #3: {ID}/canary has #2 already\n" in err
    assert f"left alone: {ID}/pool-check: {URL}/1 is not there any more\n" in err


@pytest.mark.parametrize(
    ("visibility", "private", "opened"),
    [("internal", True, 2), ("internal", False, 0), ("public", False, 2), ("restricted", True, 0)],
)
def test_what_is_not_public_is_opened_nowhere_in_public(
    book: Path, forge: Forge, opsbook: Run, visibility: str, private: bool, opened: int
) -> None:
    forge.private = private
    (book / PATH).write_text(f"{RECORD}visibility: {visibility}\n")
    assert opsbook(*SYNC)[0] == 0
    assert len(forge.issues) == opened


def test_without_a_token_it_says_what_to_set(
    book: Path, forge: Forge, opsbook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    code, out, err = opsbook(*SYNC)
    assert (code, out, err) == (2, "", "error: no token for GitHub\n  set GITHUB_TOKEN or GH_TOKEN\n")


# ── a file ────────────────────────────────────────────────────────────────────────────────


def put(book: Path, data: Any) -> str:
    file = book.parent / "export.json"
    file.write_text(json.dumps(data))
    return str(file)


def jira(key: str, category: str, resolution: str | None = None, **fields: Any) -> dict[str, Any]:
    said = {
        "status": {"statusCategory": {"key": category}},
        "resolution": resolution and {"name": resolution},
    }
    return {"key": key, "self": "https://kestrel.atlassian.net/rest/api/3/issue/1", "fields": said | fields}


def linear(identifier: str, state: str, *labels: str, **fields: Any) -> dict[str, Any]:
    names = {"nodes": [{"name": each} for each in labels]}
    url = f"https://linear.app/kestrel/issue/{identifier}"
    return {"identifier": identifier, "url": url, "state": {"type": state}, "labels": names} | fields


def test_jira_tells_where_an_item_is_tracked_and_what_became_of_it(book: Path, opsbook: Run) -> None:
    label = {"labels": ["opsbook", f"{ID}/canary"]}
    data = {
        "issues": [
            jira("PAY-7", "done", "Done", resolutiondate="2026-03-20T11:00:00.000+0100", **label),
            jira("PAY-8", "done", "Won't Do", labels=[f"{ID}/pool-check"], summary="Look at the pool"),
            jira("PAY-9", "new", labels=[]),
            {"key": "PAY-10"},
        ]
    }
    file = put(book, data)
    code, out, err = opsbook("action", "sync", "json", "--import", file)
    assert (code, out) == (
        0,
        "".join(
            f"{ID}/{item}\n"
            for item in (
                "pool-check  is tracked by PAY-8",
                "pool-check  is declined, says PAY-8",
                "canary  is tracked by PAY-7",
                "canary  is done, says PAY-7",
            )
        ),
    )
    assert err == (
        "left alone: PAY-9: is of no item of this book\n"
        "left alone: PAY-8: title `Look at the pool` is not taken over\n"
        "left alone: issue 4: has no address, no key or no state that is known\n"
    )
    found = items(book)
    assert found["canary"] == {
        "title": "Add a canary", "owner": "platform", "status": "done", "done_on": "2026-03-20",
        "tracker": "https://kestrel.atlassian.net/browse/PAY-7",
    }  # fmt: skip
    assert found["pool-check"]["reason"] == "PAY-8 was closed without being done"
    assert opsbook("action", "sync", "json", "--import", file)[1] == "nothing to change\n"


def test_linear_does_too_and_an_address_in_the_record_is_enough(book: Path, opsbook: Run) -> None:
    (book / PATH).write_text(
        RECORD.replace("https://tracker.example.com/PAY-1", "https://linear.app/kestrel/issue/OPS-3")
    )
    nodes = [
        linear("OPS-1", "completed", f"{ID}/pool-check", completedAt="2026-03-21T10:00:00Z"),
        linear("OPS-3", "canceled", canceledAt="2026-03-22T10:00:00Z"),
    ]
    file = put(book, {"data": {"issues": {"nodes": nodes}}})
    assert opsbook("action", "sync", "json", "--import", file)[0] == 0
    found = items(book)
    assert (found["pool-check"]["done_on"], found["paging"]["status"]) == ("2026-03-21", "declined")


def test_what_was_exported_comes_back_unchanged(book: Path, opsbook: Run) -> None:
    file = str(book.parent / "out.json")
    assert opsbook("action", "sync", "json", "--export", file)[0] == 0
    data = json.loads(Path(file).read_text())
    assert [each["id"] for each in data["items"]] == [
        f"{ID}/{id}" for id in ("pool-check", "canary", "question", "paging", "old")
    ]
    assert data["items"][4]["jira"]["resolution"] == "Done"
    assert opsbook("action", "sync", "json", "--import", file)[1] == "nothing to change\n"
    assert (book / PATH).read_text() == RECORD


@pytest.mark.parametrize(
    "text", ["", "no json", "{}", "[" * 9000, '{"items": 1}', "null", '{"data": {"issues": {"nodes": 3}}}']
)
def test_what_is_no_export_is_refused(book: Path, opsbook: Run, text: str) -> None:
    file = book.parent / "bad.json"
    file.write_text(text)
    code, out, err = opsbook("action", "sync", "json", "--import", str(file))
    assert (code, out, err.startswith("error: ")) == (2, "", True)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x y", 'https://x"y', "file:///etc/passwd"])
def test_an_address_that_is_none_is_not_written(book: Path, opsbook: Run, url: str) -> None:
    each = linear("OPS-1", "completed", f"{ID}/pool-check") | {"url": url}
    opsbook("action", "sync", "json", "--import", put(book, {"nodes": [each]}))
    opsbook("action", "sync", "json", "--import", put(book, {"data": {"issues": {"nodes": [each]}}}))
    assert (book / PATH).read_text() == RECORD
