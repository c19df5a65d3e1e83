"""One text of two that began as one: an incident by what it means, any other text by its lines."""

from __future__ import annotations

from pathlib import Path

from opsbook.book.kinds import identify


class ConflictError(ValueError):
    """Two sides changed one place to different things."""

    def __init__(self, path: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(path)
        self.path = path
        self.fields = fields
        """Which fields of the record, where that is known: `title`, `action_items/canary/status`."""


def merged(path: str, base: str, ours: str, theirs: str) -> str:
    """The text of both sides together; ConflictError where they cannot stand together."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    found = identify(path)
    if found is not None and found.kind.name == "incident":
        from opsbook.authoring.merge import merge

        try:
            result = merge(base, ours, theirs)
        except ValueError:  # one of them cannot be read
            return _by_lines(path, base, ours, theirs)
        if result.conflicts:
            fields = tuple("/".join(map(str, each.pointer)) for each in result.conflicts)
            raise ConflictError(path, fields)
        return result.text
    return _by_lines(path, base, ours, theirs)


def _by_lines(path: str, base: str, ours: str, theirs: str) -> str:
    import subprocess  # not by who has one side alone
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="opsbook-") as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(text.encode("utf-8"))
        done = subprocess.run(
            ["git", "merge-file", "--stdout", "--quiet", *map(str, files)], capture_output=True, check=False
        )
    if done.returncode:
        raise ConflictError(path)
    return done.stdout.decode("utf-8")
