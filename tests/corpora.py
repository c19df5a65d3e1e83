"""Lays other people's runbooks and post-mortems out as books: `python tests/corpora.py FOLDER`.

Each source becomes a book of its own, so that a collection is met the way its owners would meet
opsbook. Texts stay as they are to the byte; only where they stand is new.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

CORPORA = Path(os.environ.get("OPSBOOK_CORPORA") or Path(__file__).parents[2] / "shared" / "corpora")

KINDS = {
    "aws__incident-response-playbooks": "incident",
    "cloudnative-pg__charts": "alert",
    "cortexproject__cortex-jsonnet": "alert",
    "openshift__runbooks": "alert",
    "prometheus-operator__runbooks": "alert",
}
"""What most runbooks of a source are; of all others, procedures."""

UNDATED = date(2020, 1, 1)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>20\d\d)[-/._](?P<number>\d\d?)[-/._](?P<day>\d\d?)",
        r"(?P<number>\d\d?)[-/](?P<day>\d\d?)[-/](?P<year>20\d\d)",
        rf"{_MONTH}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>20\d\d)",
        r"\b(?P<year>20\d\d)(?:[-/](?P<number>\d\d))?\b",
    )
]


class Laid(NamedTuple):
    """A book that was laid out."""

    root: Path
    runbooks: int
    postmortems: int


def lay_out(target: Path, corpora: Path = CORPORA) -> list[Laid]:
    """A book in `target` for every source of runbooks and post-mortems, by name of the source."""
    names = {source.name for kind in ("runbooks", "postmortems") for source in (corpora / kind).iterdir()}
    books = []
    for name in sorted(names):
        root = target / name
        root.mkdir(parents=True)
        kind = KINDS.get(name, "procedure")
        (root / "opsbook.toml").write_text(f'default_runbook_kind = "{kind}"\n')
        runbooks = _copy(corpora / "runbooks" / name, root, _runbook)
        postmortems = _copy(corpora / "postmortems" / name, root, _postmortem)
        books.append(Laid(root, runbooks, postmortems))
    return books


def _copy(source: Path, root: Path, place: Callable[[Path, str], Path]) -> int:
    """Copies the pages of a source; how many there are."""
    count = 0
    for file in _pages(source):
        count += 1
        text = file.read_bytes()
        path = root / place(file.relative_to(source), text.decode("utf-8", "replace"))
        while path.exists():
            path = _beside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return count


def _pages(source: Path) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        if file.is_file() and file.suffix not in (".txt", ".json"):
            yield file


def _beside(path: Path) -> Path:
    """Another place where this one is taken: the folder's for a post-mortem, the page's for a runbook."""
    if path.name == "postmortem.md":
        return path.parent.with_name(path.parent.name + "-again") / path.name
    return path.with_stem(path.stem + "-again")


def _runbook(file: Path, _: str) -> Path:
    """The page in its folders; a page in a folder of its own has the folder's name, and a list of the pages
    in a folder stays what it is, which opsbook does not read."""
    stem = _stem(file)
    if stem in ("index", "_index") and file.name != "_index.md" and file.parent.name:
        return Path("runbooks", file.parent.parent, f"{file.parent.name}.md")
    return Path("runbooks", file.parent, f"{stem}.md")


def _postmortem(file: Path, text: str) -> Path:
    """The page as that of an incident; what says something of all of them stays what it is."""
    if _stem(file).lower() in ("readme", "index"):
        return Path("incidents", file.parent, f"{_stem(file)}.md")
    at = _date(file, text)
    slug = re.sub(r"[^a-z0-9]+", "-", _stem(file).lower())
    slug = re.sub(r"^(20\d\d-\d\d-\d\d)-?", "", slug.strip("-"))[:60].strip("-") or "incident"
    return Path("incidents", str(at.year), f"{at}-{slug}", "postmortem.md")


def _stem(file: Path) -> str:
    return file.name.removesuffix(".erb").removesuffix(".md").removesuffix(".html").removesuffix(".en")


def _date(file: Path, text: str) -> date:
    """The first date in the name, the path or the beginning of the text; a fixed one elsewhere."""
    for words in (file.name, file.parent.as_posix(), text[:3000]):
        for pattern in _DATES:
            for match in pattern.finditer(words):
                found = match.groupdict()
                month = found.get("number") or _MONTHS.index((found.get("month") or "jan")[:3].lower()) + 1
                try:
                    return date(int(found["year"]), int(month), int(found.get("day") or 1))
                except ValueError:
                    continue
    return UNDATED


if __name__ == "__main__":
    for book in lay_out(Path(sys.argv[1])):
        print(f"{book.root}: {book.runbooks} runbooks, {book.postmortems} post-mortems")
