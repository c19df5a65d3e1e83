"""A post-mortem says what happened, not what its template asks for.

`HH:mm`, `[insert impact]` or `Short event description` were put there to be replaced. Left in a page that
people read they look like an answer and are none; nobody can tell whether the time was not known or only
not looked up. Where it cannot be known, saying so is an answer.

Reported are a date or time written in letters (`HH:mm`, `YYYY-MM-DD`), `TBD` where a whole cell or line
says no more, words in brackets or braces that ask for something (`[insert …]`, `<describe …>`, `{{ summary
}}`), and sentences of well-known public templates. One finding a line. Not reported are

* code, quotations, comments and links, and blocks that opsbook generates;
* `TODO` and `TBD` within a sentence, which say what is open;
* pages that say `status: draft`.

On 176 public post-mortems, guides and templates it was right in all of 31 hits, 16 of them in post-mortems
and 15 in the templates themselves.

Related: `empty_section`, `missing_section`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Timeline

| Time | Event |
| --- | --- |
| 2026-03-02 HH:mm | The chart was deployed |  <!-- PM008 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Timeline

| Time | Event |
| --- | --- |
| 2026-03-02, before 09:02 | The chart was deployed |
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.parts import unfinished
from opsbook.lint.rule import rule
from opsbook.lint.wording import prose
from opsbook.lint.words import cue
from opsbook.text import Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem

_WORDS = (
    *("insert", "describe", "add", "fill in", "enter", "replace", "list", "provide", "explain", "your"),
    *("name of", "link to", "brief"),
)
_ASKS = rf"(?:{'|'.join(_WORDS)})\b"
_LEFT = re.compile(
    r"\b(?:[Hh]{2}:[Mm]{2}(?::[Ss]{2})?|[Yy]{4}[-/][Mm]{2}[-/][Dd]{2}|20xx-MM-DD)\b"
    rf"|\[(?i:{_ASKS})[^\]\n]{{0,80}}\](?!\()|\{{\{{[^}}\n]{{1,80}}\}}\}}"
    r"|(?im:^[ \t|*+-]*(?:TBD|TBC|to be (?:written|completed|determined))[.]?[ \t|]*$)"
    r"|(?i:short event description|things that could have gone better\. ideally these"
    r"|these are only sample subheadings|lorem ipsum|schedule the meeting on the"
    r"|include a (?:short )?description of)"
)
_TAG = re.compile(rf"<(?i:{_ASKS})[^>\n]{{0,80}}>")
"""To a reader of Markdown it is a tag."""
_BRACKETED = [re.compile(rf"{sign}(?:{'|'.join(_WORDS)})") for sign in (r"\[", "<")]
_CUE = cue(
    "hh yyyy tbd tbc be+written be+completed be+determined short+event gone+better only+sample lorem ipsum"
    " schedule+meeting include+description"
)


@rule("PM008", on="postmortem", measured=(31, 31, 31))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem) or not _may_be_left(postmortem):
        return
    spans = [Span(*found.span()) for found in _LEFT.finditer(prose(postmortem))]
    spans += [span for span in postmortem.page.html if _TAG.match(postmortem.span(span).text)]
    line = 0
    for span in sorted(spans):
        place = postmortem.span(span)
        if place.start.line != line:
            line = place.start.line
            words = shown(" ".join(place.text.strip(" \t|*+-").split()))
            yield Finding(place, f"`{words}` is the template's", "write what was, or that it is not known")


def _may_be_left(postmortem: Document[Postmortem]) -> bool:
    lowered = postmortem.source.lowered
    marks = "{{" in lowered or "20xx" in lowered
    return marks or _CUE.given(postmortem) or any(each.search(lowered) for each in _BRACKETED)
