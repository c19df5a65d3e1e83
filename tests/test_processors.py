"""Work is shared between processes, and a piece that fails fails as if it had been done in one."""

from __future__ import annotations

import errno
import gc
import os
import threading
from functools import partial
from pathlib import Path

import pytest

from opsbook.errors import UserError
from opsbook.processors import shared, without_cycles


def note(folder: Path, number: int) -> None:
    (folder / str(number)).write_text(str(os.getpid()))


def test_every_piece_is_done_once_and_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    pieces = [partial(note, tmp_path, number) for number in range(20_000)]
    with shared(pieces):
        while len(os.listdir(tmp_path)) < 1000:
            pass
    done = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(done) == 20_000
    assert len(set(done.values()) - {str(os.getpid())}) in (1, 2)


def test_alone_it_does_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with shared([partial(note, tmp_path, number) for number in range(10)]):
        assert os.listdir(tmp_path) == []
    assert {file.read_text() for file in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_thread_beside_the_main_one_does_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    def work() -> None:
        with shared([partial(note, tmp_path, number) for number in range(10)]):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert {file.read_text() for file in tmp_path.iterdir()} == {str(os.getpid())}


@pytest.mark.parametrize("room", [0, 1])
def test_where_there_is_no_room_for_more_processes_those_that_there_are_do_all(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun = os.fork, list[int]()

    def fork() -> int:
        if len(begun) == room:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        begun.append(1)
        return begin()

    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "fork", fork)
    before = os.listdir("/proc/self/fd")
    with shared([partial(int, number) for number in range(100)]) as found:
        pass
    assert found == [*range(100)]
    assert os.listdir("/proc/self/fd") == before
    assert gc.get_freeze_count() == 0


def test_what_fails_elsewhere_fails_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    def fail() -> None:
        raise UserError("no room", "")

    pieces = [*(partial(note, tmp_path, number) for number in range(10)), fail]
    with pytest.raises(UserError, match="no room"), shared(pieces):
        pass


def test_what_the_pieces_gave_stands_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    told: list[int] = []
    with shared([partial(pow, number, 2) for number in range(1000)], told.append) as found:
        assert found == []
    assert found == [number**2 for number in range(1000)]
    assert sum(told) <= 1000


def test_what_a_process_owes_that_was_killed_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    here = os.getpid()

    def piece(number: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return number

    with shared([partial(piece, number) for number in range(100)]) as found:
        pass
    assert found == list(range(100))


def test_nobody_looks_for_cycles_meanwhile_and_everybody_does_afterwards() -> None:
    with without_cycles():
        with without_cycles():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
