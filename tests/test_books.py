"""The whole books of `books/`: the healthy one is clean, and the broken one is found out, place by place.

A new rule adds its fault to a record of `books/broken` and its line to `books/broken/expected.txt`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from opsbook.cli.main import run
from opsbook.lint.catalog import catalog

BOOKS = Path(__file__).parent / "books"
EXPECTED = BOOKS / "broken/expected.txt"
PLACES = EXPECTED.read_text(encoding="utf-8").splitlines()

MADE = {
    "rotations/people/finn.yaml": "name: Jörg Finn\ntimezone: Europe/Berlin\n".encode("latin-1"),
    "rotations/people/gus.yaml": b"\xef\xbb\xbfname: Gus Berg\ntimezone: Europe/Oslo\n",
    "rotations/people/hana.yaml": b'timezone: Asia/Tokyo\nname: "Hana\x00 Ito"\n',
    "rotations/people/jo.yaml": b"name: Jo Marsh\ntimezone: Europe/London\n",
    "runbooks/harbour/ice.md": b"# Ice\n\n" + b"Ice off pier 3 at noon.\n" * 50_000,
    "incidents/2026/2026-03-20-ramp-stuck/incident.yaml": b"title: The ramp of pier 2 is stuck\r\n"
    b"timeline:\r\n"
    b'  - {at: 2026-03-20T11:30Z, text: "It moves again"}\r\n'
    b'  - {at: 2026-03-20T11:05Z, text: "It stops half way"}\r\n',
}
"""Files of the broken book that git, an editor or a file system would mend, mangle or refuse."""
BEFORE = {
    "incidents/2026/2026-02-03-gates-stay-shut/incident.yaml": ("due: 2026-03-16", "due: 2026-03-02"),
    "runbooks/booking/refunds.md": ("the number of the ticket", "the name of the passenger"),
    "rotations/harbour-primary.yaml": ("[ana, bne, cleo]", "[ana, cleo]"),
}
"""Files of the broken book that its last change broke further: what stands there, in place of what."""
UNREADABLE = "rotations/people/jo.yaml"
LINK = ("rotations/people/ivy.yaml", "ana.yaml")


def copy_of(book: str, folder: Path) -> Path:
    """A book to work in, with everything in it that is not committed."""
    root = folder / book
    shutil.copytree(BOOKS / book, root)
    if book == "broken":
        for path, content in MADE.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        (root / LINK[0]).symlink_to(LINK[1])
        _commit_what_was_before(root)
        (root / UNREADABLE).write_bytes(MADE[UNREADABLE])
        (root / UNREADABLE).chmod(0)
    return root


def _commit_what_was_before(root: Path) -> None:
    """Makes the book a repository whose last commit holds what the records were before."""
    (root / UNREADABLE).unlink()
    for path, (now, then) in BEFORE.items():
        (root / path).write_text((root / path).read_text().replace(now, then))
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "core.hooksPath=/")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "The book"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)
    for path in BEFORE:
        shutil.copyfile(BOOKS / "broken" / path, root / path)


def found(root: Path, at: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    """What a strict check finds, as `path:line:column CODE`."""
    code = run(["-C", str(root), "check", "--profile", "strict", "--at", at, "--format", "json", *options])
    diagnostics = json.loads(capsys.readouterr().out)["diagnostics"]
    assert code == bool(diagnostics)
    return sorted(
        f"{each['path']}:{each['start']['line']}:{each['start']['column']} {each['code']}"
        for each in diagnostics
    )


@pytest.fixture(autouse=True)
def _here(quiet: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_healthy_book_is_clean_under_every_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(copy_of("healthy", tmp_path), "2026-03-09T12:00Z", capsys) == []


def test_the_broken_book_is_found_out_at_exactly_these_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of("broken", tmp_path)
    expected = PLACES
    if os.access(root / UNREADABLE, os.R_OK):  # root may read everything
        expected = [place for place in PLACES if not place.startswith(UNREADABLE)]
    places = found(root, "2026-04-01T12:00Z", capsys, "--base", "HEAD")
    more, less = Counter(places) - Counter(expected), Counter(expected) - Counter(places)
    assert places == expected, "\n".join(
        [
            f"{EXPECTED} is not what is found; look at each place before you write it there",
            *(f"+ {place}" for place in sorted(more.elements())),
            *(f"- {place}" for place in sorted(less.elements())),
        ]
    )


def test_every_rule_is_seen_in_the_broken_book() -> None:
    unseen = [
        f"{code} {rule.name}"
        for code, rule in catalog().items()
        if not any(code in place for place in PLACES)
    ]
    assert unseen == [], (
        f"add a fault that each of them finds to a record below {EXPECTED.parent}, "
        f"and its `path:line:column CODE` to {EXPECTED.name}"
    )
    assert {place.split()[1] for place in PLACES} <= catalog().keys(), "a code that no rule has"
    assert sorted(PLACES) == PLACES, "its lines are sorted"
