"""What a post-mortem promises is work that can be done and seen to be done.

`Be more careful` changes nothing on the day after tomorrow. Everybody meant to be careful before, and
nobody can tell whether it was done. A remedy is a thing: a check that refuses, an alert, a smaller step, a
line in a runbook.

Reported are promises to be more careful or aware, to pay more attention, to remind everybody, to raise
awareness, to train people, to double-check by hand. The prose of post-mortems is looked at, and of incidents
the summary, the timeline and the titles of action items. Not reported are

* headings, quotations, code and links;
* a sentence that denies it: `being more careful will not help`;
* what was done already, as an entry of a timeline says: `reminded the team of the freeze`.

It was right in 6 of 7 hits on the 176 public post-mortems and guides it was written against; the other is the
duty of a role in a guide. On 2,200 other texts (runbooks, status pages and chats) it was right in 2
of 4; the two others tell the users of a change, which passes now.

Related: `counterfactual`, `judged_character`, `no_action_items`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Action items

- Be more careful with renamed keys  <!-- PM016 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Action items

- Refuse a chart that sets a key nobody reads
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.wording import Phrase, listen, phrases

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_PEOPLE = (
    "(?:everyone|everybody|all|people|staff|team members|engineers|developers|users|employees|colleagues"
    "|teams|(?:the|our|all) (?:[a-z-]+ )?(?:teams?|engineers|developers|staff|users|employees|people"
    "|colleagues))"
)
_NEWS = "(?! of (?:the|this) (?:change|upgrade|outage|maintenance))"
"""Of this somebody is told once."""
_CAREFUL = "careful|vigilant|attentive|diligent|aware|mindful|cautious|thorough|conscious"
_LISTEN = listen(
    "careful vigilant attentive diligent mindful cautious thorough conscious attention care harder "
    "remind aware awareness knows remembers train retrain training educate education double remember",
    rf"\b(?:(?P<care>be(?:ing|come)? (?:(?:a bit|a little|much|even) )?(?:more|extra) (?:{_CAREFUL})"
    r"|pay(?:ing)? (?:more|closer|better|extra|greater) attention"
    r"|tak(?:e|ing) (?:more|greater|extra|better) care|try(?:ing)? harder)"
    rf"|(?P<word>remind {_PEOPLE} (?:to|of|about|that|not)|(?:raise|increase) (?:the )?awareness"
    rf"|(?:make (?:sure|certain)|ensure) (?:that )?{_PEOPLE} (?:knows?|remembers?|(?:is|are) aware{_NEWS}))"
    rf"|(?P<drill>(?:train|educate|retrain) {_PEOPLE})"
    r"|(?P<train>(?:more|better|additional|continuous|further) (?:training|education)"
    r"(?: (?:of|for|on|in|to|will|is|should|needed)\b|[.,]|$))"
    r"|(?P<check>(?:always|should|must) (?:double|triple)(?: |-)check|always remember to))(?!\w)",
)
_PROMISE = re.compile(
    r"\b(?:we(?: will|['’]ll| should| must| need to| have to)|should|must|let['’]s|please)\Z"
)
_HINTS = {
    "care": "say what will make the slip harmless: a check that refuses, an alert, a smaller step",
    "word": "put it where people meet it while they work: a check, a prompt, a line in the runbook",
    "train": "say what is exercised, by whom and by when; better, what makes the knowledge unnecessary",
    "drill": "say what is exercised, by whom and by when; better, what makes the knowledge unnecessary",
    "check": "let something check it that never forgets: a test, a rule, a second approval",
}


@rule("PM016", on=("postmortem", "incident"), recommended="advice", strict="advice", measured=(7, 7, 6))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for phrase in phrases(document, _LISTEN):
        sort = next(name for name in _HINTS if phrase[name])
        promised = sort in ("care", "train", "check") or _promised(phrase)
        if promised and not phrase.denied and not phrase.asked:
            yield Finding(
                phrase.location,
                f"`{phrase.words}` cannot be seen to be done",
                _HINTS[sort],
            )


def _promised(phrase: Phrase) -> bool:
    """Whether somebody says that it will be done, rather than tells of it: `Remind everybody …`, `we will
    train …`."""
    before = phrase.before.strip(" \t\r\n*_-[]xX").lower()
    return not before or _PROMISE.search(before) is not None
