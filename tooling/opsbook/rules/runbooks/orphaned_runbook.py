"""A runbook belongs to somebody who is still there.

Its owner is asked when a step does not fit, and reminded when its review is due. When they leave, both go to
nobody, and the page grows old without anybody noticing: it still has an owner, to the eye.

A person's or a team's `until` is their last day; the runbook is without an owner once that day is over in the
book's `timezone`. That a name is nobody's says `unknown_reference`, that there is none `missing_owner`.

The public collections that rules are tried on name chats and addresses as owners, none of which leave;
there was nothing to measure.

## Example

````markdown title="runbooks/disk-full.md"
---
owner: ana  # RUN019
---
# Make room on a full disk
````
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Madrid
until: 2026-03-20
```

Use instead:

````markdown title="runbooks/disk-full.md"
---
owner: platform
---
# Make room on a full disk
````
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Madrid
until: 2026-03-20
```
```yaml title="rotations/people/chi.yaml"
name: Chi Okafor
timezone: Europe/London
```
```yaml title="rotations/teams/platform.yaml"
name: Platform
members: [chi]
```

Related: `departed_owner`, `missing_owner`, `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.people import departed
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN019", on="runbook", dated=True)
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    owner = runbook.content.owner
    gone = departed(owner, context) if owner else None
    if gone:
        message = f"`{owner}` left on {gone.content.until} and owns this runbook"
        hint = "hand it to a team, or to somebody who is there"
        related = (Related(gone.at("until"), "the last day"),)
        yield Finding(runbook.at("owner"), message, hint, related)
