"""What is done to each page of a built site: a policy, the search mended, empty lines gone."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from urllib.parse import unquote

import pytest
from html5lib import parseFragment, serialize
from hypothesis import given
from hypothesis import strategies as st

from opsbook.site.finish import FOUND, bare, finish, known

THEME = 'var palette=__md_get("__palette")'
SCOPE = '__md_scope=new URL("{}",location),rest()'


ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 6h18v2H3z"/></svg>'
BARE = ICON.replace('"http://www.w3.org/2000/svg"', "http://www.w3.org/2000/svg")
SHEET = "assets/stylesheets/main.1.min.css"


def page(*scripts: str, body: str = "") -> str:
    inline = "".join(f"<script>{each}</script>" for each in scripts)
    return f'<!doctype html><html><head><meta charset="utf-8">{inline}</head><body>{body}</body></html>'


def done(site: Path, text: str, name: str = "index.html") -> str:
    """A page as it is on a finished site."""
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text)
    finish(site)
    return (site / name).read_text()


def test_what_stands_on_the_page_without_a_record_runs_from_a_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text(page(THEME, SCOPE.format("/")))
    found = done(tmp_path, page(THEME, SCOPE.format("../.."), "alert(1)"), "a/b/index.html")
    files = re.findall(r'<script src="../../([^"]+)"></script>', found)
    assert [(tmp_path / each).read_text() for each in files] == [
        f"{THEME};",
        '__md_scope=new URL("..",document.currentScript.src),rest();',
    ]
    assert re.findall(r"<script>(.*?)</script>", found) == ["alert(1)"]
    assert "script-src 'self';" in found, "and so no inline script runs"
    assert found.index("Content-Security-Policy") < found.index("<script")


def test_the_page_that_is_shown_in_place_of_any_finds_its_scripts_from_everywhere(tmp_path: Path) -> None:
    found = done(tmp_path, page(SCOPE.format("/at/"), THEME), "404.html")
    assert len(re.findall(r'<script src="/at/assets/[^"]+"></script>', found)) == 1


def test_without_such_a_page_nothing_may_run(tmp_path: Path) -> None:
    assert f"<script>{THEME}</script>" in done(tmp_path, page(THEME))


SEARCH = (
    '<label class="md-header__button md-icon" for="__search"></label>\n<div class="md-search" data-md-x>'
    '<form name="search"><input></form><ol class="md-search-result__list"></ol></div>'
)
CONFIG = (
    '<script id="__config" type="application/json">{{"base": "{0}", "search": "{0}/assets/x.js"}}</script>'
)


@pytest.mark.parametrize(("home", "far"), [("/", "../.."), ("/at", "..")])
def test_what_only_a_script_can_use_stands_in_one_and_finds_the_root_itself(
    home: str, far: str, tmp_path: Path
) -> None:
    (tmp_path / "404.html").write_text(page(body=f"<main>{SEARCH}\n</main>{CONFIG.format(home.rstrip('/'))}"))
    found = done(tmp_path, page(body=f"<main>{SEARCH}</main>{CONFIG.format(far)}"), "a/b/index.html")
    files = re.findall(r'<script src="../../([^"]+)"></script>', found)
    scripts = [(tmp_path / each).read_text() for each in files]
    assert "md-search" not in found
    assert "__config" not in found
    assert "md-search-result__list" in scripts[0]
    assert r"{\"base\": \"{root}\", \"search\": \"{root}assets/x.js\"}" in scripts[1]


def test_a_record_that_looks_like_it_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text(page(body=CONFIG.format("/")))
    for other in (CONFIG.format("https://a.example"), CONFIG.format("/").replace("base", "bass")):
        assert other in done(tmp_path, page(body=other))


WORDS = st.text("ab=\"'<>&/ -.\n", max_size=8)


@given(st.dictionaries(st.sampled_from(["id", "href", "title", "data-md-x"]), WORDS), WORDS)
def test_quotes_that_go_say_nothing(values: dict[str, str], words: str) -> None:
    """What a browser reads of a page is the same."""
    tag = " ".join(["<p", *(f'{name}="{escape(value)}"' for name, value in values.items())]) + ">"
    text = f'{tag}{escape(words, quote=False)}</p><pre>a="b" ></pre><br id="i"/>'
    assert serialize(parseFragment(bare(text))) == serialize(parseFragment(text))
    assert bare('<a id="b" class="c d" href="../e.html#f" title="g">h="i" &gt;</a>') == (
        '<a id=b class="c d" href=../e.html#f title="g">h="i" &gt;</a>'
    )


def test_an_icon_of_the_theme_stands_once_and_what_a_page_says_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / SHEET).parent.mkdir(parents=True)
    (tmp_path / SHEET).write_text(".md-icon svg{fill:currentcolor}")
    text = page(body=f"<a>{ICON}</a><article><p>\n{ICON}</p></article><b>{ICON}</b>")
    found = done(tmp_path, text)
    (name,) = set(re.findall(r"<svg class=([\w-]+)></svg>", found))
    assert found.count(f"class={name}>") == 2
    assert f"<article><p>\n{BARE}</p></article>" in found
    sheet = (tmp_path / SHEET).read_text()
    rule = re.search(rf"\.{name}{{aspect-ratio:24/24;--ob-icon:url\('data:image/svg\+xml,(.*)'\)}}", sheet)
    assert rule is not None
    assert unquote(rule[1]) == ICON


def test_an_icon_stays_where_no_style_sheet_could_hold_it(tmp_path: Path) -> None:
    assert BARE in done(tmp_path, page(body=f"{ICON}<article></article>"))


def test_where_a_block_begins_or_ends_no_line_does_but_for_those_of_the_text(tmp_path: Path) -> None:
    body = "<div>\n<b>a</b>\n<i>b</i>\n</div>\n<article>\n<div>\nc</div></article>"
    assert "<div><b>a</b>\n<i>b</i></div>\n<article>\n<div>\nc</div></article>" in done(
        tmp_path, page(body=body)
    )


def test_the_way_to_the_root_is_all_that_may_differ() -> None:
    assert known(SCOPE.format("../..")) == known(SCOPE.format("/")) == known(SCOPE.format("/a-b/c.d/"))
    for other in ('https://a.example/"+alert(1)+"', '");alert(1);new URL("', "javascript:alert(1)"):
        assert known(SCOPE.format(other)) != known(SCOPE.format("/"))


def test_empty_lines_go_but_for_those_of_code(tmp_path: Path) -> None:
    body = "<p>a</p>\n\n   <pre><code>x\n\n  y</code></pre>\n   <p>b</p>"
    found = done(tmp_path, page(body=body))
    assert "<p>a</p>\n<pre><code>x\n\n  y</code></pre>\n<p>b</p>" in found


def test_the_search_tells_apart_nodes_whose_letters_are_digits(tmp_path: Path) -> None:
    folder = tmp_path / "assets/javascripts/workers"
    folder.mkdir(parents=True)
    script = folder / "search.1.min.js"
    loop = 'for(var e=this.final?"1":"0",r=Object.keys(this.edges).sort();i<n;i++)'
    script.write_text(loop + "{var s=r[i],o=this.edges[s];e=e+s+o.id}return e}")
    finish(tmp_path)
    assert script.read_text() == loop + '{var s=r[i],o=this.edges[s];e=e+s+o.id+","}return e}'


@pytest.mark.parametrize("file", ["search/search_index.json", "search.json"])
def test_the_search_finds_incidents_by_what_they_say_of_themselves(file: str, tmp_path: Path) -> None:
    """Material's index and Zensical's; texts are text in both."""
    index = tmp_path / file
    index.parent.mkdir(exist_ok=True)
    index.write_text('{"docs": [], "items": []}')
    (tmp_path / FOUND).write_text(json.dumps([["incidents/a.html", "<b>", "pool & load\nqueue"]]))
    finish(tmp_path)
    found = json.loads(index.read_text())
    entry = (found["docs"] or found["items"])[0]
    assert (entry["location"], entry["title"], entry["text"]) == (
        "incidents/a.html", "&lt;b&gt;", "<p>pool &amp; load</p><p>queue</p>",
    )  # fmt: skip
    assert not (tmp_path / FOUND).exists()


def test_the_home_page_says_where_the_feed_is_and_only_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(page())
    finish(tmp_path)
    assert "application/atom+xml" not in (tmp_path / "index.html").read_text()
    (tmp_path / "feed.xml").touch()
    (tmp_path / "other.html").write_text(page())
    finish(tmp_path)
    link = '<link rel="alternate" type="application/atom+xml" title="Incidents" href="feed.xml">'
    assert (tmp_path / "index.html").read_text().count(link) == 1
    assert "application/atom+xml" not in (tmp_path / "other.html").read_text()
