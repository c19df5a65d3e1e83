"""A runbook has an owner.

When a step does not match what is on the screen, the reader needs somebody to ask now, and somebody
to tell tomorrow. A runbook of everybody is corrected by nobody: it is right on the day it is
written and a little less each week.

Best is `owner` in the front matter, a person or a team of this book, because then it is a reference
that can be checked; a section or label `Owner`, `Maintainers` or `Contact` counts as well.

Related: `orphaned_runbook`.

## Example

````markdown title="runbooks/certificate-expiry.md"
---
severity: SEV1
---
# Renew the certificate of the storefront  <!-- RUN007 -->
````

Use instead:

````markdown title="runbooks/certificate-expiry.md"
---
owner: platform
severity: SEV1
---
# Renew the certificate of the storefront
````

## A key without a value names nobody

````markdown title="runbooks/certificate-expiry.md"
---
owner:  # RUN007
severity: SEV1
---
# Renew the certificate of the storefront
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


@rule("RUN007", on="runbook", measured=(158, 50, 50))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    yield from missing(runbook, "owner", context, "a person or, better, a team")
