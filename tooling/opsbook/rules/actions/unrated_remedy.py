"""What a large incident leads to says how strong it is.

A remedy that asks people to remember works until the first busy night. The action hierarchy of RCA2 tells
three sorts apart by one question: does it hold when nobody thinks of it?

* `stronger` takes the possibility away, or makes the safe way the only one: a constraint in the database, a
  deploy that is refused, a dependency that is gone, a limit that the machine keeps.
* `intermediate` makes it likelier to be noticed, or hurt less: an alert, a canary, redundancy, a checklist
  that is used every time.
* `weaker` asks people to know or to be careful: training, a warning, a page of words, a second look.

A word for each is enough, and the reviewer sees at once what the incident really bought. It is asked of
incidents whose worst severity needs a full post-mortem, once that is more than a draft; of items that are
declined, and of `kind: investigate`, it is not asked.

Related: `only_weak_remedies`, `vague_remedy`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:  # ACT007
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
```
```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    strength: stronger
    owner: chi
```
```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_NAMED = 3


@rule("ACT007", on="incident", adopt="off", recommended="advice", strict="warning")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    items = incident.content.action_items.items()
    unrated = [id for id, item in items if item.remedies and item.strength is None]
    if not unrated:
        return
    postmortem = context.book.find("postmortem", incident.id)
    if postmortem is None or not postmortem.readable:
        return
    from opsbook.lint.parts import sections, unfinished  # not for an incident without a post-mortem
    from opsbook.model.postmortem import SECTIONS

    if unfinished(postmortem):
        return
    if sections(postmortem, context) == SECTIONS["full"]:
        names = ", ".join(f"`{id}`" for id in unrated[:_NAMED]) + (" …" if len(unrated) > _NAMED else "")
        yield Finding(
            incident.key_at("action_items"),
            f"no `strength` on {names}",
            "say for each whether it is `stronger`, `intermediate` or `weaker`: "
            f"`opsbook action rate {incident.id}/{unrated[0]} stronger`",
        )
