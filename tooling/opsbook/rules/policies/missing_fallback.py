"""An escalation policy says who is paged when nobody answers.

After the last level and its repeats an alert is lost, unless there is a `fallback`: somebody who is
told that nobody took it. Mostly it is the head of the department, who is seldom paged and so notices.

A policy that other policies lead to, and no service, needs none: the first policy's fallback follows
it.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:  # POL005
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{rotation: payments-secondary}], escalate_after: 10m}
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{rotation: payments-secondary}], escalate_after: 10m}
fallback: {person: gil}
```

Related: `paged_again`, `uncovered_severity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.guards import entered
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation


@rule("POL005", on="escalation", adopt="advice", recommended="warning")
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    if policy.content.levels and not policy.content.fallback and entered(policy, context.book):
        yield Finding(
            policy.key_at("levels"),
            "no `fallback`: after the last level nobody is told",
            "add `fallback: {person: …}`, somebody who can find somebody",
        )
