"""A post-mortem says what happened and why it made sense, not what should have happened.

`We should have tested the chart` describes a night that did not take place. It is true of everything, since
afterwards everybody knows where to look, and it ends the search just where it gets useful: what did people
see, and what made the other choice look right? What ought to be different from now on is an action item.

Reported are people who `should have` or `could have` done something that shows only afterwards; what
`should have been noticed`, `tested` and the like; what `could have prevented` it; and `if we had …`. The
prose of post-mortems is looked at, and of incidents the summary, the timeline and the titles of action
items. Not reported are

* headings, quotations, code and links;
* systems: `the probe should have failed` says what was expected of it;
* the reader: `you should have been paged` tells what to look for;
* questions, and what could have come worse: `it could have been all regions`;
* `we should have tested backups`, which is about today.

It was right in all of 7 hits on the 176 public post-mortems and guides it was written against; guides that
talk about such sentences quote them, and quotations pass. On 2,200 other texts (runbooks, status pages and
chats) it was right in 2 of 3; the third spoke to the reader, which passes now.

Related: `blamed_person`, `human_error`, `vague_remedy`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

We should have tested the chart without the old key.  <!-- PM012 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

We had not tested the chart without the old key, because the test environment sets both.
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

_CERTAIN = (
    "noticed|spotted|caught|detected|seen|known|checked|communicated|escalated|addressed|rushed|done"
    "|considered|anticipated|foreseen|prevented|avoided|informed|told|asked|consulted|warned|announced"
    "|prioriti[sz]ed|questioned|reali[sz]ed|recogni[sz]ed|understood|found|fixed|merged|read|followed|rolled"
    "|identified|picked|raised|declared|paged|challenged|thought|remembered|acted|reacted|responded|waited"
    "|stopped|taken|made|used|looked|investigated|started|called|revoked|recy?cled"
)
_IN_DOUBT = "tested|documented|monitored|planned|reviewed|approved|validated|verified|discussed"
"""Adjectives too: `we should have tested backups` is about today."""
_FOLLOWS = (
    "the|a|an|this|that|these|those|it|them|our|his|her|their|its|for|to|on|in|with|before|after|first|more"
    "|better|earlier|sooner|when|until|if"
)
_DEED = rf"(?:been (?:{_CERTAIN}|{_IN_DOUBT})|(?:{_CERTAIN})|(?:{_IN_DOUBT})(?= (?:{_FOLLOWS})\b|[.,;)]))"
_PERSON = (
    r"(?:we|I|he|she|they|someone|somebody|no one|nobody|everyone|everybody|(?:the|our|an) (?:[\w-]+ )?"
    r"(?:team|engineers?|developers?|administrators?|commander|reviewers?|author|employees?|support))"
)
_SIDE = "(?:(?:also|at least|probably|really|perhaps|maybe|easily|only|just|never|always|then|all|likely) )*"

_PRONOUN = "we|I|he|she|they|someone|somebody|nobody"
_LISTEN = listen(
    "should shouldn ought could+have would+have if+had",
    rf"\b(?:(?P<who>{_PERSON}) )?{_SIDE}(?P<should>should|ought to)(?P<not> not|n['’]t|) (?:have|of) {_SIDE}"
    rf"(?P<deed>{_DEED})\b"
    r"|\b(?:could|would) have (?P<help>helped|prevented|avoided|averted|caught|detected|spotted)\b"
    rf"|\b(?:(?P<whoever>{_PERSON}) )?{_SIDE}could have {_SIDE}(?P<possible>{_CERTAIN})\b"
    r"|\bcould (?:also )?have (?P<undone>been"
    r" (?:prevented|avoided|caught|detected|noticed|spotted|averted|alerted|communicated))\b"
    rf"|\bif (?P<whose>{_PRONOUN}) {_SIDE}had(?P<if_not> not|n['’]t|) {_SIDE}"
    rf"(?P<other>{_CERTAIN}|[a-z]+ed)\b",
    near=("should", "ould have", "ought", "if we", "if i ", "if he", "if she", "if they", "if some"),
)
_ASKS = ("what", "or", "whether", "how", "ask", "asked", "see", "check", "checked", "know", "wonder", "as")
_ASKED = re.compile(
    r"\b(?:whether|(?:ask|reflect|discuss|consider|see|know|decide|find out|evaluate) if)\b", re.IGNORECASE
)


@rule("PM012", on=("postmortem", "incident"), recommended="advice", strict="advice", measured=(9, 9, 9))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for phrase in phrases(document, _LISTEN):
        if phrase.asked or phrase.denied or _asks(phrase) or _about_a_system(phrase) or phrase.follows("you"):
            continue
        yield Finding(
            phrase.location,
            f"`{phrase.words}` judges by what was known only afterwards",
            _instead(phrase),
        )


def _asks(phrase: Phrase) -> bool:
    """Whether it is what somebody asks: `reflect if the teams should have been told`."""
    return phrase.follows(*_ASKS) or _ASKED.search(phrase.before) is not None


def _about_a_system(phrase: Phrase) -> bool:
    """Whether nobody stands before it who could have done it, and it is nothing that only people do."""
    if phrase["should"]:
        return not phrase["who"] and not phrase["deed"].startswith("been ")
    return bool(phrase["possible"] and not phrase["whoever"] and phrase.before.strip(" \t\r\n*_-"))


def _instead(phrase: Phrase) -> str:
    """What to write in place of the phrase."""
    if phrase["help"]:
        return f"make it an action item: what would have `{phrase['help']}` is work to do from now on"
    if phrase["undone"]:
        return f'say what was there: "it was not {phrase["undone"].removeprefix("been ")}, because …"'
    who = phrase["who"] or phrase["whoever"] or phrase["whose"] or "it"
    deed = phrase["deed"] or phrase["possible"] or phrase["other"]
    negated = phrase["not"] or phrase["if_not"]
    return f'say what was, and why: "{who} had {"" if negated else "not "}{deed}, because …"'
