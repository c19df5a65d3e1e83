"""How long the commands of an incident take, in a book of ten thousand incidents that is in git.

    python benchmarks/latency.py                     10,000 incidents, 20 runs each
    python benchmarks/latency.py --incidents 1000 --runs 5

Each command is a whole process, warm: what it remembers of earlier runs is there. The goal is 200 ms; for
what looks through the whole book 300 for `due`, and a second for `metrics`. Processor time counts git and
what else a command starts; over that of an empty interpreter it is a figure that travels.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

GOAL = 200
WHOLE = {"due": 300, "metrics": 1000}
"""For a command that asks of every record."""
ID = "2026-11-30-latency"
RECORD = f"incidents/2026/{ID}/incident.yaml"
STAGED = ("check", "--staged")
"""Asked with another edit of the incident staged each time."""
COMMANDS = (
    (),
    ("oncall",),
    ("show", ID),
    ("log", "-i", ID, "rolled back"),
    ("log", "-i", ID, "--no-commit", "rolled back"),
    ("timeline", ID),
    ("declare", "Something is slow", "--no-input"),
    ("declare", "Something is slow", "--no-commit", "--no-input"),
    ("due",),
    ("metrics", "--from", "2026-04-01", "--to", "2026-06-30", "--by", "service"),
    ("metrics", "--by", "service"),
    ("check", RECORD),
    STAGED,
)


class Took(NamedTuple):
    """Milliseconds of one process and of those that it starts."""

    wall: float
    cpu: float


def timed(root: Path, *arguments: str) -> Took:
    """How long Python takes with these arguments; RuntimeError where it fails."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-P", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took((time.perf_counter() - began) * 1000, cpu * 1000)


def run(root: Path, *arguments: str) -> Took:
    """One command of opsbook."""
    if arguments == STAGED:
        with (root / RECORD).open("a") as record:
            record.write(f"# {time.time_ns()}\n")
        subprocess.run(["git", "-C", str(root), "add", RECORD], check=True)
    return timed(root, "-m", "opsbook", *arguments)


def middle(times: Iterable[float]) -> float:
    found = sorted(times)
    return found[len(found) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=20)
    asked = parser.parse_args()
    for name in ("OPSBOOK_AT", "PYTHONDONTWRITEBYTECODE"):  # a person's opsbook is compiled once
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="opsbook-latency-") as folder:
        os.environ["OPSBOOK_CACHE_DIR"] = f"{folder}/cache"
        root = Path(folder) / "book"
        generator = Path(__file__).with_name("generate.py")
        count = str(asked.incidents)
        subprocess.run(
            [sys.executable, str(generator), str(root), "--incidents", count], check=True, capture_output=True
        )
        git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run([*git[:3], "init", "--quiet"], check=True)
        for name, value in (("user.name", "A"), ("user.email", "a@example.com")):
            subprocess.run([*git[:3], "config", name, value], check=True)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", "a book"], check=True)
        run(root, "declare", "latency", "--at", "2026-11-30T09:00Z", "--no-input")
        empty = [timed(root, "-c", "pass") for _ in range(asked.runs)]
        floor = middle(each.cpu for each in empty)
        print(f"{asked.incidents:,} incidents, load {os.getloadavg()[0]:.1f}; an empty interpreter takes")
        print(f"{middle(each.wall for each in empty):.0f} ms, {floor:.0f} of them processor time\n")
        print("| command | p50 ms | p95 ms | of the goal | CPU ms | over an empty interpreter |")
        print("|---|--:|--:|--:|--:|--:|")
        for arguments in COMMANDS:
            run(root, *arguments)
            took = sorted(run(root, *arguments) for _ in range(asked.runs))
            p50, p95 = took[len(took) // 2].wall, took[min(len(took) * 95 // 100, len(took) - 1)].wall
            cpu = middle(each.cpu for each in took)
            goal = WHOLE.get(next(iter(arguments), ""), GOAL)
            name = " ".join(("opsbook", *arguments)).replace(ID, "ID")
            print(f"| `{name}` | {p50:.0f} | {p95:.0f} | {p50 / goal:.2f} | {cpu:.0f} | {cpu / floor:.1f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
