"""What a site is made of, in one line: where it is the same, there is nothing to build."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from opsbook.book.tree import SETTINGS_FILES, on_disk, settled, signature
from opsbook.lint.cache import program

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

_MADE_OF = ("incidents", "runbooks", "rotations", "policies", "site")
"""Folders of a book that its site is made of."""
_BESIDE = (*SETTINGS_FILES, "mkdocs.yml")
_MAKERS = ("jinja2", "pygments", "mkdocs", "mkdocs-material", "zensical")


def state(book: Book, *more: object) -> str:
    """What the site of a book in a work tree would be made of now; nothing where a file changed this very
    moment, and could change again unseen. `more` are what was asked for, and the instant."""
    tree, now = on_disk(book.tree)[0], time.time_ns()
    if tree is None:
        return ""
    paths = [path for name in _MADE_OF for path in tree.paths(name)]
    paths += filter(tree.has, (*_BESIDE, *book.rule_paths()))
    links = sorted(tree.links)
    found = b"".join([*(tree.signatures[path] for path in paths), *filter(None, map(tree.look, links))])
    if not settled(found, now):
        return ""
    made_of = "\0".join([program(), *_installed(), *map(str, more), str(book.state("^")), *paths, *links])
    return sha256(made_of.encode("utf-8", "surrogateescape") + found).hexdigest()


def minute(at: datetime) -> str:
    """As exactly as pages say when they were made."""
    return f"{at:%Y-%m-%dT%H:%M%z}"


def looks(root: Path, rules: Iterable[str] = ()) -> dict[str, bytes]:
    """How each file looks that the site of a book is made of; `rules` are the files of its alert rules."""
    return dict(_looks(root, rules))


def _looks(root: Path, others: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for name in (*_BESIDE, *others):
        try:
            yield name, signature(os.lstat(root / name))
        except OSError:
            continue
    inside = [str(root / name) for name in _MADE_OF]
    while inside:
        try:
            with os.scandir(inside.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        inside.append(entry.path)
                    else:
                        yield (
                            entry.path.removeprefix(f"{root}/"),
                            signature(entry.stat(follow_symlinks=False)),
                        )
        except OSError:
            continue


def _installed() -> Iterator[str]:
    for name in _MAKERS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
