"""The real MkDocs makes a site of a real book: no warning, no other host, no broken link."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
import yaml
from icalendar import Calendar
from tests import sites
from tests.sites import AT, ROOT, opsbook

from opsbook.errors import UserError
from opsbook.site import build
from opsbook.site.render import Page


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example book, with one record that cannot be read and one link out of the book."""
    return sites.example(tmp_path_factory)


@pytest.fixture(scope="module")
def site(example: Path) -> Path:
    return example / "build" / "site"


def pages(site: Path) -> dict[Path, str]:
    return {file.relative_to(site): file.read_text("utf-8") for file in site.rglob("*.html")}


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    loads = re.compile(
        r"""<(?:script|img|iframe|source|video|audio|embed|object|form)\b[^>]*?\b(?:src|href|action|data)=["']?([^"'\s>]+)"""
        r"""|<link\b(?![^>]*rel=["']?(?:canonical|next|prev))[^>]*?\bhref=["']?([^"'\s>]+)"""
    )
    for path, page in pages(site).items():
        targets = [one or other for one, other in loads.findall(page)]
        assert targets, path
        assert [each for each in targets if urlsplit(each).netloc] == [], path
    fetched = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//.{40}")
    for sheet in site.rglob("*.css"):
        assert fetched.findall(sheet.read_text("utf-8")) == [], sheet


def test_no_page_asks_for_mermaid_or_an_emoji(site: Path) -> None:
    for path, page in pages(site).items():
        assert not re.search(r'class="(?:mermaid|twemoji|emojione)', page), path


def test_every_internal_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    found = pages(site)
    anchors = {path: set(re.findall(r'\bid="?([^">\s]+)', page)) for path, page in found.items()}
    broken = []
    for path, page in found.items():
        if path.name == "404.html":
            continue
        for written in re.findall(r'<(?:a|img)\b[^>]*?\b(?:href|src)="?([^">\s]*)', page):
            target = urlsplit(written.replace("&amp;", "&"))
            if target.scheme or target.netloc:
                continue
            there = Path(os.path.normpath(path.parent / unquote(target.path))) if target.path else path
            place = unquote(target.fragment)
            if not (site / there).is_file() or (place and place not in anchors[there]):
                broken.append(f"{path}: {written}")
    assert broken == []


def test_pages_are_valid_html(site: Path) -> None:
    faults = {}
    for path in sites.one_of_each(site):
        parser = html5lib.HTMLParser()
        parser.parse((site / path).read_bytes())
        if parser.errors:
            faults[path] = [(place, code) for place, code, _ in parser.errors[:5]]
    assert faults == {}


def test_an_anchor_is_given_once_on_a_page(site: Path) -> None:
    for path, page in pages(site).items():
        ids = re.findall(r'\sid="?([^">\s]+)', page)
        assert [each for each in set(ids) if ids.count(each) > 1] == [], path


def test_every_page_lets_only_scripts_of_the_theme_run(site: Path) -> None:
    for path, page in pages(site).items():
        head = page[: page.index("<script")]
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', head)
        assert policy, path
        rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert re.findall(r"<script>.*?</script>", page, re.DOTALL) == [], path
        theme = re.findall(r'<script src="([^"]*/theme\.[^"]*)">', page)
        assert len(theme) >= 4, path
        if path.name != "404.html":
            assert all((site / path.parent / each).is_file() for each in theme)


def test_steps_of_a_runbook_keep_their_fences(site: Path) -> None:
    page = (site / "runbooks/data/database-failover.html").read_text("utf-8")
    steps = page[page.index("<h2 id=steps>") : page.index("<h2 id=verification>")]
    assert steps.count("<ol>") == 1
    assert "```" not in steps
    assert re.search(r"<li><p>Choose the replica.*?</p><div class=highlight><pre>.*?curl", steps)


def test_a_record_that_cannot_be_read_stops_nothing_and_is_listed(site: Path) -> None:
    assert "rotations/people/zoe.yaml" in (site / "index.html").read_text("utf-8")
    assert "cannot be read" in (site / "rotations/people/zoe.html").read_text("utf-8")


def test_a_symbolic_link_never_enters_the_site(example: Path, site: Path) -> None:
    assert [file for file in (example / "build").rglob("*") if file.is_symlink()] == []
    assert list((example / "build").rglob("stolen*")) == []
    assert not any("not yours" in page for page in pages(site).values())


def test_only_lists_stand_in_the_navigation(site: Path) -> None:
    page = (site / "incidents/index.html").read_text("utf-8")
    sidebar, content = page.index("md-sidebar--primary"), page.index("<article")
    assert "2026-" not in page[sidebar:content]
    assert "2026-" in page[content:]


