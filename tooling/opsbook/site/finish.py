"""What no builder does: every page gets a content security policy, and loses what stands on all of them.

No script runs that stands in a page. The theme's own are known from 404.html, on which no record stands, and
become files, and so does what nobody can use without a script, such as the search; what a record would manage
to write into a page is none of them. Its icons become masks in its style sheet, by what they are.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_USELESS = (
    "<script>.*?</script>"
    '|<form class="md-header__option" data-md-component="palette">.*?</form>'
    r'|<label class="md-header__button md-icon" for="__search">.*?</label>\s*'
    r'<div class="md-search" .*?</ol>(?:\s*</div>)+'
    '|<button type="button" class="md-top .*?</button>'
    '|<div class="md-dialog" [^>]*><div [^>]*></div></div>'
    '|<script id="__config" type="application/json">.*?</script>'
)
_ONE = re.compile(_USELESS, re.DOTALL)
_SCRIPTED = re.compile(rf"(?:{_USELESS})(?:\n?(?:{_USELESS}))*", re.DOTALL)
"""What nobody can use without a script, one after the other: the theme's scripts, its light and dark, its
search, its way back to the top, what it says of copying, and what all these are told of the site."""
_WAY = re.compile(r'(__md_scope=new URL\(|"(?:base|search)": ?)"([\w./~%-]*?)(?=assets/|")')
"""Where these say how far from the site's root a page is."""
_ICON = re.compile(
    r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 (\d+) (\d+)">(?:<path d="[^"]*"/>)+</svg>'
)
"""A picture of the theme's, which takes its colour from the words around it."""
_ARTICLE = re.compile(r"(<article\b.*</article>)", re.DOTALL)
"""The text of a page; a theme may have no such mark, and then all of a page is taken for it."""
_BLOCKS = "body|div|footer|form|head|header|html|li|main|nav|ol|section|title|ul"
_OPENS = re.compile(rf"<(?:{_BLOCKS})\b[^>]*>(?:\n?<(?:a|span)\b[^>]*>)*\n?")
_CLOSES = re.compile(rf"(?:\n?</(?:a|span)>)*\n?(?=</(?:{_BLOCKS})>)")
"""Where a block begins or ends: lines that end there nobody sees."""
_UNSEEN = re.compile(r'<meta name="generator"[^>]*>\n|\n(?=<(?:link|meta|title)\b)')
"""What a head has for nobody who reads."""
_KEPT = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL)
_EMPTY = re.compile(r"\s*\n\s*")
_QUOTED = re.compile(r'(?<!content)(?<!label)(?<!title)="([\w.,:/#?%+-]+)"(?=[ \n>])(?=[^<>]*>)')
"""A value of an attribute that says the same without quotes, but for words, which may be a record's."""
_HEAD = re.compile(r'<meta charset="?utf-8"?\s*/?>|<head>', re.IGNORECASE)
_FEED = '<link rel="alternate" type="application/atom+xml" title="Incidents" href="feed.xml">'
"""On the home page, where readers of feeds look for one."""
_DIALOG = re.compile(r'(<div class="md-search" data-md-component="search" role="dialog")>')
_SECTION = re.compile(
    r'<li class="md-nav__item md-nav__item--nested">\s*<input [^>]*>\s*'
    r'<label class="md-nav__link"[^>]*>\s*(<span class="md-ellipsis">.*?</span>).*?'
    r'<a href="([^"]*)".*?</nav>\s*</li>',
    re.DOTALL,
)
"""A section of the navigation with the pages below it."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)
"""Styles may stand in a page: they are numbers of opsbook's own, and what a script sets."""


_NO_RECORD = "404.html"
"""A page of the theme alone."""
_FROM_PAGE, _ROOT = 'new URL("{root}",location)', 'new URL("..",document.currentScript.src)'
"""The site's root for a script in a page, and for one in a file, which stands a folder below it."""
_PUT = 'document.currentScript.insertAdjacentHTML("beforebegin",{}.replaceAll("{{root}}",{}));'
"""How a file puts something where it stands itself."""
_MASKED = """{
background-color:currentcolor;
-webkit-mask:var(--ob-icon) center/contain no-repeat;mask:var(--ob-icon) center/contain no-repeat;
-webkit-print-color-adjust:exact;print-color-adjust:exact}"""
_MASK = ".{name}{{aspect-ratio:{width}/{height};--ob-icon:url('data:image/svg+xml,{svg}')}}"
"""How an icon is painted: the colour of the words around it, through its picture. What stands for it in a
page is still a picture, so that the theme's rules for its size hold."""
_TOKENS = re.compile(r'(\.final\?"1":"0".{,150}?)(\w)=\2\+(\w)\+(\w)\.id\}')
"""Where lunr, the search of Material, writes down a node of its tree of words: a letter and a number for
each edge with nothing between, so that nodes whose letters are digits are taken for one another. A book full
of times and dates then finds nothing (https://github.com/olivernn/lunr.js/issues/503)."""


