"""The tests of an escalation policy hold.

A test says whom an alert pages at which minute: what somebody relied on when they wrote it. Where it fails,
either the policy or a rotation was changed without that in mind, or the test was.

`opsbook escalation show SERVICE --severity SEV1 --at INSTANT` shows what is paged instead, with the reason
of each page. Name rotations and teams in tests, not people: those change with every turn.

Related: `unreached_alert`, `gone_target`.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: first}], escalate_after: 10m}
  - {page: [{person: gil}], escalate_after: 10m}
tests:
  - {at: 2026-03-04T03:00+01:00, severity: SEV1, pages: {0m: {rotation: first}, 5m: {person: gil}}}  # POL013
```
```yaml title="rotations/first.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: first}], escalate_after: 5m}
  - {page: [{person: gil}], escalate_after: 10m}
tests:
  - {at: 2026-03-04T03:00+01:00, severity: SEV1, pages: {0m: {rotation: first}, 5m: {person: gil}}}
```
```yaml title="rotations/first.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.oncall.proof import unmet

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation


@rule("POL013", on="escalation", adopt="warning", recommended="error")
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    for each in unmet(context.book, policy):
        yield Finding(
            policy.at("tests", each.test, "pages", each.after),
            f"the test fails: {each.said}",
            "mend the policy or the rotation, or say in the test what is meant now",
        )
