"""GitHub's REST API, as far as opsbook needs it: issues, their comments, branches, pull requests and runs.

The token goes to the host that `GITHUB_API_URL` names and to no other: a redirect elsewhere is an error. What
may be asked again without harm is (a time-out, a 5xx); what may have been done already is not, and whoever
calls looks first what is there, so that the next run goes on where this one stopped. A limit is waited for
as long as GitHub says, and not beyond two minutes in all. Everything that can go wrong is a `UserError` that
says what to do. https://docs.github.com/en/rest/using-the-rest-api
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from opsbook.errors import UserError

if TYPE_CHECKING:
    import httpx

API = "https://api.github.com"
_VERSION = "2022-11-28"
_ATTEMPTS = 4
_PATIENCE = 120.0
"""Seconds that are waited in all."""
_TIMEOUT = 20.0
_LARGEST = 20_000_000
"""Bytes of one answer."""
_PAGES = 100
_REDIRECTS = 3
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')
_LOCAL = ("localhost", "127.0.0.1", "::1")


class ForgeError(UserError):
    """What GitHub answered, and what to do."""

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status
        """The status of the answer; 0 where there was none."""


class Issue(NamedTuple):
    """An issue, as far as it matters here."""

    number: int
    title: str
    body: str
    open: bool
    reason: str | None
    """Why it was closed: `completed`, `not_planned`, `duplicate`."""
    closed_at: datetime | None
    url: str


class Comment(NamedTuple):
    """A comment on an issue or a pull request."""

    id: int
    body: str
    author: str


def repository(given: str | None, environment: Mapping[str, str]) -> str:
    """The repository that is meant, as OWNER/NAME."""
    name = given or environment.get("GITHUB_REPOSITORY", "")
    if not name:
        raise UserError("no repository is named", "--repo OWNER/NAME, or set GITHUB_REPOSITORY")
    if not _NAME.fullmatch(name) or ".." in name:
        raise UserError(f"`{name[:100]}` is no repository", "write it as OWNER/NAME")
    return name


def token(environment: Mapping[str, str]) -> str | None:
    """The token, where there is one."""
    return environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")


def opened(given: str | None, environment: Mapping[str, str]) -> GitHub:
    """The repository that is meant, ready to be asked."""
    return GitHub(repository(given, environment), environment)


def same(one: str, other: str) -> bool:
    """Whether GitHub made one text of the other: it writes line ends as it likes."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


