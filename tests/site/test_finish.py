"""What is done to each page of a built site: a policy, the search mended, empty lines gone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from opsbook.site.finish import FOUND, finish, finished, known

THEME = 'var palette=__md_get("__palette")'
SCOPE = '__md_scope=new URL("{}",location),rest()'


def allowed(page: str) -> int:
    """How many inline scripts a page lets run."""
    return len(re.findall(r"'sha256-", page))


def page(*scripts: str, body: str = "") -> str:
    inline = "".join(f"<script>{each}</script>" for each in scripts)
    return f'<!doctype html><html><head><meta charset="utf-8">{inline}</head><body>{body}</body></html>'


def test_only_what_stands_on_the_page_without_a_record_may_run(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text(page(THEME, SCOPE.format("/")))
    (tmp_path / "a").mkdir()
    there = tmp_path / "a" / "index.html"
    there.write_text(page(THEME, SCOPE.format("../.."), "alert(1)"))
    finish(tmp_path)
    assert allowed(there.read_text()) == 2
    assert there.read_text().index("Content-Security-Policy") < there.read_text().index("<script>")


def test_without_such_a_page_nothing_may_run(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(page(THEME))
    finish(tmp_path)
    assert allowed((tmp_path / "index.html").read_text()) == 0


def test_the_way_to_the_root_is_all_that_may_differ() -> None:
    assert known(SCOPE.format("../..")) == known(SCOPE.format("/"))
    for other in ('https://a.example/"+alert(1)+"', '");alert(1);new URL("', "javascript:alert(1)"):
        assert known(SCOPE.format(other)) != known(SCOPE.format("/"))


def test_empty_lines_go_but_for_those_of_code() -> None:
    body = "<p>a</p>\n\n   <pre><code>x\n\n  y</code></pre>\n   <p>b</p>"
    found = finished(page(body=body), frozenset())
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
    (tmp_path / FOUND).write_text('[["incidents/a.html", "<b>", "pool & load"]]')
    finish(tmp_path)
    found = json.loads(index.read_text())
    entry = (found["docs"] or found["items"])[0]
    assert (entry["location"], entry["title"], entry["text"]) == (
        "incidents/a.html", "&lt;b&gt;", "pool &amp; load",
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
