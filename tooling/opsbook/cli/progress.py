"""How far something is that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

_PATIENCE = 2.0
_AGAIN = 0.1
"""Seconds between two figures; nobody reads faster."""


class Progress:
    """A line on a terminal that says how many records are done; nothing anywhere else."""

    def __init__(self, verb: str) -> None:
        self._verb = verb

    def __enter__(self) -> Callable[[int], None] | None:
        self._done = 0
        self._next = time.monotonic() + _PATIENCE
        self._shown = ""
        return self._advance if sys.stderr.isatty() else None

    def _advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now > self._next:
            self._next, self._shown = now + _AGAIN, f"{self._verb}: {self._done:,} records"
            click.echo(f"\r{self._shown}", nl=False, err=True)

    def __exit__(self, *exception: object) -> None:
        if self._shown:
            blank = " " * len(self._shown)  # every terminal knows how to print that
            click.echo(f"\r{blank}\r", nl=False, err=True)
