"""Files that move: git sees a rename, nothing is written over, and nobody's own work goes with it."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import pytest
from tests.sharing.conftest import ID, RECORD, TEXT, Place, hook, line

from opsbook.authoring.change import Change, rewritten
from opsbook.book.snapshot import Book
from opsbook.errors import UserError
from opsbook.sharing.sync import catch_up

NEW = "2026-03-02-checkout-down"
MOVED = RECORD.replace(ID, NEW)
FOLDERS = MappingProxyType({f"incidents/2026/{ID}": f"incidents/2026/{NEW}"})


def moves(text: str = "") -> Callable[[Book], Change]:
    """A change that moves the incident, and adds an entry to it."""

    def make(book: Book) -> Change:
        document = book.read(RECORD)
        edit = rewritten(document, document.source.text + text)
        return Change(f"{NEW}: renamed", (edit,) if text else (), moves=FOLDERS)

    return make


def shown(place: Place, *how: str) -> list[str]:
    return place.git("show", "--name-status", "--format=", "-M50%", *how).splitlines()


def test_a_folder_moves_with_all_that_is_in_it_and_git_calls_it_a_rename(ana: Place) -> None:
    ana.write(f"incidents/2026/{ID}/evidence/a file.txt", "x" * 99)
    ana.commit_all()
    ana.save(moves(line(20, "moved")))
    assert shown(ana) == [
        f"R100\tincidents/2026/{ID}/evidence/a file.txt\tincidents/2026/{NEW}/evidence/a file.txt",
        f"R075\t{RECORD}\t{MOVED}",
    ]
    assert ana.read(MOVED) == ana.committed(MOVED) == TEXT + line(20, "moved")
    assert ana.git("status", "--porcelain") == ""
    assert not (ana.root / f"incidents/2026/{ID}").exists()


def test_one_file_moves_over_nothing(ana: Place) -> None:
    ana.write("runbooks/a.md", "# A\n")
    ana.write("runbooks/b.md", "# B\n")
    ana.commit_all()
    with pytest.raises(UserError, match=r"runbooks/b\.md is there already; nothing was written"):
        ana.save(lambda _: Change("x", moves={"runbooks/a.md": "runbooks/b.md"}))
    ana.save(lambda _: Change("x", moves={"runbooks/a.md": "runbooks/new/c.md"}))
    assert shown(ana) == ["R100\trunbooks/a.md\trunbooks/new/c.md"]


def test_a_folder_does_not_move_into_one_that_holds_something(ana: Place) -> None:
    ana.write(MOVED, "title: Mine\n")
    with pytest.raises(UserError, match=f"{NEW} is there already; nothing was written"):
        ana.save(moves(line(20, "moved")))
    assert (ana.read(), ana.read(MOVED)) == (TEXT, "title: Mine\n")


def test_what_a_hook_refuses_waits_as_a_whole(ana: Place, capsys: pytest.CaptureFixture[str]) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", 'echo "no commits on Mondays" >&2; exit 1')
    ana.save(moves(line(20, "moved")))
    assert capsys.readouterr().err.startswith("written, not committed: no commits on Mondays")
    assert ana.git("status", "--porcelain", "-uall").splitlines() == [f" D {RECORD}", f"?? {MOVED}"]
    (ana.root / ".git/hooks/pre-commit").unlink()
    assert catch_up(ana.fresh().clone) == ""
    assert [each[0] for each in shown(ana)] == ["R"]
    assert ana.git("status", "--porcelain") == ""


def test_a_record_that_was_never_committed_moves_too(ana: Place) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", "exit 1")
    id = "2026-03-03-doors"
    ana.save(lambda _: Change("x", files={f"incidents/2026/{id}/incident.yaml": TEXT.encode()}))
    (ana.root / ".git/hooks/pre-commit").unlink()
    ana.save(lambda _: Change("y", moves={f"incidents/2026/{id}": f"incidents/2026/{id}-2"}))
    assert shown(ana) == [f"A\tincidents/2026/{id}-2/incident.yaml"]
    assert (ana.git("status", "--porcelain"), ana.fresh().clone.waiting) == ("", {})


def test_a_persons_own_work_moves_and_is_not_committed(ana: Place) -> None:
    ana.write("other.md", "staged\n")
    ana.git("add", "other.md")
    ana.write(f"incidents/2026/{ID}/evidence/draft.txt", "mine\n")
    own = TEXT.replace("answers 502", "is slow")
    ana.write(RECORD, own)
    ana.save(moves(line(20, "moved")))
    assert [each[0] for each in shown(ana)] == ["R"]
    assert ana.committed(MOVED) == TEXT + line(20, "moved")
    assert ana.read(MOVED) == own + line(20, "moved")
    assert ana.git("status", "--porcelain", "-uall").splitlines() == [
        f" M {MOVED}", "A  other.md", f"?? incidents/2026/{NEW}/evidence/draft.txt",
    ]  # fmt: skip


def test_a_dry_run_says_what_would_move(ana: Place, capsys: pytest.CaptureFixture[str]) -> None:
    ana.save(moves(line(20, "moved")), dry_run=True)
    assert capsys.readouterr().out.splitlines()[-1] == f"incidents/2026/{ID} becomes incidents/2026/{NEW}"
    assert ana.read() == TEXT


def test_others_get_it_where_it_is_now(ana: Place, ben: Place) -> None:
    ana.save(moves(line(20, "moved")), push=True)
    ben.git("pull", "--quiet")
    assert ben.read(MOVED) == TEXT + line(20, "moved")
