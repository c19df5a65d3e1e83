"""A post-mortem has the sections that its form asks for.

People come back to a post-mortem with one question: did this happen before, what did we miss, what did
we promise? They find the answer where they look for it, or not at all. And a section nobody wrote is
mostly a question nobody asked; what went well is left out first, and it is what the next incident
will be survived with.

The worst severity that the incident ever had decides, through `postmortem` in the severity policy:

* `full`: Summary, Timeline, Root cause, Impact, What went well, What went wrong, Action items;
* `short`: Summary, Root cause, Action items;
* `note`: none.

Sections match at any level and by many names (`Contributing factors`, `Next steps` …); `headings` in the
settings adds yours. Where they stand is another
rule's business. A page that says `status: draft` is left in peace.

Related: `empty_section`, `section_out_of_order`, `template_words`.

## Example

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
---
status: published
---
# Wallet passes arrive an hour late  <!-- PM002 -->

## Summary

A certificate expired, and the queue held everything back that needed it.

## Contributing factors

- The reminder went to somebody who had left.
````
```yaml title="incidents/2026/2026-04-11-late-wallet-passes/incident.yaml"
title: Wallet passes arrive an hour late
severity: SEV2
```

Use instead:

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
---
status: published
---
# Wallet passes arrive an hour late

## Summary

A certificate expired, and the queue held everything back that needed it.

## Contributing factors

- The reminder went to somebody who had left.

## Action items

<!-- opsbook:action-items -->

*No action items.*

<!-- /opsbook -->
````
```yaml title="incidents/2026/2026-04-11-late-wallet-passes/incident.yaml"
title: Wallet passes arrive an hour late
severity: SEV2
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.parts import sections, unfinished
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


@rule("PM002", on="postmortem", measured=(503, 48, 47))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem):
        return
    for section in sections(postmortem, context):
        if find(postmortem, section, context.settings) is None:
            name = section.capitalize()
            yield Finding(postmortem.head, f"no section `{name}`", f"add `## {name}`")
