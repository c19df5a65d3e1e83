"""Which pages of a repository are runbooks and post-mortems: by where they stand, and by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opsbook.book.alerts import matches
from opsbook.book.document import MAX_BYTES, Document, read
from opsbook.book.kinds import identify, kind
from opsbook.book.parts import find, said
from opsbook.model.settings import PARTS, Settings

if TYPE_CHECKING:
    from opsbook.book.tree import Tree

Sort = Literal["runbook", "postmortem"]

_ENDINGS = (".erb", ".md", ".markdown", ".mdx", ".qmd", ".html", ".htm", ".en")
_FOREIGN = frozenset(("node_modules", "vendor", "third_party", "site-packages", "venv"))
"""Folders of what somebody else wrote."""
_RUNBOOK = re.compile(r"(?<![a-z])(?:run-?books?|play-?books?|sop|standard-operating-procedures?)(?![a-z])")
_POSTMORTEM = re.compile(
    r"(?<![a-z])(?:post-?mortems?|rcas?|outages?|incidents|incident-(?:reports?|reviews?|logs?))(?![a-z])"
)
_TEMPLATE = re.compile(r"template|yyyy|(?<![a-z])examples?(?![a-z])")
_LISTS = frozenset(("readme", "index", "_index"))
_ABOUT = frozenset(
    ("changelog", "code_of_conduct", "codeowners", "contributing", "licence", "license", "notice", "security")
)
"""Pages about the repository itself."""
_TOLD = ("timeline", "root cause", "action items", "lessons", "what went well", "what went wrong")
"""Sections that hardly anything but a post-mortem has."""
_TO_DO = ("trigger", "prerequisites", "steps", "verification", "rollback")
_HEADING = re.compile(rb"^#{1,6} ", re.MULTILINE)
_PLAIN = Settings()


class Page(NamedTuple):
    """A page that was found: where, what it is, what its bytes are, and the page as a runbook is read."""

    path: str
    sort: Sort
    content: bytes
    document: Document[Any]


class Found(NamedTuple):
    """What was found, and what looks like it and is left out, each with the reason."""

    pages: tuple[Page, ...]
    left: tuple[tuple[str, str], ...]
    neither: tuple[str, ...]
    """Markdown pages that are taken for neither."""


class Wanted(NamedTuple):
    """Globs by which a person says what pages are."""

    runbooks: tuple[str, ...] = ()
    postmortems: tuple[str, ...] = ()

    def sort(self, path: str) -> Sort | None:
        if any(matches(path, glob) for glob in self.postmortems):
            return "postmortem"
        return "runbook" if any(matches(path, glob) for glob in self.runbooks) else None

    def names(self, path: str) -> bool:
        """Whether a page is named itself, rather than by a pattern."""
        return path in (*self.runbooks, *self.postmortems)


def look(tree: Tree, paths: Iterable[str], book: str | None, collection: str, wanted: Wanted) -> Found:
    """The runbooks and post-mortems among some files of a tree. `book` is the folder of the book that is
    there already, with its `/`, and `collection` what the folder is called in which they are looked for."""
    pages: list[Page] = []
    left: list[tuple[str, str]] = []
    neither: list[str] = []
    for path in paths:
        if not _readable_name(path):
            continue
        try:
            content = tree.read(path)
        except OSError:
            left.append((path, "cannot be read"))
            continue
        sort = wanted.sort(path)
        placed = None if book is None or not path.startswith(book) else identify(path[len(book) :])
        if placed is None and book is not None and _beside_a_record(tree, path, book):
            continue
        if placed and placed.kind.name in ("runbook", "postmortem"):
            there: Sort = "postmortem" if placed.kind.name == "postmortem" else "runbook"
            pages.append(_page(path, there, content))
        elif len(content) > MAX_BYTES:
            if sort or _hint(path, collection):
                left.append((path, "larger than 1 MiB"))
        else:
            page = _page(path, "runbook", content)
            if sort is None or (is_list(path) and not _own(path, wanted)):
                sort = _by_content(page) if sort else _sort(page, collection)
            if sort:
                pages.append(page._replace(sort=sort))
            elif _may_be_one(path):
                neither.append(path)
    return Found(tuple(pages), tuple(left), tuple(neither))


def _may_be_one(path: str) -> bool:
    """Whether a page that is taken for neither may still be one: it is no list, no template, nothing about
    the repository, and in no hidden folder."""
    name = _stem(path).lower()
    return (
        "." in path.rpartition("/")[2]
        and "/." not in f"/{path}"
        and name not in _ABOUT | _LISTS
        and not _TEMPLATE.search(name)
    )


def _beside_a_record(tree: Tree, path: str, book: str) -> bool:
    """Whether a page stands in the folder of an incident that the book has: notes, evidence."""
    top, *folders = path[len(book) :].split("/") if path.startswith(book) else [""]
    folder = f"{book}incidents/{'/'.join(folders[:2])}/"
    return top == "incidents" and (tree.has(folder + "incident.yaml") or tree.has(folder + "postmortem.md"))


def _own(path: str, wanted: Wanted) -> bool:
    """Whether an `index` is a page in a folder of its own, rather than a list of what stands beside it."""
    return wanted.names(path) or (_stem(path).lower() == "index" and "/" in path)


def _readable_name(path: str) -> bool:
    folders, _, name = path.rpartition("/")
    if not _FOREIGN.isdisjoint(folders.split("/")):
        return False
    return name.lower().endswith((".md", ".markdown", ".md.erb", ".qmd", ".mdx")) or "." not in name


def _page(path: str, sort: Sort, content: bytes) -> Page:
    return Page(path, sort, content, read(kind("runbook"), stem(path), path, content))


def stem(path: str) -> str:
    """The name of a page without what says how it is written; its folder's for an `index`."""
    found = _stem(path)
    folder = path.split("/")[-2:-1]
    return folder[0] if folder and found.lower() in _LISTS else found


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    while (ending := next((e for e in _ENDINGS if name.lower().endswith(e) and name != e), None)) is not None:
        name = name[: -len(ending)]
    return name


