"""Secrets by their shape: where one stands in a text, and the text with it masked.

Known are the tokens of widely used services, whose shape leaves little doubt, and values of keys such
as `password`, where nothing but their disorder tells them from words. What documentation writes in
place of a secret is none. Nothing here is sent or tried anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2
from typing import NamedTuple

from opsbook.lint.words import Cue, cue, words
from opsbook.text import Span


class Secret(NamedTuple):
    """What it looks like, where it stands, and the letters of it that may be repeated."""

    what: str
    span: Span
    shown: str


class _Shape(NamedTuple):
    """A kind of token and its pattern, which is compiled where a text may hold one."""

    what: str
    pattern: str


_SHAPES: tuple[tuple[Cue | re.Pattern[str], tuple[_Shape, ...]], ...] = (
    (re.compile("A(?:KIA|SIA|Iza|ccountKey=)"), (
        _Shape("an AWS access key", r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b"),
        _Shape("a Google API key", r"\b(AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])"),
        _Shape("an Azure storage key", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    )),
    (re.compile(r"S(?:G\.|K[0-9a-f]{32})"), (
        _Shape("a SendGrid key", r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64})"),
        _Shape("a Twilio key", r"\b(SK[0-9a-f]{32})\b"),
    )),
    (re.compile("_(?:(?<=gh[pousr]_)|(?<=npm_)|(?<=github_)pat_|(?<=k_)live_|(?<=dckr_)pat_|(?<=glsa_))"), (
        _Shape("a GitHub token", r"\b(gh[pousr]_[A-Za-z0-9]{36,255})\b"),
        _Shape("a GitHub token", r"\b(github_pat_[A-Za-z0-9_]{60,255})\b"),
        _Shape("an npm token", r"\b(npm_[A-Za-z0-9]{36})\b"),
        _Shape("a Stripe key", r"\b([rs]k_live_[A-Za-z0-9]{16,})"),
        _Shape("a Docker token", r"\b(dckr_pat_[A-Za-z0-9_-]{20,})"),
        _Shape("a Grafana token", r"\b(glsa_[A-Za-z0-9]{32}_[0-9a-f]{8})\b"),
    )),
    (re.compile("J(?:(?<=eyJ)|(?<=T3BlbkFJ))"), (
        _Shape("a JSON Web Token", r"\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,})"),
        _Shape("an OpenAI key", r"\b(sk-[A-Za-z0-9_-]{16,}T3BlbkFJ[A-Za-z0-9_-]{16,})"),
    )),
    (cue("xoxa xoxb xoxe xoxo xoxp xoxr xoxs"), (
        _Shape("a Slack token", r"\b(xox[abeoprs]-[A-Za-z0-9-]{20,})"),
    )),
    (cue("hooks+slack"), (
        _Shape("a Slack webhook", r"hooks\.slack\.com/services/(T\w{6,}/B\w{6,}/\w{20,})"),
    )),
    (cue("glpat"), (_Shape("a GitLab token", r"\b(glpat-[A-Za-z0-9_.-]{20,})"),)),
    (cue("pypi"), (_Shape("a PyPI token", r"\b(pypi-Ag[A-Za-z0-9_-]{50,})"),)),
    (cue("hvs"), (_Shape("a Vault token", r"\b(hvs\.[A-Za-z0-9_-]{24,})"),)),
    (cue("private+key"), (
        _Shape("a private key", r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)"),
    )),
)  # fmt: skip
"""Shapes by what every text has that holds one: words, or a pattern that begins with a rare letter, which is
found at the speed of memory, where one pattern for all would try each at every letter."""
_BASE64_LINE = re.compile(r"[\s\\nr\"']*(?:[A-Za-z-]+: [^\n]*\s+)*[A-Za-z0-9+/]{48,}")
"""What follows the first line of a key that is one."""
_NAMES = (
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "private_key",
)
_VALUE = re.compile(
    r"(?:_?(?:access_?)?key|_?value)?[\"']?[ \t]*(?:[:=]|:=|=>)[ \t]*[\"']?"
    r"(?P<value>[A-Za-z0-9+/=_.~!@#%^&*-]{12,200})",
    re.IGNORECASE,
)
"""What follows a name."""
_HEADER = re.compile(
    r"[\"']?\s*:\s*[\"']?(?:bearer|basic|token)\s+(?P<value>[A-Za-z0-9+/=_.~-]{12,})", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s:/@<>]{1,64}:(?P<value>[^\s:/@<>{}$]{10,100})@")
_STAND_IN = re.compile(
    r"(?i)example|sample|placeholder|redact|dummy|fake|changeme|change_me|change-me|your|insert|replace|"
    r"secret|password|token|xxx|\*\*\*|\.\.\.|1234567|abcdef0|abcdefg|deadbeef|0000000|(.)\1{5}"
)
"""What is written in documentation where a secret would be."""


def find(text: str, heard: frozenset[bytes] | None = None) -> Iterator[Secret]:
    """Every secret in a text, in order of shape, then of place; no place twice. `heard` are its words, where
    they are known."""
    taken: set[int] = set()
    for secret in (*_shaped(text, words(text) if heard is None else heard), *_named(text)):
        if taken.isdisjoint(range(*secret.span)):
            taken.update(range(*secret.span))
            yield secret


def masked(text: str) -> str:
    """The same text, as long as before, in which stars stand for all but the first letters of a secret."""
    for secret in find(text):
        start, end = secret.span
        if secret.shown:
            text = text[:start] + secret.shown + "*" * (end - start - len(secret.shown)) + text[end:]
    return text


def _shaped(text: str, heard: frozenset[bytes]) -> Iterator[Secret]:
    for sign, shapes in _SHAPES:
        if sign.among(heard) if isinstance(sign, Cue) else sign.search(text):
            for what, pattern in shapes:
                yield from _of_shape(what, pattern, text)


def _of_shape(what: str, pattern: str, text: str) -> Iterator[Secret]:
    for match in re.finditer(pattern, text):
        if match[1].startswith("-----"):
            if _BASE64_LINE.match(text, match.end()):
                yield Secret(what, Span(*match.span(1)), "")
        elif not _STAND_IN.search(match[1]) and _disorder(match[1]) > 3:
            yield Secret(what, Span(*match.span(1)), match[1][:4])


def _named(text: str) -> Iterator[Secret]:
    small = text.lower()
    small = small if len(small) == len(text) else text  # a few letters are longer in lower case
    for name in ("passw", "secret", "token", "key"):
        if name in small:
            for full in _NAMES:
                if name in full:
                    yield from _values(full, _VALUE, small, text)
    if "authorization" in small:
        yield from _values("authorization", _HEADER, small, text)
    if "@" in text:
        yield from _values("://", _ADDRESS, small, text)


def _values(name: str, pattern: re.Pattern[str], small: str, text: str) -> Iterator[Secret]:
    for match in _after(name, small, pattern, text):
        if _random(match["value"]):
            what = "a password in an address" if name == "://" else f"a value of `{name}`"
            yield Secret(what, Span(*match.span("value")), match["value"][:2])


def _after(name: str, small: str, pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Where a pattern follows a name; looking for the name first is what makes it fast."""
    at = small.find(name)
    while at >= 0:
        at += len(name)
        match = pattern.match(text, at)
        if match:
            yield match
        at = small.find(name, at)


