"""What runs on a forge: valid, pinned, and deaf to whatever a pull request puts into it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STARTERS = sorted((ROOT / "tooling/opsbook/starter/dot-github/workflows").glob("*.yml"))
FORMS = "dot-github/ISSUE_TEMPLATE/declare.yml"
MAY = {
    "check": [{"contents": "read"}],
    "report": [{"actions": "read", "contents": "read", "pull-requests": "write"}],
    "due": [{"contents": "read", "issues": "write"}],
    "site": [{"actions": "read", "contents": "read"}, {"id-token": "write", "pages": "write"}],
    "declare": [{"contents": "write", "issues": "write", "pull-requests": "write"}],
}
"""What the token of each job may do; a workflow that is not here may read."""
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
GOOD = "title: Checkout answers 502\ntimeline:\n  - {at: 2026-03-02T09:06Z, text: It fired}\n"
BAD = GOOD + "  - {at: 2026-03-02T08:06Z, text: Before}\n"


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    document = read(path)
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job["steps"]]


def quiet(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_even_when_pedantic() -> None:
    quiet(BIN / "zizmor", "--pedantic", "--offline", "--no-progress", "--no-config", ".")


def test_the_schemas_of_workflows_and_actions_accept_them() -> None:
    check = BIN / "check-jsonschema"
    quiet(check, "--builtin-schema", "vendor.github-workflows", *WORKFLOWS, *STARTERS)
    quiet(check, "--builtin-schema", "vendor.github-issue-forms", ROOT / ".github/ISSUE_TEMPLATE/declare.yml")
    quiet(check, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


@pytest.mark.parametrize("path", [*WORKFLOWS, *STARTERS, ROOT / "action.yml"], ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_to_a_commit_and_says_which_version_that_is(path: Path) -> None:
    used = [line.strip() for line in path.read_text().splitlines() if re.match(r"\s*(?:- )?uses:", line)]
    foreign = [line for line in used if "uses: $/" not in line]
    assert foreign
    assert [line for line in foreign if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+\Z", line)] == []


@pytest.mark.parametrize("path", [*WORKFLOWS, *STARTERS], ids=lambda path: path.name)
def test_a_workflow_can_do_what_it_must_and_nothing_else(path: Path) -> None:
    document = read(path)
    assert document["permissions"] == {}
    name = path.stem.removeprefix("opsbook-").replace("opsbook", "check")
    needed = MAY[name]
    if path in STARTERS and name == "report":  # it needs nothing of the repository
        needed = [{key: value for key, value in MAY[name][0].items() if key != "contents"}]
    assert [job["permissions"] for job in document["jobs"].values()] == needed
    assert all(job["timeout-minutes"] <= 10 for job in document["jobs"].values())
    assert "secrets." not in path.read_text()
    checkouts = [step for step in steps(path) if "actions/checkout@" in step.get("uses", "")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)
    for job in document["jobs"].values():
        if "write" in job["permissions"].values():  # what may write never holds the code of a change
            assert "pull_request_target" not in document["on"]
            held = [step for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
            assert not held or "pull_request" not in document["on"]
            assert [step["with"].get("ref") for step in held] == [None] * len(held)


def test_what_a_new_book_gets_is_what_runs_here() -> None:
    here, there = ROOT / ".github/ISSUE_TEMPLATE/declare.yml", ROOT / "tooling/opsbook/starter" / FORMS
    assert here.read_text() == there.read_text()
    used = [
        step["uses"] for path in [*WORKFLOWS, ROOT / "action.yml"] for step in steps(path) if "uses" in step
    ]
    assert {step["uses"] for path in STARTERS for step in steps(path) if "uses" in step} <= set(used)


def test_no_expression_stands_in_a_script() -> None:
    for path in [*WORKFLOWS, *STARTERS, ROOT / "action.yml"]:
        assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_the_scripts_pass_shellcheck(tmp_path: Path) -> None:
    tool = BIN / "shellcheck"
    if not tool.exists():
        pytest.skip("shellcheck is not installed")
    paths = [ROOT / "action.yml", *WORKFLOWS, *STARTERS]
    for number, step in enumerate(step for path in paths for step in steps(path) if "run" in step):
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/bin/bash\nset -eo pipefail\n{step['run']}")
        quiet(tool, script)


# ── the action, as a runner would run it ──────────────────────────────────────────────────


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout of a pull request: `main` has a book, the branch has put an entry out of order."""
    place = tmp_path / "work space"
    book = place / "operations"
    (book / INCIDENT).parent.mkdir(parents=True)
    (book / "opsbook.toml").write_text("")
    (book / INCIDENT).write_text(GOOD)
    git(place, "init", "--quiet", "--initial-branch=main")
    git(place, "add", ".")
    git(place, "commit", "--quiet", "-m", "a book")
    git(place, "update-ref", "refs/remotes/origin/main", "HEAD")
    (book / INCIDENT).write_text(BAD)
    git(place, "commit", "--quiet", "-a", "-m", "a change")
    return place


def git(place: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "core.hooksPath=/")
    subprocess.run(
        ["git", *identity, *arguments], cwd=place, env=environment(), check=True, capture_output=True
    )


