"""A CI machine has a new clone and a newly installed opsbook each time, and yet remembers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLING = Path(__file__).parents[2] / "tooling"
PERSON = "rotations/people/ana.yaml"


def test_outcomes_are_found_again_by_another_clone_and_another_installation(tmp_path: Path) -> None:
    outcomes = tmp_path / "outcomes"
    for name in ("first", "second"):
        compiled = shutil.ignore_patterns("__pycache__")
        package = shutil.copytree(TOOLING, tmp_path / name / "site-packages", ignore=compiled)
        book = tmp_path / name / "book"
        (book / PERSON).parent.mkdir(parents=True)
        (book / "opsbook.toml").touch()
        (book / PERSON).write_text("name: Ana Ruiz\ntimezone: Europe/Berlin\n")
        for file in package.rglob("*.py"):
            os.utime(file)
        env = os.environ | {"PYTHONPATH": str(package), "OPSBOOK_CACHE_DIR": str(outcomes)}
        command = [sys.executable, "-m", "opsbook", "check", "--at", "2026-04-01T00:00Z"]
        subprocess.run(command, cwd=book, env=env, check=True, capture_output=True)
    configurations = [
        file.name.partition("-")[0] for file in outcomes.iterdir() if "opsbook" not in file.name
    ]
    assert len(configurations) == 2, "a file for each clone"
    assert len(set(configurations)) == 1, "of one configuration, so the second clone read the first's"
