"""A runbook says when somebody last made sure that it is right.

A command that was right two years ago may today delete something else. The date tells the reader how
much to trust the page before running the first line, and `review_in` beside it tells the owner when
to look again. The date of the last commit is no substitute: mending a typing error reviews nothing.

Best is `last_updated` in the front matter; `last_reviewed_on` and `last_review_date` mean the same,
and a section such as `Revision history` counts.

Related: `stale_last_updated`, `overdue_review`.

## Example

````markdown title="runbooks/disk-full.md"
---
owner: platform
---
# Make room on a full disk  <!-- RUN008 -->
````

Use instead:

````markdown title="runbooks/disk-full.md"
---
owner: platform
last_updated: 2026-03-20
review_in: 6 months
---
# Make room on a full disk
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


@rule("RUN008", on="runbook", measured=(267, 50, 50))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "last_updated", context, "the day somebody last made sure that it is right")
