"""`opsbook site serve` shows the site, and builds it anew when a file of the book changes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.sites import AT, ROOT, opsbook

from opsbook.errors import UserError
from opsbook.site.serve import parsed

INCIDENT = "incidents/2026/2026-03-02-checkout-5xx"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "opsbook.toml").touch()
    (tmp_path / INCIDENT).mkdir(parents=True)
    (tmp_path / INCIDENT / "incident.yaml").write_text("title: Checkout answers 502\n")
    return tmp_path


class Serving:
    """A server, what it says, and what it shows."""

    def __init__(self, book: Path) -> None:
        self.said = book.parent / "said.txt"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "opsbook", "site", "serve", "--address", "127.0.0.1:0", "--at", AT],
                cwd=book, stdout=said, stderr=said, env={**os.environ, "PYTHONPATH": str(ROOT / "tooling")},
            )  # fmt: skip
        self.address = self.waited_for(r"(http://127\.0\.0\.1:\d+/) shows the site")

    def waited_for(self, pattern: str) -> str:
        for _ in range(1200):
            found = re.search(pattern, self.said.read_text())
            if found:
                return found[1]
            assert self.process.poll() is None, self.said.read_text()
            time.sleep(0.1)
        raise AssertionError(self.said.read_text())

    def shown(self, path: str) -> str:
        with urlopen(self.address + path) as answer:
            text: str = answer.read().decode()
            return text

    def waited_until_built(self, before: str) -> None:
        for _ in range(1200):
            if self.shown("-/built") != before:
                return
            time.sleep(0.1)
        raise AssertionError(self.said.read_text())


@pytest.fixture
def serving(book: Path) -> Iterator[Serving]:
    found = Serving(book)
    yield found
    found.process.kill()
    found.process.wait()


def test_a_change_is_shown_and_a_mistake_leaves_what_was_there(book: Path, serving: Serving) -> None:
    page = f"{INCIDENT}/index.html"
    assert "Checkout answers 502" in serving.shown(page)
    assert '<script src="/-/reload.js"></script></body>' in serving.shown("")
    assert "location.reload()" in serving.shown("-/reload.js")
    before = serving.shown("-/built")
    (book / INCIDENT / "incident.yaml").write_text("title: Checkout answers 503\n")
    serving.waited_until_built(before)
    assert "Checkout answers 503" in serving.shown(page)
    assert serving.waited_for("changed: (.*)") == f"{INCIDENT}/incident.yaml"
    with pytest.raises(HTTPError) as nowhere:
        serving.shown("nowhere.html")
    assert (nowhere.value.code, "md-header" in nowhere.value.read().decode()) == (404, True)
    (book / "opsbook.toml").write_text("profile = 3\n")
    serving.waited_for("(error: .*)")
    assert "Checkout answers 503" in serving.shown(page)
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(30) == 130
    assert "reload.js" not in (book / "build" / "site" / page).read_text("utf-8")


def test_an_address_that_is_taken_is_wrong_use(book: Path, serving: Serving) -> None:
    address = serving.address.removeprefix("http://").rstrip("/")
    done = opsbook(book, "site", "serve", "--address", address, "--at", AT)
    assert done.returncode == 2
    assert f"cannot listen at {address}" in done.stderr


@pytest.mark.parametrize("address", ["8000", "localhost", "localhost:", "localhost:http", "127.0.0.1:70000"])
def test_an_address_has_a_port(address: str) -> None:
    with pytest.raises(UserError, match="is no address to listen at"):
        parsed(address)


def test_nothing_is_built_where_nothing_changed(book: Path) -> None:
    time.sleep(2.5)  # until the clock of the file system has moved on
    build = ("site", "build", "--markdown-only", "--at", AT)
    assert "nothing changed" not in opsbook(book, *build).stdout
    assert opsbook(book, *build).stdout.endswith("files, nothing changed\n")
    assert "nothing changed" not in opsbook(book, *build[:-1], "2026-11-23T09:01Z").stdout
    (book / INCIDENT / "incident.yaml").write_text("title: Checkout answers 503\n")
    assert "nothing changed" not in opsbook(book, *build).stdout
    pages = book / "build" / "pages" / INCIDENT
    assert "Checkout answers 503" in (pages / "index.md").read_text("utf-8")
