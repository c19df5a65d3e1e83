"""Several people log to one incident at once; `make load` is the long form."""

from __future__ import annotations

from pathlib import Path

from benchmarks.sharing import measure


def test_every_entry_of_every_clone_is_there_once_and_in_order(person: None, tmp_path: Path) -> None:
    result = measure(tmp_path, clones=3, entries=3)
    assert (result.missing, result.doubled, result.in_order) == ((), (), True)
