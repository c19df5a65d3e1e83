"""The example book as a site, built once for all workers of a test run, and served to a browser."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from opsbook.book.kinds import identify

ROOT = Path(__file__).parents[1]
AT = "2026-11-23T09:00Z"
BUILDER = os.environ.get("OPSBOOK_BUILDER", "mkdocs")
"""What makes the site that a browser is shown."""
MISSING = f"no {BUILDER}: the extra of that name brings it"


def opsbook(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a book, as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "opsbook", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tooling")},
    )  # fmt: skip


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker to ask for it makes, and that the others find."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def example(factory: pytest.TempPathFactory) -> Path:
    """The example book with its site in build/site; one record cannot be read, one link leads out of
    the book."""
    return shared(factory, "example", _example)


def _example(book: Path) -> None:
    for name in ("incidents", "runbooks", "rotations", "policies"):
        shutil.copytree(ROOT / name, book / name)
    for name in ("pyproject.toml", "mkdocs.yml"):
        shutil.copy(ROOT / name, book / name)
    (book / "rotations" / "people" / "zoe.yaml").write_text("name: [Zoe\n")
    secret = book.parent / "secret.txt"
    secret.write_text("not yours")
    evidence = next(book.glob("incidents/*/*/evidence"))
    (evidence / "stolen.txt").symlink_to(secret)
    done = opsbook(book, "site", "build", "--at", AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("build/site: begin with index.html\n")


def built(factory: pytest.TempPathFactory) -> Path:
    """The site of the example book as the builder makes it that tests are run with."""
    book = example(factory)
    if BUILDER == "mkdocs":
        return book / "build" / "site"

    def make(folder: Path) -> None:
        wanted = "--builder", BUILDER, "--at", AT, "--output", f"{folder}"
        done = opsbook(book, "site", "build", *wanted)
        assert (done.returncode, done.stderr) == (0, "")

    return shared(factory, BUILDER, make)


def kinds(site: Path) -> dict[str, list[str]]:
    """The pages of a site by the kind of record that each shows; a page of no kind is its own."""
    found: dict[str, list[str]] = {}
    for file in sorted(site.rglob("*.html")):
        path = file.relative_to(site).as_posix()
        found.setdefault(_kind(path), []).append(path)
    return found


def one_of_each(site: Path) -> list[str]:
    """The longest page of each kind; with OPSBOOK_EVERY_PAGE, every page there is."""
    if os.environ.get("OPSBOOK_EVERY_PAGE"):
        return [path for paths in kinds(site).values() for path in paths]
    return [max(paths, key=lambda path: (site / path).stat().st_size) for paths in kinds(site).values()]


def _kind(path: str) -> str:
    stem = path.removesuffix(".html")
    folder, _, name = stem.rpartition("/")
    if folder.startswith("reference/") and name != "index":
        return folder
    places = [stem + suffix for suffix in (".yaml", ".md", ".md.j2")]
    if name == "index":
        places = [f"{folder}/incident.yaml"]
    return next((found.kind.name for found in map(identify, places) if found), path)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on a web server of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()
