"""What two clones write is in both, exactly once and in order, whoever is first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sharing.conftest import ID, RECORD, TEXT, Place, declares, hook, line, logs

from opsbook.cli.main import run
from opsbook.errors import UserError
from opsbook.sharing.sync import rounds_to_wait, sync


def synced(place: Place) -> None:
    assert sync(place.fresh().clone).even


def test_both_clones_end_with_both_entries_in_order(ana: Place, ben: Place) -> None:
    ana.save(logs(30, "from ana"))
    ben.save(logs(20, "from ben"))
    synced(ana)
    synced(ben)
    synced(ana)
    assert ana.read() == ben.read() == TEXT + line(20, "from ben") + line(30, "from ana")
    assert ana.subjects() == ben.subjects() == [f"{ID}: from ben", f"{ID}: from ana", "a book"]
    assert ana.git("status", "--porcelain") == ben.git("status", "--porcelain") == ""


def test_push_shares_at_once(ana: Place, ben: Place) -> None:
    ana.save(logs(30, "from ana"), push=True)
    ben.save(logs(20, "from ben"), push=True)
    assert ben.committed(revision="origin/main") == TEXT + line(20, "from ben") + line(30, "from ana")


def test_the_same_entry_on_both_sides_is_one_and_needs_no_commit(ana: Place, ben: Place) -> None:
    ana.save(logs(30, "same"), push=True)
    ben.save(logs(30, "same"), push=True)
    assert ben.read() == TEXT + line(30, "same")
    assert ben.subjects() == [f"{ID}: same", "a book"]


def test_who_is_overtaken_while_pushing_begins_anew(ana: Place, ben: Place) -> None:
    ben.save(logs(20, "from ben"))
    hook(
        ana.root / ".git/hooks",
        "pre-push",
        f'test -e "{ben.root}/done" || (cd "{ben.root}" && touch done && git push -q)',
    )
    ana.save(logs(30, "from ana"), push=True)
    assert ana.committed(revision="origin/main") == TEXT + line(20, "from ben") + line(30, "from ana")


def test_a_round_that_somebody_else_wins_leaves_branch_and_work_tree_alone(ana: Place, ben: Place) -> None:
    hook(
        ana.root / ".git/hooks",
        "pre-push",
        f'git rev-parse HEAD HEAD^ >> "{ana.root}/.git/seen"; test -e "{ben.root}/done" '
        f'|| (cd "{ben.root}" && touch done && git push -q && git fetch -q)',
    )
    ben.save(logs(20, "from ben"))
    begun = ana.git("rev-parse", "HEAD")
    ana.save(logs(30, "from ana"), push=True)
    seen = ana.read(".git/seen").splitlines(keepends=True)
    assert (seen[:2], seen[3]) == (seen[2:], begun), "our own commit, where it was, at both pushes"
    assert ana.subjects() == [f"{ID}: from ana", f"{ID}: from ben", "a book"]
    assert ana.git("rev-parse", "HEAD") == ana.git("rev-parse", "origin/main")
    assert ana.git("status", "--porcelain") == ""


def test_what_is_committed_by_hand_while_pushing_goes_out_too(ana: Place, ben: Place) -> None:
    ben.save(logs(20, "from ben"), push=True)
    hook(
        ana.root / ".git/hooks",
        "pre-push",
        "test -e .git/done || (touch .git/done notes.md && git add notes.md && git commit -qm notes)",
    )
    ana.save(logs(30, "from ana"), push=True)
    assert ana.subjects("origin/main") == ["notes", f"{ID}: from ana", f"{ID}: from ben", "a book"]
    assert ana.git("rev-parse", "HEAD") == ana.git("rev-parse", "origin/main")


def test_work_in_the_way_of_what_others_wrote_does_not_keep_ours_back(
    ana: Place, ben: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    ben.write("notes.md", "ben's\n")
    ben.commit_all()
    synced(ben)
    ana.write("notes.md", "ana's\n")
    for minute in (30, 40):
        ana.fresh().save(logs(minute, f"from ana at {minute}"), push=True)
        assert capsys.readouterr().err == (
            "yours is sent; what others wrote is not here yet: "
            "notes.md is changed here and by somebody else; "
            "commit or move your own first, then `opsbook sync`\n"
        )
    assert ana.subjects() == [f"{ID}: from ana at 40", f"{ID}: from ana at 30", "a book"]
    assert ana.read("notes.md") == "ana's\n"
    (ana.root / "notes.md").unlink()
    synced(ana)
    assert ana.subjects() == [f"{ID}: from ana at 40", f"{ID}: from ana at 30", "by hand", "a book"]
    assert ana.git("status", "--porcelain") == ""


def test_offline_everything_is_kept_and_said_in_one_line(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    ana.git("remote", "set-url", "origin", str(ana.root / "nowhere"))
    ana.save(logs(30, "from ana"), push=True)
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("origin cannot be reached (")
    assert said.endswith("): kept here, `opsbook sync` sends it")
    assert ana.subjects() == [f"{ID}: from ana", "a book"]


def test_a_hook_that_refuses_a_push_is_named_and_everything_kept(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(ana.root / ".git/hooks", "pre-push", "echo 'opsbook check....Failed'; echo '- exit code: 1'; exit 1")
    ana.save(logs(20, "rolled back"), push=True)
    assert capsys.readouterr().err == (
        "origin refused: the hook `opsbook check` failed; everything is kept here\n"
    )
    assert ana.subjects() == [f"{ID}: rolled back", "a book"]


def test_a_branch_that_takes_no_pushes_is_left_and_ours_goes_beside_it(
    ana: Place, remote: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(
        remote / "hooks",
        "update",
        'test "$1" != refs/heads/main || { echo "main is protected" >&2; exit 1; }',
    )
    ana.save(logs(30, "from ana"), push=True)
    err = capsys.readouterr().err
    assert f"pushed as incident/{ID}, open a pull request from it" in err
    assert "main is protected" in err
    assert ana.committed(revision=f"origin/incident/{ID}") == TEXT + line(30, "from ana")


def test_two_that_declare_under_one_name_are_two_incidents(
    ana: Place, ben: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "2026-03-03-doors-shut"
    path = f"incidents/2026/{name}/incident.yaml"
    ana.save(declares(TEXT.replace("Checkout answers 502", "Doors A"), name), push=True)
    ben.save(declares(TEXT.replace("Checkout answers 502", "Doors B"), name))
    ben.save(logs(30, f"see #incident-{name}", path))
    ben.save(lambda book: logs(31, f"related to {name}")(book), push=True)
    second = path.replace("shut/", "shut-2/")
    assert "Doors A" in ben.read(path)
    assert ben.read(second) == (
        TEXT.replace("Checkout answers 502", "Doors B") + line(30, f"see #incident-{name}-2")
    )  # fmt: skip
    assert ben.read() == TEXT + line(31, f"related to {name}-2")
    assert ben.subjects()[2] == f"{name}-2: declared"
    assert capsys.readouterr().err == (
        f"somebody else declared {name} too: yours is {name}-2 now, channel #incident-{name}-2\n"
    )


def test_changes_that_nobody_committed_are_kept_while_others_come_in(ana: Place, ben: Place) -> None:
    ana.save(logs(30, "from ana"), push=True)
    ben.write(RECORD, TEXT + line(20, "by hand"))
    ben.write("opsbook.toml", 'timezone = "UTC"\n')
    synced(ben)
    assert ben.read() == TEXT + line(20, "by hand") + line(30, "from ana")
    assert ben.committed() == TEXT + line(30, "from ana")
    assert ben.git("status", "--porcelain").splitlines() == [f" M {RECORD}", " M opsbook.toml"]


def test_one_field_changed_to_different_things_is_refused_and_nothing_touched(ana: Place, ben: Place) -> None:
    for place, words in ((ana, "is slow"), (ben, "is down")):
        place.write(RECORD, TEXT.replace("answers 502", words))
        place.commit_all(words)
    synced(ana)
    with pytest.raises(UserError, match=rf"{RECORD} was changed to different things .*: title") as error:
        sync(ben.clone)
    assert "git pull --rebase" in error.value.hint
    assert ben.subjects() == ["is down", "a book"]
    assert ben.git("status", "--porcelain") == ""


def test_a_file_that_is_no_incident_is_merged_by_its_lines(ana: Place, ben: Place) -> None:
    page = "runbooks/failover.md"
    ana.write(page, "a\nb\nc\nd\ne\n")
    ana.commit_all()
    synced(ana)
    synced(ben)
    ana.write(page, "A\nb\nc\nd\ne\n")
    ben.write(page, "a\nb\nc\nd\nE\n")
    for place in (ana, ben):
        place.commit_all("edit")
        synced(place)
    assert ben.read(page) == "A\nb\nc\nd\nE\n"


def test_files_that_others_added_and_deleted_come_and_go(ana: Place, ben: Place) -> None:
    ana.write("runbooks/new.md", "new\n")
    ana.git("rm", "--quiet", RECORD)
    ana.commit_all()
    synced(ana)
    ben.save(logs(20, "from ben", RECORD))
    synced(ben)
    assert ben.read("runbooks/new.md") == "new\n"
    assert ben.read() == TEXT + line(20, "from ben"), "what one deleted and the other changed stays"


def test_merges_among_ours_are_kept(ana: Place, ben: Place) -> None:
    ben.save(logs(20, "from ben"), push=True)
    ana.git("switch", "--quiet", "-c", "side")
    ana.save(logs(40, "on the side"))
    ana.git("switch", "--quiet", "main")
    ana.write("notes.md", "x\n")
    ana.commit_all("notes")
    ana.git("merge", "--quiet", "--no-edit", "side")
    synced(ana)
    assert ana.read() == TEXT + line(20, "from ben") + line(40, "on the side")
    assert ana.git("log", "--merges", "--format=%s").splitlines() == [
        "Merge what others wrote",
        "Merge branch 'side'",
    ]


def test_a_clone_that_crashed_before_its_commit_catches_up(
    ana: Place, clone: Callable[[str], Place], capsys: pytest.CaptureFixture[str]
) -> None:
    ana.clone.wait([RECORD], f"{ID}: written, then the power went")
    ana.write(RECORD, TEXT + line(20, "written"))
    with contextlib.chdir(ana.root):
        assert run(["sync"]) == 0
    assert capsys.readouterr().out == "in sync\n"
    assert clone("other").read() == TEXT + line(20, "written")
    assert ana.subjects()[0] == f"{ID}: written, then the power went"


def test_what_a_person_did_not_commit_is_named_and_left_alone(
    ana: Place, clone: Callable[[str], Place], capsys: pytest.CaptureFixture[str]
) -> None:
    ana.write("notes.md", "no record\n")
    for name in "abcd":
        ana.write(f"runbooks/{name}.md", "mine\n")
    ana.write(RECORD, TEXT + line(20, "by hand"))
    ana.git("add", RECORD)
    with contextlib.chdir(ana.root):
        assert run(["sync"]) == 0
    out, err = capsys.readouterr()
    assert out == "in sync\n"
    assert err == (
        "your own changes are in no commit, so nobody else has them: "
        f"{RECORD}, runbooks/a.md, runbooks/b.md and 2 more\n  `git commit` them, then `opsbook sync`\n"
    )
    assert clone("other").read() == TEXT
    assert ana.read() == TEXT + line(20, "by hand")


def test_what_still_cannot_be_committed_is_said_with_what_to_do(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", 'echo "no commits on Mondays" >&2; exit 1')
    ana.save(logs(20, "rolled back"))
    capsys.readouterr()
    with contextlib.chdir(ana.root):
        assert run(["sync"]) == 1
    assert capsys.readouterr().err == (
        "what commands wrote is not committed: no commits on Mondays; "
        "once that is settled, `opsbook sync` again\n"
    )


@pytest.mark.parametrize("begun_on", ["origin/main", "main"])
def test_a_branch_is_shared_under_its_own_name_whatever_it_was_begun_on(ana: Place, begun_on: str) -> None:
    ana.git("switch", "--quiet", "-c", "not-ready", "--track", begun_on)
    ana.write("not-ready", "yet\n")
    ana.commit_all()
    synced(ana)
    assert ana.subjects("main") == ana.subjects("origin/main") == ["a book"]
    assert ana.subjects("origin/not-ready") == ["by hand", "a book"]


def test_a_branch_that_is_to_be_pushed_under_another_name_is(ana: Place) -> None:
    ana.git("config", "push.default", "upstream")
    ana.git("branch", "--quiet", "-m", "trunk")
    ana.save(logs(30, "from ana"))
    synced(ana)
    assert ana.subjects("origin/main") == [f"{ID}: from ana", "a book"]


def test_the_ssh_of_a_person_is_used_and_asks_nothing(
    ana: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    monkeypatch.delenv("GIT_SSH", raising=False)
    script = tmp_path / "ssh"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit 1\n')
    script.chmod(0o755)
    ana.git("config", "core.sshCommand", f"{script} -i key")
    ana.git("remote", "set-url", "origin", "ssh://git.example.com/book")
    assert not sync(ana.fresh().clone).even
    assert (tmp_path / "asked").read_text().startswith("-i key -oBatchMode=yes -oConnectTimeout=10 ")


def test_a_file_stays_executable_where_one_side_made_it_so(ana: Place, ben: Place) -> None:
    ana.save(logs(30, "from ana"))
    (ben.root / RECORD).chmod(0o755)
    ben.commit_all()
    synced(ben)
    synced(ana)
    assert ana.git("ls-tree", "HEAD", RECORD).startswith("100755 ")
    assert ana.read() == TEXT + line(30, "from ana")


def test_a_file_here_and_a_folder_there_are_refused(ana: Place, ben: Place) -> None:
    ana.write("notes/x", "ana's\n")
    ana.commit_all()
    ben.write("notes", "ben's\n")
    ben.commit_all()
    synced(ben)
    for place in (ana, ben):
        place.git("fetch", "--quiet")
    with pytest.raises(UserError, match=r"^notes was changed to different things here and by somebody else$"):
        synced(ana)
    assert ana.read("notes/x") == "ana's\n"
    assert ana.committed("notes", "origin/main") == "ben's\n"


# ── the work tree ─────────────────────────────────────────────────────────────────────────


def test_a_file_that_git_ignores_is_never_written_over(ana: Place, ben: Place) -> None:
    ana.write(".git/info/exclude", "*.log\n")
    ana.write("notes/x.log", "ana's\n")
    ben.write("notes/x.log", "ben's\n")
    ben.commit_all()
    synced(ben)
    with pytest.raises(UserError, match=r"^notes/x\.log is changed here and by somebody else$"):
        synced(ana)
    assert ana.read("notes/x.log") == "ana's\n"


def test_a_file_where_others_made_a_folder_stays(ana: Place, ben: Place) -> None:
    ana.write("notes", "ana's\n")
    ana.write(RECORD, TEXT + line(50, "not committed"))
    ben.write("notes/x", "ben's\n")
    ben.save(logs(20, "from ben"))
    ben.commit_all()
    synced(ben)
    with pytest.raises(UserError, match=r"^notes/x is changed here and by somebody else$"):
        synced(ana)
    assert ana.read("notes") == "ana's\n"
    assert ana.read() == TEXT + line(50, "not committed")


def test_what_an_editor_saves_while_others_changes_come_in_is_kept(ana: Place, ben: Place) -> None:
    ana.write(RECORD, TEXT + line(50, "not committed"))
    ben.write("slow", "x\n")
    ben.save(logs(20, "from ben"))
    ben.commit_all()
    synced(ben)
    ana.write(".git/info/attributes", "slow filter=slow\n")
    ana.git("config", "filter.slow.smudge", f"echo '# saved' >> '{ana.root / RECORD}'; cat")
    with pytest.raises(UserError, match="changed while this ran"):
        synced(ana)
    assert ana.read() == TEXT + line(50, "not committed") + "# saved\n"
    synced(ana)
    assert ana.read() == TEXT + line(20, "from ben") + line(50, "not committed") + "# saved\n"
    assert ana.git("status", "--porcelain") == f" M {RECORD}\n"


def test_what_is_staged_stays_staged(ana: Place, ben: Place) -> None:
    ben.save(logs(20, "from ben"))
    synced(ben)
    ana.write(RECORD, TEXT + line(50, "staged"))
    ana.git("add", RECORD)
    ana.write(RECORD, TEXT + line(55, "in the work tree"))
    synced(ana)
    assert ana.git("show", f":./{RECORD}") == TEXT + line(20, "from ben") + line(50, "staged")
    assert ana.read() == TEXT + line(20, "from ben") + line(55, "in the work tree")


# ── git's own merges ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", [["merge", "--quiet", "--no-edit"], ["rebase", "--quiet"]])
def test_the_merge_driver_does_the_same_for_git(ana: Place, how: list[str], driver: str) -> None:
    ana.git("config", "merge.opsbook.driver", driver)
    ana.write(".gitattributes", "incidents/**/incident.yaml merge=opsbook\n")
    ana.commit_all()
    ana.git("switch", "--quiet", "-c", "side")
    ana.save(logs(20, "on the side"))
    ana.git("switch", "--quiet", "main")
    ana.save(logs(30, "on main"))
    ana.git("switch", "--quiet", "side")
    ana.git(*how, "main")
    assert ana.read() == TEXT + line(20, "on the side") + line(30, "on main")


def test_the_merge_driver_shows_both_where_one_field_was_changed_twice(ana: Place, driver: str) -> None:
    ana.git("config", "merge.opsbook.driver", driver)
    ana.write(".gitattributes", "incidents/**/incident.yaml merge=opsbook\n")
    ana.commit_all()
    ana.git("switch", "--quiet", "-c", "side")
    ana.write(RECORD, TEXT.replace("answers 502", "is slow") + line(20, "on the side"))
    ana.commit_all()
    ana.git("switch", "--quiet", "main")
    ana.write(RECORD, TEXT.replace("answers 502", "is down") + line(30, "on main"))
    ana.commit_all()
    ana.git("merge", "side", check=False)
    assert ana.git("status", "--porcelain") == f"UU {RECORD}\n"
    assert ana.read() == (
        "<<<<<<< ours\ntitle: Checkout is down\n=======\ntitle: Checkout is slow\n>>>>>>> theirs\n"
        + TEXT.partition("\n")[2] + line(20, "on the side") + line(30, "on main")
    )  # fmt: skip


# ── many at once ──────────────────────────────────────────────────────────────────────────


def test_who_lost_once_tries_again_at_once_and_who_lost_the_most_before_all_others() -> None:
    waits = [rounds_to_wait(lost) for lost in range(20)]
    assert waits[0] == 1
    assert waits[1:] == sorted(waits[1:], reverse=True)
    assert waits[-1] == 0
