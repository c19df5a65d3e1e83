"""A post-mortem judges no character.

Nobody becomes more careful by being called careless; they become more silent, and the next incident is told
later and with less in it. The judgement also explains nothing: people who are called sloppy today got the
same step right a hundred times before.

Reported are words that judge people, such as careless, sloppy, negligent, reckless, incompetent, lazy or
complacent, and `should have known better`. The prose of post-mortems is looked at, and of incidents the
summary, the timeline and the titles of action items. Not reported are

* headings, quotations, code and links;
* a sentence that denies it: `nobody was careless`;
* words of the trade: lazy loading, a naive implementation, a dumb terminal.

176 public post-mortems and guides judge nobody in such words, but to say that one must not.

Related: `blamed_person`, `human_error`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

The review was sloppy and the renamed key went through.  <!-- PM015 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

The review showed 1,900 changed lines, and the renamed key was one of them.
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.wording import listen, phrases

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_LISTEN = listen(
    "careless carelessly carelessness sloppy sloppily sloppiness negligent negligently negligence reckless "
    "recklessly recklessness incompetent incompetence irresponsible irresponsibly stupid stupidly stupidity "
    "foolish foolishly foolishness idiot idiots idiotic unprofessional complacent complacency inattentive "
    "inattention thoughtless thoughtlessly clueless lazy laziness better",
    r"\b(?:careless(?:ly|ness)?|slopp(?:y|ily|iness)|negligen(?:t|tly|ce)|reckless(?:ly|ness)?"
    r"|incompeten(?:t|tly|ce)|irresponsib(?:le|ly|ility)|stupid(?:ly|ity)?|foolish(?:ly|ness)?|idiot(?:s|ic)?"
    r"|unprofessional(?:ly|ism)?|complacen(?:t|tly|cy)|inattenti(?:ve|on)|thoughtless(?:ly|ness)?|clueless"
    r"|laziness|(?:was|were|is|are|being|too|got|simply|just) lazy(?!(?: |-)(?:load|evaluat|init|import))"
    r"|(?:should have known|knew|ought to have known) better)\b",
)
_HINTS = {
    "kno": "say what was known at that time, and to whom",
    "oug": "say what was known at that time, and to whom",
    "sho": "say what was known at that time, and to whom",
    "com": "say what had gone well so often that nobody looked any more",
    "ina": "say what else asked for attention at that time",
    "inc": "say what the work needs to be known, and where it could have been learnt",
}
"""What to write instead, by the first letters."""


@rule("PM015", on=("postmortem", "incident"), recommended="advice", strict="advice", measured=(0, 0, 0))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for phrase in phrases(document, _LISTEN):
        if not phrase.denied:
            yield Finding(
                phrase.location,
                f"`{phrase.words}` judges people, and explains nothing",
                _HINTS.get(phrase.words[:3].lower(), "say what was done, and what made it look good enough"),
            )
