"""Work that any processor may do, in any order: each takes the next piece until none is left."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_MOST = 8
"""Processes at most."""
_FEW = 4
"""With fewer pieces than this a process of its own costs more than it brings."""
_NUMBER = 4
"""Bytes of the number of a piece, as it waits in a pipe that all processes read."""


@contextmanager
def shared(pieces: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Do pieces of work beside what stands in the `with`: other processors begin at once, this one when that
    is done. A piece leaves nothing behind but files; one that fails fails here, as if it had been done here.
    """
    others = min(os.cpu_count() or 1, _MOST) - 1
    if others < 1 or len(pieces) < _FEW or sys.platform != "linux":  # elsewhere a fork is not safe
        yield
        for piece in pieces:
            piece()
        return
    inlet, outlet = os.pipe()
    children = [_begin(pieces, inlet, outlet) for _ in range(others)]
    try:
        with os.fdopen(
            outlet, "wb"
        ) as waiting:  # longer than a pipe holds: the others read from it meanwhile
            for number in range(len(pieces)):
                waiting.write(number.to_bytes(_NUMBER, "big"))
        yield
        for number in _taken(inlet):
            pieces[number]()
    finally:
        for _ in _taken(inlet):  # nobody begins another when something failed
            pass
        os.close(inlet)
        failed = [os.waitpid(child, 0)[1] for child in children]
    if any(failed):
        for piece in pieces:  # whichever it was fails again, or is made good
            piece()


def _begin(pieces: Sequence[Callable[[], None]], inlet: int, outlet: int) -> int:
    gc.freeze()  # what is known already stays shared
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.close(outlet)
        for number in _taken(inlet):
            pieces[number]()
        status = 0
    finally:
        os._exit(status)


def _taken(inlet: int) -> Iterator[int]:
    """The pieces that are left, each for whoever reads it first."""
    while number := os.read(inlet, _NUMBER):
        yield int.from_bytes(number, "big")
