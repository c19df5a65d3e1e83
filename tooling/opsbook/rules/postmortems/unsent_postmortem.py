"""A published post-mortem was sent to somebody.

A page in a repository is found by those who look for it. The people who would profit most do not know
that it exists: another team with the same client library, support, whoever is on call next month. Sending it
is what makes a document a lesson, and the list says later who knew.

`distribution` names who was sent it and when: a list, a team, a channel, customers.

* Only pages that say `status: published` are looked at, and whether somebody is named, not who.
* A post-mortem with `visibility: restricted` is shared by hand and on purpose; it is left in peace.

Related: `late_publication`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: published  # PM010
published_on: 2026-03-05
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: published
published_on: 2026-03-05
distribution:
  - {to: everybody in engineering, at: 2026-03-05T10:00Z}
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem


@rule("PM010", on="postmortem")
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    page = postmortem.content
    if page.status == "published" and not page.distribution and page.visibility != "restricted":
        yield Finding(
            postmortem.at("status"),
            "published and sent to nobody",
            "add `distribution:`, who was sent it and when: `- {to: engineering@example.com, at: …}`",
        )
