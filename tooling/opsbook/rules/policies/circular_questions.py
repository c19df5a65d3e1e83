"""The classifying questions come to an end.

Whoever answers truly and is asked the same question again has no severity, and no time to find out
that the policy has a circle in it. Each question of the circle is reported, since any of them may be
the one to change.

## Example

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: SEV1, if_no: degraded}  # POL009
  degraded: {ask: "Do customers notice?", if_yes: down, if_no: SEV2}  # POL009
```

Use instead:

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Anything else}
questions:
  down: {ask: "Can nobody use it?", if_yes: SEV1, if_no: degraded}
  degraded: {ask: "Do customers notice?", if_yes: SEV1, if_no: SEV2}
```

Related: `dead_end_answer`, `unasked_question`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.questions import leads, way_back
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.severity import Severities


@rule("POL009", on="severities", adopt="warning", recommended="error")
def check(policy: Document[Severities], context: Context) -> Iterator[Finding]:
    for question in policy.content.questions:
        way = way_back(policy.content, question)
        if not way:
            continue
        following = (*way, question)[1]
        answer = next(key for key, name in leads(policy.content, question).items() if name == following)
        yield Finding(
            policy.at("questions", question, answer),
            f"leads back to itself: {' → '.join(f'`{each}`' for each in (*way, question))}",
            "let one of these answers lead to a level",
        )