class GitHub:
    """A repository, asked as whoever the token belongs to."""

    def __init__(
        self,
        name: str,
        environment: Mapping[str, str],
        pause: Callable[[float], object] = sleep,
        timeout: float = _TIMEOUT,
    ) -> None:
        try:
            import httpx
        except ImportError:
            raise UserError(
                "GitHub cannot be asked: httpx is not installed", "`pip install 'opsbook[github]'`"
            ) from None
        secret = token(environment)
        if not secret:
            raise UserError("no token for GitHub", "set GITHUB_TOKEN or GH_TOKEN")
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise UserError("the token for GitHub is none", "see what GITHUB_TOKEN and GH_TOKEN hold")
        self.name = name
        self.web = f"{environment.get('GITHUB_SERVER_URL', 'https://github.com').rstrip('/')}/{name}"
        """Its address for people."""
        self._api = environment.get("GITHUB_API_URL", "").rstrip("/") or API
        self._origin = _origin(self._api)
        self._pause = pause
        self._waited = 0.0
        self._http = httpx
        self._client = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            headers={
                "accept": "application/vnd.github+json",
                "authorization": f"Bearer {secret}",
                "user-agent": "opsbook",
                "x-github-api-version": _VERSION,
            },
        )

    # ── issues ────────────────────────────────────────────────────────────────────────────

    def issues(self, label: str) -> list[Issue]:
        """Every issue with a label, open or closed, the oldest first; pull requests are left out.

        They are listed and not searched for: what is searched for appears some time later.
        """
        query = {"labels": label, "state": "all", "sort": "created", "direction": "asc"}
        found = self._pages("/issues", query)
        return [_issue(each) for each in found if "pull_request" not in each]

    def issue(self, number: int) -> Issue:
        return _issue(self._ask("GET", f"/issues/{number}"))

    def open_issue(self, title: str, body: str, label: str, assignees: tuple[str, ...] = ()) -> Issue:
        """A new issue. People who cannot be assigned are left out."""
        said: dict[str, Any] = {"title": title, "body": body, "labels": [label]}
        if assignees:
            try:
                return _issue(self._ask("POST", "/issues", said | {"assignees": list(assignees)}))
            except ForgeError as error:
                if error.status != 422:
                    raise
        return _issue(self._ask("POST", "/issues", said))

    def edit_issue(self, number: int, **said: str) -> Issue:
        """An issue with another `title`, `body`, `state` or `state_reason`."""
        return _issue(self._ask("PATCH", f"/issues/{number}", said))

    def add_label(self, number: int, label: str) -> None:
        """Give an issue one more label."""
        self._ask("POST", f"/issues/{number}/labels", {"labels": [label]})

    def require_label(self, label: str, description: str) -> None:
        """See that a label exists."""
        if self._found(f"/labels/{quote(label, safe='')}") is not None:
            return
        said = {"name": label, "color": "6e7781", "description": description}
        try:
            self._ask("POST", "/labels", said)
        except ForgeError as refused:
            if refused.status != 422:  # somebody else was faster
                raise

    def comments(self, number: int) -> list[Comment]:
        """The comments on an issue or a pull request, the oldest first."""
        return [
            Comment(_number(each, "id"), _text(each, "body"), _text(each.get("user") or {}, "login"))
            for each in self._pages(f"/issues/{number}/comments", {})
        ]

    def comment(self, number: int, body: str) -> None:
        self._ask("POST", f"/issues/{number}/comments", {"body": body})

    def edit_comment(self, id: int, body: str) -> None:
        self._ask("PATCH", f"/issues/comments/{id}", {"body": body})

    # ── branches and pull requests ────────────────────────────────────────────────────────

    def about(self) -> dict[str, Any]:
        """What the repository says of itself: `default_branch`, `private` …"""
        found: dict[str, Any] = self._ask("GET", "")
        return found

    def public(self) -> bool:
        """Whether everybody reads it."""
        return not self.about().get("private", False)

    def pull_request(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/pulls/{number}")
        return found

    def pull_requests_of(self, branch: str) -> list[dict[str, Any]]:
        """Every pull request that was ever made of a branch of this repository."""
        owner = self.name.partition("/")[0]
        return list(self._pages("/pulls", {"state": "all", "head": f"{owner}:{branch}"}))

    def open_pull_request(self, branch: str, base: str, title: str, body: str) -> dict[str, Any]:
        said = {"head": branch, "base": base, "title": title, "body": body}
        found: dict[str, Any] = self._ask("POST", "/pulls", said)
        return found

    def head_of(self, branch: str) -> str | None:
        """The commit of a branch; None where there is no such branch."""
        found = self._found(f"/git/ref/heads/{quote(branch)}")
        return None if found is None else _text(found.get("object") or {}, "sha")

    def begin_branch(self, branch: str, commit: str) -> None:
        self._ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})

    def file(self, path: str, branch: str) -> str | None:
        """The text of a file on a branch; None where there is none."""
        found = self._found(f"/contents/{quote(path)}", {"ref": branch})
        if found is None:
            return None
        content = _text(found, "content") if isinstance(found, dict) else ""
        return base64.b64decode(content).decode("utf-8", "replace")

    def write_file(self, path: str, text: str, branch: str, message: str) -> None:
        """Commit a new file to a branch."""
        content = base64.b64encode(text.encode("utf-8")).decode("ascii")
        said = {"message": message, "content": content, "branch": branch}
        self._ask("PUT", f"/contents/{quote(path)}", said)

    # ── runs ──────────────────────────────────────────────────────────────────────────────

    def last_success(self, workflow: str) -> datetime | None:
        """When the last run of a workflow that succeeded began; None where none did, or there is no such
        workflow."""
        query = {"status": "success", "per_page": "1"}
        found = self._found(f"/actions/workflows/{quote(workflow, safe='')}/runs", query) or {}
        runs = found.get("workflow_runs") or []
        return _instant(runs[0], "run_started_at") if runs else None

    # ── asking ────────────────────────────────────────────────────────────────────────────

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        url, asked = self._url(path), {**query, "per_page": "100"}
        for _ in range(_PAGES):
            answer = self._answered("GET", url, None, asked)
            found = self._data(answer)
            if not isinstance(found, list):
                raise ForgeError(f"{self.name}: GitHub's answer is no list")
            yield from (each for each in found if isinstance(each, dict))
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return
            url, asked = self._same_host(following[1]), {}
        raise ForgeError(f"{self.name} has more than {_PAGES * 100:,} of these", "close or delete some")

    def _found(self, path: str, query: dict[str, str] | None = None) -> Any | None:
        """What is there; None where nothing is."""
        try:
            return self._ask("GET", path, query=query)
        except ForgeError as error:
            if error.status != 404:
                raise
            return None

    def _ask(
        self, method: str, path: str, said: dict[str, Any] | None = None, query: dict[str, str] | None = None
    ) -> Any:
        return self._data(self._answered(method, self._url(path), said, query or {}))

    def _url(self, path: str) -> str:
        return f"{self._api}/repos/{self.name}{path}"

    def _same_host(self, url: str) -> str:
        """An address that GitHub names; ForgeError where the token would go elsewhere."""
        if _origin(url) != self._origin:
            raise ForgeError(f"GitHub points to another host, {urlsplit(url).hostname}: the token stays here")
        return url

    def _answered(
        self, method: str, url: str, said: dict[str, Any] | None, query: dict[str, str]
    ) -> httpx.Response:
        """The answer to a request that was granted."""
        redirects = 0
        for attempt in range(_ATTEMPTS + _REDIRECTS):
            last = attempt - redirects + 1 >= _ATTEMPTS
            try:
                answer = self._client.request(method, url, json=said, params=query or None)
            except self._http.TransportError as error:
                never_left = isinstance(error, self._http.ConnectError | self._http.ConnectTimeout)
                if last or not (never_left or method != "POST"):
                    raise self._unanswered(method, error) from None
                self._wait(2**attempt / 2)
                continue
            if answer.is_redirect and redirects < _REDIRECTS:
                url, query = self._redirected(method, url, answer), {}
                redirects += 1
                continue
            asked = _asked_to_wait(answer)
            if asked is not None and not last:
                self._wait(asked)
                continue
            if answer.status_code >= 500 and not last and method != "POST":
                self._wait(2**attempt / 2)
                continue
            if not answer.is_success:
                raise self._refused(answer)
            return answer
        raise ForgeError(f"{self.name}: GitHub redirects without end")

    def _redirected(self, method: str, url: str, answer: httpx.Response) -> str:
        """Where a request goes on: a repository that was renamed, on the same host."""
        place = self._same_host(str(self._http.URL(url).join(answer.headers.get("location", ""))))
        if method != "GET" and answer.status_code not in (307, 308):
            raise ForgeError(f"{self.name} has moved", "say its new name")
        return place

    def _wait(self, seconds: float) -> None:
        if self._waited + seconds > _PATIENCE:
            raise ForgeError(
                f"GitHub asks to wait {seconds:,.0f} s", "run it again later: nothing is lost", 429
            )
        self._waited += seconds
        self._pause(seconds)

    def _unanswered(self, method: str, error: Exception) -> ForgeError:
        why = "in time" if isinstance(error, self._http.TimeoutException) else f"({type(error).__name__})"
        done = "; it may have been done: run it again, nothing is done twice" if method == "POST" else ""
        return ForgeError(
            f"{urlsplit(self._api).hostname} does not answer {why}{done}", "see whether GitHub is up"
        )

    def _refused(self, answer: httpx.Response) -> ForgeError:
        status, said = answer.status_code, _said(answer)
        words = {
            401: ("the token for GitHub is not valid", "make a new one, or see what GITHUB_TOKEN holds"),
            403: (f"GitHub refuses: {said}", "give the token, or the job's `permissions`, what it needs"),
            404: (f"{self.name} has no such thing, or the token cannot see it", "see --repo and the token"),
            410: (f"{self.name}: {said}", "issues may be switched off in the repository's settings"),
            422: (f"GitHub does not take it: {said}", ""),
            429: ("GitHub's limit is reached", "run it again later: nothing is lost"),
        }
        if _asked_to_wait(answer) is not None:
            status = 429
        message, hint = words.get(status, (f"GitHub answers {status}: {said}", "run it again later"))
        return ForgeError(message, hint, status)

    def _data(self, answer: httpx.Response) -> Any:
        if len(answer.content) > _LARGEST:
            raise ForgeError(f"{self.name}: an answer of {len(answer.content):,} bytes is not read")
        try:
            return json.loads(answer.content)
        except ValueError:
            raise ForgeError(
                f"{urlsplit(self._api).hostname} does not answer in JSON", "see GITHUB_API_URL"
            ) from None


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; UserError for one to which no token should go."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise UserError(f"`{url[:100]}` is no place for a token", "GITHUB_API_URL is an https address")
    return parts.scheme, host, parts.port


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """How many seconds GitHub wants to be left alone; None where it does not say so."""
    if answer.status_code not in (403, 429):
        return None
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(after[:6])
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        try:
            now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            return 60.0
        return max(1.0, float(reset[:12]) - now) if reset.isascii() and reset.isdigit() else 60.0
    limited = answer.status_code == 429 or "secondary rate limit" in answer.text[:2000].lower()
    return 60.0 if limited else None


