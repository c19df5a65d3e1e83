"""Whatever stops a command, a record is the old or the new one, and what was acknowledged is there."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.conftest import FUZZ
from tests.sharing.conftest import ID, RECORD, TEXT, Place, declares, hook, line, logs

from opsbook.book import yaml
from opsbook.cli.main import run
from opsbook.errors import UserError
from opsbook.sharing.sync import sync

KILLS = 500 if FUZZ else 12
OTHER = "2026-03-03-doors-shut"
LOCKS = ("index.lock", "HEAD.lock", "refs/heads/main.lock", "refs/remotes/origin/main.lock")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "opsbook", *arguments]


def said(place: Place, path: str = RECORD) -> list[str]:
    reading = yaml.read(place.read(path))
    assert reading.problems == ()
    return [entry["text"] for entry in reading.data["timeline"]]


@pytest.mark.parametrize("how", [[], ["--push"]])
def test_a_kill_at_any_moment_tears_no_file_and_loses_nothing_acknowledged(
    ana: Place, ben: Place, how: list[str]
) -> None:
    dice = random.Random(4)
    acknowledged = ["Declared"]
    for number in range(KILLS):
        if how:
            ben.fresh().save(logs(20, f"from ben {number}"), push=True)
        process = subprocess.Popen(
            command("log", "-i", ID, *how, f"entry {number}"), cwd=ana.root, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(dice.uniform(0.05, 0.9 if how else 0.6))
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        if out:
            acknowledged.append(f"entry {number}")
        assert set(acknowledged) <= set(said(ana))
        for lock in LOCKS:  # a git that was killed leaves it
            (ana.root / ".git" / lock).unlink(missing_ok=True)
    subprocess.run(command("sync"), cwd=ana.root, check=True, capture_output=True)
    assert len(said(ana)) == len(set(said(ana)))
    assert ana.committed(revision="origin/main") == ana.read()
    assert not [
        name for name in os.listdir((ana.root / RECORD).parent) if name != "incident.yaml" and "tmp" in name
    ]


def test_a_record_is_there_at_every_moment_while_what_others_wrote_comes_in(ana: Place, ben: Place) -> None:
    """Git deletes a file before it writes the next one: a kill between would leave none."""
    record, over, gone = ana.root / RECORD, threading.Event(), []

    def look() -> None:
        while not over.is_set():
            if not os.path.exists(record):
                gone.append(time.monotonic())

    watch = threading.Thread(target=look)
    watch.start()
    try:
        for number in range(8):
            ben.fresh().save(logs(20, f"from ben {number}"), push=True)
            sync(ana.fresh().clone)
    finally:
        over.set()
        watch.join()
    assert not gone
    assert said(ana)[-1] == "from ben 7"
    assert ana.git("status", "--porcelain") == ""


def test_what_was_pushed_when_a_kill_came_is_not_sent_twice(ana: Place, ben: Place, remote: Path) -> None:
    path = f"incidents/2026/{OTHER}/incident.yaml"
    ben.save(declares(TEXT.replace("Checkout", "Doors"), OTHER), push=True)
    ana.save(declares(TEXT, OTHER))
    hook(remote / "hooks", "post-receive", f'kill -s KILL -- "-$(cat {ana.root}/.git/group)"')
    run = f"echo $$ > .git/group; exec {shlex.join(command('log', '-i', OTHER, '--push', 'first'))}"
    done = subprocess.run(["sh", "-c", run], cwd=ana.root, start_new_session=True, check=False)
    assert done.returncode == -signal.SIGKILL
    (remote / "hooks/post-receive").unlink()
    assert ana.subjects() == [f"{OTHER}: first", f"{OTHER}: declared", "a book"], "the branch did not move"
    ana.fresh().save(logs(50, "second", path), push=True)
    second = path.replace(OTHER, f"{OTHER}-2")
    assert said(ana, second) == ["Declared", "first", "second"]
    assert ana.read(path) == TEXT.replace("Checkout", "Doors")
    assert ana.git("status", "--porcelain") == ""
    assert ana.git("rev-parse", "HEAD") == ana.git("rev-parse", "origin/main")
    assert not (ana.root / second.replace("-2/", "-3/")).exists()


def test_a_disk_that_is_full_stops_a_command_before_anything_is_written(ana: Place) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = subprocess.run(
        command("log", "-i", ID, "rolled back"), cwd=ana.root, preexec_fn=small,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert '"rolled back"' in done.stderr, "the entry to paste is printed"
    assert ana.read() == TEXT


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_what_cannot_be_forced_to_disk_is_refused(
    ana: Place, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuses)
    with pytest.raises(UserError, match=r"cannot write .*; nothing was written"):
        ana.save(logs(20, "rolled back"))
    assert ana.read() == TEXT
    assert os.listdir((ana.root / RECORD).parent) == ["incident.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_checkout_that_is_read_only_is_refused(ana: Place) -> None:
    folder = (ana.root / RECORD).parent
    folder.chmod(0o555)
    with pytest.raises(UserError, match=r"cannot write .*: Permission denied"):
        ana.save(logs(20, "rolled back"))
    folder.chmod(0o755)
    assert ana.read() == TEXT


def test_a_draft_that_a_crash_left_is_swept_away_and_nothing_else(ana: Place) -> None:
    for name in (".incident.yaml.abc12345.opsbook", ".incident.yaml.original"):
        (ana.root / RECORD).with_name(name).write_text("half")
    ana.save(logs(20, "rolled back"))
    assert sorted(os.listdir((ana.root / RECORD).parent)) == [".incident.yaml.original", "incident.yaml"]


def test_a_git_that_is_broken_does_not_stop_an_entry(ana: Place, capsys: pytest.CaptureFixture[str]) -> None:
    (ana.root / ".git/index").write_bytes(b"broken")
    ana.save(logs(20, "rolled back"))
    assert ana.read() == TEXT + line(20, "rolled back")
    assert capsys.readouterr().err.startswith("written, not committed: git status: ")


def test_a_folder_of_git_that_cannot_be_written_does_not_stop_an_entry(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    (ana.root / ".git/opsbook").write_text("in the way")
    with contextlib.chdir(ana.root):
        assert run(["log", "-i", ID, "rolled back"]) == 0
        said = capsys.readouterr().err
        assert run(["new", "person", "zoe"]) == 0
        assert run(["sync"]) == 2
    assert said.startswith(
        f"written, not committed: cannot write `{ana.root}/.git/opsbook/waiting`: File exists; "
        "commit it by hand once git works\n"
    )
    assert '"rolled back"' in ana.read()
    assert (ana.root / "rotations/people/zoe.yaml").is_file()
    assert ana.subjects() == ["a book"]
