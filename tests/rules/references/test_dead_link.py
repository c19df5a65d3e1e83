"""Which links of a page lead somewhere, as a forge follows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.anchors import anchors, slug
from opsbook.book.markdown import Page
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.diagnostics import Diagnostic
from opsbook.git import Git
from opsbook.lint.catalog import Selection
from opsbook.lint.check import evaluate

Findings = Callable[..., tuple[Diagnostic, ...]]

OTHERS = {
    "runbooks/data/failover.md": "# Fail over\n\n## Before you start\n\n## Steps\n\n## Steps\n",
    "runbooks/data/with blank.md": "# Blank\n",
    "incidents/2026/2026-03-02-x/evidence/pool.png": "",
    "docs/tools.md": "# Tools\n",
}


def said(findings: Findings, link: str, page: str = "") -> list[str]:
    text = f"# One\n\n{link}\n\n{page}\n"
    return [each.message for each in findings("dead_link", {"runbooks/apps/one.md": text, **OTHERS})]


@pytest.mark.parametrize(
    "link",
    [
        "[x](../data/failover.md)",
        '[x](../data/failover.md "a title")',
        "[x](../data/failover.md?plain=1#before-you-start)",
        "[x](../data/failover.md#Before-You-Start)",
        "[x](../data/failover.md#steps-1)",
        "[x](../data/with%20blank.md)",
        "[x](<../data/with blank.md>)",
        "[x][ref]\n\n[ref]: ../data/failover.md",
        "![x](../../incidents/2026/2026-03-02-x/evidence/pool.png)",
        "[x](../../docs/tools.md#anything)",
        "[x](../data/)",
        "[x](..)",
        "[x](#one)",
        "[x](#)",
        "[x](#top)",
        "[x](../../../another/repository.md)",
        "[x](/docs/elsewhere.md)",
        "[x](//example.com/x.md)",
        "[x](https://example.com/x.md)",
        "[x](mailto:ana@example.com)",
        "<ana@example.com>",
        "[x](other.html)",
        "[x](other)",
        '[x]({{< ref "other.md" >}})',
        "[x](<%= url %>.md)",
        "[](#label:of:myst)",
        "`[x](gone.md)`",
        "[x](%00.md)",
    ],
)
def test_it_leads_somewhere_or_nobody_can_know(findings: Findings, link: str) -> None:
    assert said(findings, link) == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("[x](gone.md)", "no file `runbooks/apps/gone.md`"),
        ("[x](../data/failover.md#after)", "no heading `#after` in `runbooks/data/failover.md`"),
        ("[x](../data/failover.md#steps-2)", "no heading `#steps-2` in `runbooks/data/failover.md`"),
        ("[x](#two)", "no heading `#two`"),
        ("[x]()", "a link that leads nowhere: nothing stands between its brackets"),
        ("![x](pool.png)", "no file `runbooks/apps/pool.png`"),
        ("[x](www.example.com)", "`www.example.com` is a file beside this page, and is not there"),
    ],
)
def test_it_leads_nowhere(findings: Findings, link: str, message: str) -> None:
    assert said(findings, link) == [message]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Before you start", "before-you-start"),
        ("`kubectl` & friends", "kubectl--friends"),
        ("What's next?", "whats-next"),
        ("Größe_x", "größe_x"),
        ("1. First", "1-first"),
    ],
)
def test_a_heading_is_named_as_github_names_it(heading: str, name: str) -> None:
    assert slug(heading.replace("`", "")) == name
    found = anchors(Page(f"# {heading}\n"))
    assert found is not None
    assert name in found


def test_a_page_may_name_its_own_anchors(findings: Findings) -> None:
    page = '<a id="here"></a>\n\n## Given {#mine}\n\n(label)=\n## Labelled\n'
    for name in ("here", "mine", "label"):
        assert said(findings, f"[x](#{name})", page) == []


def test_headings_that_an_include_brings_are_not_missed(findings: Findings) -> None:
    assert said(findings, "[x](#two)", "{% include two.md %}") == []


@given(st.text(max_size=30))
def test_any_link_is_answered(target: str) -> None:
    text = f"# One\n\n[x]({target})\n[y](<{target}>)\n"
    book = Book(Memory({"opsbook.toml": "", "runbooks/one.md": text}))
    selection = Selection(book.settings, "strict", ["dead_link"])
    evaluate(book, selection, datetime(2026, 4, 1, tzinfo=UTC), ["runbooks/one.md"])


def test_every_tree_knows_files_folders_and_links(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.run("init", "-q")
    for path in ("runbooks/data/one.md", "docs/deep/tools.md", "README.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("# One\n")
    (tmp_path / "docs/link.md").symlink_to("deep/tools.md")
    git.run("add", ".")
    git.run("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one")
    trees = (WorkTree(tmp_path), git.index_tree(), git.commit_tree("HEAD"))
    there = ("runbooks/data/one.md", "runbooks/data", "docs/deep", "docs/link.md", "README.md")
    for tree in trees:
        assert [path for path in (*there, "docs/gone.md", "gone") if tree.reaches(path)] == list(there)


def test_an_answer_holds_as_long_as_the_file_is_there() -> None:
    files = {"opsbook.toml": "", "runbooks/one.md": "# One\n\n[x](log.txt)\n"}
    reads: set[str] = set()
    assert not Book(Memory(files)).recording(reads).reaches("runbooks/log.txt")
    (key,) = reads
    versions = [Book(Memory(each)).version(key) for each in (files, files | {"runbooks/log.txt": ""})]
    assert versions == [None, "there"]


def test_links_in_the_texts_of_an_incident_are_followed_from_its_folder(
    findings: Callable[..., tuple[Diagnostic, ...]],
) -> None:
    folder = "incidents/2026/2026-03-02-checkout-5xx"
    record = """\
title: Checkout answers 502
summary: See [the runbook](../../../runbooks/failover.md) and [another](../../../runbooks/fail-over.md).
timeline:
  - {at: 2026-03-02T09:06Z, text: "Pool: [log](evidence/pool.log), [graph](evidence/pool.png)"}
  - {at: 2026-03-02T09:07Z, text: "In [postmortem](postmortem.md); [elsewhere](https://a.example)"}
  - {at: 2026-03-02T09:08Z, text: "`[code](gone.md)`, [part](postmortem.md#causes), [own](#timeline)"}
"""
    files = {
        f"{folder}/incident.yaml": record,
        f"{folder}/evidence/pool.log": "active=50\n",
        f"{folder}/postmortem.md": "# Checkout\n",
        "runbooks/failover.md": "# Failover\n",
    }
    found = findings("dead_link", files)
    assert [(each.location.start.line, each.location.text, each.message) for each in found] == [
        (2, "[another](../../../runbooks/fail-over.md)", "no file `runbooks/fail-over.md`"),
        (4, "[graph](evidence/pool.png)", f"no file `{folder}/evidence/pool.png`"),
        (6, "[part](postmortem.md#causes)", f"no heading `#causes` in `{folder}/postmortem.md`"),
    ]
