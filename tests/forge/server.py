"""A GitHub on this machine: an HTTP server that keeps issues, branches and pull requests, and holds every
request and answer to what https://docs.github.com/en/rest publishes."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from jsonschema import Draft202012Validator

TOKEN = "ghs_forTestsOnly"
TEXT, NUMBER, MAYBE = {"type": "string"}, {"type": "integer"}, {"type": ["string", "null"]}


def closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


BODY = {"type": "string", "maxLength": 65536}
REASON = {"enum": ["completed", "not_planned", "duplicate", "reopened", None]}
USER = {"type": "object", "required": ["login", "id"], "properties": {"login": TEXT, "id": NUMBER}}
ISSUE = {
    "type": "object",
    "required": ["id", "number", "title", "state", "html_url", "labels", "user", "comments", "closed_at"],
    "properties": {
        "id": NUMBER, "number": NUMBER, "title": TEXT, "body": MAYBE, "html_url": TEXT, "user": USER,
        "state": {"enum": ["open", "closed"]}, "state_reason": REASON, "closed_at": MAYBE,
        "labels": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "comments": NUMBER,
    },
}  # fmt: skip
COMMENT = {
    "type": "object",
    "required": ["id", "body", "user", "html_url"],
    "properties": {"id": NUMBER, "body": TEXT, "user": USER, "html_url": TEXT},
}
PULL = {
    "type": "object",
    "required": ["number", "state", "html_url", "head", "base", "title"],
    "properties": {
        "head": {"type": "object", "required": ["ref", "sha"]},
        "state": {"enum": ["open", "closed"]},
    },
}
REQUESTS = {
    "POST issues": closed(
        ("title",), title={"type": "string", "minLength": 1, "maxLength": 256}, body=BODY,
        labels={"type": "array", "items": TEXT}, assignees={"type": "array", "items": TEXT},
    ),
    "PATCH issue": closed(
        (), title=TEXT, body=BODY, state={"enum": ["open", "closed"]}, state_reason=REASON
    ),
    "POST comments": closed(("body",), body=BODY),
    "PATCH comment": closed(("body",), body=BODY),
    "POST labels": closed(
        ("name",), name=TEXT, color={"type": "string", "pattern": "^[0-9a-f]{6}$"},
        description={"type": "string", "maxLength": 100},
    ),
    "POST pulls": closed(("head", "base", "title"), head=TEXT, base=TEXT, title=TEXT, body=BODY),
    "POST refs": closed(("ref", "sha"), ref={"type": "string", "pattern": "^refs/heads/."}, sha=TEXT),
    "PUT contents": closed(("message", "content"), message=TEXT, content=TEXT, branch=TEXT, sha=TEXT),
}  # fmt: skip
ANSWERS = {"issue": ISSUE, "comment": COMMENT, "pull": PULL}
ROUTES = (
    ("GET", r"", "about"),
    ("GET", r"/labels/(?P<name>[^/]+)", "label"),
    ("POST", r"/labels", "new_label"),
    ("GET", r"/issues", "issues"),
    ("POST", r"/issues", "new_issue"),
    ("GET", r"/issues/(?P<number>\d+)", "issue"),
    ("PATCH", r"/issues/(?P<number>\d+)", "edit_issue"),
    ("POST", r"/issues/(?P<number>\d+)/labels", "more_labels"),
    ("GET", r"/issues/(?P<number>\d+)/comments", "comments"),
    ("POST", r"/issues/(?P<number>\d+)/comments", "new_comment"),
    ("PATCH", r"/issues/comments/(?P<number>\d+)", "edit_comment"),
    ("GET", r"/pulls", "pulls"),
    ("POST", r"/pulls", "new_pull"),
    ("GET", r"/pulls/(?P<number>\d+)", "pull"),
    ("GET", r"/git/ref/heads/(?P<name>.+)", "ref"),
    ("POST", r"/git/refs", "new_ref"),
    ("GET", r"/contents/(?P<name>.+)", "contents"),
    ("PUT", r"/contents/(?P<name>.+)", "new_contents"),
    ("GET", r"/actions/workflows/(?P<name>[^/]+)/runs", "runs"),
)


class Fault(NamedTuple):
    """What goes wrong once, at the next request that fits."""

    method: str
    path: str
    status: int = 500
    headers: Mapping[str, str] = MappingProxyType({})
    body: str = '{"message": "Something went wrong"}'
    after: bool = False
    """Whether the work is done first."""
    delay: float = 0
    """Seconds until the answer comes."""
    hang_up: bool = False
    """Whether there is no answer."""


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, message: str, errors: list[Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.body = status, {"message": message, "errors": errors or []}


class Forge:
    """The state of one repository; `asked` holds every request."""

    def __init__(self, name: str = "kestrel/book", *, private: bool = True) -> None:
        self.name, self.private = name, private
        self.url = ""
        self.asked: list[str] = []
        self.faults: list[Fault] = []
        self.labels: set[str] = set()
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.branches: dict[str, str] = {"main": "a" * 40}
        self.files: dict[tuple[str, str], str] = {}
        self.runs: list[str] = []
        self.page = 100
        self.now = "2026-11-23T09:30:00Z"
        self.cannot: set[str] = set()
        """Handlers that the token has no permission for."""
        self._number = 0
        self._lock = threading.Lock()

    @property
    def wrote(self) -> list[str]:
        """The requests that changed something."""
        return [each for each in self.asked if not each.startswith("GET ")]

    def environment(self) -> dict[str, str]:
        return {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": self.name, "GITHUB_API_URL": self.url}

    # ── what may be asked ─────────────────────────────────────────────────────────────────

    def answer(self, method: str, path: str, query: dict[str, str], said: Any) -> tuple[int, Any]:
        prefix = f"/repos/{self.name}"
        if not path.startswith(prefix):
            raise Refusal(404, "Not Found")
        for verb, pattern, handler in ROUTES:
            found = re.fullmatch(pattern, path.removeprefix(prefix))
            if verb == method and found:
                if handler in self.cannot:
                    raise Refusal(403, "Resource not accessible by integration")
                names = {key: unquote(value) for key, value in found.groupdict().items()}
                result: tuple[int, Any] = getattr(self, f"do_{handler}")(query, said, **names)
                return result
        raise Refusal(404, "Not Found")

    def _next(self) -> int:
        self._number += 1
        return self._number

    def do_about(self, query: Any, said: Any) -> tuple[int, Any]:
        visibility = "private" if self.private else "public"
        return 200, {"default_branch": "main", "private": self.private, "visibility": visibility}

    def do_label(self, query: Any, said: Any, name: str) -> tuple[int, Any]:
        if name not in self.labels:
            raise Refusal(404, "Not Found")
        return 200, {"name": name}

    def do_new_label(self, query: Any, said: Any) -> tuple[int, Any]:
        held("POST labels", said)
        if said["name"] in self.labels:
            raise Refusal(422, "Validation Failed", [{"resource": "Label", "code": "already_exists"}])
        self.labels.add(said["name"])
        return 201, {"name": said["name"]}

    def do_issues(self, query: Any, said: Any) -> tuple[int, Any]:
        found = [
            each
            for each in self.issues.values()
            if query.get("labels") in (None, *(label["name"] for label in each["labels"]))
            and query.get("state", "open") in ("all", each["state"])
        ]
        return 200, found if query.get("direction") == "asc" else found[::-1]

    def do_new_issue(self, query: Any, said: Any) -> tuple[int, Any]:
        held("POST issues", said)
        unknown = [each for each in said.get("assignees", ()) if each.startswith("unknown")]
        if unknown:
            raise Refusal(422, "Validation Failed", [{"field": "assignees", "code": "invalid"}])
        number = self._next()
        issue = {
            "id": 1000 + number, "number": number, "title": said["title"], "body": said.get("body"),
            "state": "open", "state_reason": None, "closed_at": None, "comments": 0,
            "user": {"login": "github-actions[bot]", "id": 41898282},
            "labels": [{"name": each} for each in said.get("labels", ())],
            "assignees": [{"login": each, "id": 7} for each in said.get("assignees", ())],
            "html_url": f"https://github.com/{self.name}/issues/{number}",
        }  # fmt: skip
        self.issues[number] = issue
        self.labels |= {*said.get("labels", ())}
        return 201, shown("issue", issue)

    def do_issue(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        return 200, shown("issue", self._issue(number))

    def do_edit_issue(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        held("PATCH issue", said)
        issue = self._issue(number)
        if said.get("state", issue["state"]) != issue["state"]:
            issue["closed_at"] = self.now if said["state"] == "closed" else None
            issue["state_reason"] = "completed" if said["state"] == "closed" else "reopened"
        issue.update(said)
        return 200, shown("issue", issue)

    def do_more_labels(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        labels = self._issue(number)["labels"]
        labels += [{"name": each} for each in said["labels"] if {"name": each} not in labels]
        return 200, labels

    def _issue(self, number: str) -> dict[str, Any]:
        if int(number) not in self.issues:
            raise Refusal(404, "Not Found")
        return self.issues[int(number)]

    def do_comments(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        return 200, self.comments.get(int(number), [])

    def do_new_comment(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        held("POST comments", said)
        comment = {
            "id": 5000 + self._next(), "body": said["body"], "html_url": "https://github.com/c",
            "user": {"login": "github-actions[bot]", "id": 41898282},
        }  # fmt: skip
        self.comments.setdefault(int(number), []).append(comment)
        return 201, shown("comment", comment)

    def do_edit_comment(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        held("PATCH comment", said)
        for comment in (each for some in self.comments.values() for each in some):
            if comment["id"] == int(number):
                comment["body"] = said["body"]
                return 200, shown("comment", comment)
        raise Refusal(404, "Not Found")

    def do_pulls(self, query: Any, said: Any) -> tuple[int, Any]:
        head = query.get("head", "").partition(":")[2]
        return 200, [each for each in self.pulls.values() if head in ("", each["head"]["ref"])]

    def do_pull(self, query: Any, said: Any, number: str) -> tuple[int, Any]:
        if int(number) not in self.pulls:
            raise Refusal(404, "Not Found")
        return 200, shown("pull", self.pulls[int(number)])

    def do_new_pull(self, query: Any, said: Any) -> tuple[int, Any]:
        held("POST pulls", said)
        if said["head"] not in self.branches:
            raise Refusal(422, "Validation Failed", [{"field": "head", "code": "invalid"}])
        return 201, shown("pull", self.pull_of(said["head"], said["title"], said.get("body", "")))

    def pull_of(self, branch: str, title: str, body: str = "") -> dict[str, Any]:
        number = self._next()
        self.pulls[number] = {
            "number": number, "state": "open", "title": title, "body": body,
            "html_url": f"https://github.com/{self.name}/pull/{number}",
            "head": {"ref": branch, "sha": self.branches.get(branch, "b" * 40)}, "base": {"ref": "main"},
        }  # fmt: skip
        return self.pulls[number]

    def do_ref(self, query: Any, said: Any, name: str) -> tuple[int, Any]:
        if name not in self.branches:
            raise Refusal(404, "Not Found")
        return 200, {"ref": f"refs/heads/{name}", "object": {"type": "commit", "sha": self.branches[name]}}

    def do_new_ref(self, query: Any, said: Any) -> tuple[int, Any]:
        held("POST refs", said)
        name = said["ref"].removeprefix("refs/heads/")
        if name in self.branches:
            raise Refusal(422, "Reference already exists")
        assert said["sha"] in self.branches.values()
        self.branches[name] = said["sha"]
        return 201, {"ref": said["ref"], "object": {"type": "commit", "sha": said["sha"]}}

    def do_contents(self, query: Any, said: Any, name: str) -> tuple[int, Any]:
        if (query["ref"], name) not in self.files:
            raise Refusal(404, "Not Found")
        content = base64.encodebytes(self.files[query["ref"], name].encode()).decode()
        return 200, {"type": "file", "encoding": "base64", "content": content, "path": name, "sha": "c" * 40}

    def do_new_contents(self, query: Any, said: Any, name: str) -> tuple[int, Any]:
        held("PUT contents", said)
        if said["branch"] not in self.branches:
            raise Refusal(404, f"Branch {said['branch']} not found")
        assert ".." not in name.split("/")
        self.files[said["branch"], name] = base64.b64decode(said["content"], validate=True).decode()
        self.branches[said["branch"]] = f"{self._next():040x}"
        return 201, {"commit": {"sha": self.branches[said["branch"]]}}

    def do_runs(self, query: Any, said: Any, name: str) -> tuple[int, Any]:
        assert query["status"] == "success"
        if not self.runs:
            raise Refusal(404, "Not Found")
        runs = [{"id": 1, "conclusion": "success", "run_started_at": each} for each in self.runs[::-1]]
        return 200, {"total_count": len(runs), "workflow_runs": runs[: int(query["per_page"])]}


def held(name: str, said: Any) -> None:
    """Refuse a request that the published schema does not allow, as GitHub does."""
    problems = [each.message for each in Draft202012Validator(REQUESTS[name]).iter_errors(said)]
    if problems:
        raise Refusal(422, f"Invalid request. {problems[0]}"[:300])


def shown(name: str, answer: Any) -> Any:
    Draft202012Validator(ANSWERS[name]).validate(answer)
    return answer


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def log_message(self, *_: object) -> None:
        pass

    def _do(self) -> None:
        forge, parts = self.forge, urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        said = json.loads(self.rfile.read(length)) if length else None
        with forge._lock:
            forge.asked.append(f"{self.command} {unquote(parts.path).removeprefix(f'/repos/{forge.name}')}")
            fault = next(
                (
                    each
                    for each in forge.faults
                    if each.method == self.command and re.search(each.path, parts.path)
                ),
                None,
            )
            if fault:
                forge.faults.remove(fault)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if not fault or fault.after:
                status, answer, headers = self._worked(parts.path, query, said)
        if fault:
            self._say(fault)
            return
        self._send(status, json.dumps(answer), headers)

    def _worked(self, path: str, query: dict[str, str], said: Any) -> tuple[int, Any, dict[str, str]]:
        forge = self.forge
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}, {}
        assert self.headers["accept"] == "application/vnd.github+json"
        try:
            status, answer = forge.answer(self.command, path, query, said)
        except Refusal as refusal:
            return refusal.status, refusal.body, {}
        if not isinstance(answer, list):
            return status, answer, {}
        page, size = int(query.get("page", 1)), min(int(query.get("per_page", 30)), forge.page)
        more = len(answer) > page * size
        following = urlencode({**query, "page": page + 1})
        link = f'<{forge.url}{path}?{following}>; rel="next"'
        return status, answer[(page - 1) * size : page * size], {"link": link} if more else {}

    def _say(self, fault: Fault) -> None:
        sleep(fault.delay)
        if fault.hang_up:
            self.close_connection = True
            self.connection.close()
            return
        self._send(fault.status, fault.body, fault.headers)

    def _send(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {"date": self.date_time_string(), **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        with suppress(BrokenPipeError):  # whoever asked did not wait
            self.wfile.write(body.encode())

    do_GET = do_POST = do_PATCH = do_PUT = _do  # noqa: N815


@contextmanager
def serving(forge: Forge) -> Iterator[Forge]:
    """The forge, answering at `forge.url`."""
    handler = type("Handler", (_Handler,), {"forge": forge})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
