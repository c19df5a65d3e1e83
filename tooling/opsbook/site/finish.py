"""What no builder does: every page gets a content security policy and loses its empty lines.

Only the theme's own scripts run. They are known from 404.html, on which no record stands, so that a script
which a record would manage to write into a page is none of them; where it stands on no page, none runs.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SCOPE = re.compile(r'\A__md_scope=new URL\("[./]*",')
"""How the script begins that says how far from the site's root a page is."""
_KEPT = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL)
_EMPTY = re.compile(r"\s*\n\s*")
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
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)
"""Styles may stand in a page: they are numbers of opsbook's own, and what a script sets."""


_TOKENS = re.compile(r'(\.final\?"1":"0".{,150}?)(\w)=\2\+(\w)\+(\w)\.id\}')
"""Where lunr, the search of Material, writes down a node of its tree of words: a letter and a number for
each edge with nothing between, so that nodes whose letters are digits are taken for one another. A book full
of times and dates then finds nothing (https://github.com/olivernn/lunr.js/issues/503)."""


FOUND = "search-incidents.json"
"""Beside the pages: what the search finds of incidents, `[address, title, text]` of each as plain text."""


Row = list[str]
"""What the search finds: an address, a title and a text, both HTML without tags."""


def finish(site: Path, fill: Callable[[Path, Callable[[str], str]], list[Row]] | None = None) -> None:
    """Finish every page below a folder, in place, and the search; `fill` adds pages that are finished, given
    how a page is, and says what the search finds in them."""
    for script in site.glob("assets/javascripts/workers/search.*.js"):
        script.write_text(_TOKENS.sub(r'\1\2=\2+\3+\4.id+","}', script.read_text("utf-8")), "utf-8")
    own = _scripts(site)
    for file in _pages(site):
        with open(file, encoding="utf-8", newline="") as opened:
            page = opened.read()
        with open(file, "w", encoding="utf-8", newline="") as opened:
            opened.write(finished(page, own))
    if (site / "feed.xml").is_file():
        home = site / "index.html"
        home.write_text(_HEAD.sub(lambda found: found[0] + _FEED, home.read_text("utf-8"), count=1), "utf-8")
    _add_to_search(site, fill(site, lambda page: finished(page, own)) if fill else [])


def _add_to_search(site: Path, rows: list[Row]) -> None:
    """Put rows into the index of the search, and the incidents. These' pages are kept out of it, since all
    they say is more than a reader's browser should load."""
    listed = site / FOUND
    if listed.is_file():
        rows += [[escape(part) for part in row] for row in json.loads(listed.read_bytes())]
        listed.unlink()
    material, zensical = site / "search" / "search_index.json", site / "search.json"
    if material.is_file():
        index = json.loads(material.read_bytes())
        index["docs"] += [{"location": to, "title": title, "text": text} for to, title, text in rows]
        material.write_text(json.dumps(index, separators=(",", ":")), "utf-8")
    if zensical.is_file():
        index = json.loads(zensical.read_bytes())
        about = {"level": 1, "path": ["Incidents"], "tags": []}
        index["items"] += [{"location": to, "title": title, "text": text} | about for to, title, text in rows]
        zensical.write_text(json.dumps(index, separators=(",", ":")), "utf-8")


def finished(page: str, own: frozenset[str]) -> str:
    """A page with its policy; `own` are the scripts that may run, as `known` writes them."""
    page = _DIALOG.sub(r'\1 aria-label="Search">', _led(closer(page)))
    hashes = dict.fromkeys(_hash(script) for script in _INLINE.findall(page) if known(script) in own)
    policy = _POLICY.format(hashes="".join(f" '{each}'" for each in hashes))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return _HEAD.sub(lambda found: found[0] + meta, page, count=1)


def _led(page: str) -> str:
    """A page that stands in no navigation, with the sections of it alone: a fifth of what the theme puts
    around a record is the pages below them."""
    if 'class="md-tabs__item md-tabs__item--active"' in page or 'data-md-level="2"' in page:
        return page
    return _SECTION.sub(
        r'<li class="md-nav__item">\n<a href="\2" class="md-nav__link">\n\1\n</a>\n</li>', page
    )


def known(script: str) -> str:
    """A script without the way to the site's root, which differs from folder to folder."""
    return _SCOPE.sub('__md_scope=new URL("",', script, count=1)


def _scripts(site: Path) -> frozenset[str]:
    try:
        page = (site / "404.html").read_text("utf-8")
    except FileNotFoundError:
        return frozenset()
    return frozenset(map(known, _INLINE.findall(page)))


def closer(page: str) -> str:
    """A page, or a part of one, without the empty lines and indents of its templates: a third of its size."""
    parts = _KEPT.split(page)
    parts[::3] = [_EMPTY.sub("\n", part) for part in parts[::3]]
    del parts[2::3]
    return "".join(parts)


@cache
def _hash(script: str) -> str:
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def _pages(site: Path) -> Iterator[str]:
    for folder, _, names in os.walk(site):
        yield from (f"{folder}/{name}" for name in names if name.endswith(".html"))
