"""A record says what it shows.

Characters that nobody sees change what a text means: bidirectional controls let a command read as
another one, zero-width ones make two equal names differ and a pasted command fail, tag characters
carry a whole hidden sentence to whatever reads the record by program. Mostly they came along with text
from a chat or a web page.

Found are bidirectional controls, zero-width spaces and joiners, invisible operators and tag characters,
anywhere in the file, comments included. In double quotes of YAML their escapes count as well
(`"\\u202e"`), and so do escapes of control characters (`"\\u001b"`), which move a terminal's cursor.

What writing needs passes: joiners between letters that are not Latin and in emoji, marks of direction
on a line with Hebrew or Arabic letters, zero-width spaces between letters of languages without spaces,
tags in the flags of countries. Control characters themselves are reported by `control_character`, a
byte order mark at the start by `byte_order_mark`.

In 965 runbooks and post-mortems of twenty collections it found zero-width spaces in two, one of them
before the name of a resource to be copied.

## Example

```markdown title="runbooks/restart.md"
# Restart

Run `systemctl restart\\u200b payments`.  <!-- HYG003 -->
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: "Checkout\\u200b answers 502"  # HYG003
```

Use instead:

```markdown title="runbooks/restart.md"
# Restart

Run `systemctl restart payments`.
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: "Checkout answers 502"
```

Related: `control_character`, `byte_order_mark`, `unsafe_link`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_BIDI = "\u202a-\u202e\u2066-\u2069"
_MARKS = "\u200e\u200f\u061c"
_FOUND = re.compile(f"[{_BIDI}{_MARKS}\u200b-\u200d\u2060-\u2064\ufeff\U000e0001-\U000e007f]+")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0abefv])|\\)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_NAMES = {
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u200e": "left-to-right mark",
    "\u200f": "right-to-left mark",
    "\u202e": "right-to-left override",
    "\u2060": "word joiner",
    "\ufeff": "zero-width no-break space",
    "\x1b": "escape",
}


@rule(
    "HYG003", on=tuple(kind.name for kind in KINDS), adopt="warning", recommended="error", measured=(2, 2, 2)
)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    text = document.source.text
    if not text.isascii():
        for match in _FOUND.finditer(text, 1 if text.startswith("\ufeff") else 0):
            if not _needed(text, match):
                yield _finding(document, Span(*match.span()), match[0])
    if "\\" in text:
        yield from _escaped(document, text)


def _escaped(document: Document[Any], text: str) -> Iterator[Finding]:
    """Escapes of such characters in the double quotes of a record or of front matter."""
    data = document.kind.model is not None and not document.kind.markdown
    end = document.front.body if document.front else len(text) if data else 0
    for match in _ESCAPE.finditer(text, 0, end):
        character = _meant(match)
        if not character or not (_FOUND.match(character) or _CONTROL.match(character)):
            continue
        value = document.value_at(match.start())
        if value and value.text.startswith('"'):
            yield _finding(document, Span(*match.span()), character)


def _meant(match: re.Match[str]) -> str | None:
    """The character that an escape stands for; None for an escaped backslash."""
    number = match[1] or match[2] or match[3]
    if number:
        return chr(int(number, 16)) if int(number, 16) < 0x110000 else None
    return "\0\a\b\x1b\f\v"["0abefv".index(match[4])] if match[4] else None


def _needed(text: str, match: re.Match[str]) -> bool:
    """Whether the writing around needs these characters."""
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    beside = not before.isascii() and not after.isascii()
    if match[0] in ("\u200c", "\u200d"):
        return beside
    if match[0] == "\u200b":
        return bool(_UNSPACED.match(before) and _UNSPACED.match(after))
    if match[0][0] >= "\U000e0001":
        return before == "\U0001f3f4"
    if re.fullmatch(f"[{_MARKS}]+", match[0]):
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        return _RIGHT_TO_LEFT.search(text, start, end if end >= 0 else len(text)) is not None
    return False


def _finding(document: Document[Any], span: Span, character: str) -> Finding:
    first = character[0]
    name = _NAMES.get(first, "bidirectional control" if re.match(f"[{_BIDI}]", first) else "")
    shown = f"U+{ord(first):04X}{f' ({name})' if name else ''}"
    more = f" and {len(character) - 1} more" if len(character) > 1 else ""
    place = document.span(span)
    fix = Fix("take it out", (Edit(place, ""),), safe=all("\u200b" <= each <= "\u200d" for each in character))
    return Finding(place, f"a character that nobody sees: {shown}{more}", "take it out", fix=fix)
