"""With and without the cache, `check` prints the same bytes, whatever happened in between."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsbook.book import store, tree
from opsbook.cli.main import run
from opsbook.lint.session import Session
from opsbook.output.json import render

ID = "2026-03-02-checkout-5xx"
FOLDER = f"incidents/2026/{ID}"
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\nalerts = ["alerts/**/*.yaml"]\n',
    "alerts/checkout.yaml": "groups: [{rules: [{alert: failover}, {alert: ana, annotations: "
    '{runbook_url: "https://example.com/runbooks/failover"}}]}]\n',
    f"{FOLDER}/incident.yaml": """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
roles: {incident-commander: ben}
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, text: "Change 4812"}
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:31Z, runbook: {id: failover}, by: ana, text: "Promoted"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, roles: {incident-commander: ben}, text: "Resolved"}
action_items:
  pool-size-check: {title: Check the pool size, owner: ana, due: 2026-03-16}
""",
    f"{FOLDER}/evidence/pool.txt": "active=50 idle=0\n",
    f"{FOLDER}/postmortem.md": "---\nstatus: published\nauthors: [ana]\n---\n# Checkout\n\n## Summary\n\nA\n",
    "runbooks/failover.md": "---\nowner: payments\nlast_updated: 2026-03-01\ntest_in: 14d\n"
    "alerts: [failover, ana]\n---\n# Failover\n\n## Steps\n\n1. ana\n",
    "runbooks/other.md": "---\nkind: alert\n---\n# Failover\n",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: Europe/Berlin\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana, ben]\n",
}
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(tree, "_RACY_NS", 0)  # the tests are faster than the file system's clock
    return fill(tmp_path / "book")


def fill(root: Path) -> Path:
    for path, text in BOOK.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def report(root: Path, *, cache: bool, now: datetime = NOW, base: str | None = None) -> str:
    return render(Session(root, now, profile="strict", cache=cache, base=base).check())


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "a change")


def evaluated(root: Path, monkeypatch: pytest.MonkeyPatch, base: str | None = None) -> list[str]:
    """The subjects that a check with the cache looks at again."""
    from opsbook.lint import check

    seen: list[str] = []
    original = check.evaluate

    def noted(book: object, selection: object, now: object, subjects: list[str]) -> object:
        seen.extend(subjects)
        return original(book, selection, now, subjects)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(check, "evaluate", noted)
        report(root, cache=True, base=base)
    return seen


def test_a_second_check_looks_at_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(evaluated(root, monkeypatch)) > 7
    assert evaluated(root, monkeypatch) == []


def test_an_edit_is_looked_at_with_what_used_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(root, cache=True)
    (root / FOLDER / "incident.yaml").write_text(BOOK[f"{FOLDER}/incident.yaml"].replace("502", "503"))
    assert set(evaluated(root, monkeypatch)) == {
        f"{FOLDER}/incident.yaml",
        f"{FOLDER}/postmortem.md",
    }


def test_a_fresh_clone_elsewhere_finds_what_another_clone_computed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True, cwd=tmp_path)

    git("init", "-q", "book")
    git("-C", "book", "add", "-A")
    git("-C", "book", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "book")
    report(root, cache=True)
    git("clone", "-q", "book", "clone")
    assert evaluated(tmp_path / "clone", monkeypatch) == []


def test_git_that_converts_line_ends_is_not_believed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from opsbook.git import Git

    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    assert Git(root).clean_blobs()
    (root / ".gitattributes").write_text("* text=auto\n")
    assert Git(root).clean_blobs() == {}


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\0" * 64])
def test_a_damaged_cache_is_as_good_as_none(root: Path, tmp_path: Path, damage: bytes) -> None:
    expected = report(root, cache=False)
    report(root, cache=True)
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(file.read_bytes()[:40] + damage)
    assert report(root, cache=True) == expected


def test_an_unwritable_cache_folder_is_no_error(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert report(root, cache=True) == report(root, cache=False)


def test_many_processes_may_write_at_once(root: Path) -> None:
    expected = report(root, cache=False)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = int(any(report(root, cache=True) != expected for _ in range(5)))
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4


def edit(root: Path, chance: random.Random) -> None:
    """One thing that a person, an editor or git may do to a book."""
    found = (file for file in sorted(root.rglob("*")) if file.is_file() and file.suffix != ".toml")
    files = [file for file in found if ".git" not in file.parts]
    if not files:
        return
    file = chance.choice(files)
    match chance.randrange(7):
        case 0:  # another word of the same length, at the same time
            status = file.stat()
            words = chance.choice([("ana", "ben"), ("ben", "ana"), ("SEV1", "SEV2"), ("03-16", "04-16")])
            file.write_text(file.read_text().replace(*words))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        case 1:
            file.unlink()
        case 2:
            target = file.with_name(chance.choice(["cleo", "dan", file.stem]) + file.suffix)
            file.rename(target)
        case 3:
            lines = file.read_text().splitlines(keepends=True)
            if lines:
                del lines[chance.randrange(len(lines))]
            file.write_text("".join(lines))
        case 4:
            (root / "opsbook.toml").write_text(
                chance.choice(
                    ['timezone = "Asia/Tokyo"\n', 'ignore = ["INC"]\n', 'levels = {PM = "off"}\n', ""]
                )
            )
        case 5:
            fill(root)
        case 6:
            other = root / "runbooks" / "more" / file.name
            other.parent.mkdir(exist_ok=True)
            other.write_bytes(file.read_bytes())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), days=st.lists(st.integers(-10, 60), min_size=3, max_size=3))
def test_whatever_happens_the_cache_changes_no_byte(root: Path, seed: int, days: list[int]) -> None:
    shutil.rmtree(root)
    fill(root)
    chance = random.Random(seed)
    for day in days:
        now = NOW + timedelta(days=day)
        assert report(root, cache=True, now=now) == report(root, cache=False, now=now)
        for _ in range(chance.randint(0, 2)):
            edit(root, chance)
    assert report(root, cache=True) == report(root, cache=False)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    steps=st.lists(st.sampled_from(["edit", "commit", "amend", "check", "base"]), min_size=4, max_size=8),
)
def test_whatever_is_committed_the_cache_changes_no_byte(root: Path, seed: int, steps: list[str]) -> None:
    shutil.rmtree(root)
    fill(root)
    git(root, "init", "-q")
    commit(root)
    git(root, "branch", "base")
    commit(root)
    chance = random.Random(seed)
    for step in [*steps, "check", "base"]:
        match step:
            case "edit":
                edit(root, chance)
            case "commit":
                commit(root)
            case "amend":
                git(root, "add", "-A")
                git(root, "commit", "-q", "--amend", "--allow-empty", "--no-edit")
            case _:
                base = "base" if step == "base" else None
                assert report(root, cache=True, base=base) == report(root, cache=False, base=base)


def test_a_base_makes_only_what_changed_since_be_looked_at_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "init", "-q")
    commit(root)
    incident = root / FOLDER / "incident.yaml"
    incident.write_text(incident.read_text().replace("due: 2026-03-16", "due: 2026-03-19"))
    report(root, cache=True)
    assert evaluated(root, monkeypatch, base="HEAD") == [
        f"{FOLDER}/incident.yaml",
        f"{FOLDER}/incident.yaml",  # and once as it was before
        f"{FOLDER}/postmortem.md",
    ]
    assert evaluated(root, monkeypatch) == [f"{FOLDER}/incident.yaml"]


def test_new_evidence_makes_its_incident_be_looked_at_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(root, cache=True)
    (root / FOLDER / "evidence/more.txt").write_text("active=50 idle=0\n")
    assert evaluated(root, monkeypatch) == [f"{FOLDER}/incident.yaml"]
    assert evaluated(root, monkeypatch) == []
    (root / FOLDER / "evidence/more.txt").unlink()
    assert evaluated(root, monkeypatch) == [f"{FOLDER}/incident.yaml"]


def test_a_rule_file_that_changes_is_looked_at_with_what_its_alerts_judge(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(root, cache=True)
    rules = root / "alerts/checkout.yaml"
    rules.write_text(rules.read_text().replace("alert: failover", "alert: failed"))
    assert "runbooks/failover.md" in evaluated(root, monkeypatch)
    (root / "alerts/more").mkdir()
    (root / "alerts/more/rules.yaml").write_text("groups: [{rules: [{alert: failover}]}]\n")
    assert "runbooks/failover.md" in evaluated(root, monkeypatch)
    assert evaluated(root, monkeypatch) == []


def test_a_run_on_a_timeline_makes_its_runbook_be_looked_at_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(root, cache=True)
    record = root / FOLDER / "incident.yaml"
    record.write_text(record.read_text().replace("Promoted", "Promoted it"))
    assert "runbooks/failover.md" not in evaluated(root, monkeypatch)
    record.write_text(record.read_text().replace("runbook: {id: failover}, ", ""))
    assert "runbooks/failover.md" in evaluated(root, monkeypatch)
    assert evaluated(root, monkeypatch) == []


def test_other_files_in_the_cache_folder_are_left_alone(root: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for number in range(100):
        (tmp_path / "cache" / f"{number}.txt").write_text("somebody else's")
    report(root, cache=True)
    assert len(list((tmp_path / "cache").glob("*.txt"))) == 100


def test_what_is_saved_while_a_check_runs_is_looked_at_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsbook.lint import check

    original = check.evaluate

    def slow(book: object, selection: object, now: object, subjects: list[str]) -> object:
        found = original(book, selection, now, subjects)  # type: ignore[arg-type]
        if "policies/services/checkout.yaml" in subjects:
            (root / "policies/services/checkout.yaml").write_text("name: Checkout\nteam: paymetns\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(check, "evaluate", slow)
        report(root, cache=True)
    assert report(root, cache=True) == report(root, cache=False)
    assert "paymetns" in report(root, cache=True)


def test_a_file_that_changes_once_it_was_read_has_the_version_of_what_was_read(root: Path) -> None:
    files, path = tree.WorkTree(root), f"{FOLDER}/incident.yaml"
    content = files.read(path)
    assert files.changed() == set()
    (root / path).write_text("title: Checkout is slow\n")
    assert files.version(path) == tree.blob_id(content)
    assert files.changed() == {path}


@pytest.mark.parametrize("tracked", [True, False])
def test_a_cache_that_a_commit_brought_is_not_believed(
    root: Path, tracked: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = root / "cache"
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(place))
    git(root, "init", "-q")
    Session(root, NOW).check()
    (kept,) = place.glob("[0-9a-f]*")
    lie = store.read(kept)
    lie["outcomes"] = {subject: each[:3] for subject, each in lie["outcomes"].items()}
    store.write(kept, lie)
    if tracked:
        git(root, "add", "-f", "cache")
    store._committed.cache_clear()
    assert run(["-C", str(root), "check", "--at", "2026-03-10T12:00Z"]) == tracked
    assert ("the cache is not used" in capsys.readouterr().err) == tracked
