"""Outcomes remembered between runs, so that what did not change is not looked at again.

The file may be deleted at any time, is replaced whole, and is used only as far as it is true: an
outcome holds while every answer it used has the same version and the clock is in its stretch.
Versions are git blob ids of the content, so a fresh clone finds what another clone has computed.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.book.document import source_at
from opsbook.book.store import read_pieces, write_pieces
from opsbook.book.tree import Signature, Tree, WorkTree, settled
from opsbook.diagnostics import Diagnostic, Level, Related
from opsbook.edits import Edit, Fix
from opsbook.lint.check import Outcome
from opsbook.lint.program import contents, remembered
from opsbook.lint.shellcheck import version as shellcheck
from opsbook.lint.suppressions import Suppression
from opsbook.text import Location, Source, Span

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

_PARSERS = ("pydantic", "pydantic_core", "pyromark", "pyyaml", "yaml_rs", "tzdata", "holidays")
"""The distributions that read records, and tell which days are holidays."""


def program() -> str:
    """What changes whenever opsbook itself changes: by content, since a CI machine installs the
    same opsbook anew each time."""
    found = [f"{sys.version_info[:3]} {sys.implementation.cache_tag}", shellcheck(), *_installed()]
    return "\n".join([*found, remembered("content", _content)])


def _content() -> str:
    digest = sha256()
    for path, content in contents():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _installed() -> list[str]:
    """The versions of the distributions that read records, by the names of their metadata folders."""
    specs = (find_spec(name.replace("pyyaml", "yaml")) for name in _PARSERS)
    places = {os.path.dirname(os.path.dirname(spec.origin)) for spec in specs if spec and spec.origin}
    return sorted(
        entry
        for place in places
        for entry in os.listdir(place)
        if entry.endswith(".dist-info") and entry.lower().replace("-", "_").startswith(_PARSERS)
    )


_AT_ONCE = 5_000


class Cache:
    """The outcomes of one book under one configuration."""

    def __init__(self, configuration: Iterable[str], root: Path, kept_in: Path) -> None:
        digest = sha256("\0".join([program(), *configuration]).encode("utf-8", "surrogatepass"))
        self._configuration = digest.hexdigest()[:24]
        place = sha256(os.fsencode(root)).hexdigest()[:12]
        self._file = kept_in / f"{self._configuration}-{place}"
        self._data: dict[str, Any] = self._load()
        self._still: frozenset[str] = frozenset()
        """Marks of keys that all have the version which is remembered."""

    def _load(self) -> Any:
        """What is remembered for this place, else for another clone of the same configuration."""
        own = _whole(self._file)
        if own:
            return own
        try:
            others = list(self._file.parent.glob(f"{self._configuration}-*"))
            newest = max(others, key=lambda file: file.stat().st_mtime_ns, default=None)
        except OSError:
            newest = None
        found = _whole(newest) if newest else {}
        return found | {"signatures": {}} if found else {}

    @property
    def signatures(self) -> dict[str, tuple[Signature, str]]:
        """For each file its signature and its version."""
        return self._data.get("signatures", {})  # type: ignore[no-any-return]

    def outcomes(self, book: Book, now: int) -> dict[str, Outcome]:
        """The outcomes that are still true of a book at an instant in microseconds."""
        versions, states = self._data.get("versions", {}), self._data.get("states", {})
        self._still = frozenset(mark for mark, state in states.items() if book.state(mark) == state)
        changed = {
            key
            for key, version in versions.items()
            if key[0] not in self._still and book.version(key) != version
        }
        return {
            subject: _decode(encoded, book.tree)
            for subject, encoded in self._data.get("outcomes", {}).items()
            if encoded[1] <= now < encoded[2] and (not changed or changed.isdisjoint(encoded[0]))
        }

    def save(self, book: Book, outcomes: Mapping[str, Outcome]) -> None:
        """Remember these outcomes; silently nothing where that is not possible."""
        tree = book.tree
        if not isinstance(tree, WorkTree):
            return
        if self._same(outcomes) and not tree.misses:
            return
        keys = {key for each in outcomes.values() for key in each.reads}
        versions = {key: self._version(book, key) for key in keys}
        moved = tree.changed()  # after the versions, so that they are of what was read
        if moved:  # somebody is writing: what was read is not what is there
            changed = {"=" + path for path in moved}
            rules = not moved.isdisjoint(book.rule_paths())
            outcomes = {
                name: each
                for name, each in outcomes.items()
                if changed.isdisjoint(each.reads) and not (rules and any(key[0] == "!" for key in each.reads))
            }
        signatures = {path: seen for path, seen in _trusted(tree).items() if path not in moved}
        if self._same(outcomes) and signatures.keys() <= self.signatures.keys():
            return
        marks = {key[0] for key in keys} & {*"!%^"}
        del keys
        kept: dict[str, dict[Any, Any]] = {
            "signatures": signatures,
            "versions": versions,
            "states": {mark: book.state(mark) for mark in marks},
        }
        write_pieces(self._file, _pieces(kept, outcomes))

    def _version(self, book: Book, key: str) -> str | None:
        known = self._data.get("versions", {})
        return known[key] if key[0] in self._still and key in known else book.version(key)

    def _same(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Whether these are the outcomes in the file: an outcome from it keeps its `reads`."""
        old = self._data.get("outcomes", {})
        return outcomes.keys() == old.keys() and all(
            each.reads is old[subject][0] for subject, each in outcomes.items()
        )


