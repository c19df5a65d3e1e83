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

_DOUBTS = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        ("\\", r"\\"),
        ("\t", r"\t"),
        ("\r", r"\r"),
        # A key over two lines or without a value, and plain scalars that begin with a colon.
        (":", r":(?!(?<=[^ \n,\[{:]:)[^,\]}?|>:])"),
        # A plain scalar may not begin with an indicator: where libyaml refuses, yaml-rs goes on.
        ("?", r"\?(?<=[ ,\[{\n-]\?)"),
        ("|", r"\|(?<=[ ,\[{\n-]\|)"),
        (">", r">(?<=[ ,\[{\n-]>)"),
        # What yaml-rs takes for a number and YAML 1.2 does not: `1_000`, `0b1`, `0X1F`, `-0o7`, `.Nan`.
        ("_", r"_(?:[0-9.]|(?<=[0-9.]_))"),
        ("0", r"0[bBoOxX](?<![^\W_]0.)"),
        (".", r"\.(?:[iI][nN][fF]|[nN][aA][nN])(?!\w)"),
        # A key of the user's own, past which validation looks.
        ("x", r"x(?<![\w-]x)-"),
    )
)
"""What the two may read differently: a sign, and the pattern that tells where it matters. Every record is
asked, so each pattern begins with its sign, which Python finds in a stride."""
_DIGITS = bytes(48 if 48 <= sign < 58 else 32 for sign in range(256))
_TOO_LONG = b"0" * 38
"""A number longer than this is none."""


def data(text: str) -> dict[str, Any] | None:
    """What a text says, lists as lists, when there is no doubt; None otherwise."""
    if loads is None or _doubtful(text) or unprintable(text) or needs_events(text):
        return None
    try:
        found = loads(text, parse_datetime=False)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return found if type(found) is dict and set(map(type, found)) == {str} else None


def _doubtful(text: str) -> bool:
    """Whether the two may read a text differently; errs on yes."""
    return any(
        sign in text and pattern.search(text) for sign, pattern in _DOUBTS
    ) or _TOO_LONG in text.encode("utf-8", "surrogatepass").translate(_DIGITS)
