"""Measure whole commands on made-up books, and what people run otherwise, in one table.

    python benchmarks/check.py [--sizes 1000,10000] [--large] [--runs 5] [--peers]

Every figure is of a whole process, the way a person waits for it: wall time and processor time
(user and system, children included), each the median of the runs, and the largest peak of memory.
Nothing is asserted; ratios travel between machines, numbers do not. A command that is not there
is left out with a message.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CACHE_VARIABLE = "OPSBOOK_CACHE_DIR"
REFERENCE = "opsbook check, cold"
WARM = "opsbook check, warm"
STAGED = "opsbook check --staged, one file"
PATH = "opsbook check PATH"
FLOOR = "git status"
USUAL, NATIVE = "the usual set", "the native set"
LARGE = 100_000
"""Incidents of a book on which the other tools are not run: some would take an hour."""
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the kernel counts memory in."""
BATCH = 10_000
"""Most files that one command line can name."""

PYTHON_PEERS = {"yamllint": "1.38.0", "check-jsonschema": "0.39.0", "ryl": "0.26.1", "rumdl": "0.3.0"}
NODE_PEERS = {"markdownlint-cli2": "0.22.1", "ajv-cli": "5.0.0"}
YAML_RULES = "{extends: default, rules: {line-length: disable, document-start: disable}}"
MARKDOWN_RULES = '{"config": {"MD013": false}}\n'


# ── measuring one command ────────────────────────────────────────────────────────────────────


class Figures(NamedTuple):
    """One run: seconds, seconds, bytes, and how it ended."""

    wall: float
    cpu: float
    memory: int
    code: int


class Case(NamedTuple):
    """Something to measure."""

    name: str
    commands: list[list[str]]
    """Run one after another; their times are added."""
    prepare: Callable[[], Path]
    """Done before each run and not measured; the folder to run in."""
    warm_up: bool = True
    """Whether an unmeasured run goes first."""
    expected: tuple[int, ...] = (0,)
    """Exit codes that need no remark."""


class Row(NamedTuple):
    """The result of a case."""

    name: str
    documents: int
    wall: float
    cpu: float
    memory: int
    runs: int
    remark: str = ""


class Plan(NamedTuple):
    """What was asked for."""

    runs: int
    seconds: float
    seed: int
    faults: str
    opsbook: list[str]
    schema: Path | None
    work: Path


