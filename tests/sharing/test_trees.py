"""A tree that is changed path by path is the one that git's own index would have made."""

from __future__ import annotations

import random

import pytest
from tests.sharing.conftest import RECORD, Place

from opsbook.sharing.clone import Entry, entries
from opsbook.sharing.trees import Tree


def files(place: Place, tree: str) -> dict[str, Entry]:
    return entries(place.clone, "ls-tree", "-r", "-z", tree)


def test_whatever_is_put_and_taken_it_holds_these_files_and_no_empty_folder(ana: Place) -> None:
    dice = random.Random(7)
    names = ("a", "b", "ä b", "a.txt")
    blob = ana.clone.write_blob(b"x")
    tree, expected = Tree(ana.clone, "HEAD"), files(ana, "HEAD")
    for number in range(300):
        path = "/".join(dice.choice(names) for _ in range(dice.randint(1, 4)))
        entry = dice.choice((None, ("100644", blob), ("100755", blob)))
        inside = any(each.startswith(path + "/") for each in expected)
        below = any(path.startswith(each + "/") for each in expected)
        if inside or (below and entry):
            with pytest.raises((IsADirectoryError, NotADirectoryError)):
                tree.put(path, entry)
            continue
        tree.put(path, entry)
        expected.pop(path, None)
        if entry:
            expected[path] = entry
        assert tree.at(path) == entry
        if number % 10 == 0:
            assert files(ana, tree.write()) == expected
    ana.git("read-tree", tree.write())
    assert ana.git("write-tree").strip() == tree.write()


def test_of_nothing_it_is_the_empty_tree(ana: Place) -> None:
    tree = Tree(ana.clone, None)
    assert tree.write() == ana.git("hash-object", "-t", "tree", "/dev/null").strip()
    tree.put("a/b", files(ana, "HEAD")[RECORD])
    tree.put("a/b", None)
    assert tree.write() == Tree(ana.clone, None).write()
