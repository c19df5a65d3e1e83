"""Asks shellcheck, where it is installed, whether a shell could read a script at all.

Nothing of the script is run. The answer depends on the script and on the shellcheck that is installed and on
nothing else: no settings of a user or a folder are read.
"""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

_NO_COMMAND = 1072
_CONSTRUCT = 1073
"""The codes for the place at which reading ends, and for the construct that it ends in."""
_ADVICE = (" Fix any mentioned problems and try again.", " Fix to allow more checks.")
_SECONDS = 20


class Misread(NamedTuple):
    """Where and why a script cannot be read: line and column (both from 1, and both of the script)."""

    line: int
    column: int
    reason: str


@cache
def program() -> str | None:
    """The shellcheck beside this Python, as the extra `shell` installs it, else the one on the path."""
    beside = Path(sys.executable).with_name("shellcheck")
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("shellcheck")


def version() -> str:
    """What changes when another shellcheck is installed; found without running it."""
    found = program()
    return f"shellcheck {os.stat(found).st_size}" if found else "no shellcheck"


@lru_cache(256)
def misread(script: str, shell: str) -> Misread | None:
    """Why a script cannot be read; None where it can, or where there is no shellcheck to ask."""
    import json
    import subprocess

    command = [program() or "", "--norc", f"--shell={shell}", "--format=json1", "--severity=error", "-"]
    if not command[0]:
        return None
    clean = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
    try:
        done = subprocess.run(
            command, input=script.encode(), capture_output=True, timeout=_SECONDS, env=clean, check=False
        )
        comments = json.loads(done.stdout)["comments"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return _misread([each for each in comments if 1000 <= each["code"] < 2000])


def _misread(comments: list[dict[str, object]]) -> Misread | None:
    """What to say of the complaints about one script: the first that names a cause."""
    by_code = {each["code"]: each for each in reversed(comments)}
    if _NO_COMMAND not in by_code:
        return None
    place = by_code.get(_CONSTRUCT, by_code[_NO_COMMAND])
    causes = [each for each in comments if each["code"] not in (_NO_COMMAND, _CONSTRUCT)]
    place, said = (causes[0], causes[0]) if causes else (place, by_code[_NO_COMMAND])
    reason = str(said["message"])
    for words in _ADVICE:
        reason = reason.replace(words, "")
    line, column = int(str(place["line"])), int(str(place["column"]))
    return Misread(line, column, reason[:1].lower() + reason[1:].rstrip("."))
