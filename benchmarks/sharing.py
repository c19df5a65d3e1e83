"""Many people log to one incident at once, each from a clone of their own: is all of it there, in order?

    python benchmarks/sharing.py                      20 clones, 50 entries each
    python benchmarks/sharing.py --clones 4 --entries 5

Prints how long a `opsbook log --push` took, how many pushes it needed, and how many entries were sent by a
later command alone. Exits with 1 where an entry is missing, doubled or out of order, and ends with an error
where a person would have to resolve something.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from opsbook.book import yaml

ID = "2026-03-02-checkout-5xx"
RECORD = f"incidents/2026/{ID}/incident.yaml"
TEXT = """\
title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
"""


class Result(NamedTuple):
    """What came of it."""

    entries: int
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    in_order: bool
    seconds: float
    latencies: tuple[float, ...]
    """Seconds of each command, the shortest first."""
    pushes: int
    late: int
    """Entries that their own command could not send."""

    @property
    def right(self) -> bool:
        return self.in_order and not self.missing and not self.doubled


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def opsbook(root: Path, *arguments: str) -> str:
    """Run a command in a clone; what it says beside its answer."""
    command = [sys.executable, "-P", "-m", "opsbook", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return done.stderr


def lay_out(folder: Path, clones: int) -> list[Path]:
    """A remote with a book and one open incident, and clones that count their pushes."""
    remote = folder / "remote.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    first = folder / "first"
    git(folder, "clone", "--quiet", str(remote), str(first))
    (first / RECORD).parent.mkdir(parents=True)
    (first / RECORD).write_text(TEXT)
    (first / "opsbook.toml").write_text("")
    who = ("-c", "user.name=First", "-c", "user.email=first@example.com")
    git(first, "checkout", "--quiet", "-B", "main")
    git(first, "add", "--all")
    git(first, *who, "commit", "--quiet", "-m", "a book")
    git(first, "push", "--quiet", "origin", "main")
    found = []
    for number in range(clones):
        root = folder / f"clone-{number}"
        git(folder, "clone", "--quiet", str(remote), str(root))
        git(root, "config", "user.name", f"Person {number}")
        git(root, "config", "user.email", f"person-{number}@example.com")
        hook = root / ".git/hooks/pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\necho push >> "{root}/.git/pushes"\n')
        hook.chmod(0o755)
        found.append(root)
    return found


def log(root: Path, number: int, entries: int) -> list[tuple[float, bool]]:
    """Log some entries one after another; the seconds of each, and whether it could not be sent."""
    took = []
    for entry in range(entries):
        began = time.perf_counter()
        said = opsbook(root, "log", "-i", ID, "--push", f"{number}-{entry}")
        took.append((time.perf_counter() - began, "opsbook sync" in said))
    return took


def measure(folder: Path, clones: int, entries: int) -> Result:
    """Log from all clones at once, and look at what everybody has in the end."""
    roots = lay_out(folder, clones)
    began = time.perf_counter()
    with ThreadPoolExecutor(clones) as pool:
        logged = [each for took in pool.map(log, roots, range(clones), [entries] * clones) for each in took]
    seconds = time.perf_counter() - began
    for root in roots:
        opsbook(root, "sync")
    texts = {(root / RECORD).read_text() for root in roots}
    timeline = yaml.read(texts.pop()).data["timeline"][1:]
    said = [entry["text"] for entry in timeline]
    when = [
        datetime.fromisoformat(entry["at"]) for entry in timeline
    ]  # `09:14Z` as text is later than `09:14:30Z`
    expected = [f"{number}-{entry}" for number in range(clones) for entry in range(entries)]
    return Result(
        len(expected),
        tuple(sorted(set(expected) - set(said))),
        tuple(sorted(text for text in set(said) if said.count(text) > 1)),
        not texts and when == sorted(when),
        seconds,
        tuple(sorted(took for took, _ in logged)),
        sum((root / ".git/pushes").read_text().count("push") for root in roots),
        sum(late for _, late in logged),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clones", type=int, default=20)
    parser.add_argument("--entries", type=int, default=50)
    asked = parser.parse_args()
    for name in ("OPSBOOK_AT", "PYTHONDONTWRITEBYTECODE"):  # a person's opsbook is compiled once
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="opsbook-sharing-") as folder:
        result = measure(Path(folder), asked.clones, asked.entries)
    many = len(result.latencies)
    p50, p99 = result.latencies[many // 2], result.latencies[min(many * 99 // 100, many - 1)]
    there = result.entries - len(result.missing)
    print(f"{there} of {result.entries} entries there, {len(result.doubled)} doubled", end="")
    print(f", {'in order' if result.in_order else 'OUT OF ORDER'}, in {result.seconds:.0f} s")
    print(f"nothing left for a person to resolve; {result.late} entries sent by a later command alone")
    print(f"{result.pushes / result.entries:.2f} pushes an entry; p50 {p50:.2f} s, p99 {p99:.2f} s")
    return 0 if result.right else 1


if __name__ == "__main__":
    raise SystemExit(main())
