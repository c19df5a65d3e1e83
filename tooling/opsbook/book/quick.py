"""A faster reading for records that are certain to be well.

yaml-rs reads four times as fast as libyaml, but keeps no places and is more lenient in corners. So
it may only say yes: its data counts when the text holds nothing that the two are known to read
differently, and the data validates without a complaint. In any doubt, and for every finding about
the text itself, `book.yaml` reads it. `tests/book/test_quick.py` holds the two against each other
on mutated records. Without yaml-rs everything works, slower.
"""

from __future__ import annotations

import re
from typing import Any

from opsbook.book.subset import needs_events, unprintable

try:
    from yaml_rs import loads
except ImportError:  # no wheel for this machine
    loads = None  # type: ignore[assignment]

_ESCAPES = ("\\", "\t", "\r")
# A key over two lines or without a value, and plain scalars that begin with a colon.
_BEFORE_COLON = frozenset((" ", "\n", ",", "[", "{", ""))
_AFTER_COLON = frozenset((",", "]", "}", "?", "|", ">", ""))
# A plain scalar may not begin with an indicator: where libyaml refuses, yaml-rs goes on.
_INDICATORS = {mark: tuple(before + mark for before in " ,[{\n-") for mark in "?|>"}
_OWN_KEY = re.compile(r"(?<![\w-])x-")
# What yaml-rs takes for a number and YAML 1.2 does not: `1_000`, `0b1`, `0X1F`, `-0o7`, `.Nan`; and what
# is too long to be one.
_OF_A_NUMBER = frozenset("0123456789.")
_OTHER_BASE = re.compile(r"0[bBoOxX]")
_NO_NUMBER = re.compile(r"\.(?:[iI][nN][fF]|[nN][aA][nN])(?!\w)")
_BASES, _NAMED_NUMBERS = ("0b", "0o", "0x"), (".inf", ".nan")
_DIGITS = bytes(48 if 48 <= sign < 58 else 32 for sign in range(256))
_TOO_LONG = b"0" * 38


def data(text: str) -> dict[str, Any] | None:
    """What a text says, lists as lists, when there is no doubt; None otherwise."""
    if loads is None or any(escape in text for escape in _ESCAPES) or _other_number(text):
        return None
    if "x-" in text and _OWN_KEY.search(text):  # validation looks past the user's own keys
        return None
    pieces = text.split(":")
    if _BEFORE_COLON.intersection([piece[-1:] for piece in pieces[:-1]]):
        return None
    if _AFTER_COLON.intersection([piece[:1] for piece in pieces[1:]]):
        return None
    for mark, doubts in _INDICATORS.items():
        if mark in text and any(doubt in text for doubt in doubts):
            return None
    if unprintable(text) or needs_events(text):
        return None
    try:
        found = loads(text, parse_datetime=False)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return found if type(found) is dict and set(map(type, found)) == {str} else None


def _other_number(text: str) -> bool:
    """Whether a text may hold what yaml-rs alone takes for a number; each question is one that Python
    answers in a stride, since every record is asked."""
    pieces = text.split("_")
    if _OF_A_NUMBER.intersection([piece[:1] for piece in pieces[1:]]):
        return True
    if _OF_A_NUMBER.intersection([piece[-1:] for piece in pieces[:-1]]):
        return True
    lowered = text.lower()
    if any(sign in lowered for sign in _BASES) and any(
        not text[at.start() - 1 : at.start()].isalnum() for at in _OTHER_BASE.finditer(text)
    ):
        return True
    if any(sign in lowered for sign in _NAMED_NUMBERS) and _NO_NUMBER.search(text):
        return True
    return _TOO_LONG in text.encode("utf-8", "surrogatepass").translate(_DIGITS)
