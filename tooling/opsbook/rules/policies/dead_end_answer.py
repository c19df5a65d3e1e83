"""Every answer to a classifying question leads to a question or to a severity.

The questions are asked at night by somebody who is new to it. An answer that leads nowhere leaves the
incident without a severity, and so without its roles, its pages and its updates.

## Example

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: SEV1, if_no: degraded}
  degraded:
    ask: "Is something customers came for not possible?"
    if_yes: SEV11  # POL008
    if_no: SEV2
```

Use instead:

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: SEV1, if_no: degraded}
  degraded:
    ask: "Is something customers came for not possible?"
    if_yes: SEV1
    if_no: SEV2
```

Related: `circular_questions`, `unasked_question`, `unreached_severity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.questions import dead_ends, meant
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.severity import Severities


@rule("POL008", on="severities", adopt="warning", recommended="error")
def check(policy: Document[Severities], context: Context) -> Iterator[Finding]:
    for question, answer, name in dead_ends(policy.content):
        near = meant(policy.content, name)
        yield Finding(
            policy.at("questions", question, answer),
            f"no question and no level `{name}`",
            f"did you mean `{near}`?" if near else "name one of the `levels` or of the `questions`",
        )
