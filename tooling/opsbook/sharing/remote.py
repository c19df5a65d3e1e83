"""The other side of a clone: fetching, and pushing with each way in which git refuses told apart."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.git import WRITES, GitError, environment
from opsbook.sharing.clone import in_one_line

if TYPE_CHECKING:
    from opsbook.sharing.clone import Clone

_PATIENCE = 10
"""Seconds without a byte, or without an answer, after which a network counts as gone."""
_BEHIND = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "stale info")
"""What git says where somebody else pushed meanwhile."""

_OPENSSH = re.compile(r"(?:^|[/\\])ssh(?:\.exe)?['\"]?(?:\s|$)")


class Pushed(NamedTuple):
    """What came of a push."""

    result: Literal["done", "behind", "offline", "refused"]
    words: str = ""
    """Why not, in the words of the remote."""


def remote_of(clone: Clone, branch: str) -> str | None:
    """The remote that a branch is shared with: its own, `origin`, or the only one; None without any."""
    own = clone.settings.get(f"branch.{branch}.remote", "")
    if own not in ("", "."):  # a branch that follows another one of this clone has none
        return own
    names = [name[7:-4] for name in clone.settings if name.startswith("remote.") and name.endswith(".url")]
    return "origin" if "origin" in names else names[0] if len(names) == 1 else None


def upstream_of(clone: Clone, branch: str) -> str:
    """The branch of the remote that a branch is shared as: of its own name, since one that was begun on
    `origin/main` follows `main`, and is not to be pushed there; another where `push.default` says so."""
    said = clone.settings
    follows = said.get("push.default") in ("upstream", "tracking")
    if not follows or said.get(f"branch.{branch}.remote") == ".":
        return branch
    return said.get(f"branch.{branch}.merge", "").removeprefix("refs/heads/") or branch


def fetch(clone: Clone, remote: str) -> str:
    """Fetch what others pushed; why that cannot be, in git's words, empty where it was done."""
    for _ in range(3):
        try:
            clone.run(*_patiently(), "fetch", "--quiet", "--no-tags", remote, env=_network(clone))
        except GitError as error:
            if "cannot lock ref" in error.err or "unable to update local ref" in error.err:
                continue  # another fetch of this clone was first
            return error.err.partition("\n")[0].removeprefix("fatal: ")
        return ""
    return "somebody else fetches all the time"


def push(clone: Clone, remote: str, commit: str, branch: str) -> Pushed:
    """Push a commit as a branch of the remote, never over what is there."""
    target = f"{commit}:refs/heads/{branch}"
    try:
        clone.run(*_patiently(), "push", "--porcelain", "--quiet", remote, target, env=_network(clone))
    except GitError as error:
        return _refused(error)
    return Pushed("done")


def _refused(error: GitError) -> Pushed:
    rows = [line.split("\t") for line in error.out.splitlines() if line.startswith("!\t")]
    printed, hook, _ = f"{error.out}\n{error.err}".partition("error: failed to push some refs")
    if not rows and hook and printed.strip() and "fatal: " not in error.err:  # the remote was not asked
        return Pushed("refused", in_one_line(printed))
    if not rows:
        return Pushed("offline", error.err.partition("\n")[0])
    words = rows[0][-1]
    if any(each in words for each in _BEHIND):
        return Pushed("behind", words)
    said = [line.removeprefix("remote: ") for line in error.err.splitlines() if line.startswith("remote: ")]
    return Pushed("refused", " ".join(filter(None, (words, *said[:3]))))


def _patiently() -> tuple[str, ...]:
    return ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={_PATIENCE}")


def _network(clone: Clone) -> dict[str, str]:
    """The environment of git while it asks a server: it never asks a person, and does not wait for ever."""
    env = environment() | {WRITES: "1"}
    ssh = clone.settings.get("core.sshcommand") or "ssh"
    chosen = "GIT_SSH_COMMAND" in os.environ or "GIT_SSH" in os.environ
    if not chosen and _OPENSSH.search(ssh):  # another program knows other options
        alive = f"-oServerAliveInterval={_PATIENCE} -oServerAliveCountMax=1"
        env["GIT_SSH_COMMAND"] = f"{ssh} -oBatchMode=yes -oConnectTimeout={_PATIENCE} {alive}"
    return env
