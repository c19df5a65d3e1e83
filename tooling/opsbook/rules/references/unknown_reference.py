"""A reference names a record that exists.

An id that leads nowhere is a page that reaches nobody, a runbook that nobody finds at night, or a
name that a reader cannot look up. The id of a record is its path, so renaming a file breaks every
reference to it: change them in the same commit.

Members of rotations and overrides have a rule of their own, `unknown_member`.

Related: `dead_link`, `unreferenced_record`, `unknown_member`.

## Example

```yaml title="policies/services/checkout.yaml"
name: Checkout
team: paymets  # REF001
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Use instead:

```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.lint.names import unknown
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context

_KINDS = tuple(kind.name for kind in KINDS)


@rule("REF001", on=_KINDS, adopt="warning", recommended="error")
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for reference, finding in unknown(document, context.book):
        if not (document.kind.name in ("rotation", "override") and reference.kinds == ("person",)):
            yield finding
