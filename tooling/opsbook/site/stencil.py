"""MkDocs makes one page of each sort; opsbook fills the others of the sort into it.

What a theme puts around a page is the same for all that stand in no navigation, and takes MkDocs some ten
milliseconds each time. So it meets one page of each sort with marks where pages differ, and opsbook puts the
words of the others there: to the byte what MkDocs would have made of them, in a small part of the time. A
page is MkDocs' own where it stands in the navigation or holds more than headings and blocks of HTML; all are
where a plugin or hook is at work that may change pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import yaml
from markdown import Markdown  # type: ignore[import-untyped]
from markupsafe import Markup, escape
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, InclusionLevel

from opsbook.processors import shared
from opsbook.site.finish import Row, bare, closer, paragraphs

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from opsbook.site.finish import Finish

_NAME = "opsbook/stencil"
_HARMLESS = {_NAME, "search", "tags", "material/search", "material/tags"}
"""Plugins that change no page that has no tags."""
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_OWN = ("title", "description", "search")
"""What pages of a sort may say otherwise, or no theme shows."""
_HEADING = re.compile(r"(#{1,6}) .*\Z")
_GAP = re.compile(r"\n\s*\n")
_TOGETHER = 32
"""So many pages are made at a time."""
_FEW = 8
"""With fewer pieces of work than this a process of its own costs more than it brings."""

_ENDING = "&amp;lt;&#42;"
"""Stands after a mark: what the theme makes of it tells what it would make of a title."""
_SHOWN: dict[str, Callable[[str], str]] = {
    _ENDING: str,
    "&lt;*": lambda value: Markup(value).striptags(),  # noqa: S704 (as Jinja does)
    "&amp;lt;*": lambda value: str(escape(Markup(value).striptags())),  # noqa: S704
    "&amp;amp;lt;&amp;#42;": lambda value: str(escape(value)),
}
"""As it is, stripped of its tags, both that and escaped, escaped."""


def _mark(name: str) -> str:
    return f"opsbook0{name}0"


_MARK = re.compile(rf"opsbook0([a-z]+)0({'|'.join(map(re.escape, _SHOWN))})?")
_SAMPLE = f"# {_mark('name')} {{ #{_mark('first')} }}\n"
_LISTED = "".join(
    f"\n{hashes} {_mark('name')}{_ENDING} {{ #{place}{_mark('id')} }}\n"
    for hashes, place in (("##", "a"), ("###", "b"), ("##", "c"))
)
"""Headings that show how entries of a table of contents are written, alone and with others below them."""


class UnlikeError(Exception):
    """The theme writes a page in a way that cannot be filled in: MkDocs has to make all."""


class _Sort(NamedTuple):
    """What pages have in common whose surroundings are the same."""

    folder: str
    """As much of their folder as pages of the navigation stand in: so far ways to those differ."""
    below: int
    """How many folders below that they stand."""
    front: tuple[str, ...]
    """The front matter but for title, description and search."""
    search: str
    """How it says that the search takes its pages."""
    described: bool
    listed: bool
    """Whether there are headings for a table of contents."""

    @property
    def root(self) -> str:
        """The way from its pages to the root of the site."""
        return "../" * (self.folder.count("/") + self.below)

    @property
    def sample(self) -> str:
        """A page of the sort, with marks where pages differ."""
        front = [f"title: {json.dumps(_mark('title') + _ENDING)}", *self.front, "search: {exclude: true}"]
        if self.described:
            front.append(f"description: {json.dumps(_mark('about') + _ENDING)}")
        return "\n".join(["---", *front, "---", "", _SAMPLE + _LISTED * self.listed])

    @property
    def boost(self) -> float:
        """How much the search makes of its pages; nothing where it does not find them."""
        search = yaml.safe_load(self.search)
        return 0 if search.get("exclude") else search.get("boost", 1)


class _Source(NamedTuple):
    """A page of Markdown that is headings and blocks of HTML."""

    name: str
    front: dict[str, str]
    blocks: list[str]

    @property
    def address(self) -> str:
        """Of the page, from the root of the site."""
        return _address(self.name)

    def sort(self, folders: Set[str]) -> _Sort:
        """What sort of page this is, given the folders of the navigation."""
        above = self.name.split("/")[:-1]
        near = next(n for n in range(len(above), -1, -1) if n == 0 or "/".join(above[:n]) in folders)
        own = tuple(f"{key}: {value}" for key, value in self.front.items() if key not in _OWN)
        search = self.front.get("search", "{}")
        headings = sum(block.startswith("#") for block in self.blocks)
        folder = "".join(f"{each}/" for each in above[:near])
        return _Sort(folder, len(above) - near, own, search, "description" in self.front, headings > 1)

    def said(self, key: str) -> str:
        """A text of the front matter."""
        found: str = json.loads(self.front.get(key, '""'))
        return found


class Stencils(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
    """Takes pages away from MkDocs, and makes them of those that it leaves there."""

    name = _NAME

    def __init__(self, pages: Path) -> None:
        super().__init__()
        self._pages = pages
        self._sorts: dict[_Sort, list[str]] = {}
        self._samples: dict[str, _Sort] = {}
        self._found: dict[_Sort, str] = {}
        self._markdown: Any = None

    # ── what MkDocs asks ──────────────────────────────────────────────────────────────────

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leaves a sample of each sort of page."""
        if set(config.plugins) - _HARMLESS or config.hooks or config.nav is None or config.use_directory_urls:
            return files
        self._markdown = Markdown(
            extensions=config.markdown_extensions, extension_configs=config.mdx_configs or {}
        )
        listed = set(_listed(config.nav))
        folders = {str(each) for page in listed for each in PurePosixPath(page).parents}
        for file in list(files.documentation_pages()):
            source = None if file.src_uri in listed else _read(self._pages, file.src_uri)
            if source:
                self._sorts.setdefault(source.sort(folders), []).append(file.src_uri)
                file.inclusion = InclusionLevel.DRAFT  # links to it resolve, and it is not made
        for number, sort in enumerate(self._sorts):
            name = sort.folder + f"{_mark('folder')}/" * sort.below + f"{number}{_mark('page')}.md"
            self._samples[name] = sort
            files.append(File.generated(config, name, content=sort.sample))
        return files

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Puts a mark where the contents of a sample were."""
        return f"<h1>{_mark('body')}</h1>" if page.file.src_uri in self._samples else html

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Keeps a sample, of which no page is made."""
        name = page.file.src_uri
        if name not in self._samples:
            return output
        output = output.replace(f"<h1>{_mark('body')}</h1>", _mark("body"))
        output = output.replace(page.url, _mark("address")).replace(name, _mark("source"))
        self._found[self._samples[name]] = output
        return ""

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Lists in the site map the pages that a sample stands for."""
        if template_name == "sitemap.xml":
            for name, sort in self._samples.items():
                address = _address(name)
                entry = re.search(rf"\s*<url>(?:(?!<url>).)*?{address}.*?</url>", output_content, re.DOTALL)
                if entry:
                    found = (entry[0].replace(address, quote(_address(each))) for each in self._sorts[sort])
                    output_content = output_content.replace(entry[0], "".join(found))
        return output_content

    # ── what opsbook does then ────────────────────────────────────────────────────────────

    def fill(self, site: Path, finished: Finish) -> list[Row]:
        """Write the pages that MkDocs did not meet; what the search finds in them.

        `finished` makes a page of the theme one of the site. UnlikeError where the theme does not let itself
        be filled in.
        """
        pieces = []
        for sort, names in self._sorts.items():
            stencil, contents = _cut(finished(self._found[sort], sort.root))
            made = partial(self._fill, site, sort, stencil, contents)
            pieces += [
                partial(made, names[start : start + _TOGETHER]) for start in range(0, len(names), _TOGETHER)
            ]
        with shared(pieces, alone=len(pieces) < _FEW) as found:
            pass
        return list(chain.from_iterable(found))

    def _fill(
        self, site: Path, sort: _Sort, stencil: _Stencil, contents: _Contents | None, names: Iterable[str]
    ) -> list[Row]:
        """Write some pages of a sort."""
        found: list[Row] = []
        for name in names:
            source = _read(self._pages, name)
            assert source is not None, name
            body, entries = self._body(source.blocks)
            page = stencil.filled(
                title=source.said("title"),
                about=source.said("description"),
                address=quote(source.address),
                source=name,
                first=entries[0]["id"],
                contents=contents.filled(entries[0]["children"]) if contents else "",
                body=bare(closer("\n".join(body))),
            )
            file = site / source.address
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page, encoding="utf-8", newline="")
            if sort.boost:
                found += _sections(source.address, body, sort.boost)
        return found

    def _body(self, blocks: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
        """The blocks of a page as HTML, and the entries of its table of contents."""
        self._markdown.reset()
        headings = self._markdown.convert("\n\n".join(each for each in blocks if each.startswith("#")))
        found = iter(headings.split("\n"))
        return [next(found) if each.startswith("#") else each for each in blocks], self._markdown.toc_tokens


def _address(name: str) -> str:
    """Of the page that a file of Markdown becomes."""
    return f"{name.removesuffix('.md')}.html"


def _listed(nav: Any) -> Iterator[str]:
    """The pages that a navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list | dict):
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from _listed(each)


