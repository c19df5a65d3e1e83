"""A large incident leads to more than words of caution, or its post-mortem says why not.

Training, warnings and another page of words are the cheapest answer, and the one that was in place when it
happened. Now and then there is no better one: what would take the possibility away costs more than it hurts,
or belongs to somebody else. Then somebody decided so, and the next reader wants to know who would have to be
asked.

Reported are post-mortems of incidents whose worst severity needs a full one, where every remedy is rated
(`strength`) and none better than `weaker`. The front matter of the page may say why: `weak_remedies_because`.

* Items that are declined, and those of `kind: investigate`, are no remedies; without any there is nothing to
  judge.
* One remedy without a `strength` may be a stronger one: `unrated_remedy` asks for it.
* A page that says `status: draft` is left in peace.

Related: `unrated_remedy`, `no_action_items`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Action items  <!-- ACT008 -->

The team talks about it on Friday.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-on-page:
    title: The deployment page reminds of the pool size
    kind: process
    strength: weaker
    owner: chi
```

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
weak_remedies_because: The vendor sets the pool, and offers a limit in version 9, in May
---
# Checkout answers 502 for one request in three

## Action items

The team talks about it on Friday.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-on-page:
    title: The deployment page reminds of the pool size
    kind: process
    strength: weaker
    owner: chi
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.parts import sections, unfinished
from opsbook.lint.rule import rule
from opsbook.model.postmortem import SECTIONS

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


@rule("ACT008", on="postmortem")
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if postmortem.content.weak_remedies_because or unfinished(postmortem):
        return
    incident = context.book.find("incident", postmortem.id)
    if incident is None or not incident.readable:
        return
    remedies = [item for item in incident.content.action_items.values() if item.remedies]
    if not remedies or any(item.strength != "weaker" for item in remedies):
        return
    if sections(postmortem, context) == SECTIONS["full"]:
        found = find(postmortem, "action items", context.settings)
        yield Finding(
            found.location if found else postmortem.head,
            "every remedy is `weaker`, and no word why"
            if len(remedies) > 1
            else "the only remedy is `weaker`, and no word why",
            "add a stronger one to the record, or `weak_remedies_because:` to the front matter",
        )
