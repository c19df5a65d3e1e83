"""How long the site of a book takes, how much memory, and how large it is, by the size of the book.

    python benchmarks/site.py                        1,000, 5,000 and 10,000 incidents
    python benchmarks/site.py --sizes 200,400 --alone 400

Each step is a whole process. `MkDocs alone` makes all pages by itself, as it would without stencils; it is
asked up to `--alone` incidents, since it takes four times as long. Processor time over that of an empty
interpreter is a figure that travels; look at the load before you believe a wall time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

AT, LATER = "2026-11-30T09:00Z", "2026-11-30T09:10Z"
SETTLED = 40
"""Seconds after which a file system has forgotten what was deleted: ext4 takes no number of a file again that
was deleted in the last 35, and looks long for another. A book that is built the first time meets none of
it."""
PAGE = 150_000
"""Bytes that a page may have."""
BOUNDS = {"Markdown, cold": 15, "Markdown, nothing changed": 1, "the builder": 60}
"""Seconds that a step may take at ten thousand incidents."""


class Took(NamedTuple):
    """Seconds of one process and of those that it starts, and the largest of them in MB."""

    wall: float
    cpu: float
    peak: float


def run(folder: Path, *arguments: str) -> Took:
    """A whole process of Python; RuntimeError where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-P", *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments}: exit {process.returncode}")
    return Took(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def build(book: Path, *arguments: str, at: str = AT) -> Took:
    return run(book, "-m", "opsbook", "site", "build", "--at", at, *arguments)


def steps(book: Path, *, alone: bool) -> Iterator[tuple[str, Took]]:
    """Each step of a build, the first time and again."""
    time.sleep(SETTLED)
    yield "Markdown, cold", build(book, "--markdown-only")
    yield "Markdown, ten minutes later", build(book, "--markdown-only", at=LATER)
    yield "Markdown, nothing changed", build(book, "--markdown-only", at=LATER)
    yield "the builder", build(book, at=LATER)
    yield "nothing changed", build(book, at=LATER)
    if alone:
        settings = Path(__file__).parents[1] / "mkdocs.yml"
        (book / "hook.py").touch()
        (book / "mkdocs.yml").write_text(settings.read_text("utf-8") + "hooks: [hook.py]\n", "utf-8")
        yield "MkDocs alone", build(book, at=LATER)
        (book / "mkdocs.yml").unlink()
        build(book, at=LATER)


def size(site: Path) -> str:
    """How large what was built is."""
    files = {path: path.stat().st_size for path in site.rglob("*") if path.is_file()}
    pages = {path: size for path, size in files.items() if path.suffix == ".html"}
    incidents = [
        size for path, size in pages.items() if path.name == "index.html" and len(path.parts[-2]) > 10
    ]
    longest = sorted(pages, key=lambda path: pages[path], reverse=True)[:3]
    large = [path for path in pages if pages[path] > PAGE]
    index = sum(size for path, size in files.items() if path.name in ("search_index.json", "search.json"))
    shown = ", ".join(f"{path.relative_to(site)} {pages[path] / 1000:.0f} kB" for path in longest)
    mean = sum(incidents) / max(len(incidents), 1)
    return (
        f"{len(pages):,} pages, {sum(files.values()) / 1e6:.0f} MB; search index {index / 1e6:.1f} MB; "
        f"an incident {mean / 1000:.0f} kB; over 150 kB: {len(large)}; longest: {shown}"
    )


def measure(folder: Path, incidents: int, alone: int) -> tuple[dict[str, Took], str]:
    book = folder / f"{incidents}"
    generator = Path(__file__).with_name("generate.py")
    run(folder, str(generator), str(book), "--incidents", str(incidents))
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "book")):
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(["git", "-C", str(book), *who, *arguments], check=True)
    time.sleep(3)  # until the clock of the file system has moved on
    found = dict(steps(book, alone=incidents <= alone))
    said = size(book / "build" / "site")
    shutil.rmtree(book)
    return found, said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,5000,10000")
    parser.add_argument("--alone", type=int, default=1000)
    asked = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="opsbook-site-") as name:
        folder = Path(name)
        os.environ["OPSBOOK_CACHE_DIR"] = str(folder / "outcomes")
        floor = min(run(folder, "-c", "pass").cpu for _ in range(9))
        print(f"{date.today()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, ", end="")
        print(f"the floor, an empty interpreter, is {floor * 1000:.0f} ms of processor time\n")
        print("| incidents | step | wall | processor | over the floor | peak of a process | may take |")
        print("|---|---|---|---|---|---|---|")
        sizes, said, first = [int(each) for each in asked.sizes.split(",")], {}, {}
        growth = []
        for incidents in sizes:
            found, said[incidents] = measure(folder, incidents, asked.alone)
            first = first or {step: (incidents, took) for step, took in found.items()}
            for step, took in found.items():
                bound = f"{BOUNDS[step]} s at 10,000" if step in BOUNDS else ""
                print(f"| {incidents:,} | {step} | {took.wall:.1f} s | {took.cpu:.1f} s ", end="")
                print(f"| x {took.cpu / floor:,.0f} | {took.peak:.0f} MB | {bound} |", flush=True)
                before, least = first[step]
                if before != incidents:
                    ratio = took.cpu / least.cpu / (incidents / before)
                    growth.append(f"{step}: x {ratio:.2f} of linear from {before:,} to {incidents:,}")
        print("\n" + "\n".join(f"* {incidents:,} incidents: {line}" for incidents, line in said.items()))
        print("\n".join(f"* {line}" for line in growth))


if __name__ == "__main__":
    main()
