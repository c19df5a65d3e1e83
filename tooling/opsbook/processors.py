"""Work that any processor may do, in any order: each takes the next piece until none is left."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")
Progress = Callable[[int], None]
"""Is told how many more pieces were taken."""
_MOST = 8
"""Processes at most."""
_MANY = 4
"""With more pieces than this for each, the first is done before there are any."""
_NUMBER = 4
"""Bytes of the number of a piece, as it waits in a pipe that all processes read."""


@contextmanager
def shared(
    pieces: Sequence[Callable[[], T]], progress: Progress | None = None, *, alone: bool = False
) -> Iterator[list[T]]:
    """Do pieces of work beside what stands in the `with`: other processors begin at once, this one when that
    is done. Then the list holds what they gave, in their order. They leave nothing behind but files; one
    that fails fails here, as if it had been done here. `alone` says to do all here: where they are few a
    process of its own costs more than it brings, and some things are not read by several.
    """
    found: list[T] = []
    others = 0 if alone else min(count() - 1, len(pieces))
    if not others:
        yield found
        found += (each for _, each in _done(pieces, range(len(pieces)), progress))
        return
    done = dict(_done(pieces, range(len(pieces) > _MANY * others)))  # what it needs is then there for all
    inlet, outlet = os.pipe()
    children: list[tuple[int, int]] = []
    try:
        with os.fdopen(outlet, "wb") as waiting:  # more than a pipe holds: the others read from it meanwhile
            with suppress(OSError):  # where there is no room for one more, fewer do it
                children += (_begin(pieces, inlet, outlet) for _ in range(others))
            for number in range(len(done), len(pieces)) if children else ():
                waiting.write(number.to_bytes(_NUMBER, "big"))
        yield found
        done |= _done(pieces, _taken(inlet), progress)
    finally:
        for _ in _taken(inlet):  # nobody begins another when something failed
            pass
        os.close(inlet)
        given = [_given(*child) for child in children]
        gc.unfreeze()
    for each in given:
        done |= each
    left = [number for number in range(len(pieces)) if number not in done]
    done |= _done(pieces, left)  # whichever it was that failed fails again, or is made good
    found += (done[number] for number in range(len(pieces)))


@contextmanager
def without_cycles() -> Iterator[None]:
    """Meanwhile nobody looks for cycles: records and pages are trees, and to look through all that stay costs
    more than what is found."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def count() -> int:
    """How many processes may share work: one where a fork is not safe, which it is on Linux, and where the
    main thread, which may hold a lock, is this one."""
    from threading import current_thread, main_thread

    if sys.platform != "linux" or current_thread() is not main_thread():
        return 1
    return min(os.cpu_count() or 1, _MOST)


def _done(
    pieces: Sequence[Callable[[], T]], numbers: Iterable[int], progress: Progress | None = None
) -> Iterator[tuple[int, T]]:
    """Pieces by number, each with what it gave."""
    told = 0
    for number in numbers:
        yield number, pieces[number]()
        if progress:  # those before it are done or in hand
            progress(number + 1 - told)
            told = number + 1


def _begin(pieces: Sequence[Callable[[], T]], inlet: int, outlet: int) -> tuple[int, int]:
    """A process that takes pieces until none is left, and the file where it puts what they gave."""
    gives = os.memfd_create("pieces")
    gc.freeze()  # what is known already stays shared
    try:
        child = os.fork()
    except OSError:
        os.close(gives)
        raise
    if child:
        return child, gives
    status = 1
    try:
        import pickle

        os.close(outlet)
        with os.fdopen(gives, "wb") as file:
            for each in _done(pieces, _taken(inlet)):
                pickle.dump(each, file, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)


def _given(child: int, gives: int) -> dict[int, Any]:
    """What the pieces of a process gave, by number; nothing where one of them failed."""
    import pickle  # only here, since most commands have too little to share

    _, status = os.waitpid(child, 0)
    found: dict[int, Any] = {}
    with os.fdopen(gives, "rb") as file, suppress(EOFError):
        file.seek(0)
        while not status:
            number, gave = pickle.load(file)  # noqa: S301 (written by this program a moment ago)
            found[number] = gave
    return found


def _taken(inlet: int) -> Iterator[int]:
    """The pieces that are left, each for whoever reads it first."""
    while number := os.read(inlet, _NUMBER):
        yield int.from_bytes(number, "big")
