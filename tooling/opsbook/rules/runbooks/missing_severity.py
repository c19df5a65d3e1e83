"""A runbook says which severities it serves.

Whoever opens it wants to know in the first line how bad this is: whether to wake somebody, open a
room, and how much risk the cure may carry. A step that drops half a minute of writes is right at SEV0
and wrong at SEV2.

Best is `severity` in the front matter, one level or a list, because tools read it too; a section or a
bold label of that name counts as well.

Related: `missing_trigger`, `missing_part`.

## Example

````markdown title="runbooks/database-failover.md"
---
owner: platform
---
# Fail the orders database over  <!-- RUN002 -->
````

Use instead:

````markdown title="runbooks/database-failover.md"
---
owner: platform
severity: [SEV0, SEV1]
---
# Fail the orders database over
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.lint.parts import missing
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.diagnostics import Finding
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN002", on="runbook", measured=(4, 4, 4))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "severity", context, "one level, or a list")