def environment() -> dict[str, str]:
    """The environment without what a git hook or a CI service leaves in it."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GIT_", "GITHUB_")) and key != "CI"
    }
    return kept | {"NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def run(command: list[str], folder: Path, log: Path) -> Figures:
    """Run a command to its end; what it prints goes to a file."""
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * UNIT, process.returncode)


def run_all(case: Case, folder: Path, log: Path) -> Figures:
    """One run of all commands of a case; stops at one that is worse than expected."""
    runs = []
    for command in case.commands:
        runs.append(run(command, folder, log))
        if runs[-1].code not in case.expected:
            break
    walls, cpus, memories, codes = zip(*runs, strict=True)
    return Figures(sum(walls), sum(cpus), max(memories), codes[-1])


def measure(case: Case, documents: int, plan: Plan) -> Row:
    """Run a case as often as asked, or until its seconds are used up; once at least."""
    say(f"  {case.name}")
    log = plan.work / "output.txt"
    if case.warm_up:
        run_all(case, case.prepare(), log)
    figures: list[Figures] = []
    while len(figures) < plan.runs and (not figures or sum(each.wall for each in figures) < plan.seconds):
        figures.append(run_all(case, case.prepare(), log))
    return Row(
        case.name,
        documents,
        median(each.wall for each in figures),
        median(each.cpu for each in figures),
        max(each.memory for each in figures),
        len(figures),
        remark(case, figures[-1].code, log),
    )


def remark(case: Case, code: int, log: Path) -> str:
    """What to say about a command that did not end as expected."""
    if code in case.expected:
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"exit {code}" + (f" and {len(lines):,} lines: {lines[0][:200]}" if lines else "")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ── the book ─────────────────────────────────────────────────────────────────────────────────


class Book(NamedTuple):
    """A committed book, and one of its incidents that has a post-mortem."""

    root: Path
    size: int
    documents: int
    incident: str
    postmortem: str


def git(folder: Path, *arguments: str) -> str:
    """What git prints; an error ends the benchmark."""
    settings = ("user.name=Bench", "user.email=bench@example.com", "commit.gpgsign=false", "gc.auto=0")
    options = [part for setting in settings for part in ("-c", setting)]
    return subprocess.run(
        ["git", *options, *arguments],
        cwd=folder,
        env=environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def make_book(size: int, plan: Plan) -> Book:
    """Generate a book and commit it."""
    say(f"{size:,} incidents")
    root = plan.work / f"book-{size}"
    command = [sys.executable, str(HERE / "generate.py"), str(root)]
    command += ["--incidents", str(size), "--seed", str(plan.seed), "--faults", plan.faults]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A made-up book")
    files = git(root, "ls-files").splitlines()
    pages = [path for path in files if path.endswith("postmortem.md")]
    page = pages[len(pages) // 2]
    documents = sum(path.endswith((".yaml", ".md")) for path in files)
    return Book(root, size, documents, page.replace("postmortem.md", "incident.yaml"), page)


# ── opsbook, and the floor below it ──────────────────────────────────────────────────────────


def floor_cases(book: Book) -> Iterator[Case]:
    """What nothing on this tree can be faster than."""
    yield Case("python -c pass", [[sys.executable, "-c", "pass"]], lambda: book.root)
    if shutil.which("git"):
        yield Case(FLOOR, [["git", "status", "--porcelain"]], lambda: book.root)


def opsbook_cases(book: Book, plan: Plan) -> Iterator[Case]:
    check = [*plan.opsbook, "check"]

    cache, kept, clone = plan.work / "cache", plan.work / "kept", plan.work / "clone"

    def emptied() -> Path:
        shutil.rmtree(cache, ignore_errors=True)
        return book.root

    def filled() -> Path:
        if not cache.is_dir():
            say(f"    no cache in {CACHE_VARIABLE}: what is called warm is cold")
        return book.root

    def cloned() -> Path:
        if cache.is_dir() and not kept.is_dir():
            cache.rename(kept)
        for folder in (cache, clone):
            shutil.rmtree(folder, ignore_errors=True)
        git(plan.work, "clone", "--quiet", str(book.root), str(clone))
        if kept.is_dir():
            shutil.copytree(kept, cache)
        return clone

    yield Case(REFERENCE, [check], emptied, warm_up=False)
    yield Case(WARM, [check], filled)
    yield Case(f"{WARM}, fresh clone", [check], cloned, warm_up=False)
    yield Case(STAGED, [[*check, "--staged"]], stager(book))
    yield Case(PATH, [[*check, book.incident]], lambda: committed(book))


def stager(book: Book) -> Callable[[], Path]:
    """Stages an edit of one incident that was not there the time before."""
    edits = iter(range(1, 1_000_000))

    def stage() -> Path:
        committed(book)
        path = book.root / book.incident
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('summary: "', f'summary: "Edit {next(edits)}. ', 1), "utf-8")
        git(book.root, "add", book.incident)
        return book.root

    return stage


def committed(book: Book) -> Path:
    """The book as it was committed."""
    git(book.root, "reset", "--quiet", "--hard")
    return book.root


# ── what people run otherwise ────────────────────────────────────────────────────────────────


class Peer(NamedTuple):
    """Another tool: how to run it on the tree and on one file."""

    name: str
    tree: list[str]
    one: list[str]
    files: str = ""
    """A pattern of the files to name on the command line, where the tool finds none itself."""
    warm: list[str] | None = None
    """How to run it on the tree with a cache of its own, where it has one."""


class Set(NamedTuple):
    """Tools that people run together, one after another."""

    name: str
    peers: list[Peer]


def install_peers(work: Path) -> dict[str, str]:
    """Install the tools below the work folder; program by package, without what cannot be had."""
    found = {}
    venv, node = work / "venv", work / "node"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for name, version in PYTHON_PEERS.items():
        if installed([*pip, f"{name}=={version}"], name):
            found[name] = str(venv / "bin" / name)
    node.mkdir()
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(node)]
    for name, version in NODE_PEERS.items():
        if installed([*npm, f"{name}@{version}"], name):
            found[name] = str(node / "node_modules" / ".bin" / name.removesuffix("-cli"))
    return found


def installed(command: list[str], name: str) -> bool:
    """Whether the installation went well; says so if not."""
    say(f"installing {name}")
    if not shutil.which(command[0]):
        say(f"skipped {name}: no `{Path(command[0]).name}`")
        return False
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        say(f"skipped {name}: {lines[-1]}")
    return done.returncode == 0


def peer_sets(book: Book, found: dict[str, str], plan: Plan) -> list[Set]:
    """The two sets, without the tools that are not there."""
    usual = [yamllint(book, found), check_jsonschema(book, found, plan), markdownlint(book, found, plan)]
    native = [ryl(book, found, plan), ajv(book, found, plan), rumdl(book, found, plan)]
    return [
        Set(USUAL, [peer for peer in usual if peer]),
        Set(NATIVE, [peer for peer in native if peer]),
    ]


def yamllint(book: Book, found: dict[str, str]) -> Peer | None:
    if not (program := found.get("yamllint")):
        return None
    command = [program, "-d", YAML_RULES]
    return Peer("yamllint", [*command, "."], [*command, book.incident])


def check_jsonschema(book: Book, found: dict[str, str], plan: Plan) -> Peer | None:
    if not (program := found.get("check-jsonschema")) or not plan.schema:
        return None
    command = [program, "--schemafile", str(plan.schema)]
    return Peer("check-jsonschema", command, [*command, book.incident], "incidents/**/incident.yaml")


def markdownlint(book: Book, found: dict[str, str], plan: Plan) -> Peer | None:
    if not (program := found.get("markdownlint-cli2")):
        return None
    rules = plan.work / ".markdownlint-cli2.jsonc"
    rules.write_text(MARKDOWN_RULES, encoding="utf-8")
    command = [program, "--config", str(rules)]
    return Peer("markdownlint-cli2", [*command, "**/*.md"], [*command, book.postmortem])


def ryl(book: Book, found: dict[str, str], plan: Plan) -> Peer | None:
    if not (program := found.get("ryl")):
        return None
    command = [program, "-d", YAML_RULES]
    cold, warm = [*command, "--no-cache"], [*command, "--cache-dir", str(plan.work / "ryl-cache")]
    return Peer("ryl", [*cold, "."], [*cold, book.incident], warm=[*warm, "."])


def ajv(book: Book, found: dict[str, str], plan: Plan) -> Peer | None:
    if not (program := found.get("ajv-cli")) or not plan.schema:
        return None
    command = [program, "validate", "--spec=draft2020", "--strict=false", "--validate-formats=false"]
    command += [
        "--errors=no",
        "-s",
        str(plan.schema),
        "-d",
    ]  # it takes instants for dates, and would print each
    return Peer("ajv-cli", [*command, "incidents/**/incident.yaml"], [*command, book.incident])


def rumdl(book: Book, found: dict[str, str], plan: Plan) -> Peer | None:
    if not (program := found.get("rumdl")):
        return None
    command = [program, "check", "--disable", "MD013"]
    cold, warm = [*command, "--no-cache"], [*command, "--cache-dir", str(plan.work / "rumdl-cache")]
    return Peer("rumdl", [*cold, "."], [*cold, book.postmortem], warm=[*warm, "."])


def batches(command: list[str], root: Path, pattern: str) -> list[list[str]]:
    """The command with the files that match, as often as it takes to name all of them."""
    if not pattern:
        return [command]
    files = sorted(str(path.relative_to(root)) for path in root.glob(pattern))
    return [[*command, *files[at : at + BATCH]] for at in range(0, len(files), BATCH)]


def peer_rows(book: Book, found: dict[str, str], plan: Plan) -> Iterator[Row]:
    """Each tool by itself, and each set as the sum of its tools."""
    for group in peer_sets(book, found, plan):
        tree = [tree_row(peer, book, plan) for peer in group.peers]
        warm = [warm_row(peer, row, book, plan) for peer, row in zip(group.peers, tree, strict=True)]
        one = [
            measure(peer_case(f"{peer.name}, one file", [peer.one], book), book.documents, plan)
            for peer in group.peers
        ]
        yield from tree
        yield from total(group.name, tree)
        if any(peer.warm for peer in group.peers):
            yield from (row for peer, row in zip(group.peers, warm, strict=True) if peer.warm)
            yield from total(f"{group.name}, warm", warm)
        yield from one
        yield from total(f"{group.name}, one file", one)


def tree_row(peer: Peer, book: Book, plan: Plan) -> Row:
    commands = batches(peer.tree, book.root, peer.files)
    return measure(peer_case(peer.name, commands, book), book.documents, plan)


def warm_row(peer: Peer, cold: Row, book: Book, plan: Plan) -> Row:
    """With the tool's own cache filled; the same as without where it has none."""
    if not peer.warm:
        return cold
    return measure(peer_case(f"{peer.name}, warm", [peer.warm], book, warm_up=True), book.documents, plan)


