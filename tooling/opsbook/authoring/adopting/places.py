"""Where the pages of a collection belong in a book, and which of them stand there already."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable
from itertools import takewhile
from posixpath import normpath
from typing import NamedTuple
from urllib.parse import unquote

from opsbook.authoring.adopting.pages import Page, day_of, days_come_first, is_list, stem
from opsbook.book.kinds import identify, kind

_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_RUNBOOKS = re.compile(r"(?i)(?:run|play)[-_ ]?books?")
_LAYOUT = frozenset(
    (
        "content",
        "contents",
        "doc",
        "docs",
        "documentation",
        "pages",
        "site",
        "source",
        "src",
        "website",
        "wiki",
    )
)
"""Folders that say how a site is built, and nothing of what a page is about."""
_LONGEST = 60


class Place(NamedTuple):
    """A page and its path in the book, both from the same folder; the same where it may stay."""

    page: Page
    path: str
    guessed: str = ""
    """The line from which the day in its path was guessed, where it was."""

    @property
    def moves(self) -> bool:
        return self.page.path != self.path


class Places(NamedTuple):
    """Where each page belongs, and the post-mortems without a day, which belong nowhere."""

    all: tuple[Place, ...]
    undated: tuple[Page, ...]


def home(pages: Iterable[Page], looked_in: str) -> str:
    """The folder that is best the root of the book, with its `/`: the one whose `runbooks/` holds most of
    the runbooks, so that they may stay; else the one that was looked in."""
    above: Counter[str] = Counter()
    runbooks = 0
    for page in pages:
        if page.sort != "runbook":
            continue
        runbooks += 1
        before, found, _ = f"/{page.path}".partition("/runbooks/")
        if found and identify(page.path[len(before) :]):
            above[f"{before}/".lstrip("/")] += 1
    folder, most = max(above.items(), key=lambda item: (item[1], -len(item[0])), default=("", 0))
    return folder if 2 * most > runbooks else looked_in


def place(pages: Iterable[Page], book: str, looked_in: str, taken: Iterable[str]) -> Places:
    """Where each page belongs in the book at `book`. No two get one place or, as far as they are moved, one
    id, upper and lower case being equal; nothing that is `taken` is given away."""
    pages = list(pages)
    standing = [page for page in pages if _stands(page, book)]
    used = {path.casefold() for path in taken}
    ids = {stem(page.path).casefold() for page in standing if page.sort == "runbook"}
    found = [Place(page, page.path) for page in standing]
    moving = [page for page in pages if page.sort == "runbook" and not _stands(page, book)]
    shared = _shared(moving, looked_in)
    undated = []
    postmortems = [page for page in pages if page.sort == "postmortem"]
    day_first = days_come_first(postmortems)
    for page in pages:
        if _stands(page, book):
            continue
        if page.sort == "runbook":
            path, guessed = book + _runbook(page, looked_in, shared, ids), ""
        else:
            found_day = day_of(page, day_first=day_first)
            if found_day is None:
                undated.append(page)
                continue
            path, guessed = book + _postmortem(page, str(found_day.day), book, used), found_day.guessed
        while path.casefold() in used:
            path = path.removesuffix(".md") + "-2.md"
        used.add(path.casefold())
        found.append(Place(page, path, guessed))
    return Places(tuple(sorted(found, key=lambda each: each.page.path)), tuple(undated))


def companions(places: Iterable[Place], files: Container[str]) -> dict[str, str]:
    """The files in or below the folder of a page that moves, to which it links, and their new places: there
    its links lead to them as before. What two pages would take to two places stays where it is."""
    places = list(places)
    wanted: dict[str, set[str]] = {}
    pages = {each.page.path for each in places}
    for each in places:
        before, after = each.page.path.rpartition("/")[0], each.path.rpartition("/")[0]
        for link in each.page.document.page.links:
            below = normpath(unquote(re.split("[?#]", link.target, maxsplit=1)[0]) or ".")
            old = f"{before}/{below}" if before else below
            if below[0] not in "./" and old in files and old not in pages and not old.endswith(".md"):
                wanted.setdefault(old, set()).add(f"{after}/{below}")
    taken = Counter(new.casefold() for news in wanted.values() for new in news)
    return {
        old: new
        for old, news in wanted.items()
        if len(news) == 1 and taken[(new := min(news)).casefold()] == 1 and new != old and new not in files
    }


def _stands(page: Page, book: str) -> bool:
    if not page.path.startswith(book):
        return False
    found = identify(page.path[len(book) :])
    return found is not None and found.kind.name == page.sort


def _folders(page: Page, looked_in: str) -> list[str]:
    """The folders on the way to a page; one that is called as a list is what its own folder is called."""
    *folders, _ = page.path[len(looked_in) :].split("/")
    return folders[:-1] if is_list(page.path) else folders


def _below_runbooks(folders: Iterable[str]) -> int:
    """How many folders lead to the one of runbooks, with it; 0 where none is called so."""
    return next((at for at, name in enumerate(folders, 1) if _RUNBOOKS.fullmatch(name)), 0)


def _shared(pages: Iterable[Page], looked_in: str) -> int:
    """How many folders all pages are in that are below no folder of runbooks: they tell none from another."""
    ways = [way for page in pages if not _below_runbooks(way := _folders(page, looked_in))]
    return sum(1 for _ in takewhile(lambda names: len({*names}) == 1, zip(*ways, strict=False)))


def _runbook(page: Page, looked_in: str, shared: int, ids: set[str]) -> str:
    """The page in its folders, as far as they are below one of runbooks, or say what it is about; where its
    id is taken, with the names of its folders before it."""
    folders = _folders(page, looked_in)
    at = _below_runbooks(folders)
    if not at:
        at = shared
        while at < len(folders) and folders[at].lower() in _LAYOUT:
            at += 1
    inside, outside = [_id(each) for each in folders[at:]], [_id(each) for each in folders[:at]]
    id = base = _id(stem(page.path))
    for name in reversed((*outside, *inside)):
        if id.casefold() not in ids:
            break
        if not _RUNBOOKS.fullmatch(name):
            id = f"{name}-{id}"
    number = 2
    while id.casefold() in ids or id.lower() in ("readme", "index", "_index"):
        id, number = f"{base}-{number}", number + 1
    ids.add(id.casefold())
    return "/".join(("runbooks", *inside, f"{id}.md"))


def _postmortem(page: Page, day: str, book: str, used: set[str]) -> str:
    base = f"{day}-{_slug(page, day)}"
    id, number = base, 2
    while f"{book}{kind('postmortem').path(id)}".casefold() in used:
        id, number = f"{base}-{number}", number + 1
    return kind("postmortem").path(id) or ""


def _slug(page: Page, day: str) -> str:
    """What a page is about, from its name, else from its first heading."""
    headings = page.document.page.headings[:1]
    for words in (stem(page.path), *(heading.text for heading in headings)):
        spoken = _NO_SLUG.sub("-", _ascii(words).lower().replace(day, ""))
        found = re.sub(r"^(?:20\d\d(?:-\d\d?){1,2}|\d{8})(?:-|\Z)", "", spoken.strip("-"))
        found = re.sub(r"-(?:on|of|at|the)\Z", "", found)
        if re.search(r"[a-z]|\d{3}", found):
            return found[:_LONGEST].strip("-")
    return "incident"


def _id(name: str) -> str:
    return _NO_ID.sub("-", _ascii(name)).strip("-._") or "page"


def _ascii(text: str) -> str:
    """A text without accents, as far as letters are Latin."""
    spread = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(each for each in spread if not unicodedata.combining(each))
