"""What adopting understands of names, dates and owners."""

from __future__ import annotations

from datetime import date

import pytest

from opsbook.authoring.adopting.fitting import globs
from opsbook.authoring.adopting.front import owners
from opsbook.authoring.adopting.pages import day_in, stem
from opsbook.book.tree import Memory, Without


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-03-02-checkout.md", date(2026, 3, 2)),
        ("2026/3/2 checkout", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
        ("Outage of March 2nd, 2026", date(2026, 3, 2)),
        ("on the 2nd of Sept. 2026", date(2026, 9, 2)),
        ("5/7/2026", date(2026, 5, 7)),
        ("25/7/2026", date(2026, 7, 25)),
        ("2026-02-30, and 2026-03-02", date(2026, 3, 2)),
        ("22025-03-18", None),
        ("PM2020-003", None),
        ("in 2026, or 2026-03", None),
        ("marching on 4, 2026", None),
    ],
)
def test_a_day_is_read_as_people_write_it_and_never_made_up(words: str, day: date | None) -> None:
    assert day_in(words) == day


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/disk-full.md", "disk-full"),
        ("a/disk.full.html.md.erb", "disk.full"),
        ("a/disk-full/index.md", "disk-full"),
        ("a/alerting-runbook/_index.en.md", "alerting-runbook"),
        ("README.md", "README"),
        (".md", ".md"),
    ],
)
def test_a_page_is_called_what_its_name_says_without_how_it_is_written(path: str, name: str) -> None:
    assert stem(path) == name


@pytest.mark.parametrize(
    ("line", "path", "owner"),
    [
        ("* @ana", "a/b.md", "ana"),
        ("*.md @acme/docs", "a/b.md", "docs"),
        ("/a/ @ana", "a/b/c.md", "ana"),
        ("/a/ @ana", "b/a/c.md", None),
        ("a/ @ana", "b/a/c.md", "ana"),
        ("a/b @ana", "a/b/c.md", "ana"),
        ("a/* @ana", "a/b.md", "ana"),
        ("a/* @ana", "a/b/c.md", None),
        ("a/** @ana", "a/b/c.md", "ana"),
        (r"a\ b/ @ana", "a b/c.md", "ana"),
        ("* @ana\n/a/ @eve @acme/payments", "a/b.md", "payments"),
        ("* @ana\n/a/", "a/b.md", None),
        ("* ana@example.com", "a.md", None),
        ("# * @ana\n[Docs] @ana", "a.md", None),
    ],
)
def test_the_last_line_of_codeowners_that_names_a_path_says_whose_it_is(
    line: str, path: str, owner: str | None
) -> None:
    assert owners(line)(path) == owner


def test_many_folders_of_rule_files_are_named_by_what_is_above_them() -> None:
    assert globs(["a/b/x.yaml", "a/c/y.yml", "z.yaml"]) == ["*.yaml", "a/b/*.yaml", "a/c/*.yml"]
    assert globs([f"a/{name}/x.yaml" for name in "bcde"]) == ["a/**/*.yaml"]


def test_a_tree_without_files_has_them_in_no_way() -> None:
    tree = Without(Memory({"a/b.md": "", "a/c.md": "", "d/e.md": ""}), {"a/b.md", "d/e.md"})
    assert tree.paths("") == ["a/c.md"]
    assert [tree.has(path) for path in ("a/b.md", "a/c.md")] == [False, True]
    assert [tree.reaches(path) for path in ("a", "a/b.md", "d", "d/e.md")] == [True, False, False, False]
    assert tree.version("a/b.md") is None
    with pytest.raises(FileNotFoundError):
        tree.read("a/b.md")
