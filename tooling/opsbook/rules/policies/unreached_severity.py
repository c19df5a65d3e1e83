"""The classifying questions lead to every severity.

A severity that no answers lead to is given by feeling only, and its duties with it. Mostly a level was
added to the policy and the questions were left as they were.

A policy without questions is not looked at. An answer counts even where it is mistyped
(`dead_end_answer`) or its question is never asked (`unasked_question`). A level that is not for
classifying, say for drills, may be silenced with its reason beside it.

## Example

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Customers notice}
  SEV3: {name: Cosmetic, definition: Nobody notices}  # POL011
questions:
  down: {ask: "Can customers not do what they came for?", if_yes: SEV1, if_no: SEV2}
```

Use instead:

```yaml title="policies/severities.yaml"
levels:
  SEV1: {name: Major, definition: Customers cannot do what they came for}
  SEV2: {name: Minor, definition: Customers notice}
  SEV3: {name: Cosmetic, definition: Nobody notices}
questions:
  down: {ask: "Can customers not do what they came for?", if_yes: SEV1, if_no: noticed}
  noticed: {ask: "Do customers notice?", if_yes: SEV2, if_no: SEV3}
```

Related: `dead_end_answer`, `unasked_question`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.questions import leads, meant
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.severity import Severities


@rule("POL011", on="severities", adopt="advice", recommended="warning")
def check(policy: Document[Severities], context: Context) -> Iterator[Finding]:
    content = policy.content
    answers = (name for question in content.questions for name in leads(content, question).values())
    found = {meant(content, name) for name in answers}
    for level in content.levels:
        if found and level not in found:
            yield Finding(
                policy.key_at("levels", level),
                f"no answers lead to `{level}`",
                "add a question that tells it from the others",
            )