FOUND = "search-incidents.json"
"""Beside the pages: what the search finds of incidents and post-mortems, `[address, title, text]` of each as
plain text."""


class Row(NamedTuple):
    """What the search finds."""

    location: str
    """The address from the root of the site."""
    title: str
    text: str
    """Both HTML, the text in paragraphs."""
    boost: float = 1
    """How much the search makes of it."""

    @property
    def document(self) -> dict[str, Any]:
        """As Material's index has it."""
        found = self._asdict()
        if self.boost == 1:
            del found["boost"]
        return found


Finish = Callable[[str, str], str]
"""Makes a page of the theme one of the site, given the way to its root."""


def finish(site: Path, fill: Callable[[Path, Finish], list[Row]] | None = None) -> None:
    """Finish every page below a folder, in place, and the search; `fill` adds pages that are finished, given
    how a page is, and says what the search finds in them."""
    for script in site.glob("assets/javascripts/workers/search.*.js"):
        script.write_text(_TOKENS.sub(r'\1\2=\2+\3+\4.id+","}', script.read_text("utf-8")), "utf-8")
    shell = Shell(site)
    for file in _pages(site):
        with open(file, encoding="utf-8", newline="") as opened:
            page = opened.read()
        with open(file, "w", encoding="utf-8", newline="") as opened:
            opened.write(shell.finished(page, _root(Path(file).relative_to(site), page)))
    if (site / "feed.xml").is_file():
        home = site / "index.html"
        home.write_text(_HEAD.sub(lambda found: found[0] + _FEED, home.read_text("utf-8"), count=1), "utf-8")
    _add_to_search(site, fill(site, shell.finished) if fill else [])
    shell.write()


def _root(name: Path, page: str) -> str:
    """The way from a page to the root of the site: 404.html is shown in place of any, and says it itself."""
    if name.as_posix() != _NO_RECORD:
        return "../" * (len(name.parts) - 1)
    found = _WAY.search(page)
    return (found[2] if found else "").rstrip("/") + "/"


def _add_to_search(site: Path, rows: list[Row]) -> None:
    """Put rows into the index of the search, and the incidents. These' pages are kept out of it, since all
    they say is more than a reader's browser should load."""
    listed = site / FOUND
    if listed.is_file():
        for to, title, text in json.loads(listed.read_bytes()):
            rows.append(Row(to, escape(title), paragraphs(map(escape, text.split("\n")))))
        listed.unlink()
    material, zensical = site / "search" / "search_index.json", site / "search.json"
    if material.is_file():
        index = json.loads(material.read_bytes())
        index["docs"] += [row.document for row in rows]
        material.write_text(json.dumps(index, separators=(",", ":")), "utf-8")
    if zensical.is_file():
        index = json.loads(zensical.read_bytes())
        about = {"level": 1, "path": ["Incidents"], "tags": []}
        index["items"] += [row.document | about for row in rows]
        zensical.write_text(json.dumps(index, separators=(",", ":")), "utf-8")


def paragraphs(lines: Iterable[str]) -> str:
    """Lines of HTML for the search, which shows those that hold what was looked for."""
    return "".join(f"<p>{line}</p>" for line in lines if line)


