"""A runbook is of a kind that exists.

The kind decides which parts a runbook must have. One that nobody defined asks for nothing: such a page
is never told what it lacks, and whoever wrote it believes that it was checked.

Kinds are `incident`, `alert` and `procedure`, and those under `runbook_kinds` in the settings.

Related: `missing_part`.

## Example

````markdown title="runbooks/alerts/OrdersDbReplicationLag.md"
---
kind: alerts  # RUN010
---
# OrdersDbReplicationLag
````

Use instead:

````markdown title="runbooks/alerts/OrdersDbReplicationLag.md"
---
kind: alert
---
# OrdersDbReplicationLag
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.model.settings import PARTS

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN010", on="runbook", adopt="warning", recommended="error", measured=(0, 0, 0))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    kind = runbook.content.kind
    if context.settings.parts(kind) is None:
        known = dict.fromkeys((*PARTS, *context.settings.runbook_kinds))
        yield Finding(runbook.at("kind"), f"no kind of runbook `{kind}`", _hint(kind, known))


def _hint(kind: str, known: dict[str, None]) -> str:
    from opsbook.book.validate import nearest

    near = nearest(kind, known)
    if near:
        return f"did you mean `{near}`?"
    return f"known: {', '.join(f'`{name}`' for name in known)}; add it to `runbook_kinds` in the settings"