def without(module: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty book where a package is not installed."""
    (folder / "opsbook.toml").touch()
    block = f"import sys; sys.modules[{module!r}] = None; from opsbook.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", block, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tooling")},
    )  # fmt: skip


def test_pages_alone_need_no_mkdocs(tmp_path: Path) -> None:
    done = without("mkdocs", tmp_path, "site", "build", "--markdown-only", "--at", AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "build/pages/index.md").is_file()
    assert not (tmp_path / "build/site").exists()


@pytest.mark.parametrize(
    ("module", "builder", "extra"),
    [
        ("jinja2", "mkdocs", "site"),
        ("mkdocs", "mkdocs", "site"),
        ("material", "mkdocs", "site"),
        ("zensical", "zensical", "zensical"),
    ],
)
def test_a_missing_extra_says_how_to_install_it(
    module: str, builder: str, extra: str, tmp_path: Path
) -> None:
    done = without(module, tmp_path, "site", "build", "--builder", builder, "--at", AT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"error: the site needs `{module}`, which is not installed",
        f'  install opsbook with its extra `{extra}`: `pip install ".[{extra}]"` in a checkout of it',
    ]
    assert not (tmp_path / "build").exists()


# ── folders ───────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_opsbook_did_not_write_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "mine.md").write_text("mine")
    with pytest.raises(UserError, match="did not write"):
        build.write([Page("index.md", b"")], tmp_path / "docs")
    assert [file.name for file in tmp_path.rglob("*.md")] == ["mine.md"]


def test_a_refused_output_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").write_text("")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    done = opsbook(tmp_path, "site", "build", "--output", "mine")
    assert done.returncode == 2
    assert "holds files that `opsbook site build` did not write" in done.stderr
    assert not (tmp_path / "build").exists()


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    build.write([Page("a/old.md", b"old")], tmp_path / "pages")
    assert build.write([Page("b/new.md", b"new"), Page("index.md", b"")], tmp_path / "pages") == 2
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["index.md", "new.md"]


def test_a_build_that_fails_leaves_the_site_that_was_there(tmp_path: Path) -> None:
    build.write([Page("index.md", b"# One\n")], tmp_path / "pages")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: mkdocs\nplugins: []\n")
    assert build.make(tmp_path, tmp_path / "pages", tmp_path / "site") == []
    build.write([Page("index.md", b"# Two\n\n[nowhere](gone.md)\n")], tmp_path / "pages")
    warnings = build.make(tmp_path, tmp_path / "pages", tmp_path / "site")
    assert [warning for warning in warnings if "gone.md" in warning] == warnings != []
    assert "One" in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mkdocs.yml", "pages", "site"]


def test_a_warning_is_shown_and_exits_with_one(tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").touch()
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    settings["nav"].append({"Gone": "gone.md"})
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(settings))
    done = opsbook(tmp_path, "site", "build", "--at", AT)
    assert done.returncode == 1
    assert "warning: A reference to 'gone.md' is included in the 'nav' configuration" in done.stderr
    assert not (tmp_path / "build" / "site").exists()


def test_broken_settings_are_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").touch()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: nowhere\n")
    done = opsbook(tmp_path, "site", "build", "--at", AT)
    assert done.returncode == 2
    assert "error: mkdocs.yml: " in done.stderr
    assert "nowhere" in done.stderr


def test_a_book_without_settings_for_mkdocs_is_built_with_those_of_the_example() -> None:
    shipped = yaml.safe_load((ROOT / "tooling/opsbook/site/mkdocs.yml").read_text("utf-8"))
    example = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert {**shipped, "site_name": ""} == {**example, "site_name": ""}


def test_a_page_too_many_folders_down_is_said_so_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "opsbook.toml").touch()
    folder = tmp_path / "runbooks"
    for _ in range(1_500):  # one by one: not even Python makes so many at once
        os.makedirs(folder, exist_ok=True)
        folder = folder / "a"
    (folder.parent / "deep.md").write_text("# Deep\n")
    done = opsbook(tmp_path, "site", "build", "--at", AT)
    assert done.returncode == 2
    assert "stands 1,500 folders down, a page of the site at most 100" in done.stderr
    assert list((tmp_path / "build").iterdir()) == []
    subprocess.run(["rm", "-r", str(tmp_path / "runbooks")], check=True)  # pytest's own removal gives up


def test_a_hundred_folders_down_is_a_page(tmp_path: Path) -> None:
    build.write([Page("a/" * 100 + "deep.md", b"# Deep\n")], tmp_path / "pages")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: mkdocs\n")
    assert build.make(tmp_path, tmp_path / "pages", tmp_path / "site") == []
    assert (tmp_path / "site" / ("a/" * 100) / "deep" / "index.html").is_file()


def test_there_is_a_calendar_to_subscribe_to_for_each_rotation_and_person(site: Path) -> None:
    found = {file.name for file in (site / "calendars").iterdir()}
    assert {"rotation-payments-primary.ics", "person-ana.ics"} <= found
    for file in (site / "calendars").iterdir():
        calendar = Calendar.from_ical(file.read_bytes())
        assert str(calendar["X-WR-CALNAME"]).startswith("On call: ")
        assert calendar.events, file


def test_zensical_builds_the_same_pages(example: Path) -> None:
    pytest.importorskip("zensical", reason="no zensical: the extra of that name brings it")
    done = opsbook(example, "site", "build", "--builder", "zensical", "--at", AT, "--output", "build/other")
    assert (done.returncode, done.stderr) == (0, "")
    both = [
        {file.relative_to(root).as_posix() for file in root.rglob("*.html")}
        for root in (example / "build/site", example / "build/other")
    ]
    assert both[0] == both[1]
    page = (example / "build/other/incidents/2026/2026-03-02-checkout-5xx/index.html").read_text("utf-8")
    assert "script-src 'self';" in page
    assert "<script>" not in page
    assert sorted(each.name for each in (example / "build").iterdir() if each.name.startswith(".")) == []
