"""What the files of rules say is remembered, and never longer than it is true."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLING = Path(__file__).parents[2] / "tooling"
RULE = '''"""A title has no shouting in it."""

from opsbook.lint.rule import rule


@rule("INC999", on="incident", adopt="off", recommended="{level}")
def check(incident, context):
    return ()
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of opsbook that may be changed, with a cache of its own."""
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "package"))
    monkeypatch.chdir(tmp_path)
    compiled = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(TOOLING, tmp_path / "package", ignore=compiled) / "opsbook"


def rules() -> dict[str, str]:
    """The level of every rule, by its code, as a process says that begins now."""
    command = [sys.executable, "-m", "opsbook", "rules"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}


def test_a_rule_that_is_added_changed_or_removed_is_seen_at_once(package: Path) -> None:
    before, added = rules(), package / "rules" / "incidents" / "shouting_title.py"
    assert rules() == before
    for level in ("error", "advice"):
        added.write_text(RULE.format(level=level))
        assert rules() == before | {"INC999": level}
    added.unlink()
    assert rules() == before


def test_so_is_a_change_elsewhere_on_which_what_a_rule_says_depends(package: Path) -> None:
    before, engine = rules(), package / "lint" / "rule.py"
    text = engine.read_text()
    engine.write_text(text.replace('recommended: LevelName = "warning"', 'recommended: LevelName = "advice"'))
    assert rules() != before


@pytest.mark.parametrize("place", ["/dev/null/cache", "torn"])
def test_where_nothing_can_be_remembered_nothing_is_missed(
    package: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = rules()
    if place == "torn":
        for file in Path(os.environ["OPSBOOK_CACHE_DIR"]).iterdir():
            file.write_bytes(file.read_bytes()[:-1])
    else:
        monkeypatch.setenv("OPSBOOK_CACHE_DIR", place)
    assert rules() == expected


def test_without_a_cache_nothing_is_written(package: Path, tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").touch()
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "failover.md").write_text("# Failover\n")
    command = [sys.executable, "-m", "opsbook", "check", "--no-cache", "--exit-zero"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    assert not (tmp_path / "cache").exists()
