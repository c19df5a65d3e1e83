"""A command that destroys something comes with a warning, or with a way back.

A runbook is followed by somebody who trusts it and is tired. `terraform destroy` looks like the line
above it. One sentence before the block, on what is lost and what to check first, is read in three
seconds; the other way round it costs the data.

A page passes when it has a section `Rollback` that says something, and a block when a warning stands
before it: in the same section or the introduction to it, in a comment of the block itself, or in its
heading. An admonition counts, and so do words such as warning, careful, irreversible, cannot be undone,
data loss, last resort, do not, make sure, confirm, back up, or dry run.

What counts as destroying: `rm -rf` (not of something temporary, or in the current folder), `mkfs`,
`wipefs`, `shred`, `dd of=/dev/…`, `DROP`, `TRUNCATE`, `DELETE` and `UPDATE` without `WHERE`, `dropdb`,
`FLUSHALL`, `FLUSHDB`, `terraform destroy`, `git push --force`, `helm uninstall`, `docker volume prune`,
removing volumes and pools, and `kubectl`, `oc`, `aws`, `gcloud`, `az` where they delete what holds data
or many things at once: a namespace, a volume, a bucket, a cluster. Deleting a pod, a job or a
deployment is the ordinary cure and passes, because a controller or the next release brings it back; so
does a `--dry-run`.

On the runbooks of 14 public collections nine of ten hits were right; the other one explained at length
why what it deletes is worth nothing, in words that are not on the list.

## Example

````markdown title="runbooks/orders-db-rebuild.md"
# Rebuild a replica

## Steps

1. Empty the data folder.

    ```bash
    rm -rf /var/lib/postgresql/16/main  # RUN017
    ```
````

Use instead:

````markdown title="runbooks/orders-db-rebuild.md"
# Rebuild a replica

## Steps

1. Empty the data folder.

    **Warning:** on the primary this ends the company. `patronictl list` must show this host as a replica.

    ```bash
    rm -rf /var/lib/postgresql/16/main
    ```
````

## A page with a way back

````markdown title="runbooks/session-store.md"
# Empty the session store

## Steps

1. Log everybody out.

    ```bash
    redis-cli -h sessions.example.com FLUSHALL
    ```

## Rollback

There is none, and none is needed: people log in again.
````

Related: `missing_rollback`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.destruction import destroys
from opsbook.lint.rule import rule
from opsbook.text import Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Fence, Page
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_SIGN = re.compile(
    r"warning|caution|danger|careful|beware|irrevers|irrecover|unrecover|undone|can(?:no|')t undo|destructive"
    r"|los(?:s of|ing|e|es|t) (?:\w+ ){0,3}data|data loss|permanent|last resort|\bdo not\b|\bdon['’]t\b"
    r"|\bback(?:ed)?[ -]?ups?\b|(?:take|create) an? snapshot|dry[ -]run|make sure|ensure"
    r"|double[ -]check|be sure|if safe|is safe|safe to|safely|confirm"
    r"|\bonly (?:if|when|after|once|do)\b|\brisk|no longer (?:needed|used|required)|downtime|side effect"
    r"|⚠|❗|‼|🚨",
    re.IGNORECASE,
)


@rule("RUN017", on="runbook", measured=(10, 10, 9))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    for fence in runbook.page.fences:
        found = destroys(runbook.source.text, fence)
        if found and not _warned(runbook.page, fence, found):
            rollback = find(runbook, "rollback", context.settings)
            if rollback and not rollback.empty:
                return
            words = shown(runbook.span(found).text)
            message = f"`{words}` without a warning before it or a rollback"
            hint = "say before the block what is lost and what to check first"
            yield Finding(runbook.span(found), message, hint)


def _warned(page: Page, fence: Fence, found: Span) -> bool:
    """Whether a warning stands between the heading of a section, or of the one around it, and a command."""
    starts = [
        each.heading.span.start
        for each in page.sections
        if each.body.start <= fence.span.start < each.body.end
    ]
    return bool(_SIGN.search(page.text, starts[-1] if starts else page.start, found.start))
