"""What adopting a collection writes and moves: one plan, which is shown or carried out as it stands."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from opsbook.authoring.adopting.fitting import Rules, settings_text
from opsbook.authoring.adopting.front import CODEOWNERS, Addition, Known, add, owners
from opsbook.authoring.adopting.pages import Found, Wanted, look, shape
from opsbook.authoring.adopting.places import Place, companions, home, place
from opsbook.authoring.links import followed
from opsbook.authoring.starting import machinery
from opsbook.book.alerts import Alert
from opsbook.book.alerts import read as read_rules
from opsbook.book.document import MAX_BYTES, decode
from opsbook.book.kinds import FOLDERS
from opsbook.book.markdown import Page, front_matter
from opsbook.book.settings import load_settings
from opsbook.book.snapshot import Book
from opsbook.book.tree import SETTINGS_FILES, Memory, Tree, Without
from opsbook.diagnostics import Level
from opsbook.edits import apply
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.model.settings import Settings
    from opsbook.text import Source

_SETTINGS = SETTINGS_FILES[0]
_FOR_GITHUB = ".github/"
_PLAIN_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_NAMES_RULES = re.compile(rb"^[ \t-]*[\"']?alert[\"']?[ \t]*:", re.MULTILINE)


class Ground(NamedTuple):
    """A repository, and what is asked of it. All paths count from its top."""

    tree: Tree
    looked_in: str
    """The folder in which pages are looked for, with its `/`; empty for all of it."""
    called: str
    """What that folder is called on disk."""
    files: tuple[str, ...]
    """The files in it that count."""
    book: str | None
    """The folder of the book that is there already, with its `/`."""
    timezone: str
    wanted: Wanted
    move: bool
    changed: Callable[[Iterable[str]], Callable[[str], date | None]]
    """When paths last changed, of those below some folders."""


class Plan(NamedTuple):
    """What is found, and what is to be done with it. All paths count from the top of the repository."""

    book: str
    settings: Settings
    found: Found
    shapes: Counter[str]
    rules: Rules
    standing: tuple[Place, ...]
    away: tuple[Place, ...]
    """Pages that stand elsewhere: to be moved, where that is asked for."""
    left: tuple[tuple[str, str], ...]
    additions: dict[str, Addition]
    """Front matter, by the path that the page has."""
    new: dict[str, bytes]
    """Files that are not there yet, pages that move among them."""
    changes: tuple[tuple[Source, str], ...]
    gone: dict[str, bytes]
    """What moves away, and what it holds."""
    carried: dict[str, str]
    """Files that pages take with them, and where to."""
    relinked: dict[str, int]
    """Of the pages whose links follow what moves, how many do, by the path that the page has."""
    kept: tuple[str, ...]
    """Files that would be written were they not there."""
    led: frozenset[tuple[str, str]]
    """The links that lead to a file today, each by the path that its page has and as it is written."""

    @property
    def moves(self) -> bool:
        return bool(self.gone)

    @property
    def fails(self) -> Level:
        """The mildest level that fails in the book."""
        return Level[self.settings.fail_on.upper()]

    def after(self, tree: Tree) -> Tree:
        """The tree of the book once the plan is carried out; `tree` is that of its folder as it is."""
        texts = {source.path: text.encode("utf-8") for source, text in self.changes} | self.new
        inside = {path[len(self.book) :]: text for path, text in texts.items() if path.startswith(self.book)}
        gone = {path[len(self.book) :] for path in self.gone if path.startswith(self.book)}
        return Memory(inside, below=Without(tree, gone))


def plan(ground: Ground) -> Plan:
    """What there is to do; UserError where nothing is found that could be adopted."""
    found = look(ground.tree, ground.files, ground.book, ground.called, ground.wanted)
    if not found.pages:
        raise UserError(
            f"no runbook and no post-mortem found in `{ground.looked_in or ground.called}`",
            "say which pages they are: `--runbooks 'docs/howto/**'`, `--postmortems 'reviews/*.md'`",
        )
    book = home(found.pages, ground.looked_in) if ground.book is None else ground.book
    taken = [path for folder in FOLDERS for path in ground.tree.paths(book + folder)]
    places = place(found.pages, book, ground.looked_in, taken)
    if not places.all:
        raise UserError(
            f"no day of an incident in {places.undated[0].path}, nor in any other page that was found",
            "write it into the names of the files, as in `2026-03-02-checkout.md`",
        )
    standing = tuple(each for each in places.all if not each.moves)
    away = tuple(each for each in places.all if each.moves)
    rules = _rules(ground.tree, [path for path in ground.files if path.startswith(book)], book)
    paths = [each.path[len(book) :] for each in places.all if each.page.sort == "runbook"]
    text = settings_text(found.pages, rules, paths, ground.timezone)
    new, kept = _new_files(ground, book, text)
    own = Memory({_SETTINGS: text}) if book + _SETTINGS in new else _Below(ground.tree, book)
    settings = load_settings(own)
    additions = _additions(ground, (*standing, *away) if ground.move else standing, book, settings, rules)
    gone: dict[str, bytes] = {}
    carried = companions(places.all, frozenset(ground.files)) if ground.move else {}
    for each in away if ground.move else ():
        addition = additions.get(each.page.path)
        new[each.path] = addition.text.encode("utf-8") if addition else each.page.content
        gone[each.page.path] = each.page.content
    for path, where in carried.items():
        new[where] = gone[path] = ground.tree.read(path)
    changed = {
        each.page.document.source: additions[each.page.path].text
        for each in standing
        if each.page.path in additions
    }
    moves = {each.page.path: each.path for each in away} | carried if ground.move else {}
    relinked = dict[str, int]()
    for source, text, number in _relinked(ground, moves, new, changed):
        relinked[source.path] = number
        if source.path in moves:
            new[moves[source.path]] = text.encode("utf-8")
        else:
            changed[source] = text
    return Plan(
        book=book,
        settings=settings,
        found=found,
        shapes=Counter(shape(p, rules.names) for p in found.pages if p.sort == "runbook"),
        rules=rules,
        standing=standing,
        away=away,
        left=(*found.left, *((page.path, "a post-mortem of no known day") for page in places.undated)),
        additions=additions,
        new=new,
        changes=tuple(sorted(changed.items(), key=lambda each: each[0].path)),
        gone=gone,
        carried=carried,
        relinked=relinked,
        kept=kept,
        led=frozenset(_led(ground.tree, places.all if moves else ())),
    )


def _led(tree: Tree, places: Iterable[Place]) -> Iterator[tuple[str, str]]:
    for each in places:
        document = each.page.document
        for link in document.page.links:
            address = unquote(re.split("[?#]", link.target, maxsplit=1)[0])
            if address and tree.reaches(normpath(join(dirname(each.page.path), address))):
                yield each.path, document.source.text[link.span.start : link.span.end]


def _relinked(
    ground: Ground, moves: Mapping[str, str], new: Mapping[str, bytes], changed: Mapping[Source, str]
) -> Iterator[tuple[Source, str, int]]:
    """The Markdown files whose links have to follow what moves: what each is read from, its text, and the
    number of links. `new` and `changed` are what is written of them anyway."""
    if not moves:
        return
    texts = {source.path: (source, text) for source, text in changed.items()}
    for path in ground.files:
        if not path.endswith(".md") or path in ground.tree.links:
            continue
        if path in texts:
            source, text = texts[path]
        else:
            try:
                decoded = decode(path, ground.tree.read(path))
            except OSError:
                continue
            if decoded.fatal:
                continue
            source = decoded.source
            text = new[moves[path]].decode("utf-8") if path in moves else source.text
        begins = int(text.startswith("\ufeff"))
        front = front_matter(text, begins)
        page = Page(text, front.body if front else begins)
        spans = list(followed(path, page, lambda at: moves.get(at, at), ground.tree.reaches))
        if spans:
            yield source, apply(text, spans), len(spans)


class _Below(Without):
    """A folder of another tree as a tree of its own, to read single files of it."""

    def __init__(self, tree: Tree, folder: str) -> None:
        super().__init__(tree, frozenset())
        self._folder = folder

    def has(self, path: str) -> bool:
        return super().has(self._folder + path)

    def read(self, path: str) -> bytes:
        return super().read(self._folder + path)


def _rules(tree: Tree, paths: Sequence[str], book: str) -> Rules:
    """The rule files among some files, their paths counted from the book, and the alerts in them."""
    found: list[str] = []
    alerts: list[Alert] = []
    for path in paths:
        if not path.endswith((".yaml", ".yml")):
            continue
        try:
            content = tree.read(path)
        except OSError:
            continue
        if len(content) > MAX_BYTES or not _NAMES_RULES.search(content):
            continue
        decoded = decode(path, content)
        rules = () if decoded.fatal else read_rules(decoded.source).alerts
        if rules:
            found.append(path[len(book) :])
            alerts += rules
    return Rules(tuple(found), tuple(alerts))


def _additions(
    ground: Ground, places: Iterable[Place], book: str, settings: Settings, rules: Rules
) -> dict[str, Addition]:
    from opsbook import defaults

    runbooks = [each for each in places if each.page.sort == "runbook"]
    changed = ground.changed({each.page.path.rpartition("/")[0] for each in runbooks})
    policy = Book(_Below(ground.tree, book), settings=settings).find("severities", "severities")
    severities = policy.content if policy and policy.readable else defaults.severities()
    known = Known(settings, ground.book is None, severities, rules.names, _owners(ground.tree), changed)
    found = ((each, add(each.page, each.path, known)) for each in runbooks)
    return {each.page.path: addition for each, addition in found if addition}


def _owners(tree: Tree) -> Callable[[str], str | None]:
    for path in CODEOWNERS:
        try:
            return owners(tree.read(path).decode("utf-8", "replace"))
        except OSError:
            continue
    return lambda _: None


# ── files beside the pages ────────────────────────────────────────────────────────────────


def _new_files(ground: Ground, book: str, text: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The settings and what pre-commit, CI and git need, as far as it is not there; and what is there and
    does not speak of opsbook yet."""
    if ground.book is None and _there(ground.tree, book + _SETTINGS):
        raise UserError(f"`{book}{_SETTINGS}` is there, and is no file of the book", "move it away")
    wanted = {book + _SETTINGS: text} if ground.book is None else {}
    for path, content in machinery().items():
        if path == ".gitattributes":
            wanted[book + path] = content
        elif path.startswith(_FOR_GITHUB) and ground.tree.has(".gitlab-ci.yml"):
            continue
        elif not book or _PLAIN_FOLDER.fullmatch(book):
            wanted[path] = _in_folder(content, book)
    there = {path for path in wanted if _there(ground.tree, path)}
    new = {path: content.encode("utf-8") for path, content in wanted.items() if path not in there}
    return new, tuple(path for path in sorted(there) if not _speaks_of_opsbook(ground.tree, path))


def _there(tree: Tree, path: str) -> bool:
    return tree.has(path) or path in tree.links or tree.reaches(path)


def _speaks_of_opsbook(tree: Tree, path: str) -> bool:
    try:
        return b"opsbook" in tree.read(path)
    except OSError:
        return False


def _in_folder(text: str, book: str) -> str:
    """What runs opsbook at the top of a repository, for a book in a folder of it."""
    if not book:
        return text
    folder = shlex.quote(book.rstrip("/"))
    text = text.replace("opsbook check --staged", f"opsbook -C {folder} check --staged")
    for command in ("check", "ci report"):
        text = text.replace(f'opsbook" {command}', f'opsbook" -C {folder} {command}')
    text = re.sub(r"files: \^\(.*", f"files: ^{re.escape(book)}", text)
    return text.replace("        types: []\n", "        types: []\n        pass_filenames: false\n")
