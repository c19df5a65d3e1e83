"""A text says all that was written: ` #` in the middle of it begins no comment.

In YAML a `#` after a space begins a comment. `text: fixed #42` says "fixed", and `chat: #inc-4711` says
nothing at all; no error tells, and the number or the channel is missing wherever the text is shown.

Reported is a text without quotes that is followed by `#` and, directly joined to it, a number (`#42`), a name
with a hyphen, an underscore or a digit in it (`#inc-4711`), or any word after one that leads on to it
(`in #payments`). A comment that begins with a space after `#`, one after a value that is no text for people,
such as an id or a date, and one that is a word only (`#checked`) are not reported.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - at: 2026-03-02T09:06Z
    text: Alert as in ticket #42  # DOC024
  - at: 2026-03-02T09:14Z
    text: Asked for help in #payments, nobody was there  # DOC024
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - at: 2026-03-02T09:06Z
    text: "Alert as in ticket #42"
  - at: 2026-03-02T09:14Z
    text: "Asked for help in #payments, nobody was there"
```

The fix puts quotes around the text and what was taken for a comment. It is unsafe, since only a person knows
where the text ends. On 731 public YAML files there was nothing to report, right or wrong.

Related: `yaml_feature`, `yaml_syntax`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.text import Location, Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_JOINED = re.compile(r"(?<=\S) +(#([^\W_][\w-]*)[^\r\n]*)")
_NAMED = re.compile(r"\d+\Z|(?=.*[-_\d])[^\W\d]")
"""What follows a `#` that is a part of a text: the number of a ticket, or the name of a channel."""
_LEADS_ON = re.compile(
    r"\b(?:in|on|at|to|from|via|see|and|or|of|for|with|by|as|the|channel|issue|ticket|change|pr|mr)\Z",
    re.IGNORECASE,
)
_PROSE = frozenset(("text", "title", "summary", "description", "reason", "because", "done_when", "chat"))
"""Keys of texts for people."""


@rule("DOC024", on=tuple(kind.name for kind in KINDS if kind.name != "communication"), measured=(0, 0, 0))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    text = document.source.text
    end = (document.front.span.end if document.front else 0) if document.kind.markdown else len(text)
    if text.find("#", 1) < 0 or " #" not in text:  # a line for an editor begins with one
        return
    for match in _JOINED.finditer(text, 0, end):
        value = _text(document, match.start())
        if value and (_NAMED.match(match[2]) or _LEADS_ON.search(value.text)):
            yield _finding(document, value, match)


def _text(document: Document[Any], end: int) -> Location | None:
    """The text for people, not in quotes, that ends at an offset; None where another value does."""
    value = document.value_at(end - 1)
    prose = document.within(end - 1).rpartition("/")[2] in _PROSE
    if value is None:
        return document.span(Span(end, end)) if prose and document.empty_at(end) else None
    plain = value.span.end == end and value.text[0] not in "\"'|>"
    words = " " in value.text and any(map(str.isalpha, value.text))
    return value if plain and (prose or words) else None


def _finding(document: Document[Any], value: Location, match: re.Match[str]) -> Finding:
    place = document.span(Span(match.start(1), match.start(1) + len(match[1].rstrip())))
    begin = value.span.start if value.text else place.span.start
    whole = document.span(Span(begin, place.span.end))
    quoted = "'" + whole.text.replace("'", "''") + "'"
    fix = None if "\n" in whole.text else Fix("put it in quotes", (Edit(whole, quoted),), safe=False)
    message = f"`{shown('#' + match[2])}` is taken for a comment and is no part of the text before it"
    return Finding(place, message, "put the whole text in quotes", fix=fix)
