"""`opsbook adopt`: other people's pages become a book, and nothing of theirs is lost on the way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from opsbook.book.document import decode
from opsbook.book.markdown import Page
from opsbook.cli.main import run

AT = "2026-03-05T09:00Z"
ALERT = "# {}\n\n## Meaning\n\nm\n\n## Impact\n\ni\n\n## Diagnosis\n\nd\n\n## Mitigation\n\nm\n"
POSTMORTEM = (
    "# {}\n\n## Summary\n\ns\n\n## Timeline\n\n- 10:05 t\n\n## Root cause\n\nr\n\n## Action items\n\n- a\n"
)
SMALL = (
    "runbooks/aws__incident-response-playbooks",
    "runbooks/cloudnative-pg__charts",
    "postmortems/jupyterhub__mybinder.org-deploy",
)

Out = pytest.CaptureFixture[str]


@pytest.fixture
def team(quiet: None, tmp_path: Path) -> Path:
    root = tmp_path / "team"
    root.mkdir()
    return root


def put(root: Path, files: dict[str, str | bytes]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text)


def commit(root: Path, day: str = "2026-02-20") -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main")
    dates = {"GIT_AUTHOR_DATE": f"{day}T10:00Z", "GIT_COMMITTER_DATE": f"{day}T10:00Z"}
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        command = ["git", "-C", str(root), *who, *words]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | dates)


def adopt(root: Path, *words: str) -> int:
    return run(["adopt", str(root), "--timezone", "UTC", "--at", AT, *words])


def check(root: Path) -> int:
    return run(["-C", str(root), "check", "--at", AT])


def contents(root: Path) -> dict[str, bytes]:
    files = (file for file in root.rglob("*") if file.is_file() and ".git" not in file.parts)
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


# ── in place ──────────────────────────────────────────────────────────────────────────────


def test_runbooks_below_docs_stay_where_they_are(team: Path) -> None:
    put(team, {"docs/runbooks/disk/DiskFull.md": ALERT.format("DiskFull"), "README.md": "# Us\n"})
    commit(team)
    assert adopt(team) == 0
    assert (team / "docs/opsbook.toml").read_text() == (
        "# The root of this book, and its settings.\n"
        'timezone = "UTC"\n'
        'profile = "adopt"   # then "recommended", and later "strict"\n'
        'default_runbook_kind = "alert"\n'
    )
    page = (team / "docs/runbooks/disk/DiskFull.md").read_text()
    assert page == "---\nlast_updated: 2026-02-20\n---\n" + ALERT.format("DiskFull")
    assert check(team / "docs") == 0


def test_a_folder_of_runbooks_in_a_repository_is_that_of_the_book_above_it(team: Path) -> None:
    put(team, {"docs/runbooks/DiskFull.md": ALERT.format("DiskFull")})
    commit(team)
    assert adopt(team / "docs/runbooks") == 0
    assert (team / "docs/opsbook.toml").exists()


def test_what_runs_opsbook_knows_the_folder_of_the_book(team: Path) -> None:
    put(team, {"docs/runbooks/DiskFull.md": ALERT.format("DiskFull")})
    commit(team)
    adopt(team)
    hook = (team / ".pre-commit-config.yaml").read_text()
    assert "entry: opsbook -C docs check --staged\n" in hook
    assert "pass_filenames: false\n" in hook
    workflow = (team / ".github/workflows/opsbook.yml").read_text()
    assert 'opsbook" -C docs check' in workflow
    assert 'opsbook" -C docs ci report' in workflow


def test_what_a_team_has_already_is_not_written_over(team: Path, capsys: Out) -> None:
    put(team, {
        "runbooks/DiskFull.md": ALERT.format("DiskFull"),
        "opsbook.toml": 'profile = "adopt"\n',
        ".pre-commit-config.yaml": "repos: []\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team) == 0
    assert (team / "opsbook.toml").read_text() == 'profile = "adopt"\n'
    assert (team / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    assert "does not run opsbook: .pre-commit-config.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("words", [(), ("--move",)])
def test_a_second_run_changes_nothing(team: Path, words: tuple[str, ...]) -> None:
    put(team, {
        "docs/runbooks/DiskFull.md": ALERT.format("DiskFull"),
        "docs/reviews/2026-01-09 outage.md": POSTMORTEM.format("Outage"),
        "ops/playbooks/key.md": "# Change the key\n\nAsk the vault.\n",
    })  # fmt: skip
    commit(team)
    adopt(team, *words)
    before = contents(team)
    assert adopt(team, *words) == 0
    assert contents(team) == before


def test_a_dry_run_writes_nothing_and_says_where_everything_goes(team: Path, capsys: Out) -> None:
    put(team, {"docs/reviews/2026-01-09 outage.md": POSTMORTEM.format("Outage")})
    commit(team)
    before = contents(team)
    assert adopt(team, "--move", "--dry-run") == 0
    assert contents(team) == before
    move = "docs/reviews/2026-01-09 outage.md -> incidents/2026/2026-01-09-outage/postmortem.md"
    assert f"move  {move}\n" in capsys.readouterr().out


# ── moving ────────────────────────────────────────────────────────────────────────────────


def test_pages_are_moved_byte_for_byte_and_git_sees_a_rename(team: Path) -> None:
    text = POSTMORTEM.format("Überlast").replace("\n", "\r\n").encode()
    put(team, {"Postmortems/Größe #3 2026-01-09.md": text})
    commit(team)
    assert adopt(team, "--move") == 0
    assert not (team / "Postmortems").exists()
    assert (team / "incidents/2026/2026-01-09-grosse-3/postmortem.md").read_bytes() == text
    assert check(team) == 0


def test_a_page_takes_along_what_it_links_to_below_its_folder(team: Path, capsys: Out) -> None:
    text = POSTMORTEM.format("Outage") + "\n![graph](img/graph%201.png) [all](shared.csv) [up](../us.png)\n"
    put(team, {
        "postmortems/2026-01-09-a.md": text,
        "postmortems/2026-01-10-b.md": POSTMORTEM.format("Outage") + "\n[all](shared.csv)\n",
        "postmortems/img/graph 1.png": b"\x89PNG",
        "postmortems/shared.csv": "a,b\n",
        "us.png": b"\x89PNG",
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move") == 0
    assert (team / "incidents/2026/2026-01-09-a/img/graph 1.png").read_bytes() == b"\x89PNG"
    assert not (team / "postmortems/img").exists()
    assert (team / "postmortems/shared.csv").exists()
    assert (team / "us.png").exists()
    out = capsys.readouterr().out
    assert "moved      2 pages, and 1 file that they link to; 3 links follow\n" in out
    page = (team / "incidents/2026/2026-01-09-a/postmortem.md").read_text()
    assert page.endswith(
        "\n![graph](img/graph%201.png) [all](../../../postmortems/shared.csv) [up](../../../us.png)\n"
    )
    assert check(team) == 0


def test_links_lead_where_they_led_however_they_are_written(team: Path, capsys: Out) -> None:
    moved = (
        "\n[disk][1], [key], [here](#summary), [Failover](<../ops/playbooks/fail over.md>),\n"
        "[gone](nowhere.md), [site](https://example.com/a.md) and `[code](../ops/playbooks/key.md)`\n\n"
        "[1]: ../runbooks/DiskFull.md#meaning 'Disk'\n[key]:\n  ../ops/playbooks/key.md\n"
    )
    put(team, {
        "runbooks/DiskFull.md": ALERT.format("DiskFull") + "\n[last][a]\n\n[a]: ../reviews/2026-01-09-a.md\n",
        "reviews/2026-01-09-a.md": POSTMORTEM.format("Outage") + moved,
        "ops/playbooks/key.md": "---\nowner: ana\n---\n# Key\n\n[fail over](fail%20over.md?plain=1#x)\n",
        "ops/playbooks/fail over.md": "# Fail over\n",
        "README.md": "# Us\r\n\r\n[How](ops/playbooks/key.md \"the key\") and [docs](docs/)\r\n",
        "docs/why.md": "# Why\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "links README.md: 1\nlinks ops/playbooks/key.md: 1\nlinks reviews/2026-01-09-a.md: 3\n" in out
    assert adopt(team, "--move") == 0
    assert "moved      3 pages; 6 links follow" in capsys.readouterr().out
    assert (team / "incidents/2026/2026-01-09-a/postmortem.md").read_text() == POSTMORTEM.format("Outage") + (
        "\n[disk][1], [key], [here](#summary), [Failover](<../../../runbooks/fail-over.md>),\n"
        "[gone](nowhere.md), [site](https://example.com/a.md) and `[code](../ops/playbooks/key.md)`\n\n"
        "[1]: ../../../runbooks/DiskFull.md#meaning 'Disk'\n[key]:\n  ../../../runbooks/key.md\n"
    )
    assert (
        (team / "runbooks/DiskFull.md")
        .read_text()
        .endswith("\n[a]: ../incidents/2026/2026-01-09-a/postmortem.md\n")
    )
    assert "[fail over](fail-over.md?plain=1#x)" in (team / "runbooks/key.md").read_text()
    assert (team / "README.md").read_bytes() == (
        b'# Us\r\n\r\n[How](runbooks/key.md "the key") and [docs](docs/)\r\n'
    )
    assert check(team) == 0


def test_a_day_that_only_the_text_says_is_a_guess_and_said(team: Path, capsys: Out) -> None:
    table = "\n| When | What |\n|---|---|\n| 2026-01-08 23:55 | the night before |\n"
    put(team, {
        "postmortems/a.md": POSTMORTEM.format("Outage").replace("- 10:05 t\n", table),
        "postmortems/b.md": "---\ndate: 2026-01-10\n---\n" + POSTMORTEM.format("B") + "Since 2026-01-02.\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move") == 0
    said = "postmortems/a.md: 2026-01-08, from `| 2026-01-08 23:55 | the night before |`"
    out = capsys.readouterr().out
    assert f"guess {said}\n" in out
    assert f"guessed    the day of {said}: see that it is right\n" in out
    assert out.count("guess") == 2


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("/nowhere")])
def test_settings_are_not_written_through_what_stands_there(team: Path, make: Callable[[Path], None]) -> None:
    put(team, {"runbooks/a.md": "# A\n"})
    make(team / "opsbook.toml")
    before = contents(team)
    assert adopt(team) == 2
    assert contents(team) == before


def test_a_book_that_is_there_keeps_its_notes_and_the_kinds_of_its_runbooks(team: Path) -> None:
    put(team, {
        "opsbook.toml": "",
        "incidents/2026/2026-01-09-a/incident.yaml": "title: Outage\ntimeline: []\n",
        "incidents/2026/2026-01-09-a/evidence/2026-01-09-report.md": POSTMORTEM.format("Seen"),
        "runbooks/a.md": "---\nlast_updated: 2026-01-01\n---\n# A\n",
    })  # fmt: skip
    commit(team)
    before = contents(team)
    assert adopt(team, "--move") == 0
    after = contents(team)
    assert {path: text for path, text in after.items() if path in before} == before
    assert check(team) == 0


def test_pages_that_are_moved_later_are_put_into_the_baseline_that_is_there(team: Path) -> None:
    put(team, {
        "runbooks/a.md": "# A\n\n<script>x</script>\n",
        "reviews/2026-01-09-a.md": POSTMORTEM.format("A") + "\n<script>y</script>\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team) == 0
    commit(team, "2026-02-21")
    assert adopt(team, "--move") == 0
    lines = (team / "opsbook-baseline.jsonl").read_text().splitlines()
    assert [line.count("adopted") for line in lines] == [0, 1, 0]
    assert check(team) == 0


def test_two_ids_that_differ_in_case_do_not_clash(team: Path) -> None:
    put(team, {
        "a/playbooks/Failover.md": "# One\n",
        "b/playbooks/failover.md": "# Two\n",
        "b/playbooks/sub/FAILOVER.md": "# Three\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move") == 0
    pages = sorted(path for path in contents(team) if path.startswith("runbooks/"))
    assert pages == ["runbooks/Failover.md", "runbooks/b-failover.md", "runbooks/sub/sub-FAILOVER.md"]


def test_what_stands_at_a_place_is_not_moved_over(team: Path) -> None:
    put(team, {
        "opsbook.toml": "",
        "incidents/2026/2026-01-09-outage/postmortem.md": "# Outage\n",
        "reviews/2026-01-09-outage.md": POSTMORTEM.format("Outage"),
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move") == 0
    assert (team / "incidents/2026/2026-01-09-outage/postmortem.md").read_text() == "# Outage\n"
    assert (team / "incidents/2026/2026-01-09-outage-2/postmortem.md").exists()


def test_what_git_could_not_give_back_is_not_touched(team: Path, capsys: Out) -> None:
    put(team, {"runbooks/DiskFull.md": ALERT.format("DiskFull")})
    commit(team)
    put(team, {"runbooks/DiskFull.md": ALERT.format("DiskFull") + "more\n"})
    before = contents(team)
    assert adopt(team) == 2
    assert contents(team) == before
    assert "commit first" in capsys.readouterr().err


def test_without_git_it_works_and_says_that_nothing_takes_it_back(team: Path, capsys: Out) -> None:
    put(team, {"playbooks/DiskFull.md": ALERT.format("DiskFull")})
    assert adopt(team, "--move") == 0
    assert (team / "runbooks/DiskFull.md").read_text() == ALERT.format("DiskFull")
    assert "nothing can take this back" in capsys.readouterr().err
    assert check(team) == 0


def test_a_post_mortem_without_a_day_is_left_out(team: Path, capsys: Out) -> None:
    put(team, {"reviews/outage.md": POSTMORTEM.format("Outage"), "playbooks/a.md": "# A\n"})
    commit(team)
    assert adopt(team, "--move") == 0
    assert (team / "reviews/outage.md").exists()
    assert "left out   1 a post-mortem of no known day" in capsys.readouterr().out


def test_the_month_comes_first_unless_one_day_tells_otherwise(team: Path) -> None:
    put(team, {
        "postmortems/one.md": POSTMORTEM.format("Down on 05/07/2025"),
        "postmortems/two.md": POSTMORTEM.format("Down on 25/07/2025"),
    })  # fmt: skip
    commit(team)
    adopt(team, "--move")
    assert sorted(path.name for path in (team / "incidents/2025").iterdir()) == [
        "2025-07-05-one",
        "2025-07-25-two",
    ]


# ── what is written ───────────────────────────────────────────────────────────────────────


def test_the_owner_comes_from_the_page_or_else_from_codeowners(team: Path) -> None:
    put(team, {
        "CODEOWNERS": "*  @ana\n/runbooks/pay*.md  mail@example.com @eve @acme/payments # ours\n",
        "runbooks/pay.md": "# Pay\n",
        "runbooks/said.md": "# Said\n\n## Owner\n\nSearch team\n",
        "runbooks/told.md": "---\nowner: search\n---\n# Told\n",
        "runbooks/rest.md": "# Rest\n",
    })  # fmt: skip
    commit(team)
    adopt(team)
    day = "last_updated: 2026-02-20\n"
    assert {path: text.decode().partition("#")[0] for path, text in contents(team / "runbooks").items()} == {
        "pay.md": f"---\nowner: payments\n{day}---\n",
        "said.md": f"---\nowner: search-team\n{day}---\n",
        "told.md": f"---\nowner: search\n{day}---\n",
        "rest.md": f"---\nowner: ana\n{day}---\n",
    }


def test_a_page_keeps_its_line_ends_its_byte_order_mark_and_its_keys(team: Path) -> None:
    text = '\ufeff---\r\ntitle: "A"\r\nweight:   3 # first\r\n---\r\n# A\r\n'
    put(team, {"runbooks/a.md": text})
    commit(team)
    adopt(team)
    added = text.replace("first\r\n", "first\r\nlast_updated: 2026-02-20\r\n")
    assert (team / "runbooks/a.md").read_bytes() == added.encode()


@pytest.mark.parametrize(
    "text",
    [
        b"+++\ntitle = 'a'\n+++\n# A\n",
        b"---\ntitle: a\n# never closed\n",
        b"---\n{title: a}\n---\n# A\n",
        b"---\ntitle: a\ntitle: b\n---\n# A\n",
        b"# caf\xe9\n",
        b"\xff\xfe#\x00 \x00A\x00",
        b"# A\x00\n",
        b"<<<<<<< ours\n# A\n=======\n# B\n>>>>>>> theirs\n",
    ],
)
def test_a_page_that_cannot_be_read_stays_as_it_is_and_is_in_the_baseline(team: Path, text: bytes) -> None:
    put(team, {"runbooks/a.md": text, "runbooks/b.md": "# B\n"})
    commit(team)
    assert adopt(team) == 0
    assert (team / "runbooks/a.md").read_bytes() == text
    assert check(team) == 0


def test_rule_files_are_found_and_pages_named_after_their_alerts(team: Path) -> None:
    rule = (
        "groups:\n  - name: a\n    rules:\n      - alert: DiskFull\n        expr: up\n"
        "        annotations: {{runbook_url: 'https://books.example.com/x/runbooks/{}'}}\n"
    )
    put(team, {
        "prometheus/rules.yaml": rule.format("DiskFull"),
        "prometheus/values.yaml": "alert: {{ .Values.alert }}\n",
        "runbooks/DiskFull.md": "# Make room\n",
        "runbooks/full-disk.md": ALERT.format("DiskFull"),
    })  # fmt: skip
    commit(team)
    adopt(team)
    settings = (team / "opsbook.toml").read_text()
    assert (
        'alerts = ["prometheus/*.yaml"]\nrunbook_urls = ["https://books.example.com/x/runbooks/"]' in settings
    )
    assert "alerts: [DiskFull]\n" in (team / "runbooks/full-disk.md").read_text()


def test_settings_take_up_what_the_collection_calls_the_parts(team: Path) -> None:
    page = (
        "# {}\n\n## Symptoms\n\ns\n\n## Prechecks\n\np\n\n## Steps\n\n1. s\n\n"
        "## Verification\n\nv\n\n## Plan B\n\nb\n"
    )
    put(team, {f"runbooks/r{number}.md": page.format(number) for number in range(4)})
    commit(team)
    adopt(team)
    assert re.findall(r"^(?:default.*|\w+ = \[.*)$", (team / "opsbook.toml").read_text(), re.MULTILINE) == [
        'default_runbook_kind = "incident"',
        'prerequisites = ["prechecks"]',
        'rollback = ["plan b"]',
    ]


def test_headings_that_nearly_all_procedures_have_become_their_kind(team: Path) -> None:
    page = "# {}\n\n## Service tier\n\nGold\n\n## Owner\n\npay\n\n## Host platform\n\nVMs\n"
    put(team, {f"runbooks/r{number}.md": page.format(number) for number in range(6)})
    commit(team)
    adopt(team)
    assert (
        "[runbook_kinds.procedure]   # the headings that nearly all of them have\n"
        'parts = ["owner", "last_updated", "host platform", "service tier"]\n'
    ) in (team / "opsbook.toml").read_text()
    assert check(team) == 0


# ── any folder ────────────────────────────────────────────────────────────────────────────


def test_a_folder_without_runbooks_is_refused_and_stays_as_it_is(team: Path, capsys: Out) -> None:
    put(team, {"README.md": "# Us\n", "docs/howto/restart.md": "# Restart\n"})
    commit(team)
    before = contents(team)
    assert adopt(team) == 2
    assert contents(team) == before
    assert "--runbooks 'docs/howto/**'" in capsys.readouterr().err


def test_a_glob_says_what_no_name_tells(team: Path) -> None:
    put(
        team,
        {"docs/howto/restart.md": "# Restart\n", "docs/howto/key/index.md": "# Key\n", "docs/why.md": "#"},
    )
    commit(team)
    assert adopt(team, "--move", "--runbooks", "docs/howto/**") == 0
    pages = sorted(path for path in contents(team) if path.endswith(".md"))
    assert pages == ["docs/why.md", "runbooks/key.md", "runbooks/restart.md"]


def test_of_folders_those_stay_that_tell_pages_from_each_other(team: Path) -> None:
    put(team, {
        "docs/src/howto/db/restart.md": "# Restart\n",
        "docs/src/howto/web/docs/restart.md": "# Restart\n",
        "docs/src/sre/disks.md": "# Disks\n",
        "ops/runbooks/docs/key.md": "# Key\n",
    })  # fmt: skip
    commit(team)
    assert adopt(team, "--move", "--runbooks", "docs/**") == 0
    pages = sorted(path for path in contents(team) if path.endswith(".md"))
    assert pages == [
        "runbooks/docs/key.md", "runbooks/howto/db/restart.md", "runbooks/howto/web/docs/docs-restart.md",
        "runbooks/sre/disks.md",
    ]  # fmt: skip


def test_ignored_files_links_and_large_files_are_left_alone(team: Path, capsys: Out) -> None:
    put(team, {
        ".gitignore": "/build/\n",
        "build/runbooks/a.md": "# A\n",
        "node_modules/x/runbooks/a.md": "# A\n",
        "playbooks/large.md": b"# Large\n" + b"x" * (10 << 20),
        "playbooks/a.md": "# A\n",
        "elsewhere.md": "# Elsewhere\n",
    })  # fmt: skip
    (team / "playbooks/link.md").symlink_to("../elsewhere.md")
    (team / "playbooks/loop").symlink_to(".")
    commit(team)
    assert adopt(team, "--move") == 0
    out = capsys.readouterr().out
    assert "found      1 runbook (1 procedure)\n" in out
    assert "left out   1 larger than 1 MiB" in out
    assert (team / "playbooks/link.md").is_symlink()
    assert check(team) == 0


def test_names_that_would_drive_a_terminal_are_written_out(team: Path, capsys: Out) -> None:
    put(team, {"playbooks/a\x1b[31m\n::error::b.md": "# A\n"})
    assert adopt(team, "--move") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\n::error::" not in out


@pytest.mark.parametrize("source", SMALL)
@pytest.mark.parametrize("in_git", [True, False])
def test_a_real_collection_passes_its_own_baseline(
    team: Path, corpora: Path, source: str, in_git: bool
) -> None:
    shutil.copytree(corpora / source, team, dirs_exist_ok=True)
    team = team.rename(team.with_name(Path(source).name))
    if in_git:
        commit(team)
    pages = {file.read_bytes() for file in team.rglob("*.md")}
    led = leads(team)
    assert adopt(team, "--move") == 0
    assert check(team) == 0
    before = contents(team)
    assert adopt(team, "--move") == 0
    assert contents(team) == before
    after = [without_destinations(file.read_bytes()) for file in team.rglob("*.md")]
    assert len(after) == len(pages)
    assert all(any(text.endswith(without_destinations(page)) for text in after) for page in pages)
    assert leads(team) == led


def without_destinations(page: bytes) -> bytes:
    """A page without what a move may change of it: where its links lead."""
    page = re.sub(rb"\]\([^)\n]*\)", b"]()", page)
    return re.sub(rb"(?m)^( {0,3}\[[^\]\n]+\]:).*", rb"\1", page)


def leads(root: Path) -> int:
    """How many links of all pages lead to a file."""
    found = 0
    for file in root.rglob("*.md"):
        decoded = decode(file.name, file.read_bytes())
        for link in [] if decoded.fatal else Page(decoded.source.text).links:
            target = file.parent / unquote(link.target.partition("#")[0])
            found += bool(link.target) and not link.target.startswith(("/", "#")) and target.is_file()
    return found


def test_pages_that_are_taken_for_neither_are_named_with_the_flags_that_say_what_they_are(
    team: Path, capsys: Out
) -> None:
    howto = {f"docs/howto/{name}.md": f"# {name}\n\nDo it.\n" for name in ("a", "b", "c", "d")}
    about = {"README.md": "# us\n", "CHANGELOG.md": "# then\n", ".github/x.md": "# x\n"}
    put(team, {**howto, **about, "reviews/2025-08-14-outage.md": POSTMORTEM.format("x")})
    assert adopt(team, "--dry-run") == 0
    said = "docs/howto/a.md, docs/howto/b.md, docs/howto/c.md and 1 more"
    flags = "`--runbooks GLOB` or `--postmortems GLOB` says what they are"
    assert f"\nneither    4 Markdown pages, {said}: {flags}\n" in capsys.readouterr().out
    assert adopt(team, "--dry-run", "--runbooks", "docs/howto/*.md") == 0
    out = capsys.readouterr().out
    assert "4 runbooks" in out
    assert "neither" not in out


def test_a_link_that_was_dead_before_is_not_said_to_be_broken_by_the_move(team: Path, capsys: Out) -> None:
    put(
        team,
        {"ops/runbooks/disk-full.md": ALERT.format("Disk") + "\n[gone](nowhere.md)\n", "opsbook.toml": ""},
    )
    commit(team)
    assert adopt(team, "--move") == 0
    out = capsys.readouterr().out
    assert "moved      1 page\n" in out
    assert "dead_link 1" in out