def _read(pages: Path, name: str) -> _Source | None:
    """A page of Markdown; None where MkDocs has to make it."""
    text = (pages / name).read_text("utf-8")
    front = _FRONT.match(text)
    if front is None:
        return None
    about = dict(line.partition(": ")[::2] for line in front[1].split("\n"))
    blocks = [each for each in _GAP.split(text[front.end() :].strip()) if each]
    return _Source(name, about, blocks) if "tags" not in about and _plain(blocks) else None


def _plain(blocks: Iterable[str]) -> bool:
    """Whether blocks are HTML and headings: one of the first level, and none that skips a level."""
    levels: list[int] = [0]
    for block in blocks:
        heading = _HEADING.match(block)
        if heading:
            level = len(heading[1])
            if level > levels[-1] + 1 or (level == 1) != (len(levels) == 1):
                return False
            levels.append(level)
        elif not block.startswith("<"):
            return False
    return len(levels) > 1


_INLINE = re.compile(r"</?(?:a|abbr|b|code|del|em|span|strong|time)\b[^>]*>")
_TAG = re.compile(r"<(svg|script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
_ENDS = re.compile(r"</(?:dd|h[1-6]|li|p|pre|summary|tr)>")
"""What ends a line of words."""
_HEADER = re.compile(r'<h[1-6] id="([^"]*)">(.*?)(?:<a class="headerlink".*)?</h[1-6]>\Z')


def _sections(address: str, blocks: Iterable[str], boost: float) -> Iterator[Row]:
    """The headings of a page, each with the words below it."""
    found: list[tuple[str, str, list[str]]] = []
    before: list[str] = []
    for block in blocks:
        heading = _HEADER.match(block)
        if heading is None:
            (found[-1][2] if found else before).append(block)
        else:
            found.append((f"{address}#{heading[1]}" if found else address, heading[2], []))
    for place, title, below in found:
        yield Row(place, _words(title), paragraphs(map(_words, _ENDS.split(" ".join(below)))), boost)


def _words(html: str) -> str:
    return " ".join(_TAG.sub(" ", _INLINE.sub("", html)).split())


# ── filling ───────────────────────────────────────────────────────────────────────────────────


class _Stencil:
    """A text with marks in it, cut where they stand."""

    def __init__(self, text: str) -> None:
        parts = _MARK.split(text)
        self._first, self._names, self._after = parts[0], parts[1::3], parts[3::3]
        self._shown = [_SHOWN[ending] if ending else str for ending in parts[2::3]]

    def filled(self, **values: str) -> str:
        """The text with values at its marks."""
        found = [self._first]
        for name, shown, after in zip(self._names, self._shown, self._after, strict=True):
            found += (shown(values[name]), after)
        return "".join(found)


class _Contents:
    """How the theme writes a table of contents: an entry alone, and one with others below it."""

    def __init__(self, leaf: str, parent: str) -> None:
        self._leaf = _Stencil(leaf)
        self._parent = _Stencil(parent)

    def filled(self, entries: Iterable[dict[str, Any]]) -> str:
        """The entries of a page."""
        return "\n".join(map(self._entry, entries))

    def _entry(self, each: dict[str, Any]) -> str:
        about = {"id": each["id"], "name": each["name"]}
        if each["children"]:
            return self._parent.filled(below=self.filled(each["children"]), **about)
        return self._leaf.filled(**about)


def _cut(page: str) -> tuple[_Stencil, _Contents | None]:
    """A sample as a stencil, and how the theme writes the table of contents of its sort."""
    id = _mark("id")
    last = rf"(<li\b(?:(?!<li\b).)*?#c{id}\b.*?</li>)"
    whole = re.search(rf"<li\b(?:(?!<li\b).)*?#a{id}\b.*?{last}", page, re.DOTALL)
    if whole is None:
        return _whole(page), None
    leaf = whole[1].replace(f"c{id}", id)
    parent = whole[0].removesuffix(whole[1]).rstrip().replace(f"a{id}", id)
    below = leaf.replace(id, f"b{id}")
    if below not in parent:
        raise UnlikeError
    page = page.replace(whole[0], _mark("contents"))
    return _whole(page), _Contents(leaf, parent.replace(below, _mark("below")))


def _whole(page: str) -> _Stencil:
    """A page as a stencil; UnlikeError where it shows a title, or an entry of contents, in ways unknown."""
    marks = _MARK.findall(page)
    if any(name in ("id", "name") or (name in ("title", "about") and not ending) for name, ending in marks):
        raise UnlikeError
    return _Stencil(page)