def is_list(path: str) -> bool:
    """Whether a page is called as one that lists what stands beside it."""
    return _stem(path).lower() in _LISTS


# ── what a page is ────────────────────────────────────────────────────────────────────────


def _sort(page: Page, collection: str) -> Sort | None:
    """What a page is that nobody says anything about; None for anything else."""
    name = _stem(page.path).lower()
    if name in _ABOUT or _TEMPLATE.search(name):
        return None
    told = _by_content(page)
    if "." not in page.path.rpartition("/")[2]:
        return told if told == "postmortem" and _HEADING.search(page.content) else None
    if told:
        return told
    if name in _LISTS:
        return None
    hint = _hint(page.path, collection)
    if hint == "postmortem":
        return "postmortem" if _told(page) or day_in(page.path) or _POSTMORTEM.search(name) else None
    return hint


def _hint(path: str, collection: str) -> Sort | None:
    """What the names on the way to a page say, the innermost first."""
    *folders, _ = path.split("/")
    for word in (_stem(path), *reversed(folders), collection):
        spoken = re.sub(r"[ _]+", "-", word.lower())
        if _RUNBOOK.search(spoken):
            return "runbook"
        if _POSTMORTEM.search(spoken):
            return "postmortem"
    return None


def _by_content(page: Page) -> Sort | None:
    """What the parts of a page make it, whatever it is called."""
    if _answers_an_alert(page):
        return "runbook"
    if _told(page) >= 3 and find(page.document, "timeline", _PLAIN):
        return "postmortem"
    return "runbook" if has(page, _TO_DO) >= 4 else None


def _answers_an_alert(page: Page) -> bool:
    """Whether a page has the parts of an alert's runbook, under their own names but for some."""
    own = {word for heading in said(page.document) for word in heading[:1]} & set(PARTS["alert"])
    return len(own) >= 2 and has(page, PARTS["alert"]) >= 3


def _told(page: Page) -> int:
    return has(page, _TOLD)


def has(page: Page, parts: Iterable[str], settings: Settings = _PLAIN) -> int:
    """How many of these parts a page has."""
    return sum(find(page.document, part, settings) is not None for part in parts)


def shape(page: Page, alerts: frozenset[str]) -> str:
    """The kind of runbook that a page comes nearest to."""
    if page.document.id in alerts or _answers_an_alert(page):
        return "alert"
    return "incident" if has(page, _TO_DO) >= 3 else "procedure"


# ── when it happened ──────────────────────────────────────────────────────────────────────

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>20\d\d)[-/._](?P<one>\d\d?)[-/._](?P<two>\d\d?)(?!\d)",
        r"(?<!\d)(?P<year>20\d\d)(?P<one>[01]\d)(?P<two>[0-3]\d)(?!\d)",
        r"(?<!\d)(?P<one>\d\d?)[-/.](?P<two>\d\d?)[-/.](?P<last>20\d\d)(?!\d)",
        rf"\b{_MONTH}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>20\d\d)",
    )
]
_BEGINNING = 3000
"""How much of a text is looked through for the day of what it tells."""


class Day(NamedTuple):
    """When it was that a page tells of."""

    day: date
    guessed: str = ""
    """The line of the text in which the first date stands, where nothing that names the page says it."""


def day_of(page: Page, *, day_first: bool) -> Day | None:
    """The day of what a page tells: from its name, the way to it, its front matter or its headings, else
    from its beginning, which is a guess."""
    text, front = page.document.source.text, page.document.front
    body = front.body if front else 0
    headings = " ".join(heading.text for heading in page.document.page.headings[:3])
    dated = re.search(r"^date:(.*)$", text[:body], re.MULTILINE) if body else None
    named = (page.path.rpartition("/")[2], page.path, dated[1] if dated else "", headings)
    said = next((found for words in named if (found := day_in(words, day_first=day_first))), None)
    if said is not None:
        return Day(said)
    beginning = text[body : body + _BEGINNING]
    found = day_in(beginning, day_first=day_first)
    lines = (line for line in beginning.splitlines() if day_in(line, day_first=day_first) == found)
    return Day(found, next(lines, "").strip()) if found else None


def day_in(words: str, *, day_first: bool = False) -> date | None:
    """The first day that stands in a text; `7/5/2023` is in July where the month comes first."""
    for pattern in _DATES:
        for match in pattern.finditer(words):
            if (found := _day(match.groupdict(), day_first=day_first)) is not None:
                return found
    return None


def _day(said: dict[str, str | None], *, day_first: bool) -> date | None:
    if said.get("last"):
        first, second = int(said["one"] or 0), int(said["two"] or 0)
        day, month = (first, second) if day_first or first > 12 else (second, first)
        year = int(said["last"] or 0)
    else:
        year = int(said["year"] or 0)
        named = (said.get("month") or "")[:3].lower()
        month = _MONTHS.index(named) + 1 if named else int(said["one"] or 0)
        day = int(said.get("day") or said.get("two") or 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days_come_first(pages: Iterable[Page]) -> bool:
    """Whether these pages write `25/12/2023`: one day above 12 tells how all of them mean it."""
    return any(_first_above_twelve(page) for page in pages)


def _first_above_twelve(page: Page) -> bool:
    said: Iterator[re.Match[str]] = _DATES[2].finditer(page.path + page.document.source.text)
    return any(12 < int(match["one"]) <= 31 and int(match["two"]) <= 12 for match in said)
