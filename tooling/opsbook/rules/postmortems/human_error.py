"""A post-mortem looks behind what it would call human error.

`Human error` is where a search ends, not what it finds. People do what makes sense to them with what they
see; somebody else would have done the same, and will. What let one slip reach customers, be it a prompt
that does not say which cluster it is on or a form that takes `10` for `1.0`, can be mended. A person
cannot.

Reported are `human error` and the errors of operators, users, engineers and the like, and fat fingers. The
prose of post-mortems is looked at, and of incidents the summary, the timeline and the titles of action
items. Not reported are

* headings, quotations, code and links, and titles of books in capitals;
* a sentence that denies it: `we do not call this human error`;
* what has not happened: `unless a human mistake is made`;
* `user error rate` and `user errors`, which are about what users see.

It was right in all of 3 hits on the 176 public post-mortems and guides it was written against. On 2,200 other
texts (runbooks, status pages and chats) it was right in 5 of 6; the sixth feared a mistake that was still to
come, which passes now.

Related: `blamed_person`, `counterfactual`, `judged_character`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Contributing factors

- Human error  <!-- PM014 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Contributing factors

- The prompts of test and production differ in one letter
- The command asks for no confirmation
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.wording import listen, phrases

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_THING = "rates?|messages?|pages?|logs?|reports?|counts?|codes?|budgets?|responses?|handling|metrics?"
_WHO = "user|operator|administrator|admin|engineer|developer|pilot"
_LISTEN = listen(
    "human fat fatfinger fatfingers fatfingered fatfingering pebkac user operator administrator admin "
    "engineer developer pilot",
    rf"\b(?:human(?: |-)(?:error|mistake|failure)s?|(?P<who>{_WHO})(?: |-)error(?!s| (?:{_THING})\b)"
    r"|(?P<fingers>fat(?: |-)?finger(?:ed|ing|s)?)|pebkac)\b",
    also="error errors mistake mistakes failure failures finger fingers fingered fingering fatfinger "
    "fatfingers fatfingered fatfingering pebkac",
)
_FEARED = re.compile(r"\b(?:unless|barring)(?: an?| any)?\s*\Z", re.IGNORECASE)
"""Before what has not happened."""
_HINTS = {
    "user": "say what the user saw and did, and what let it through",
    "fingers": "say what was typed and meant, and why nothing asked before it took effect",
}


@rule("PM014", on=("postmortem", "incident"), recommended="advice", strict="advice", measured=(4, 4, 4))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for phrase in phrases(document, _LISTEN):
        if phrase.denied or phrase.titled or _FEARED.search(phrase.before):
            continue
        who = "fingers" if phrase["fingers"] else (phrase["who"] or "person").lower()
        hint = f"say what the {who} saw and expected, and what let it reach production"
        yield Finding(
            phrase.location,
            f"`{phrase.words}` ends the search for causes",
            _HINTS.get(who, hint),
        )
