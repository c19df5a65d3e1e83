"""Files kept between runs: read whole or not at all."""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.store import read, read_pieces, write, write_pieces

PLAIN = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(PLAIN, max_size=4))
def test_what_is_written_in_pieces_is_read_in_pieces(tmp_path_factory: object, pieces: list[object]) -> None:
    folder: Path = tmp_path_factory.mktemp("store")  # type: ignore[attr-defined]
    write_pieces(folder / "kept", iter(pieces))
    assert read_pieces(folder / "kept") == pieces


def test_a_file_of_which_any_byte_is_missing_or_another_counts_as_not_there(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    write_pieces(file, [{"a": 1}, {"b": "two"}])
    content = file.read_bytes()
    for at in range(len(content)):
        for broken in (content[:at], content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]):
            file.write_bytes(broken)
            assert read_pieces(file) == []


def test_what_fails_while_it_is_written_leaves_what_was_there(tmp_path: Path) -> None:
    def half() -> Iterator[str]:
        yield "new"
        raise OSError("no space left on device")

    file = tmp_path / "kept"
    write(file, "old")
    write_pieces(file, half())
    assert read(file) == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_whole_file_that_another_version_wrote_another_way_counts_as_not_there(tmp_path: Path) -> None:
    content = marshal.dumps((1, "one piece, without its length"))
    (tmp_path / "kept").write_bytes(crc32(content).to_bytes(4, "big") + content)
    assert read_pieces(tmp_path / "kept") == []