def environment() -> dict[str, str]:
    dropped = ("GIT_", "GITHUB_", "OPSBOOK_")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}


def run_step(clone: Path, step_name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """A step of the action, with its inputs where the runner puts them."""
    action = read(ROOT / "action.yml")
    step = next(step for step in steps(ROOT / "action.yml") if step["name"] == step_name)
    names = {value[len("${{ inputs.") : -len(" }}")]: name for name, value in step["env"].items()}
    given = {name: inputs.get(key, action["inputs"][key]["default"]) for key, name in names.items()}
    temporary = clone.parent / "temp"
    program = temporary / "opsbook-venv" / "bin" / "opsbook"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!{sys.executable}\nfrom opsbook.cli.main import main\nmain()\n")
    program.chmod(0o755)
    (temporary / "summary").touch()
    runner = {
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
        "GITHUB_BASE_REF": "main",
        "OPSBOOK_CACHE_DIR": str(temporary / "outcomes"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=clone, env=environment() | runner | given, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def run_check(clone: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    return run_step(clone, "Check the book", **inputs)


def test_what_a_pull_request_brings_is_annotated_where_the_forge_looks_for_it(clone: Path) -> None:
    done = run_check(clone, path="operations")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"::error file=operations/{INCIDENT},line=4,endLine=4,col=10,")
    summary = (clone.parent / "temp" / "summary").read_text()
    assert summary.startswith("## opsbook: 1 finding in 1 record\n")
    assert f"### `operations/{INCIDENT}`" in summary


def test_more_arguments_are_passed_on_word_by_word(clone: Path) -> None:
    done = run_check(clone, path="operations", args="--ignore INC001\n  --at 2026-04-01T00:00Z", base="none")
    assert (done.returncode, done.stdout) == (0, "nothing wrong in 1 record\n")


@pytest.mark.parametrize("given", ["path", "base", "format", "args"])
def test_an_input_is_never_run_by_the_shell(clone: Path, given: str) -> None:
    mark = clone.parent / "mark"
    hostile = f'$(touch {mark}) `touch {mark}`; touch "{mark}" #'
    done = run_check(clone, **({"path": "operations"} | {given: hostile}))
    assert done.returncode == 2
    assert not mark.exists()


def test_nothing_of_the_checkout_is_imported(clone: Path) -> None:
    shutil.rmtree(clone / "operations" / "incidents")
    for name in ("click", "yaml", "opsbook", "pydantic"):
        (clone / "operations" / f"{name}.py").write_text("raise SystemExit('imported from the checkout')\n")
    done = run_check(clone, path="operations", base="none")
    assert (done.returncode, done.stdout) == (
        0,
        "no records here: they stand in incidents/, policies/, rotations/ and runbooks/\n",
    )


# ── what a pull request does to who is on call ────────────────────────────────────────────

ROTATION = """\
timezone: Europe/Berlin
layers: [{name: weekly, versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]}]
"""


def run_diff(clone: Path, **inputs: str) -> tuple[int, str]:
    """The exit code of the step, and what it adds to the summary of the job."""
    done = run_step(clone, "Say what changes on call", **inputs)
    assert done.stdout == ""
    return done.returncode, (clone.parent / "temp" / "summary").read_text()


def propose(clone: Path, text: str) -> None:
    """Put a rotation into the pull request."""
    path = clone / "operations" / "rotations" / "primary.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "a rota")


def test_a_pull_request_that_leaves_rotations_and_policies_alone_has_nothing_said(clone: Path) -> None:
    assert run_diff(clone, path="operations") == (0, "")


def test_what_a_pull_request_does_to_a_rota_stands_in_the_summary_though_the_check_fails(clone: Path) -> None:
    propose(clone, ROTATION)
    assert run_check(clone, path="operations").returncode == 1
    code, summary = run_diff(clone, path="operations")
    assert code == 0
    report, _, rota = summary.partition("## On call: what this change does\n")
    assert report.startswith("## opsbook: ")
    assert "- **primary** is new" in rota


def test_what_the_branch_does_not_bring_is_not_said(clone: Path) -> None:
    git(clone, "branch", "proposed")
    propose(clone, ROTATION)
    git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")  # main went on meanwhile
    git(clone, "checkout", "--quiet", "proposed")
    assert run_diff(clone, path="operations") == (0, "")


@pytest.mark.parametrize("inputs", [{"base": "none"}, {"format": "sarif"}])
def test_nothing_is_said_where_there_is_nothing_to_compare_with_or_no_summary(
    clone: Path, inputs: dict[str, str]
) -> None:
    propose(clone, ROTATION)
    assert run_diff(clone, path="operations", **inputs) == (0, "")


@pytest.mark.parametrize("given", ["path", "base", "format"])
def test_what_is_given_is_never_run_by_the_shell_nor_taken_for_an_option(clone: Path, given: str) -> None:
    propose(clone, ROTATION)
    mark = clone.parent / "mark"
    for hostile in (f'$(touch {mark}) `touch {mark}`; touch "{mark}" #', f"--output={mark}"):
        assert run_diff(clone, **({"path": "operations"} | {given: hostile}))[1] == ""
        assert not mark.exists()