def _said(answer: httpx.Response) -> str:
    """What GitHub says is wrong, in a line."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return "no reason given"
    if not isinstance(found, dict):
        return "no reason given"
    parts = [_text(found, "message")]
    errors = found.get("errors")
    for each in errors[:3] if isinstance(errors, list) else ():
        fields = each if isinstance(each, dict) else {"message": str(each)}
        parts.append(" ".join(_text(fields, key) for key in ("field", "code", "message")).strip())
    return " ".join("; ".join(filter(None, parts)).split())[:300] or "no reason given"


# ── what an answer holds ──────────────────────────────────────────────────────────────────


def _issue(data: Any) -> Issue:
    if not isinstance(data, dict):
        raise ForgeError("GitHub's answer is no issue")
    return Issue(
        number=_number(data, "number"),
        title=_text(data, "title"),
        body=_text(data, "body"),
        open=data.get("state") == "open",
        reason=_text(data, "state_reason") or None,
        closed_at=_instant(data, "closed_at"),
        url=_text(data, "html_url"),
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    found = data.get(key)
    return found if isinstance(found, str) else ""


def _number(data: Mapping[str, Any], key: str) -> int:
    found = data.get(key)
    if not isinstance(found, int):
        raise ForgeError(f"GitHub's answer has no `{key}`")
    return found


def _instant(data: Mapping[str, Any], key: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(data, key))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
