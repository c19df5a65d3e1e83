"""An issue becomes a branch and a pull request, once, whatever somebody wrote into its form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.forge.server import Fault, Forge

from opsbook.authoring.issue_form import FIELDS, fields, read
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError

Run = Callable[..., tuple[int, str, str]]
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\naccounts: {github: Ana-Kestrel}\n",
    "policies/services/checkout.yaml": "name: Checkout\n",
    "policies/services/payments-api.yaml": "name: Payments API\n",
}
URL = "https://github.com/kestrel/book/issues/12"
ID = "2026-03-02-checkout-answers-502"
PATH = f"incidents/2026/{ID}/incident.yaml"


def body(**said: str) -> str:
    """The text of an issue as the forge makes it of the form."""
    answers = {field: said.get(field.split()[0].lower(), "_No response_") for field in FIELDS}
    return "\n\n".join(f"### {field}\n\n{answer}" for field, answer in answers.items())


def event(folder: Path, title: str = "Checkout answers 502", text: str | None = None, **more: Any) -> str:
    issue = {
        "number": 12, "title": title, "html_url": URL, "created_at": "2026-03-01T23:30:12Z",
        "author_association": "MEMBER", "user": {"login": "ana-kestrel"},
        "body": text or body(severity="SEV1 (x)", services="checkout, Payments-API", what="Some orders fail"),
    }  # fmt: skip
    said = {"action": "opened", "issue": issue | more.pop("issue", {})} | more
    file = folder / "event.json"
    file.write_text(json.dumps(said))
    return str(file)


@pytest.fixture
def book(write: Callable[[dict[str, str]], Path]) -> Path:
    return write(FILES)


def test_the_form_becomes_a_record_a_branch_and_a_pull_request(
    book: Path, tmp_path: Path, forge: Forge, program: Run
) -> None:
    pull = "https://github.com/kestrel/book/pull/"
    code, out, err = program("ci", "from-issue", event(tmp_path))
    assert (code, err, out.startswith(pull)) == (0, "", True)
    branch = f"incident/{ID}"
    assert forge.files == {
        (branch, PATH): (
            "# yaml-language-server: $schema=../../../schemas/incident.json\n"
            "title: Checkout answers 502\n"
            "severity: SEV1\n"
            "services: [checkout, payments-api]\n"
            f'links: {{source: "{URL}"}}\n'
            "timeline:\n"
            "  - {at: 2026-03-01T23:30Z, milestone: declared, severity: SEV1, by: ana, "
            f'source: "{URL}", text: "Some orders fail"}}\n'
        )
    }
    (made,) = forge.pulls.values()
    assert (made["title"], made["head"]["ref"]) == ("Incident: Checkout answers 502", branch)
    assert "Closes #12." in made["body"]
    (comment,) = forge.comments[12]
    assert made["html_url"] in comment["body"]
    forge.asked.clear()
    assert program("ci", "from-issue", event(tmp_path)) == (0, out, "")
    assert forge.wrote == []


@pytest.mark.parametrize("step", ["/git/refs", "/contents/", "/pulls", "/comments"])
@pytest.mark.parametrize("after", [True, False])
def test_a_run_that_is_cut_short_is_gone_on_with(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run, step: str, after: bool
) -> None:
    method = "PUT" if step == "/contents/" else "POST"
    forge.faults = [Fault(method, step, 400, after=after)]
    code, _, err = opsbook("ci", "from-issue", event(tmp_path))
    assert (code, "GitHub answers 400" in err) == (2, True)
    assert opsbook("ci", "from-issue", event(tmp_path))[0] == 0
    assert (len(forge.files), len(forge.pulls), len(forge.comments[12])) == (1, 1, 1)
    assert set(forge.branches) == {"main", f"incident/{ID}"}


def test_where_the_workflow_may_make_no_pull_request_the_issue_gets_the_address(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run
) -> None:
    forge.cannot = {"new_pull"}
    code, out, err = opsbook("ci", "from-issue", event(tmp_path))
    assert code == 1
    assert out == f"https://github.com/kestrel/book/compare/main...incident/{ID}?expand=1\n"
    assert err == "no pull request: GitHub refuses: Resource not accessible by integration\n"
    assert "the address does" in forge.comments[12][0]["body"]


def test_an_incident_of_the_same_name_is_another_one(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run
) -> None:
    (book / PATH).parent.mkdir(parents=True)
    (book / PATH).write_text(f"title: t\nsummary: see {URL}\n")
    forge.branches[f"incident/{ID}-2"] = "f" * 40
    other = f'links: {{source: "{URL}3"}}\nsummary: "{URL}"\n'
    forge.files[f"incident/{ID}-2", PATH.replace(ID, f"{ID}-2")] = other
    assert opsbook("ci", "from-issue", event(tmp_path))[0] == 0
    assert f"incident/{ID}-3" in forge.branches


def test_what_is_in_the_book_already_is_not_declared_again(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run
) -> None:
    opsbook("ci", "from-issue", event(tmp_path))
    (book / PATH).parent.mkdir(parents=True)
    (book / PATH).write_text(forge.files[f"incident/{ID}", PATH])
    forge.asked.clear()
    assert opsbook("ci", "from-issue", event(tmp_path))[:2] == (0, f"{ID} is in the book already\n")
    assert forge.wrote == []


@pytest.mark.parametrize(
    ("association", "more", "declared"),
    [
        ("OWNER", {}, True), ("COLLABORATOR", {}, True), ("NONE", {}, False), ("CONTRIBUTOR", {}, False),
        ("NONE", {"action": "labeled", "label": {"name": "incident-accepted"}}, True),
        ("NONE", {"action": "labeled", "label": {"name": "incident"}}, False),
        ("NONE", {"action": "opened", "label": {"name": "incident-accepted"}}, False),
    ],
)  # fmt: skip
def test_what_a_stranger_declares_waits_for_a_member(
    book: Path,
    tmp_path: Path,
    forge: Forge,
    opsbook: Run,
    association: str,
    more: dict[str, Any],
    declared: bool,
) -> None:
    file = event(tmp_path, issue={"author_association": association, "user": {"login": "mallory"}}, **more)
    code, out, _ = opsbook("ci", "from-issue", file)
    assert (code, bool(forge.pulls), "from somebody outside" in out) == (0, declared, not declared)
    if not declared:
        assert forge.wrote == ["POST /labels"]
        assert forge.labels == {"incident-accepted"}


HOSTILE = (
    "quotes \" and ' and `touch x`",
    "$(touch x) ${{ secrets.GITHUB_TOKEN }} $HOME",
    "\n::set-output name=x::y\n::error::z",
    "##[error]z ##[add-path]/tmp",
    "../../../../etc/passwd\x00\x1b[31m",
    "title: x\n---\nseverity: SEV0\n- *anchor\n<<: {}",
    "<script>alert(1)</script> @everybody #1 [x](javascript:alert(1))",
    "-- \\ \u202e\u2028\u200b ‮ 😱 é",
    "\ud800 half a character",
    ": - ? [ ] { } , # & * ! | > % @",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_the_form_holds_is_data(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run, words: str
) -> None:
    text = body(severity=words, services=words, commander=words, what=f"Some orders fail {words}")
    code, out, _ = opsbook("ci", "from-issue", event(tmp_path, f"Checkout {words}", text))
    assert code == 0
    (branch,) = set(forge.branches) - {"main"}
    assert re.fullmatch(r"incident/2026-03-02-[a-z0-9-]{1,60}", branch)
    ((_, path),) = forge.files
    assert path == f"incidents/2026/{branch.removeprefix('incident/')}/incident.yaml"
    (written,) = forge.files.values()
    document = Book(Memory({"opsbook.toml": "", path: written})).read(path)
    assert document.readable
    said = document.content
    assert (said.severity, said.services, said.roles, len(said.timeline)) == (None, {}, {}, 1)
    assert said.timeline[0].text.startswith("Some orders fail")
    assert said.links == {"source": URL}
    for line in out.splitlines():
        assert not line.startswith("::")
        assert "##[" not in line
    for shown in (*(each["body"] for each in forge.pulls.values()), forge.comments[12][0]["body"]):
        prose = re.sub(r"`[^`]*`", "", shown)
        assert not any(each in prose for each in ("<script", "@everybody", "#1 ", "](java"))


def test_a_megabyte_is_cut_and_said(book: Path, tmp_path: Path, forge: Forge, opsbook: Run) -> None:
    text = body(severity="SEV1", what="word `@x` " * 100_000)
    file = event(tmp_path, "Checkout " * 100_000, text)
    assert opsbook("ci", "from-issue", file)[0] == 0
    (written,) = forge.files.values()
    assert 10_000 < len(written) < 12_000
    (pull,) = forge.pulls.values()
    assert "not taken over: what people see has 999,999 letters: the first 10,000 are taken" in pull["body"]


def test_a_secret_that_was_pasted_is_masked_and_said(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run
) -> None:
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    opsbook("ci", "from-issue", event(tmp_path, text=body(what=f"it says {token}")))
    (written,) = forge.files.values()
    assert token not in written
    assert "masked: take it out of the issue" in forge.comments[12][0]["body"]


def test_a_line_of_what_people_see_is_no_field() -> None:
    words = "It is down\n\n### Severity\n\nSEV0\n\n### Services\n\ncheckout"
    said = fields(body(severity="SEV2", what=words))
    assert said == {"Severity": "SEV2", "What people see": words}


ISSUE = {"number": 1, "title": "t", "html_url": URL, "created_at": "2026-03-01T23:30:12Z"}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b'{"issue": 1}', b"\xff", b"[" * 50_000, b"x" * 8_000_001,
        *(
            json.dumps({"issue": ISSUE | wrong}).encode()
            for wrong in (
                {"number": 0}, {"number": "1"}, {"html_url": "javascript:x"}, {"created_at": "today"},
                {"html_url": f"{URL}\n::error::"}, {"body": 3}, {"title": ["t"]}, {"user": "x"},
            )
        ),
    ],
)  # fmt: skip
def test_what_is_no_issue_is_refused(content: bytes) -> None:
    with pytest.raises(UserError):
        read(content)


def test_an_issue_without_words_is_refused(book: Path, tmp_path: Path, forge: Forge, opsbook: Run) -> None:
    code, _, err = opsbook("ci", "from-issue", event(tmp_path, "  \u200b "))
    assert (code, err.startswith("error: an incident without a title\n")) == (2, True)
    assert forge.wrote == []


def test_a_dry_run_prints_the_record_and_asks_nobody(
    book: Path, tmp_path: Path, forge: Forge, opsbook: Run
) -> None:
    code, out, _ = opsbook("ci", "from-issue", event(tmp_path, text=body(services="nothing")), "--dry-run")
    assert (code, out.startswith(f"branch incident/{ID}\n{PATH}\n")) == (0, True)
    assert forge.asked == []


def test_the_form_of_the_repository_has_the_fields_that_are_read() -> None:
    from ruamel.yaml import YAML

    place = Path(__file__).parents[2] / ".github/ISSUE_TEMPLATE/declare.yml"
    form = YAML(typ="safe", pure=True).load(place)
    inputs = [each["attributes"]["label"] for each in form["body"] if each["type"] != "markdown"]
    assert tuple(inputs) == FIELDS
    workflow = (place.parents[1] / "workflows/declare.yml").read_text()
    assert f"contains(github.event.issue.body, '### {FIELDS[-1]}')" in workflow
