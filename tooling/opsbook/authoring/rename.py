"""A record gets another id: its file moves, and whatever names it follows.

The id of a record is its path, so a rename is a move, and an edit of each reference, of links to where it
stood, and of `INCIDENT/item` and `#incident-ID` where these are meant. What cannot be told from a word of
prose stays as it is and is listed: `ana` in a sentence may be anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.change import Change
from opsbook.authoring.current_blocks import inside, with_blocks
from opsbook.authoring.links import followed
from opsbook.authoring.splice import Put, word, written
from opsbook.authoring.splice import edits as spliced
from opsbook.book import document as reader
from opsbook.book.document import source_at
from opsbook.book.kinds import FOLDERS, KINDS, identify, kind
from opsbook.book.references import Reference, references
from opsbook.book.tree import on_disk
from opsbook.edits import Edit, apply
from opsbook.errors import UserError
from opsbook.model.kind import ID
from opsbook.text import Location, Source, Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.book.snapshot import Book

NAMED = tuple(each.name for each in KINDS if not each.single and each.name not in ("postmortem", "handoff"))
"""The kinds whose records have an id of their own."""
_ENDINGS = (".md", ".yaml", ".yml", ".csv", ".j2")
_PAGES = (*FOLDERS, "README.md")
_MANY = ("person", "team")
"""Kinds that one reference may name either of: an owner."""


class Renamed(NamedTuple):
    """What a rename changes, and what of it is left to people."""

    change: Change
    mentions: tuple[Location, ...]
    """Where the old id stands in words, and was left."""


class _Rename(NamedTuple):
    """Which record is called what from now on, and what moves with it."""

    kind: str
    old: str
    new: str
    moves: dict[str, str]
    items: tuple[str, ...]
    """The action items of an incident."""

    def landed(self, path: str) -> str:
        return Change("", moves=self.moves).landed(path)


def renamed(book: Book, document: Document[Any], id: str) -> Renamed:
    """What changes when a record is called otherwise; UserError where it cannot be called so."""
    moves = _moves(book, document, id)
    _refuse(book, document, id, next(iter(moves.values())))
    items = tuple(document.content.action_items) if document.kind.name == "incident" else ()
    rename = _Rename(document.kind.name, document.id, id, moves, items)
    edits: list[Edit] = []
    seen: list[Source] = []
    elsewhere = on_disk(book.tree)[1]
    for path in _texts(book, rename):
        seen.append(source_at(book.tree, path))
        edits += _edits(book, rename, path, seen[-1]) if path not in elsewhere else ()
    edits += _own(book, rename, document)
    edits = with_blocks(book, edits)
    change = Change(f"{id}: renamed from {document.id}", tuple(edits), moves=moves)
    return Renamed(change, tuple(_mentions(book, rename, seen, change)))


# ── whether, and where to ─────────────────────────────────────────────────────────────────


def _refuse(book: Book, document: Document[Any], id: str, path: str) -> None:
    name = document.kind.name
    if id == document.id:
        raise UserError(f"it is called `{shown(id)}` already")
    if not re.fullmatch(ID.removesuffix("$"), id):
        raise UserError(f"`{shown(id)}` is no id", "ids are letters, digits, `-`, `_` and `.`")
    if _own_path(name, path) != id:
        hint = "an incident's begins with its date: `2026-03-02-checkout-5xx`" if name == "incident" else ""
        raise UserError(f"`{id}` is no id of a record of kind {name}", hint)
    for each in _MANY if name in _MANY else (name,):
        for taken in book.namesakes(each, id):
            if each != name or taken != document.path:
                raise UserError(f"there is a {each} `{identify(taken).id}` already", taken)  # type: ignore[union-attr]


def _own_path(name: str, place: str) -> str | None:
    """The id that a place gives a record of this kind."""
    found = identify(f"{place}/incident.yaml" if name == "incident" else place)
    return found.id if found and found.kind.name == name else None


def _moves(book: Book, document: Document[Any], id: str) -> dict[str, str]:
    """Where a record goes, and what is called after it."""
    if document.kind.name == "incident":
        return {_folder(document.id): _folder(id)}
    folder, name = document.path.rsplit("/", 1)
    moves = {document.path: f"{folder}/{id}{name[len(document.id) :]}"}
    if document.kind.name == "rotation":
        from opsbook.oncall.briefing import record_id

        for each in book.documents("handoff"):
            if each.readable and each.id == record_id(document.id, each.content.at):
                moves[each.path] = each.path.replace(each.id, record_id(id, each.content.at))
    return moves


def _folder(incident: str) -> str:
    return (kind("incident").path(incident) or "").removesuffix("/incident.yaml")


# ── what names it ─────────────────────────────────────────────────────────────────────────


def _texts(book: Book, rename: _Rename) -> Iterator[str]:
    """The texts of a book that mention the old id, and all that move: no other is taken apart."""
    mark = rename.old.encode()
    found = [path for folder in _PAGES for path in _below(book, folder)]
    for path in (*found, *book.rule_paths()):
        if "/evidence/" in path or not (path.endswith(_ENDINGS) or path in book.rule_paths()):
            continue
        try:
            content = book.tree.read(path)
        except OSError:
            continue
        if mark in content or rename.landed(path) != path:
            yield path


def _below(book: Book, place: str) -> list[str]:
    return [place] if book.tree.has(place) else book.tree.paths(place)


def _edits(book: Book, rename: _Rename, path: str, source: Source) -> Iterator[Edit]:
    """What of one text follows."""
    from opsbook.book.pages import FOLDER

    if identify(path):
        document = book.read(path)
        if document.readable:
            yield from _record(book, rename, document)
    elif path.startswith(f"{FOLDER}/"):
        yield from _page_log(rename, source)
    elif path in book.rule_paths():
        yield from _rules(book, rename, path)
    elif path.endswith(".md"):
        from opsbook.book.markdown import Page, front_matter

        front = front_matter(source.text)
        yield from _links(book, rename, source, Page(source.text, front.body if front else 0))


def _record(book: Book, rename: _Rename, document: Document[Any]) -> Iterator[Edit]:
    found = [each for each in references(document.content) if _is_meant(book, rename, each)]
    places = dict.fromkeys(place for reference in found for place in _places(document, reference))
    edits = [_spelled(rename, place) for place in places]
    if edits:
        _require_followed(rename, document, edits, len(found))
    yield from edits
    if rename.kind == "incident":
        yield from _words(rename, document)
    if document.kind.markdown and document.kind.model:
        yield from _links(book, rename, document.source, document.page)


def _is_meant(book: Book, rename: _Rename, reference: Reference) -> bool:
    """Whether a reference leads to the record: one that may be of several kinds leads to the first of them
    of which there is one."""
    if reference.id != rename.old or rename.kind not in reference.kinds:
        return False
    return rename.kind == next((each for each in reference.kinds if book.has(each, reference.id)), None)


def _places(document: Document[Any], reference: Reference) -> Iterator[Location]:
    """Where a reference is written: an item of a list may be read as a key."""
    pointer = reference.pointer
    if not reference.on_key:
        yield document.at(*pointer)
    elif document.has(*pointer):
        yield document.key_at(*pointer)
    else:
        index = 0
        while document.has(*pointer[:-1], index):
            place = document.at(*pointer[:-1], index)
            if place.text.strip("\"'") == reference.id:
                yield place
            index += 1


def _spelled(rename: _Rename, place: Location) -> Edit:
    """The new id where the old one stands, in its quotes."""
    text = place.text
    if text[:1] in ("'", '"') and text[1:-1] == rename.old:
        return Edit(place._replace(span=Span(place.span.start + 1, place.span.end - 1)), rename.new)
    return Edit(place, word(rename.new))


def _require_followed(rename: _Rename, document: Document[Any], edits: list[Edit], number: int) -> None:
    """UserError where the edits do more or less than to replace the references."""
    text = apply(document.source.text, ((each.location.span, each.replacement) for each in edits))
    then = reader.read(document.kind, document.id, document.path, text.encode("utf-8"))
    if then.readable:
        before = [each.id for each in references(document.content)]
        after = [each.id for each in references(then.content)]
        changed = [(one, other) for one, other in zip(before, after, strict=False) if one != other]
        if len(before) == len(after) and changed == [(rename.old, rename.new)] * number:
            return
    line = edits[0].location.start.line
    raise UserError(
        f"{document.path}:{line}: `{rename.old}` is written in a way that leaves no safe place for this",
        "change it by hand, then rename",
    )


def _words(rename: _Rename, document: Document[Any]) -> Iterator[Edit]:
    """`INCIDENT/item` anywhere, and the channel where the incident itself names it."""
    old = re.escape(rename.old)
    patterns = []
    if rename.items:
        patterns.append(item_name(rename.old, rename.items))
    if rename.landed(document.path) != document.path:
        patterns.append(rf"(?<=#incident-){old}(?![\w-])")
    for pattern in patterns:
        for found in re.finditer(pattern, document.source.text):
            yield Edit(document.span(Span(*found.span())), rename.new)


def item_name(incident: str, items: Iterable[str]) -> str:
    """A pattern of the incident in `INCIDENT/item`, for some of its items."""
    named = "|".join(map(re.escape, items))
    return rf"(?<![\w./#-]){re.escape(incident)}(?=/(?:{named})(?![\w./-]))"


def _page_log(rename: _Rename, source: Source) -> Iterator[Edit]:
    from opsbook.book import pages

    if rename.kind not in ("person", "service"):
        return
    for cell in pages.cells(source, rename.kind):
        if cell.text.strip('" ') == rename.old:
            yield Edit(_within(cell, cell.text.index(rename.old), rename), rename.new)


def _within(place: Location, at: int, rename: _Rename) -> Location:
    """Where the old id stands in a place, from an offset in it."""
    start = place.span.start + at
    return place._replace(span=Span(start, start + len(rename.old)))


def _rules(book: Book, rename: _Rename, path: str) -> Iterator[Edit]:
    """The addresses of a renamed runbook in rule files."""
    from opsbook.book.alerts import leads_to, runbook_in

    if rename.kind != "runbook":
        return
    before = next(iter(rename.moves))
    for file in book.rule_files():
        for alert in file.alerts if file.source.path == path else ():
            target = alert.runbook_url and runbook_in(alert.runbook_url, book.settings.runbook_urls)
            at = alert.url_at.text.rfind(rename.old)
            if target and len(target) > 1 and leads_to(target, before) and at >= 0:
                yield Edit(_within(alert.url_at, at, rename), rename.new)


# ── links ─────────────────────────────────────────────────────────────────────────────────


def _links(book: Book, rename: _Rename, source: Source, page: Page) -> Iterator[Edit]:
    """The destinations of links that would lead nowhere once the record has moved."""
    old = re.compile(rf"(?<![\w.-]){re.escape(rename.old)}(?![\w-])")
    found = followed(source.path, page, rename.landed, book.reaches, lambda said: old.sub(rename.new, said))
    for span, to in found:
        yield Edit(Location(source, span), to)


# ── the record itself, and what follows from others ───────────────────────────────────────


def _own(book: Book, rename: _Rename, document: Document[Any]) -> Iterator[Edit]:
    """What a record says by its name alone and must say in words from now on: a runbook for an alert is for
    the one that it is called like."""
    if rename.kind != "runbook" or document.content.alerts:
        return
    from opsbook.book.parts import runbook_kind

    if runbook_kind(document, book.settings) != "alert":
        return
    if document.front:
        yield from spliced(document, (Put(("alerts",), written([rename.old])),))
    else:
        yield Edit(document.span(Span(0, 0)), f"---\nalerts: {written([rename.old])}\n---\n\n")


# ── words ─────────────────────────────────────────────────────────────────────────────────


def _mentions(book: Book, rename: _Rename, sources: Iterable[Source], change: Change) -> Iterator[Location]:
    """Where the old id still stands as a word, and not as the id of something else."""
    before = r"(?<!\d)" if rename.kind == "incident" else r"(?<![\w-])"
    word = re.compile(rf"{before}{re.escape(rename.old)}(?![\w-])")
    edited: dict[str, list[Location]] = {}
    for edit in change.edits:
        edited.setdefault(edit.location.path, []).append(edit.location)
    for source in sources:
        known = [*edited.get(source.path, ()), *_others(book, rename, source.path)]
        for found in word.finditer(source.text):
            place = Location(source, Span(*found.span()))
            if not any(inside(place, each) for each in known):
                yield place


def _others(book: Book, rename: _Rename, path: str) -> Iterator[Location]:
    """Where a record names something else that is called so."""
    document = book.read(path) if identify(path) else None
    if document is not None and document.readable:
        for reference in references(document.content):
            if reference.id == rename.old and not _is_meant(book, rename, reference):
                yield from _places(document, reference)
