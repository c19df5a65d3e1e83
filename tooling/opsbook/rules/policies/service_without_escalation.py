"""Somebody is paged when a critical service is hurt.

Without `escalation` no policy says who answers for the service: the alert fires, and whoever sees it
looks for a name in the chat. Only services marked `critical` are asked, while some severity's response
is `page`, and until their last day.

## Example

```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
critical: true  # POL007
```

Use instead:

```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
escalation: payments
critical: true
```

Related: `uncovered_severity`, `missing_fallback`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.directory import Service


@rule("POL007", on="service", adopt="advice", recommended="warning")
def check(service: Document[Service], context: Context) -> Iterator[Finding]:
    content = service.content
    if not content.critical or content.escalation or not context.book.severities.paging:
        return
    if content.until and context.clock.day_over(content.until, context.settings.timezone):
        return
    yield Finding(
        service.key_at("critical"),
        "a critical service without `escalation`",
        "name the policy that pages: `escalation: …`",
    )