def _pieces(kept: dict[str, dict[str, Any]], outcomes: Mapping[str, Outcome]) -> Iterator[dict[str, Any]]:
    """What is remembered, in pieces that are small beside a large book; what is alike stands together.

    Empties what is kept on the way.
    """
    rest = iter(outcomes.items())
    while some := dict(islice(rest, _AT_ONCE)):
        asked = dict.fromkeys(key for each in some.values() for key in each.reads)
        yield {
            "outcomes": {subject: _encode(each) for subject, each in some.items()},
            "versions": _taken(kept["versions"], asked),
            "signatures": _taken(kept["signatures"], some),
        }
    yield kept


def _taken(mapping: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: mapping.pop(key) for key in keys if key in mapping}


def _whole(file: Path) -> dict[str, Any]:
    """What the pieces in a file are together; empty where there is none."""
    found: dict[str, Any] = {}
    for piece in read_pieces(file):
        for name, part in piece.items():
            found.setdefault(name, {}).update(part)
    return found


def _trusted(tree: WorkTree) -> dict[str, tuple[Signature, str]]:
    """Signatures that a later change cannot leave as they are."""
    now, seen = time.time_ns(), tree.signatures
    return {
        path: (seen[path], version) for path, version in tree.versions.items() if settled(seen[path], now)
    }


# ── outcomes as plain data ────────────────────────────────────────────────────────────────


def encode_outcomes(outcomes: Mapping[str, Outcome], tree: WorkTree) -> bytes:
    """Outcomes as bytes for another process, with the versions of what was read for them."""
    return marshal.dumps((tree.versions, {subject: _encode(each) for subject, each in outcomes.items()}))


def decode_outcomes(payload: bytes, tree: WorkTree) -> dict[str, Outcome]:
    """What `encode_outcomes` wrote."""
    versions, found = marshal.loads(payload)  # noqa: S302 - from a child of this process
    tree.versions |= versions
    return {subject: _decode(encoded, tree) for subject, encoded in found.items()}


def _encode(outcome: Outcome) -> tuple[Any, ...]:
    if not outcome.diagnostics and not outcome.suppressions:
        return outcome.reads, outcome.since, outcome.until
    return (
        outcome.reads,
        outcome.since,
        outcome.until,
        tuple(_encode_diagnostic(each) for each in outcome.diagnostics),
        tuple(
            (*_encode_location(each.location), *each[1:4], each.until and each.until.toordinal())
            for each in outcome.suppressions
        ),
    )


def _decode(encoded: tuple[Any, ...], tree: Tree) -> Outcome:
    if len(encoded) == 3:
        return Outcome(*encoded, (), ())
    reads, since, until, diagnostics, silent = encoded
    sources = _Sources(tree)
    return Outcome(
        reads,
        since,
        until,
        tuple(_decode_diagnostic(each, sources) for each in diagnostics),
        tuple(
            Suppression(sources.location(place), *rest, day and date.fromordinal(day))
            for *place, lines, names, reason, day in silent
            for rest in [(lines, names, reason)]
        ),
    )


class _Sources:
    """The texts that locations point into, each read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[str, Source] = {}

    def location(self, encoded: Iterable[Any]) -> Location:
        path, start, end = encoded
        if path not in self._known:
            self._known[path] = source_at(self._tree, path)
        return Location(self._known[path], Span(start, end))


def _encode_location(location: Location) -> tuple[str, int, int]:
    return location.path, location.span.start, location.span.end


def _encode_edit(edit: Edit) -> tuple[Any, ...]:
    return *_encode_location(edit.location), edit.replacement


def _encode_diagnostic(each: Diagnostic) -> tuple[Any, ...]:
    fix = None
    if each.fix:
        fix = each.fix.title, tuple(map(_encode_edit, each.fix.edits)), each.fix.safe
    related = tuple((*_encode_location(one.location), one.message) for one in each.related)
    place = _encode_location(each.location)
    return each.code, each.name, int(each.level), place, each.message, each.hint, related, fix, each.within


def _decode_diagnostic(encoded: tuple[Any, ...], sources: _Sources) -> Diagnostic:
    code, name, level, place, message, hint, related, fix, within = encoded
    return Diagnostic(
        code,
        name,
        Level(level),
        sources.location(place),
        message,
        hint,
        tuple(Related(sources.location(where), words) for *where, words in related),
        fix
        and Fix(
            fix[0],
            tuple(Edit(sources.location(edit[:3]), edit[3]) for edit in fix[1]),
            fix[2],
        ),
        within=within,
    )
