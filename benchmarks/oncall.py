"""Measure who is on call, the proof that somebody is, and what a change does, on made-up rotas.

    python benchmarks/oncall.py [--runs 5]

Every figure is a median of runs in one process, wall and processor time, each on a book that has been read
and with nothing remembered of the clocks. Nothing is asserted; look at the processor time where the machine
has other work.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval, write_instant
from opsbook.oncall import handoffs
from opsbook.oncall.coverage import gaps
from opsbook.oncall.diff import diff
from opsbook.oncall.escalation import Roster
from opsbook.oncall.proof import policies, prove
from opsbook.oncall.schedule import plan, shifts

START = datetime(2026, 1, 5, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Singapore", "Australia/Lord_Howe")
PEOPLE = 12
DAYS = "[mon, tue, wed, thu, fri]"
WEEK = timedelta(weeks=1)


def book(rotations: int, overrides: int, services: int, seed: int = 1) -> Book:
    """A book of rotations of twelve people, some with nights and some around the sun, with overrides in a
    year, and of services whose policies page them."""
    dice = random.Random(seed)
    files = {"opsbook.toml": ""}
    for number in range(rotations * PEOPLE // 4):
        zone = ZONES[number % len(ZONES)]
        files[f"rotations/people/p{number}.yaml"] = f"name: Person {number}\ntimezone: {zone}\n"
    for number in range(rotations):
        files[f"rotations/r{number}.yaml"] = "".join(rotation(number, rotations, dice))
    for number in range(overrides):
        start = START + timedelta(hours=dice.randrange(52 * 7 * 24))
        end = start + timedelta(hours=dice.choice((8, 24, 72, 168)))
        files[f"rotations/overrides/o{number}.yaml"] = (
            f"rotation: r{dice.randrange(rotations)}\nreason: A swap\ncovers:\n"
            f"  - {{from: {write_instant(start)}, to: {write_instant(end)}, "
            f"on: [p{dice.randrange(rotations)}]}}\n"
        )
    for number in range(services):
        files[f"policies/escalation/e{number}.yaml"] = policy(number, rotations)
        files[f"policies/services/s{number}.yaml"] = f"name: S{number}\nteam: t\nescalation: e{number}\n"
    return Book(Memory(files))


def rotation(number: int, rotations: int, dice: random.Random) -> Iterator[str]:
    people = [f"p{(number * 3 + n) % (rotations * PEOPLE // 4)}" for n in range(PEOPLE)]
    yield f"timezone: {ZONES[number % len(ZONES)]}\nlayers:\n"
    starts = "versions: [{starts: 2025-01-06 09:00, every: 1w, members: "
    yield f"  - {{name: weekly, {starts}[{', '.join(people)}]}}]}}\n"
    if number % 2:
        dice.shuffle(people)
        yield (
            f'  - {{name: nights, windows: [{{days: {DAYS}, from: "18:00", to: "08:00"}}], '
            f"versions: [{{starts: 2025-01-06 18:00, every: 1 shift, members: [{', '.join(people)}]}}]}}\n"
        )


def policy(number: int, rotations: int) -> str:
    first, second = (f"r{(number * 2 + n) % rotations}" for n in range(2))
    return (
        f"levels:\n  - {{page: [{{rotation: {first}}}], escalate_after: 5m}}\n"
        f"  - {{page: [{{rotation: {second}}}], when: {{severity: [SEV0, SEV1]}}, escalate_after: 10m}}\n"
        "  - {page: [{person: p0}], when: {hours: business}, escalate_after: 15m}\n"
        "repeat: 2\nfallback: {person: p1}\n"
        "hours: {business: {timezone: Europe/Berlin, "
        f'windows: [{{days: {DAYS}, from: "09:00", to: "18:00"}}]}}}}\n'
    )


def measured(runs: int, work: Callable[[], object]) -> str:
    """The median wall and processor time of some work, in seconds, as two cells."""
    found = []
    for _ in range(runs):
        handoffs.begins.cache_clear()
        handoffs.ends.cache_clear()
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return " | ".join(f"{median(each):.3f}" for each in zip(*found, strict=True))


def resolved(found: Book, weeks: int) -> None:
    within = Interval(START, START + weeks * WEEK)
    for id in found.names("rotation"):
        shifts(plan(found, id), within)


def covered(found: Book, weeks: int) -> None:
    within = Interval(START, START + weeks * WEEK)
    for id in found.names("rotation"):
        gaps(plan(found, id), within)


def proved(found: Book, weeks: int) -> None:
    roster = Roster(found, Interval(START, START + weeks * WEEK))
    for id in policies(found):
        prove(roster, id, list(found.severities.levels))


def compared(before: Book, after: Book, weeks: int) -> None:
    now = START + 26 * WEEK
    diff(before, after, now, Interval(now, now + weeks * WEEK))


def read(found: Book) -> Book:
    """The book with every record read, which is the cost of a check and not of an answer."""
    for kind in ("rotation", "override", "person", "escalation", "service"):
        for document in found.documents(kind):
            assert document.readable, document.problems
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print("| what | size | wall, s | CPU, s |\n|---|---|--:|--:|")
    for rotations in (50, 100, 200, 400):
        found = read(book(rotations, rotations * 5, 0))
        size = f"{rotations} rotations of {PEOPLE}, 52 weeks, {rotations * 5} overrides"
        print(f"| shifts | {size} | {measured(runs, lambda found=found: resolved(found, 52))} |")
    found = read(book(100, 500, 0))
    print(f"| gaps | 100 rotations, 13 weeks | {measured(runs, lambda: covered(found, 13))} |")
    for services in (25, 50, 100):
        found = read(book(100, 500, services))
        size = f"{services} services, 4 severities, 13 weeks"
        print(f"| proof | {size} | {measured(runs, lambda found=found: proved(found, 13))} |")
    for rotations, services in ((50, 0), (100, 0), (200, 0), (100, 50)):
        overrides = rotations * 5
        before = read(book(rotations, overrides, services))
        for left, change in ((overrides - 1, "one override less"), (0, "no override any more")):
            after = read(book(rotations, left, services))
            size = f"{rotations} rotations, {overrides} overrides, {services} services, 13 weeks: {change}"
            seconds = measured(runs, lambda before=before, after=after: compared(before, after, 13))
            print(f"| diff | {size} | {seconds} |")


if __name__ == "__main__":
    main()
