"""Pages that are filled into one that MkDocs made are to the byte those that it would have made itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from tests import sites
from tests.site.test_hostile import NOW, hostile

from opsbook.site import build
from opsbook.site.pages import pages
from opsbook.site.stencil import Stencils, UnlikeError

SETTINGS = sites.ROOT / "mkdocs.yml"
HOOK = "def on_page_content(html, **about):\n    return html\n"
"""A hook may change any page, so that none is taken away from MkDocs."""
DATE = re.compile(rb"Build Date UTC : .*")
TITLE = "opsbook0last0 &lt;b&gt;&amp;amp; &#39;a&#39;"


def built(folder: Path, source: Path, name: str, **settings: object) -> dict[str, bytes]:
    """What a build makes of pages, but for the index of the search; the order of a site map says nothing."""
    book = folder / name
    book.mkdir()
    own = yaml.safe_load(SETTINGS.read_text("utf-8")) | settings
    (book / "mkdocs.yml").write_text(yaml.safe_dump(own, sort_keys=False), "utf-8")
    assert build.make(book, source, book / "site", partial=True) == []
    files = (file for file in (book / "site").rglob("*") if file.is_file())
    found = {file.relative_to(book / "site").as_posix(): DATE.sub(b"", file.read_bytes()) for file in files}
    found["sitemap.xml"] = b"\n".join(sorted(found["sitemap.xml"].split(b"<url>")))
    return {path: found[path] for path in found if not path.startswith(("search/", "sitemap.xml.gz"))}


def both(folder: Path, source: Path, **settings: object) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The site by stencils, and by MkDocs alone."""
    (folder / "hook.py").write_text(HOOK)
    return (
        built(folder, source, "filled", **settings),
        built(folder, source, "plain", hooks=[str(folder / "hook.py")], **settings),
    )


def written(folder: Path) -> Path:
    """The pages of a book full of hostile text, and some that no book has."""
    source = folder / "pages"
    build.write(pages(hostile(), NOW), source)
    odd = {
        "same": "# Same\n\n## Same\n\n### Same\n\n## Same { #same }\n\n<p>a</p>\n\n\n<p>b</p>",
        "alone": "# A `b` *c* &lt; \\# d\n\n<pre><code>\n  x</code></pre>",
        "deep": "# A\n\n## B & &amp; C\n\n### D\n\n#### E\n\n## F",
        "skips": "# A\n\n### B",
        "words": "# A\n\nWords of Markdown, with a [link](same.md).\n\n## B",
        "two": "# A\n\n## B\n\n# C",
        "nothing": "",
        "text": "<p>no heading</p>",
    }
    for name, text in odd.items():
        front = f"---\ntitle: {json.dumps(TITLE)}\ndescription: {json.dumps(TITLE)}\n---\n\n"
        for place in (f"odd/{name}.md", f"incidents/odd/deep/{name}.md"):
            (source / place).parent.mkdir(parents=True, exist_ok=True)
            (source / place).write_text(front + text)
    return source


def test_every_page_of_the_example_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    filled, plain = both(tmp_path, sites.example(tmp_path_factory) / "build" / "pages")
    assert filled.keys() == plain.keys()
    assert [path for path in filled if filled[path] != plain[path]] == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"site_url": "https://a.example/at/", "repo_url": "https://git.example/o/r", "edit_uri": "edit/"},
        {"theme": {"name": "material", "features": ["toc.integrate", "content.action.edit"]}},
        {"theme": "mkdocs"},
        {"theme": "readthedocs"},
        {"markdown_extensions": ["attr_list", {"toc": {"permalink": "#", "toc_depth": 2}}]},
        {"markdown_extensions": ["attr_list", "smarty", "opsbook.site.blocks"]},
    ],
    ids=["own", "addresses", "contents elsewhere", "mkdocs", "readthedocs", "shallow contents", "quotes"],
)  # fmt: skip
def test_every_page_of_a_hostile_book_is_the_same(tmp_path: Path, settings: dict[str, object]) -> None:
    filled, plain = both(tmp_path, written(tmp_path), **settings)
    assert filled.keys() == plain.keys()
    assert [path for path in filled if filled[path] != plain[path]] == []
    assert len(filled) > 60


def test_few_pages_of_a_book_are_left_to_mkdocs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    before = Stencils.on_post_page

    def counted(self: Stencils, output: str, **about: object) -> str:
        made.append(about["page"].file.src_uri)  # type: ignore[attr-defined]
        return before(self, output, **about)  # type: ignore[arg-type]

    monkeypatch.setattr(Stencils, "on_post_page", counted)
    source = tmp_path / "pages"
    source.mkdir()
    for number in range(30):
        (source / f"{number}.md").write_text('---\ntitle: "A"\n---\n\n# A\n\n<p>a</p>')
    (source / "index.md").write_text("# Home")
    built(tmp_path, source, "site", nav=["index.md"])
    assert len(made) == 2


def test_the_search_finds_each_heading_of_a_page_that_is_filled_in(tmp_path: Path) -> None:
    source = tmp_path / "pages"
    source.mkdir()
    (source / "index.md").write_text("# Home")
    body = "# Pool\n\n<p>Too <em>small</em>.</p>\n\n## What to do\n\n<ol><li>Grow</li><li>it</li></ol>"
    (source / "pool.md").write_text(f'---\ntitle: "Pool"\n---\n\n{body}')
    (source / "hidden.md").write_text(f'---\ntitle: "Pool"\nsearch: {{exclude: true}}\n---\n\n{body}')
    built(tmp_path, source, "site", nav=["index.md"])
    index = json.loads((tmp_path / "site" / "site" / "search" / "search_index.json").read_bytes())
    assert {each["location"]: (each["title"], each["text"]) for each in index["docs"]} == {
        "index.html": ("Home", ""),
        "pool.html": ("Pool", "<p>Too small.</p>"),
        "pool.html#what-to-do": ("What to do", "<p>Grow</p><p>it</p>"),
    }


def test_a_theme_that_cannot_be_filled_in_gets_all_pages_from_mkdocs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path)
    plain = both(tmp_path, source)[1]

    def unlike(*about: object) -> None:
        raise UnlikeError

    monkeypatch.setattr("opsbook.site.stencil._cut", unlike)
    assert built(tmp_path, source, "unlike") == plain
