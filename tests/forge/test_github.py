"""GitHub is asked with care: what may be done twice is tried again, what may not is looked for first."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from tests.forge.server import Fault, Forge, serving

from opsbook.errors import UserError
from opsbook.forge.github import GitHub, repository

LABEL = "opsbook"


class Asked:
    """A client whose waits are counted instead of waited."""

    def __init__(self, forge: Forge, **environment: str) -> None:
        self.waits: list[float] = []
        self.github = GitHub(forge.name, forge.environment() | environment, self.waits.append)


@pytest.fixture
def asked(forge: Forge) -> Asked:
    return Asked(forge)


def test_an_issue_is_opened_edited_and_listed(forge: Forge, asked: Asked) -> None:
    made = asked.github.open_issue("Überfällig", "ein `x`\n", LABEL)
    assert (made.number, made.open, made.title) == (1, True, "Überfällig")
    asked.github.edit_issue(1, state="closed", state_reason="not_planned")
    (found,) = asked.github.issues(LABEL)
    assert (found.open, found.reason, found.closed_at) == (
        False, "not_planned", datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )  # fmt: skip
    assert asked.github.issues("another") == []


def test_all_pages_are_read_in_order(forge: Forge, asked: Asked) -> None:
    forge.page = 7
    for number in range(23):
        asked.github.open_issue(f"issue {number}", "", LABEL)
    assert [each.title for each in asked.github.issues(LABEL)] == [f"issue {n}" for n in range(23)]


def test_pull_requests_in_a_list_of_issues_are_left_out(forge: Forge, asked: Asked) -> None:
    asked.github.open_issue("a", "", LABEL)
    forge.issues[1]["pull_request"] = {"url": "x"}
    assert asked.github.issues(LABEL) == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_may_be_done_twice_is_tried_again(forge: Forge, asked: Asked, status: int) -> None:
    asked.github.open_issue("a", "", LABEL)
    forge.faults = [Fault("PATCH", "/issues/1", status), Fault("GET", "/issues", status, body="<html>")]
    asked.github.edit_issue(1, title="b")
    assert [each.title for each in asked.github.issues(LABEL)] == ["b"]
    assert asked.waits == [0.5, 0.5]


def test_it_is_not_tried_without_end(forge: Forge, asked: Asked) -> None:
    forge.faults = [Fault("GET", "/issues", 502)] * 9
    with pytest.raises(UserError, match="GitHub answers 502: Something went wrong"):
        asked.github.issues(LABEL)
    assert len(forge.asked) == 4


@pytest.mark.parametrize("fault", [{"status": 502}, {"hang_up": True}])
def test_what_may_have_been_done_is_not_done_again(forge: Forge, asked: Asked, fault: dict[str, int]) -> None:
    forge.faults = [Fault("POST", "/issues", after=True, **fault)]  # type: ignore[arg-type]
    with pytest.raises(UserError):
        asked.github.open_issue("a", "", LABEL)
    assert [each.title for each in asked.github.issues(LABEL)] == ["a"]


def test_an_answer_that_never_comes_is_asked_for_again_where_that_does_no_harm(
    forge: Forge, asked: Asked
) -> None:
    forge.faults = [Fault("GET", "/issues", hang_up=True)]
    assert asked.github.issues(LABEL) == []


@pytest.mark.parametrize("after", [True, False])
def test_a_time_out_is_asked_again_where_that_does_no_harm(forge: Forge, after: bool) -> None:
    waits: list[float] = []
    github = GitHub(forge.name, forge.environment(), waits.append, timeout=0.5)
    forge.faults = [Fault("GET", "/issues", delay=1, after=after)]
    assert github.issues(LABEL) == []
    assert waits[0] == 0.5
    forge.faults = [Fault("POST", "/issues", delay=1, after=after)]
    with pytest.raises(UserError, match="does not answer in time; it may have been done: run it again"):
        github.open_issue("a", "", LABEL)
    assert len(forge.issues) == int(after)


def test_a_server_that_is_not_there_is_waited_for_a_little_whatever_was_asked(forge: Forge) -> None:
    waits: list[float] = []
    nowhere = {"GITHUB_API_URL": "http://127.0.0.1:9"}
    github = GitHub(forge.name, forge.environment() | nowhere, waits.append)
    with pytest.raises(UserError, match=r"127\.0\.0\.1 does not answer \(ConnectError\)"):
        github.open_issue("a", "", LABEL)
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"retry-after": "7"}, [7.0]),
        (403, {"retry-after": "3"}, [3.0]),
        (429, {}, [60.0]),
        (
            403,
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1795426230",
                "date": "Mon, 23 Nov 2026 09:30:00 GMT",
            },
            [1795426230 - datetime(2026, 11, 23, 9, 30, tzinfo=UTC).timestamp()],
        ),
    ],
)
def test_a_limit_is_waited_for_also_before_what_must_not_be_done_twice(
    forge: Forge, asked: Asked, status: int, headers: dict[str, str], waits: list[float]
) -> None:
    forge.faults = [Fault("POST", "/issues", status, headers)]
    asked.github.open_issue("a", "", LABEL)
    assert (asked.waits, len(forge.issues)) == (waits, 1)


def test_nobody_waits_for_an_hour(forge: Forge, asked: Asked) -> None:
    forge.faults = [Fault("GET", "/issues", 429, {"retry-after": "3600"})]
    with pytest.raises(UserError, match="GitHub asks to wait 3,600 s"):
        asked.github.issues(LABEL)
    assert asked.waits == []


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "the token for GitHub is not valid"),
        (403, "GitHub refuses: Something went wrong"),
        (404, "kestrel/book has no such thing, or the token cannot see it"),
        (410, "kestrel/book: Something went wrong"),
        (422, "GitHub does not take it: Something went wrong"),
        (418, "GitHub answers 418: Something went wrong"),
    ],
)
def test_a_refusal_says_what_it_means(forge: Forge, asked: Asked, status: int, message: str) -> None:
    forge.faults = [Fault("GET", "/issues", status)]
    with pytest.raises(UserError) as error:
        asked.github.issues(LABEL)
    assert error.value.message == message
    assert len(forge.asked) == 1


def test_a_redirect_is_followed_on_the_same_host_and_nowhere_else(forge: Forge, asked: Asked) -> None:
    there = f"{forge.url}/repos/{forge.name}/issues?labels=opsbook&state=all"
    forge.faults = [Fault("GET", "/issues", 301, {"location": there})]
    assert asked.github.issues(LABEL) == []
    with serving(Forge()) as other:
        for status in (301, 302, 307, 308):
            forge.faults = [Fault("GET", "/issues", status, {"location": f"{other.url}/repos/x/y/issues"})]
            with pytest.raises(UserError, match="another host"):
                asked.github.issues(LABEL)
        assert other.asked == []


def test_the_next_page_is_on_the_same_host_too(forge: Forge, asked: Asked) -> None:
    link = {"link": '<https://api.example.com/next>; rel="next"'}
    forge.faults = [Fault("GET", "/issues", 200, link, "[]")]
    with pytest.raises(UserError, match=r"points to another host, api\.example\.com: the token stays here"):
        asked.github.issues(LABEL)


@pytest.mark.parametrize("body", ["<html>", "{}", '"text"', '[{"number": "one"}]'])
def test_an_answer_of_another_shape_is_an_error(forge: Forge, asked: Asked, body: str) -> None:
    forge.faults = [Fault("GET", "/issues", 200, body=body)]
    with pytest.raises(UserError, match=r"GitHub's answer|does not answer in JSON"):
        asked.github.issues(LABEL)


@pytest.mark.parametrize(
    "environment",
    [
        {"GITHUB_TOKEN": ""},
        {"GITHUB_TOKEN": "a\nb"},
        {"GITHUB_API_URL": "http://api.example.com"},
        {"GITHUB_API_URL": "ftp://localhost"},
    ],
)
def test_without_a_token_or_a_safe_place_for_it_nothing_is_asked(
    forge: Forge, environment: dict[str, str]
) -> None:
    with pytest.raises(UserError):
        Asked(forge, **environment)


@pytest.mark.parametrize("name", ["a", "a/b/c", "a/..", "../b", "a b/c", "a/b?x", ""])
def test_a_repository_is_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(UserError):
        repository(name, {})
    assert repository(None, {"GITHUB_REPOSITORY": "kestrel/book.ops"}) == "kestrel/book.ops"


def test_people_who_cannot_be_assigned_are_left_out(forge: Forge, asked: Asked) -> None:
    asked.github.open_issue("a", "", LABEL, ("unknown-person",))
    assert forge.issues[1]["assignees"] == []


def test_a_label_is_made_once(forge: Forge, asked: Asked) -> None:
    asked.github.require_label("opsbook: overdue", "x")
    asked.github.require_label("opsbook: overdue", "x")
    assert forge.wrote == ["POST /labels"]


def test_without_httpx_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['httpx'] = None\n"
        "from opsbook.forge.github import GitHub\n"
        "from opsbook.errors import UserError\n"
        "try: GitHub('a/b', {'GITHUB_TOKEN': 'x'})\n"
        "except UserError as error: print(error.message, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "GitHub cannot be asked: httpx is not installed `pip install 'opsbook[github]'`\n"
