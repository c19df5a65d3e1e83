"""The other side of a clone: fetching, and pushing with each way in which git refuses told apart."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.git import GitError, environment

if TYPE_CHECKING:
    from opsbook.sharing.clone import Clone

_PATIENCE = 10
"""Seconds without a byte, or without an answer, after which a network counts as gone."""
_BEHIND = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "stale info")
"""What git says where somebody else pushed meanwhile."""


class Pushed(NamedTuple):
    """What came of a push."""

    result: Literal["done", "behind", "offline", "refused"]
    words: str = ""
    """Why not, in the words of the remote."""


def remote_of(clone: Clone, branch: str) -> str | None:
    """The remote that a branch is shared with: its own, `origin`, or the only one; None without any."""
    try:
        return clone.run("config", "--get", f"branch.{branch}.remote").decode().strip()
    except GitError:
        names = clone.run("remote").decode().split()
        return "origin" if "origin" in names else names[0] if len(names) == 1 else None


def upstream_of(clone: Clone, branch: str) -> str:
    """The branch of the remote that a branch is shared as."""
    try:
        name = clone.run("config", "--get", f"branch.{branch}.merge").decode().strip()
    except GitError:
        return branch
    return name.removeprefix("refs/heads/")


def fetch(clone: Clone, remote: str) -> bool:
    """Fetch what others pushed; False where the remote cannot be reached."""
    for _ in range(3):
        try:
            clone.run(*_patiently(), "fetch", "--quiet", "--no-tags", remote, env=_network())
        except GitError as error:
            if "cannot lock ref" in error.err or "unable to update local ref" in error.err:
                continue  # another fetch of this clone was first
            return False
        return True
    return False


def push(clone: Clone, remote: str, commit: str, branch: str) -> Pushed:
    """Push a commit as a branch of the remote, never over what is there."""
    target = f"{commit}:refs/heads/{branch}"
    try:
        clone.run(*_patiently(), "push", "--porcelain", "--quiet", remote, target, env=_network())
    except GitError as error:
        return _refused(error)
    return Pushed("done")


def _refused(error: GitError) -> Pushed:
    rows = [line.split("\t") for line in error.out.splitlines() if line.startswith("!\t")]
    if not rows:
        return Pushed("offline", error.err.partition("\n")[0])
    words = rows[0][-1]
    if any(each in words for each in _BEHIND):
        return Pushed("behind", words)
    said = [line.removeprefix("remote: ") for line in error.err.splitlines() if line.startswith("remote: ")]
    return Pushed("refused", " ".join(filter(None, (words, *said[:3]))))


def _patiently() -> tuple[str, ...]:
    return ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={_PATIENCE}")


def _network() -> dict[str, str]:
    """The environment of git while it asks a server: it never asks a person."""
    env = environment()
    if "GIT_SSH_COMMAND" not in os.environ and "GIT_SSH" not in os.environ:
        env["GIT_SSH_COMMAND"] = f"ssh -oBatchMode=yes -oConnectTimeout={_PATIENCE}"
    return env
