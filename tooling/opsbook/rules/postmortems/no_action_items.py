"""A full post-mortem leads to work, or says why it does not.

An incident of that size with nothing to do afterwards is possible: the fix was the incident's last entry, or
what would prevent it costs more than it hurts. Then somebody decided so, and the next reader wants to know
why. A list that is merely empty says that nobody asked.

The worst severity that the incident ever had must ask for a full post-mortem. Its record has no
`action_items`, and the section `Action items` holds nothing but the generated block, or words such as
`None` and `n/a`. A sentence beside the block is a reason.

* A page that says `status: draft` is left in peace, as is one of a drill, a near miss or a false alarm.
* That the section is missing or quite empty say `missing_section` and `empty_section`.
* Without a record beside the page the page alone decides. So it did for 176 public post-mortems and
  templates, of which two end in `N/A` or a lone dash.

Related: `missing_section`, `empty_section`, `stale_block`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.

## Action items  <!-- PM009 -->

<!-- opsbook:action-items -->

*No action items.*

<!-- /opsbook -->
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.

## Action items

<!-- opsbook:action-items -->

*No action items.*

<!-- /opsbook -->

The renamed key is refused since change 4817, the last thing we did that night.
````
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502 for one request in three
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.parts import sections, unfinished
from opsbook.lint.rule import rule
from opsbook.model.postmortem import SECTIONS

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.parts import Part
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


_NONE = frozenset(
    (
        "",
        "none",
        "n/a",
        "na",
        "nothing",
        "no action items",
        "no actions",
        "none yet",
        "none required",
        "none needed",
        "no action required",
        "no follow-up",
        "tbd",
    )
)
"""What people write into a list that is empty, without marks of Markdown around it."""


@rule("PM009", on="postmortem", strict="warning", measured=(2, 2, 2))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem) or sections(postmortem, context) != SECTIONS["full"]:
        return
    incident = context.book.find("incident", postmortem.id)
    if incident and (not incident.readable or incident.content.action_items):
        return
    found = find(postmortem, "action items", context.settings)
    if found and not found.empty and _by_hand(postmortem, found) in _NONE:
        yield Finding(
            found.location,
            "no action items, and no word why",
            f'add one, `opsbook action add "…" -i {postmortem.id}`, or a sentence here on why nothing is to '
            "be done",
        )


def _by_hand(postmortem: Document[Postmortem], part: Part) -> str:
    """What somebody wrote in a part: comments, headings and generated blocks left out, in lower case."""
    page = postmortem.page
    aside = [each.span for each in page.within(part.body, page.generated)]
    aside += [each.span for each in page.within(part.body, page.headings)]
    aside += [span for span in page.comments if part.body.start <= span.start < part.body.end]
    text, at = "", part.body.start
    for start, end in sorted(aside):
        text += page.text[at:start]
        at = max(at, end)
    return (text + page.text[at : part.body.end]).strip(" \t\r\n-*_+.").lower()