class Shell:
    """What a theme puts around each page; of it some stands beside the pages instead: scripts, icons."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._sheets = list(site.glob("assets/stylesheets/**/main.*.css"))
        """One of them is on every page."""
        self._icons: dict[str, str] = {}
        """What paints each, by the name of its class."""
        self._scripts: dict[str, str] = {}
        """What a script says in place of what stands in pages."""
        self._used: set[str] = set()
        """Those of them that a page names."""
        for part in self._around(_read(site / _NO_RECORD))[::2]:
            for found in (*_SCRIPTED.finditer(part), *_ONE.finditer(part)):
                self._scripts[known(found[0])] = _script(known(found[0]))

    def finished(self, page: str, root: str) -> str:
        """A page of the site, given the way to its root."""
        parts = self._around(page)
        parts[::2] = [_SCRIPTED.sub(lambda found: self._named(found, root), part) for part in parts[::2]]
        meta = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        return _HEAD.sub(lambda found: found[0] + meta, bare("".join(parts)), count=1)

    def _around(self, page: str) -> list[str]:
        """A page, cut where its text begins and ends; what stands around that in fewer letters."""
        parts = _ARTICLE.split(_DIALOG.sub(r'\1 aria-label="Search">', _led(closer(page))))
        if len(parts) > 1:
            parts[::2] = [self._lean(part) for part in parts[::2]]
        return parts

    def _named(self, found: re.Match[str], root: str) -> str:
        script = self._scripts.get(known(found[0]))
        if script:
            self._used.add(script)
            return f'<script src="{root}{_file(script)}"></script>'
        if found.re is _ONE:
            return found[0]
        return _ONE.sub(lambda one: self._named(one, root), found[0])

    def _lean(self, part: str) -> str:
        """What stands around the text of a page, in fewer letters."""
        part = _ICON.sub(self._icon, part) if self._sheets else part
        return _UNSEEN.sub("", _CLOSES.sub(_joined, _OPENS.sub(_joined, part)))

    def _icon(self, found: re.Match[str]) -> str:
        name = f"ob-{_name(found[0])}"
        self._icons[name] = _MASK.format(name=name, width=found[1], height=found[2], svg=quote(found[0]))
        return f'<svg class="{name}"></svg>'

    def write(self) -> None:
        """Put scripts and icons where the pages look for them."""
        for script in self._used:
            file = self._site / _file(script)
            file.parent.mkdir(exist_ok=True)
            file.write_text(script, "utf-8")
        for each in self._sheets if self._icons else ():
            with open(each, "a", encoding="utf-8") as sheet:
                names = ",".join(f".{name}" for name in sorted(self._icons))
                sheet.write("\n".join(["", names + _MASKED, *sorted(self._icons.values()), ""]))


def _joined(found: re.Match[str]) -> str:
    return found[0].replace("\n", "")


def _led(page: str) -> str:
    """A page that stands in no navigation, with the sections of it alone: a fifth of what the theme puts
    around a record is the pages below them."""
    if 'class="md-tabs__item md-tabs__item--active"' in page or 'data-md-level="2"' in page:
        return page
    return _SECTION.sub(
        r'<li class="md-nav__item">\n<a href="\2" class="md-nav__link">\n\1\n</a>\n</li>', page
    )


def known(scripted: str) -> str:
    """What only scripts use, with a mark for the way to the site's root, which differs between folders."""
    return _WAY.sub(r'\1"{root}', scripted)


def _script(scripted: str) -> str:
    """A script that does what scripts did in a page, and puts there what stood around them."""
    parts = _INLINE.split(scripted)
    parts[::2] = [_PUT.format(json.dumps(part), _ROOT) if part.strip() else "" for part in parts[::2]]
    parts[1::2] = [f"{code};".replace(_FROM_PAGE, _ROOT) for code in parts[1::2]]
    return "".join(parts)


def _file(script: str) -> str:
    return f"assets/theme.{_name(script)}.js"


def _read(page: Path) -> str:
    try:
        return page.read_text("utf-8")
    except FileNotFoundError:
        return ""


def closer(page: str) -> str:
    """A page, or a part of one, without the empty lines and indents of its templates: a third of its size."""
    return _beside_code(page, lambda part: _EMPTY.sub("\n", part))


def bare(page: str) -> str:
    """The same without quotes that say nothing: a twentieth of what then is left."""
    return _beside_code(page, lambda part: _QUOTED.sub(r"=\1", part))


def _beside_code(page: str, change: Callable[[str], str]) -> str:
    """A page that is changed where each letter of its text does not count."""
    parts = _KEPT.split(page)
    parts[::3] = map(change, parts[::3])
    del parts[2::3]
    return "".join(parts)


def _name(content: str) -> str:
    """A short name for what stands beside the pages: another for another."""
    return sha256(content.encode()).hexdigest()[:6]


def _pages(site: Path) -> Iterator[str]:
    for folder, _, names in os.walk(site):
        yield from (f"{folder}/{name}" for name in names if name.endswith(".html"))
