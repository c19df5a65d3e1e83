"""How long the commands of an incident take, in a book of ten thousand incidents that is in git.

    python benchmarks/latency.py                     10,000 incidents, 20 runs each
    python benchmarks/latency.py --incidents 1000 --runs 5

Each command is a whole process, warm: what it remembers of earlier runs is there. The goal is 200 ms; for
what looks through the whole book 300 for `due`, and a second for `metrics`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 200
WHOLE = {"due": 300, "metrics": 1000}
"""For a command that asks of every record."""
ID = "2026-11-30-latency"
COMMANDS = (
    (),
    ("oncall",),
    ("show", ID),
    ("log", "-i", ID, "rolled back"),
    ("log", "-i", ID, "--no-commit", "rolled back"),
    ("timeline", ID),
    ("declare", "Something is slow", "--no-commit", "--no-input"),
    ("due",),
    ("metrics", "--from", "2026-04-01", "--to", "2026-06-30", "--by", "service"),
)


def run(root: Path, *arguments: str) -> float:
    """Milliseconds of one command."""
    began = time.perf_counter()
    command = [sys.executable, "-P", "-m", "opsbook", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return (time.perf_counter() - began) * 1000


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
        floor = sorted(_process(root, "-c", "pass") for _ in range(asked.runs))
        print(f"{asked.incidents:,} incidents; an empty interpreter takes {floor[len(floor) // 2]:.0f} ms\n")
        print("| command | p50 ms | p95 ms | of the goal |\n|---|--:|--:|--:|")
        for arguments in COMMANDS:
            run(root, *arguments)
            took = sorted(run(root, *arguments) for _ in range(asked.runs))
            p50, p95 = took[len(took) // 2], took[min(len(took) * 95 // 100, len(took) - 1)]
            goal = WHOLE.get(next(iter(arguments), ""), GOAL)
            name = " ".join(("opsbook", *arguments)).replace(ID, "ID")
            print(f"| `{name}` | {p50:.0f} | {p95:.0f} | {p50 / goal:.2f} |")
    return 0


def _process(root: Path, *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-P", *arguments], cwd=root, check=True)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
