"""The one error a person can cause with a request; documents never raise."""

from __future__ import annotations


class UserError(Exception):
    """A request that cannot be met: what is wrong, and what to do instead. Exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
