"""A post-mortem tells what people did and blames nobody.

Blame is felt by everybody who reads it, not only by its target, and from then on people tell less. It is
also wrong as an explanation: whoever `failed to check` had a reason not to, and the next one will have it
too. Names are no blame. `Ana deployed 4812 at 03:02` is a fact; who knows what she saw can learn from it.

Reported is a person who `failed to`, `forgot to`, `neglected to` or `did not bother to`; somebody's mistake
or fault; somebody who is to blame. A person is `he`, `she`, `the engineer` and the like, or the id of a
person in the book. The prose of post-mortems is looked at, and of incidents the summary, the timeline and
the titles of action items. Not reported are

* systems: `the pod failed to start`;
* `we`, since a team that says so of itself blames nobody in it;
* headings, quotations, code and links, and a sentence that denies it: `it was not her mistake`.

176 public post-mortems and guides blame nobody in such words; `failed to` stands in 14 of them, always of a
system or of `we`.

Related: `counterfactual`, `human_error`, `judged_character`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

The engineer failed to check the pool before the change.  <!-- PM013 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

The engineer looked at the dashboard before the change. It shows used connections, not how many there may be.
```

## A fact with a name, and a system that failed

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Root cause

Ana deployed 4812 at 09:02. Half of the pods failed to start, and the probe did not notice.
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.wording import Phrase, listen, phrases

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_ROLE = (
    r"(?:the|an?|our|one of (?:the|our)|this|that|another) (?:[\w-]+ )?(?:engineer|developer"
    r"|administrator|admin|sysadmin|employee|colleague|contractor|intern|author|reviewer|technician|person|SRE"
    r"|DBA|team member|on-call responder|incident commander|duty officer)s?"
)
_WHO = rf"(?P<who>he|she|someone|somebody|{_ROLE})"
_NAME = r"(?P<name>@?[A-Za-z][\w.-]*)"
_SIDE = "(?:(?:also|then|again|simply|just|unfortunately|apparently|had|have|has) )*"
_FAULT = "(?:mistake|fault|negligence|oversight)"
_LISTEN = listen(
    "failed forgot forgotten neglected bother mistake oversight fault negligence blame",
    rf"\b(?:{_WHO}|{_NAME})(?: who)? {_SIDE}(?P<deed>(?:failed|forgot|forgotten|neglected"
    r"|(?:did not|didn['’]t) bother) to) (?P<what>[a-z]+)"
    rf"|\b(?P<whose>his|her|(?:{_ROLE}|(?P<owner>[A-Za-z][\w.-]*?))['’]s) (?:own )?{_FAULT}\b"
    rf"|\b{_FAULT} (?:made |was made )?by (?P<by>{_ROLE}|@?[A-Za-z][\w.-]*)\b"
    rf"|\b(?P<guilty>he|she|{_ROLE}|@?[A-Za-z][\w.-]*) (?:is|was|were|are) (?:to blame|at fault)\b",
)
_SPOKEN = ("he", "she", "someone", "somebody", "his", "her")


@rule("PM013", on=("postmortem", "incident"), recommended="advice", strict="advice", measured=(0, 0, 0))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for phrase in phrases(document, _LISTEN):
        if not phrase.denied and not phrase.asked and _is_person(phrase, context):
            yield Finding(
                phrase.location,
                f"`{phrase.words}` blames a person",
                _instead(phrase),
            )


def _is_person(phrase: Phrase, context: Context) -> bool:
    """Whether its subject is one: a pronoun, a job, or somebody whom the book knows."""
    name = phrase["name"] or phrase["owner"]
    if not name:
        name = phrase["by"] or phrase["guilty"]
        if not name or " " in name or name.lower() in _SPOKEN:
            return True
    return context.book.has("person", name.strip("@").lower())


def _instead(phrase: Phrase) -> str:
    """What to write in place of the phrase."""
    if phrase["deed"]:
        return f"say what was done, and what made it look right not to {phrase['what']}"
    return "say what was done, what could be seen from there, and what let it through"
