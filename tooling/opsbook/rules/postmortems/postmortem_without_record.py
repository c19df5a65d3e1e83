"""A post-mortem stands beside the record of its incident.

The page tells what happened to people; programs read the record. Without one the incident is in no list and
no figure, nobody is asked for its action items, and whoever has the same trouble next year is not told that
it has happened before. Collections that were adopted are mostly such pages: the record can be written down
afterwards, the last incidents first. `opsbook new incident ID` begins it with the title of the page and the
day of its id, `opsbook timeline import markdown-table …/postmortem.md -i ID` takes over its table of what
happened, and `opsbook resolve --at TIME -i ID` and the like say when it was over.

Related: `missing_postmortem`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502  <!-- PM017 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Rolled back"}
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
    from opsbook.model.postmortem import Postmortem


@rule("PM017", on="postmortem", strict="warning", measured=(135, 50, 49))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if not context.book.has("incident", postmortem.id):
        hint = (
            f"`opsbook new incident {postmortem.id}` begins it, and `opsbook explain PM017` says how to go on"
        )
        yield Finding(postmortem.head, "no record of its incident: no list and no figure knows of it", hint)
