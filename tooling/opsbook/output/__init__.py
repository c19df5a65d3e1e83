"""Diagnostics for a person or a machine: `--format NAME` is NAME.py in this folder.

A format is a file with `render(report, *, color)`. `FOR_FORGES = True` says that whoever reads it
counts paths from the root of the repository, not of the book.
"""

from __future__ import annotations

from pathlib import Path


def formats() -> tuple[str, ...]:
    """The names of the formats. Their text is asked, since each file loads what only it needs."""
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted(file.stem for file in files if b"\ndef render(" in file.read_bytes()))
