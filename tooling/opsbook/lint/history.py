"""What git knows of the past of files, remembered between runs and read on from there."""

from __future__ import annotations

import os
from hashlib import sha256

from opsbook.book.store import folder, read, write
from opsbook.git import Git, History

_FORMAT = 1


def history(git: Git, *places: str, remember: bool = True) -> History:
    """`git.history` of some places, the same with and without what is remembered. UserError in a shallow
    clone, and outside of git."""
    kept_in = folder() if remember else None
    if kept_in is None:
        return git.history(*places)
    name = "\0".join((os.path.realpath(git.root), *places))
    file = kept_in / f"opsbook-history-{sha256(os.fsencode(name)).hexdigest()[:12]}"
    form, head, *kept = read(file) or (0, "")
    known = History(*kept) if form == _FORMAT else None
    if known and head == git.head and not git.shallow:
        return known
    found = git.history(*places, known=known)
    write(file, (_FORMAT, git.head, *found))
    return found
