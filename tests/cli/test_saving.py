"""A command writes whole or not at all, never over somebody else, and nothing that cannot be read."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from opsbook.authoring.change import Change, new, rewritten
from opsbook.book.snapshot import Book
from opsbook.cli.saving import Meanwhile, save
from opsbook.errors import UserError

PERSON = "rotations/people/ana.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "opsbook.toml").write_text('timezone = "Europe/Berlin"\n')
    (tmp_path / "rotations/people").mkdir(parents=True)
    (tmp_path / PERSON).write_text("name: Ana  # a comment\ntimezone: Europe/Berlin\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def renamed(book: Book, name: str) -> Change:
    document = book.read(PERSON)
    return Change(
        f"ana: {name}", (rewritten(document, document.source.text.replace(document.content.name, name)),)
    )


def test_a_change_writes_its_characters_and_no_other(root: Path) -> None:
    save(lambda book: renamed(book, "Ana K"), {})
    assert (root / PERSON).read_text() == "name: Ana K  # a comment\ntimezone: Europe/Berlin\n"


def test_a_new_record_and_new_evidence_are_written_with_their_folders(root: Path) -> None:
    change = Change(
        "x",
        (new("rotations/teams/a.yaml", "name: A\nmembers: [ana]\n"),),
        {"incidents/2026/x/evidence/p": b"\x89"},
    )
    save(lambda _: change, {})
    assert (root / "rotations/teams/a.yaml").read_text() == "name: A\nmembers: [ana]\n"
    assert (root / "incidents/2026/x/evidence/p").read_bytes() == b"\x89"


def test_a_dry_run_prints_the_patch_and_writes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (root / PERSON).read_bytes()
    save(lambda book: renamed(book, "Zoe"), {"dry_run": True})
    assert (root / PERSON).read_bytes() == before
    assert capsys.readouterr().out == (
        f"--- a/{PERSON}\n+++ b/{PERSON}\n@@ -1,2 +1,2 @@\n"
        "-name: Ana  # a comment\n+name: Zoe  # a comment\n timezone: Europe/Berlin\n"
    )


def test_what_would_make_a_record_unreadable_is_refused_with_its_place(root: Path) -> None:
    with pytest.raises(
        UserError, match=rf"nothing was written\n{PERSON}:1:7: a quote is opened here and never closed"
    ):
        save(lambda book: renamed(book, '"Ana'), {})
    assert (root / PERSON).read_text().startswith("name: Ana  #")


def test_a_file_that_changes_while_the_change_is_made_is_read_and_made_again(root: Path) -> None:
    seen = []

    def make(book: Book) -> Change:
        seen.append(book.read(PERSON).content.name)
        if len(seen) == 1:
            (root / PERSON).write_text("name: Ana\ntimezone: Asia/Singapore\n")
        return renamed(book, "Zoe")

    save(make, {})
    assert seen == ["Ana", "Ana"]
    assert (root / PERSON).read_text() == "name: Zoe\ntimezone: Asia/Singapore\n"


def test_a_new_record_never_replaces_one_that_is_there(root: Path) -> None:
    with pytest.raises(UserError, match="changed while this ran"):
        save(lambda _: Change("x", (new(PERSON, "name: Other\ntimezone: UTC\n"),)), {})
    assert (root / PERSON).read_text().startswith("name: Ana")


def test_a_folder_that_leads_out_of_the_book_is_not_written_into(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / "rotations/teams").symlink_to(outside)
    with pytest.raises(UserError, match="symbolic link"):
        save(lambda _: Change("x", (new("rotations/teams/a.yaml", "name: A\nmembers: [ana]\n"),)), {})
    assert list(outside.iterdir()) == []


def test_two_that_write_at_once_lose_nothing(root: Path) -> None:
    def append(letter: str) -> None:
        def make(book: Book) -> Change:
            document = book.read(PERSON)
            return Change("x", (rewritten(document, document.source.text + f"# {letter}\n"),))

        for _ in range(20):
            save(make, {})

    threads = [threading.Thread(target=append, args=(letter,)) for letter in "abc"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    lines = (root / PERSON).read_text().splitlines()
    assert sorted(lines[2:]) == ["# a"] * 20 + ["# b"] * 20 + ["# c"] * 20


def test_what_is_to_be_said_next_is_thought_about_once_and_beside_the_commit(root: Path) -> None:
    for words in (["init"], ["config", "user.name", "A"], ["config", "user.email", "a@example.com"]):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
    where: list[threading.Thread] = []

    def ask() -> str:
        where.append(threading.current_thread())
        return (root / PERSON).read_text()

    next_one = Meanwhile(ask)
    save(lambda book: renamed(book, "Ana K"), {}, next_one)
    assert where not in ([], [threading.main_thread()])
    assert (next_one(), len(where)) == ("name: Ana K  # a comment\ntimezone: Europe/Berlin\n", 1)


def test_where_nothing_is_committed_it_is_thought_about_when_it_is_asked_for(root: Path) -> None:
    asked: list[str] = []
    next_one = Meanwhile(lambda: asked.append("x"))
    save(lambda book: renamed(book, "Ana K"), {}, next_one)
    assert asked == []
    next_one()
    assert asked == ["x"]


def test_what_goes_wrong_beside_the_commit_is_raised_where_the_answer_is_asked_for() -> None:
    broken = Meanwhile(lambda: 1 // 0)
    with broken:
        pass
    with pytest.raises(ZeroDivisionError):
        broken()
