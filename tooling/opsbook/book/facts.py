"""Small facts about many records, worked out once for each text: which incidents are open, which runbook is
for which alert.

A record whose file looks as it did is not read again, so that a book of ten thousand incidents answers at
3 a.m. as fast as one of ten. What is remembered may be deleted at any time and is used only as far as it is
true: an incident of two years ago that somebody reopens shows at once.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook import __version__
from opsbook.book import quick, store
from opsbook.book.kinds import kind
from opsbook.book.tree import Signature, WorkTree, on_disk, settled, signature
from opsbook.processors import Progress, shared

if TYPE_CHECKING:
    from pathlib import Path

    from opsbook.book.snapshot import Book

OVER = "over"
_NO_RESPONSE = ("near-miss", "false-alarm")


def standing(book: Book) -> dict[str, str]:
    """How each incident stands that is not over, by id: `triage`, `investigating`, `mitigated`, `resolved`,
    or `unreadable`. Closed ones, duplicates, near misses and false alarms are over."""
    found = remembered(book, Fact("standing", one_by_one(_status)), incidents(book))
    each = kind("incident")
    stands = {each.id(path) or "": status for path, status in found.items() if status != OVER}
    return dict(sorted(stands.items()))


def with_work(book: Book) -> list[str]:
    """The incidents that left work behind which is not finished, by id; and those nobody can read."""
    each = kind("incident")
    found = remembered(book, Fact("work", one_by_one(_left)), incidents(book))
    return [each.id(path) or "" for path, left in found.items() if left]


def resolved_last(book: Book) -> str | None:
    """The id of the incident, closed or not, that was resolved last of those that count and have no
    post-mortem; None where there is none."""
    each = kind("incident")
    found = remembered(book, Fact("resolved", one_by_one(_resolved)), incidents(book))
    resolved = sorted(((at, each.id(path) or "") for path, at in found.items() if at), reverse=True)
    return next((id for _, id in resolved if not book.has("postmortem", id)), None)


class Runbook(NamedTuple):
    """What a runbook is for."""

    path: str
    title: str
    alerts: tuple[str, ...]
    services: tuple[str, ...]
    headings: tuple[str, ...] = ()
    """Those below the title."""


def runbooks(book: Book) -> list[Runbook]:
    """What each runbook is for, in order of path; those that cannot be read are left out."""
    found = remembered(book, Fact("runbooks", one_by_one(_purpose)), seen(book, book.paths(kind("runbook"))))
    return [Runbook(path, *said) for path, said in found.items() if said]


def marks(book: Book, newest: int | None = None) -> dict[str, frozenset[str]]:
    """What each incident that counts can be told to be like another by, by id; of the newest ones alone, as
    many as are asked for, where an answer must not wait for the rest."""
    if newest is None:
        found = remembered(book, of_marks(), incidents(book))
    else:
        places = islice(incidents(book, newest_first=True), newest)
        found = remembered(book, Fact("newestmarks", one_by_one(_marks)), places)
    each = kind("incident")
    return {
        each.id(path) or "": frozenset(map(intern, said.split("\n"))) for path, said in found.items() if said
    }


def of_marks() -> Fact:
    """The marks of an incident, a line each."""
    return Fact("marks", one_by_one(_marks))


def runs(book: Book) -> dict[str, date]:
    """The last day, in UTC, on which each runbook was followed, in an incident or a drill."""
    last: dict[str, date] = {}
    for followed in remembered(book, Fact("runs", one_by_one(_followed)), incidents(book)).values():
        for id, day in followed:
            last[id] = max(last.get(id, date.min), date.fromordinal(day))
    return last


# ── what is worked out ────────────────────────────────────────────────────────────────────


def _status(book: Book, path: str) -> str:
    """How the incident at a path stands."""
    if _surely_over(book.tree.read(path)):
        return OVER
    document = book.read(path)
    if not document.readable:
        return "unreadable"
    incident = document.content
    if incident.duplicate_of or incident.kind in _NO_RESPONSE or incident.history.status == "closed":
        return OVER
    return str(incident.history.status)


def _left(book: Book, path: str) -> bool:
    """Whether an incident has an action item that is not finished, or cannot be read."""
    if b"action_items" not in book.tree.read(path):
        return False
    document = book.read(path)
    return not document.readable or any(item.unfinished for item in document.content.action_items.values())


def _resolved(book: Book, path: str) -> float:
    """When an incident was resolved, or closed without that, in seconds since 1970; 0 for one that is open,
    counts nowhere or cannot be read."""
    document = book.read(path)
    if not document.readable or not document.content.counts:
        return 0.0
    history = document.content.history
    if history.status not in ("resolved", "closed"):
        return 0.0
    at = history.milestones.get("resolved") or history.milestones["closed"]
    return float(at.timestamp())


def _marks(book: Book, path: str) -> str:
    """The marks of an incident, a line each; none of one that counts nowhere or cannot be read."""
    from opsbook.book.marks import marks

    document = book.read(path)
    return "\n".join(marks(document.content)) if document.readable and document.content.counts else ""


def _followed(book: Book, path: str) -> tuple[tuple[str, int], ...]:
    """The runbooks that were followed in an incident, each with the day."""
    if b"runbook" not in book.tree.read(path):
        return ()
    document = book.read(path)
    entries = document.content.timeline if document.readable else ()
    return tuple((each.runbook.id, each.at.date().toordinal()) for each in entries if each.runbook)


def _surely_over(content: bytes) -> bool:
    """Whether an incident is closed without a doubt; most are, and this is soon seen."""
    if b"closed" not in content or b"reopened" in content:
        return False
    data = quick.data(content.decode("utf-8", "replace")) or {}
    timeline = data.get("timeline")
    entries = timeline if isinstance(timeline, list) else []
    return any(isinstance(entry, dict) and entry.get("milestone") == "closed" for entry in entries)


def _purpose(book: Book, path: str) -> tuple[Any, ...]:
    document = book.read(path)
    if not document.readable:
        return ()
    content, headings = document.content, document.page.headings
    title = headings[0].text if headings else document.id
    alerts = content.alerts or ((document.id,) if content.kind == "alert" else ())
    return title, tuple(alerts), tuple(content.services), tuple(each.text for each in headings[1:])


# ── remembering ───────────────────────────────────────────────────────────────────────────


_TOGETHER = 32
"""So many files are worked on at a time: fewer than a book keeps."""
_FEW = 4
"""With fewer pieces of work than this a process of its own costs more than it brings."""
Place = tuple[str, Signature | None]
"""A path, and what the file system says of the file there; None where that is not asked."""


def incidents(book: Book, file: str = "incident.yaml", *, newest_first: bool = False) -> Iterator[Place]:
    """Every incident's record, or another of its files, such as `postmortem.md`: no other file of the folder
    is looked at. The newest first means: those that live on branches, then by the day in the id."""
    each = kind("incident" if file == "incident.yaml" else "postmortem")
    tree, over = on_disk(book.tree)
    if tree is None:
        found = book.paths(each)
        yield from ((path, None) for path in (reversed(found) if newest_first else found))
        return
    yield from ((path, None) for path in sorted(over) if each.id(path) and book.tree.has(path))
    root, look, regular = f"{tree.root}/", os.lstat, stat.S_ISREG
    for year in filter(str.isdigit, _folders(root + each.folder, newest_first)):
        folder = f"{each.folder}/{year}/"
        for id in _folders(root + folder, newest_first):
            path = f"{folder}{id}/{file}"
            if id[:4] != year or path in over:
                continue
            try:
                status = look(root + path)
            except OSError:
                continue
            if regular(status.st_mode):
                yield path, signature(status)


def _folders(place: str, backwards: bool = False) -> list[str]:
    """The names of the folders in a folder, sorted; no symbolic links."""
    try:
        with os.scandir(place) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            return sorted(names, reverse=backwards)
    except OSError:
        return []


def seen(book: Book, paths: Iterable[str]) -> Iterator[Place]:
    """What the file system says of some files that are listed."""
    tree, over = on_disk(book.tree)
    signatures = tree.signatures if tree else {}
    return ((path, None if path in over else signatures.get(path)) for path in paths)


class Fact(NamedTuple):
    """Something to be known of each of many files: plain data that follows from the file, and from what is
    named here."""

    name: str
    """Letters alone."""
    of: Callable[[Book, Sequence[str]], Mapping[str, Any]]
    """Works it out, from the book, for a few paths, of which a book keeps all records; those that cannot be
    read are left out."""
    state: str = ""
    """What it follows from besides the files, such as a policy's version: where that is another, all is
    worked out anew."""
    beside: Callable[[str], str | None] = lambda _: None
    """One more file of which it is, whether that is there or not."""


def one_by_one(of: Callable[[Book, str], Any]) -> Callable[[Book, Sequence[str]], Mapping[str, Any]]:
    """For a few paths what works something out for one."""

    def several(book: Book, paths: Sequence[str]) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for path in paths:
            try:
                found[path] = of(book, path)
            except OSError:
                continue
        return found

    return several


def remembered(
    book: Book, fact: Fact, places: Iterable[Place], progress: Progress | None = None
) -> dict[str, Any]:
    """A fact for each path, worked out where its file is another than the last time.

    A file that looks as it did is not read; one that only looks new, as in a fresh clone, is read, and what
    is remembered holds where its bytes are the same. Git says that of a commit and of its index without
    reading them. What many files say is worked out by all processors. `progress` is told how many more facts
    were.
    """
    if fact.name in book.facts and book.facts[fact.name][0] == fact.state:
        return book.facts[fact.name][1]
    tree, over = on_disk(book.tree)
    root, now = book.tree.kept_at, time.time_ns()
    kept_in = store.folder() if root else None
    file = kept_in / f"opsbook-{fact.name}-{_place(root)}" if root and kept_in else None
    kept = file and store.read(file)
    known = kept[1] if kept and kept[0] == (__version__, fact.state) else {}
    keep = {} if tree else {**known}  # what is on disk is still so, whatever git holds
    found: dict[str, Any] = {}
    todo: list[_Asked] = []
    for path, looks in places:
        before, other = known.get(path), fact.beside(path)
        if other is not None and looks is not None:
            looks = _both(tree, over, looks, other)
        if looks is not None and before is not None and before[0] == looks:
            keep[path] = before
            found[path] = before[2]
        else:
            found[path] = None  # holds its place
            todo.append(_Asked(path, other, looks))
    answers = partial(_answers, book, tree, fact, known if file else None)
    pieces = [partial(answers, todo[start : start + _TOGETHER]) for start in range(0, len(todo), _TOGETHER)]
    with shared(
        pieces,
        progress and (lambda more: progress(more * _TOGETHER)),
        alone=tree is None or len(pieces) < _FEW,
    ) as given:
        pass
    fresh = False
    for (path, _, looks), answer in zip(todo, chain.from_iterable(given), strict=True):
        if answer is None:
            del found[path]
            continue
        version, found[path] = answer
        if version is not None and (looks is not None or (tree is None and path not in known)):
            keep[path] = (looks if looks is not None and settled(looks, now) else b"", version, found[path])
            fresh = True
    if file and (fresh or len(keep) != len(known)) and (tree or not kept or known):
        store.write(file, ((__version__, fact.state), keep))
    return found


class _Asked(NamedTuple):
    """A path of which a fact is worked out."""

    path: str
    other: str | None
    """The file beside it."""
    looks: Signature | None
    """What the file system says of both; None where that is not asked."""


def _answers(
    book: Book, tree: WorkTree | None, fact: Fact, known: Mapping[str, Any] | None, asked: Sequence[_Asked]
) -> list[tuple[str | None, Any] | None]:
    """A fact of each path, with the version of its file where that may be remembered; None where it cannot be
    read."""
    if known is None:
        said = fact.of(book, [each.path for each in asked])
        return [(None, said[each.path]) if each.path in said else None for each in asked]
    versions = {each.path: version for each in asked if (version := _read(book, tree, each)) is not None}
    found = {path: known[path][2] for path in versions if path in known and known[path][1] == versions[path]}
    found |= fact.of(book, [path for path in versions if path not in found])
    return [
        (_lasting(book, tree, each, versions[each.path]), found[each.path]) if each.path in found else None
        for each in asked
    ]


def _read(book: Book, tree: WorkTree | None, asked: _Asked) -> str | None:
    """The version of a file and of the one beside it; None where it cannot be read."""
    try:
        if tree is not None:
            book.tree.read(asked.path)
        return _version(book, asked)
    except OSError:
        return None


def _lasting(book: Book, tree: WorkTree | None, asked: _Asked, version: str) -> str | None:
    """A version, where the files are still those that had it and look as they did."""
    moved = tree is not None and asked.looks is not None and not _unmoved(tree, asked)
    return version if not moved and _version(book, asked) == version else None


def together(book: Book, of_incidents: Sequence[Fact], of_postmortems: Sequence[Fact]) -> None:
    """Work out several facts in one reading, for whoever asks this book for them later."""
    asked = dict.fromkeys(book.paths(kind("incident")), of_incidents)
    asked |= dict.fromkeys(book.paths(kind("postmortem")), of_postmortems)

    def of(book: Book, paths: Sequence[str]) -> Mapping[str, Any]:
        """All are read, then each fact is worked out of all of them: that takes a fifth less time than all
        facts of each of them, since a processor has at hand what it has just done."""
        for path in paths:
            book.read(path)
        found: dict[str, Any] = {}
        for several in (of_incidents, of_postmortems):
            some = [path for path in paths if asked[path] is several]
            said = [each.of(book, some) for each in several]
            there = (path for path in some if all(path in each for each in said))
            found |= {path: tuple([each[path] for each in said]) for path in there}
        return found

    def beside(path: str) -> str | None:
        return next(filter(None, (each.beside(path) for each in asked[path])), None)

    every = (*of_incidents, *of_postmortems)
    state = "\n".join(f"{each.name} {each.state}" for each in every)
    known: dict[str, tuple[str, dict[str, Any]]] = {each.name: (each.state, {}) for each in every}
    fact = Fact("together", of, state, beside)
    for path, said in remembered(book, fact, seen(book, sorted(asked))).items():
        for each, one in zip(asked[path], said, strict=True):
            known[each.name][1][path] = one
    book.facts.update(known)


def _both(tree: WorkTree | None, over: Set[str], looks: Signature, other: str) -> Signature | None:
    """What the file system says of a file and of another beside it; None where one of them is not its own."""
    if tree is None or other in over:
        return None
    try:
        return looks + signature(os.lstat(f"{tree.root}/{other}"))
    except OSError:
        return looks


def _unmoved(tree: WorkTree, asked: _Asked) -> bool:
    """Whether files look as they did when the book met them: it may have read them then, and another has
    written since."""
    looks = {path: tree.look(path) for path in (asked.path, asked.other) if path}
    met = all(tree.signatures.get(path, look) == look for path, look in looks.items())
    return met and b"".join(filter(None, looks.values())) == asked.looks


def _version(book: Book, asked: _Asked) -> str:
    """The bytes of a file as they were read last, by name, and those of another beside it."""
    own = book.tree.version(asked.path) or ""
    return f"{own} {book.tree.version(asked.other)}" if asked.other else own


def _place(root: Path) -> str:
    return sha256(os.fsencode(root)).hexdigest()[:12]
