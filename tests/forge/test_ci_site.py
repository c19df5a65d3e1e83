"""A site is published where the settings say so, and says when teams were last told what is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.forge.server import Forge
from tests.forge.test_ci_overdue import FILES

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.pages import pages

Run = Callable[..., tuple[int, str, str]]
Write = Callable[[dict[str, str]], Path]
AT = datetime(2026, 2, 20, 6, tzinfo=UTC)


def test_where_nothing_is_published_nothing_is_built(
    write: Write, tmp_path: Path, forge: Forge, opsbook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(FILES)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    code, out, _ = opsbook("ci", "site", "--output", str(tmp_path / "site"))
    assert (code, out.startswith("nothing is published: ")) == (0, True)
    assert not (tmp_path / "site").exists()
    assert (tmp_path / "output").read_text() == "publish=false\n"
    assert forge.asked == []


def test_what_the_settings_publish_is_built(write: Write, tmp_path: Path, forge: Forge, program: Run) -> None:
    settings = FILES["opsbook.toml"] + '[site]\npublish = "internal"\n'
    write(FILES | {"opsbook.toml": settings})
    forge.runs = ["2026-02-13T05:17:03Z"]
    target = tmp_path / "site"
    command = ("ci", "site", "--output", str(target), "--at", "2026-02-20T06:00Z")
    code, _, err = program(*command, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (code, err) == (0, "")
    assert (tmp_path / "output").read_text() == "publish=true\n"
    home = (target / "index.html").read_text()
    assert "Teams were last told on" in home
    assert "more than two weekdays ago" in home


@pytest.mark.parametrize(
    ("told", "said", "late"),
    [(None, False, False), (AT, True, False), (AT.replace(day=13), True, True)],
)
def test_the_home_page_says_when_teams_were_last_told(told: datetime | None, said: bool, late: bool) -> None:
    found = pages(Book(Memory(FILES)), AT, told_at=told)
    text = next(str(page.content) for page in found if page.path == "index.md")
    assert ("Teams were last told on" in text, "more than two weekdays ago" in text) == (said, late)
