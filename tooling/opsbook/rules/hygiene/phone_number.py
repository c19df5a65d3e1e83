"""A record holds nobody's telephone number.

Numbers of people do not belong in a repository that a whole company may clone and that forgets nothing:
they change, they are private, and the paging tool has them. A record names the person; their `accounts`
lead to the tool that rings.

Found are numbers in international form (`+49 170 …`), and any number under a key or after a word like
`phone` or `mobile`. Not reported are numbers that are kept for examples and films, numbers that are
free to call, which are nobody's own, and what stands in a block of code of a page.

In 965 runbooks and post-mortems of twenty collections all numbers are made up or stand in code: nothing
is found.

## Example

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
accounts: {github: ana-example, phone: "+49 170 5550123"}  # HYG005
```

Use instead:

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
accounts: {github: ana-example, pager: ana}
```

Related: `private_email_address`, `leaked_secret`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.words import cue
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_INTERNATIONAL = re.compile(
    r"(?P<number>\+(?<![\w+./%:=-]\+)[1-9]\d{0,2}(?:[ ./()-]{1,2}\d+|\d{2,}){1,7})(?![\w:.%-]?\d|\w)"
)
_AFTER_WORD = re.compile(
    r"\b(?:tele)?(?:phone|mobile|cell|handy)(?:[ _-]?(?:no|nr|number))?[\"'`*]*[ \t]*[:=][ \t]*[\"'`]?"
    r"(?P<number>[+(]?\d[\d ()./-]{5,18}\d)(?![\w-])",
    re.IGNORECASE,
)
_WORDS = product(("", "tele"), ("phone", "mobile", "cell", "handy"), ("", "no", "nr", "number"))
_CUE = cue(" ".join(map("".join, _WORDS)))
"""Of `_AFTER_WORD`."""
_FOR_EXAMPLES = re.compile(
    r"1?555\d{7}$|1?\d{3}555\d{4}$|447700900\d{3}|44[1-9]\d{2,3}4960\d{3}|4930230\d{5}|6155?5701\d|"
    r".*(\d)\1{5}|.*12345|.*0{5}|1?8(?:00|33|44|55|66|77|88)\d{7}$|\d{1,3}800\d{4,8}$|0800\d+"
)
"""Kept for examples and films (North America's 555, Ofcom's and others'), made up, or free to call."""


@rule(
    "HYG005", on=tuple(kind.name for kind in KINDS), adopt="advice", recommended="warning", measured=(0, 0, 0)
)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    text = document.source.text
    found: dict[int, re.Match[str]] = {}
    if "+" in text:
        found |= {match.start("number"): match for match in _INTERNATIONAL.finditer(text)}
    if _CUE.given(document):
        found |= {match.start("number"): match for match in _AFTER_WORD.finditer(text)}
    for _, match in sorted(found.items()):
        if _somebodys(match["number"]) and not _in_code(document, match.start()):
            yield Finding(
                document.span(Span(*match.span("number"))),
                "a telephone number",
                "take it out, and name the person: the paging tool knows their number",
            )


def _somebodys(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return 7 <= len(digits) <= 15 and not _FOR_EXAMPLES.match(digits)


def _in_code(document: Document[Any], offset: int) -> bool:
    return document.kind.markdown and document.page.hidden(offset)