def _random(value: str) -> bool:
    """Whether a value looks drawn by lot, and not made of words, names or a path."""
    if _STAND_IN.search(value) or value.count("/") > 2 or value.count(".") > 2 or "://" in value:
        return False
    parts = re.split(r"[^A-Za-z0-9]+", value)
    if len(parts) > 1 and all(part.isalpha() or part.isdigit() or not part for part in parts):
        return False  # words and dates
    figures, letters = (sum(map(kind, value)) for kind in (str.isdigit, str.isalpha))
    longest = max(len(run) for run in re.findall("[a-z]+|[A-Z]+|.", value))
    if figures < 2 or letters < 2 or longest > len(value) * 0.6:
        return False
    both_cases = value != value.lower() and value != value.upper()
    return _disorder(value) > (3.2 if both_cases or len(value) >= 32 else 3.5)


_COUNTED = re.compile(r"[0-9a-fA-F-]+|[0-9]+")
"""Ids of commits, digests, UUIDs and numbers: drawn by lot as well, and no secrets."""


def drawn_by_lot(value: str) -> bool:
    """Whether a long word that follows no telling name is a secret all the same: letters of both cases and
    figures in disorder."""
    if _COUNTED.fullmatch(value) or value == value.lower() or value == value.upper():
        return False
    return _random(value) and _disorder(value) > 4


def _disorder(value: str) -> float:
    """Shannon's entropy of the characters, in bits a character."""
    return -sum(n / len(value) * log2(n / len(value)) for n in Counter(value).values())
