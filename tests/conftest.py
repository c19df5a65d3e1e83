"""Where the corpora are, how hard hypothesis tries, and a machine that says nothing of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FUZZ = bool(os.environ.get("OPSBOOK_FUZZ"))
CORPORA = Path(os.environ.get("OPSBOOK_CORPORA") or Path(__file__).parents[2] / "shared" / "corpora")

# A plain run tries the same cases every time; OPSBOOK_FUZZ=1 looks for new ones, for as long as it takes.
settings.register_profile("plain", max_examples=50, derandomize=True, database=None, deadline=None)
settings.register_profile(
    "fuzz", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fuzz" if FUZZ else "plain")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of other people's records that the reader is tried on."""
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}: OPSBOOK_CORPORA says where they are")
    return CORPORA


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine reaches opsbook, in this process or in a child: no git, CI or
    colour variable, no cache but the test's own."""
    unwanted = ("GIT_", "GITHUB_", "OPSBOOK_", "_OPSBOOK_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")
    for name in [name for name in os.environ if name.startswith(unwanted)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "outcomes"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
