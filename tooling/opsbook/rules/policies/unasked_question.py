"""Every classifying question is asked.

The first question is asked first, and each of the others where an answer leads to it. One to which no
answers lead is read by nobody: it was forgotten when the answers changed, or they no longer tell apart
what it was written for.

An answer that is mistyped counts for the question it looks like; `dead_end_answer` reports it.

## Example

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: SEV1, if_no: SEV2}
  workaround: {ask: "Is there a way around it?", if_yes: SEV2, if_no: SEV1}  # POL010
```

Use instead:

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: workaround, if_no: SEV2}
  workaround: {ask: "Is there a way around it?", if_yes: SEV2, if_no: SEV1}
```

Related: `dead_end_answer`, `unreached_severity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.questions import asked
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.severity import Severities


@rule("POL010", on="severities", adopt="advice", recommended="warning")
def check(policy: Document[Severities], context: Context) -> Iterator[Finding]:
    reached = asked(policy.content)
    for question in policy.content.questions:
        if question not in reached:
            yield Finding(
                policy.key_at("questions", question),
                f"`{question}` is never asked: no answers lead to it",
                f"let an answer lead to it, or move it to the top: `if_no: {question}`",
            )