def peer_case(name: str, commands: list[list[str]], book: Book, warm_up: bool = False) -> Case:
    """A tool warms up for the sake of its cache only: some take minutes."""
    return Case(name, commands, lambda: book.root, warm_up)


def total(name: str, rows: list[Row]) -> Iterator[Row]:
    if len(rows) < 2:
        return
    names = " + ".join(row.name.partition(",")[0] for row in rows)
    yield Row(
        f"{name}: {names}",
        rows[0].documents,
        sum(row.wall for row in rows),
        sum(row.cpu for row in rows),
        max(row.memory for row in rows),
        min(row.runs for row in rows),
    )


# ── the tables ───────────────────────────────────────────────────────────────────────────────


def table(rows: list[Row]) -> str:
    """All figures, with ratios to the reference command on the same book."""
    names = {row.name for row in rows}
    reference = next((name for name in (REFERENCE, FLOOR) if name in names), "python -c pass")
    lines = [
        f"Ratios are to `{reference}` on the same book.\n",
        "| documents | command | wall | ratio | CPU | ratio | memory | runs |",
        "|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        base = next(each for each in rows if (each.name, each.documents) == (reference, row.documents))
        lines.append(
            f"| {row.documents:,} | {row.name} | {seconds(row.wall)} | {ratio(row.wall, base.wall)} "
            f"| {seconds(row.cpu)} | {ratio(row.cpu, base.cpu)} | {row.memory / 2**20:.0f} MB "
            f"| {row.runs} |"
        )
    lines += ["", *remarks(rows)]
    return "\n".join(lines)


def remarks(rows: list[Row]) -> Iterator[str]:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
    yield f"Memory up to {own / 2**20:.0f} MB is that of the measuring process, which a child starts with."
    for row in rows:
        if row.remark:
            yield f"\n`{row.name}` on {row.documents:,} documents ended with {row.remark}"


def growth(rows: list[Row]) -> str:
    """How time grows with the book: ratios to the smallest book, as a whole and per document."""
    lines = [
        "| command | documents | wall | ratio | wall per document | ratio | CPU per document | ratio |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in dict.fromkeys(row.name for row in rows):
        mine = [row for row in rows if row.name == name]
        lines += [growth_line(row, mine[0]) for row in mine]
    return "\n".join(lines)


def growth_line(row: Row, least: Row) -> str:
    wall, cpu = row.wall / row.documents, row.cpu / row.documents
    return (
        f"| {row.name.partition(':')[0]} | {row.documents:,} "
        f"| {seconds(row.wall)} | {ratio(row.wall, least.wall)} "
        f"| {micro(wall)} | {ratio(wall, least.wall / least.documents)} "
        f"| {micro(cpu)} | {ratio(cpu, least.cpu / least.documents)} |"
    )


def held_against(rows: list[Row]) -> str:
    """What one wants to know of each book: against the other tools and the floor, and how much memory."""
    lines = [
        "| documents | cold : native set | cold : usual set | warm : git status | peak memory |",
        "|--:|--:|--:|--:|--:|",
    ]
    for documents in dict.fromkeys(row.documents for row in rows):
        mine = {row.name.partition(":")[0]: row for row in rows if row.documents == documents}
        if REFERENCE in mine:
            pairs = (REFERENCE, NATIVE), (REFERENCE, USUAL), (WARM, FLOOR)
            shares = (ratio_of(mine.get(one), mine.get(other)) for one, other in pairs)
            memory = max(row.memory for name, row in mine.items() if name.startswith("opsbook"))
            lines.append(f"| {documents:,} | {' | '.join(shares)} | {memory / 2**20:.0f} MB |")
    return "\n".join(lines)


def ratio_of(one: Row | None, other: Row | None) -> str:
    """How long one takes for each second of the other; nothing where one of them is not there."""
    return f"{one.wall / other.wall:.3g}" if one and other and other.wall else ""


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def micro(value: float) -> str:
    return f"{value * 1e6:.1f} µs"


def ratio(value: float, base: float) -> str:
    return f"{value / base:.2f}" if base else "?"


def machine() -> str:
    load = os.getloadavg()[0]
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout
    return (
        f"{os.cpu_count()} cores, load {load:.1f}, {platform.system()}, "
        f"Python {platform.python_version()}, {version.strip()}"
    )


# ── the command ──────────────────────────────────────────────────────────────────────────────


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure opsbook, and what people run otherwise.")
    parser.add_argument("--sizes", default="1000,10000", help="incidents per book (1000,10000)")
    parser.add_argument(
        "--large", action="store_true", help=f"also {LARGE:,} incidents, without the other tools"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs per command (5)")
    parser.add_argument(
        "--seconds", type=float, default=60, help="no further run of a command after so long (60)"
    )
    parser.add_argument("--peers", action="store_true", help="install and measure other tools too")
    parser.add_argument("--seed", type=int, default=1, help="the dice of the books (1)")
    parser.add_argument("--faults", default="0", help="share of records with faults (0)")
    parser.add_argument("--opsbook", default="", help="the command to measure, if it is not on the path")
    parser.add_argument(
        "--schema",
        type=Path,
        default=HERE.parent / "schemas" / "incident.json",
        help="JSON Schema of an incident (schemas/incident.json of the checkout)",
    )
    return parser.parse_args()


def find_opsbook(asked: str) -> list[str]:
    """The command to measure: as asked, beside this Python, or on the path; empty if nowhere."""
    if asked:
        return shlex.split(asked)
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = shutil.which("opsbook", path=places)
    if not found:
        say("skipped opsbook: not installed beside this Python nor on the path")
    return [found] if found else []


def find_schema(path: Path) -> Path | None:
    if path.is_file():
        return path.resolve()
    say("skipped the tools that need a JSON Schema: no schemas/incident.json, name one with --schema")
    return None


def rows_of(book: Book, found: dict[str, str], plan: Plan) -> Iterator[Row]:
    for case in floor_cases(book):
        yield measure(case, book.documents, plan)
    if plan.opsbook:
        for case in opsbook_cases(book, plan):
            yield measure(case, book.documents, plan)
        committed(book)
        shutil.rmtree(plan.work / "kept", ignore_errors=True)
    if found and book.size < LARGE:
        yield from peer_rows(book, found, plan)


def main() -> None:
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="opsbook-bench-") as folder:
        work = Path(folder).resolve()
        os.environ[CACHE_VARIABLE] = str(work / "cache")
        found = install_peers(work) if asked.peers else {}
        schema = find_schema(asked.schema) if asked.peers else None
        opsbook = find_opsbook(asked.opsbook)
        plan = Plan(asked.runs, asked.seconds, asked.seed, asked.faults, opsbook, schema, work)
        rows: list[Row] = []
        sizes = {int(part) for part in asked.sizes.split(",")} | ({LARGE} if asked.large else set())
        for size in sorted(sizes):
            book = make_book(size, plan)
            rows += rows_of(book, found, plan)
            shutil.rmtree(book.root)
    print(f"{machine()}\n\n{table(rows)}\n\nIn short, as ratios of wall times:\n\n{held_against(rows)}")
    if len({row.documents for row in rows}) > 1:
        print(
            "\nGrowth, as ratios to the smallest book: a ratio of 1.00 is flat for the whole "
            f"and linear per document.\n\n{growth(rows)}"
        )


if __name__ == "__main__":
    main()
