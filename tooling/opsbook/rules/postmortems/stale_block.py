"""A generated block of a post-mortem says what the record says.

The timeline and the action items stand in `incident.yaml`; the post-mortem repeats them between two
comments, so that the page reads whole on a forge. When the record is mended and the page is not,
there are two versions of what happened, and the one that people read is the wrong one.

The blocks are `timeline` and `action-items`. The fix writes between the comments what the record says
today and leaves the rest of the page alone; an empty pair of comments is how a block begins. Write
nothing of your own inside: it belongs in the record, or above or below the block.

Related: `contradictory_duration`.

## Example

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
# Wallet passes arrive an hour late

## Action items

<!-- opsbook:action-items -->  <!-- PM004 -->

| Action item | Owner | Due | Status |
| --- | --- | --- | --- |
| Send reminders to a team | dan | 2026-04-30 | open |

<!-- /opsbook -->
````
```yaml title="incidents/2026/2026-04-11-late-wallet-passes/incident.yaml"
title: Wallet passes arrive an hour late
severity: SEV2
action_items:
  remind-a-team:
    title: Send reminders to a team
    owner: dan
    due: 2026-04-30
    status: done
    done_on: 2026-04-22
```

Use instead:

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
# Wallet passes arrive an hour late

## Action items

<!-- opsbook:action-items -->

| Action item | Owner | Due | Status |
| --- | --- | --- | --- |
| Send reminders to a team | dan | 2026-04-30 | done on 2026-04-22 |

<!-- /opsbook -->
````
```yaml title="incidents/2026/2026-04-11-late-wallet-passes/incident.yaml"
title: Wallet passes arrive an hour late
severity: SEV2
action_items:
  remind-a-team:
    title: Send reminders to a team
    owner: dan
    due: 2026-04-30
    status: done
    done_on: 2026-04-22
```

## A block that nobody makes, and one that nobody closes

````markdown title="incidents/2026/2026-04-11-late-wallet-passes/postmortem.md"
# Wallet passes arrive an hour late

<!-- opsbook:actions -->  <!-- PM004 -->
<!-- /opsbook -->

<!-- opsbook:timeline -->  <!-- PM004 -->
````
```yaml title="incidents/2026/2026-04-11-late-wallet-passes/incident.yaml"
title: Wallet passes arrive an hour late
severity: SEV2
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.authoring.blocks import BLOCKS, current
from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Generated
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem
    from opsbook.text import Location


@rule("PM004", on="postmortem", recommended="error")
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    yield from _unclosed(postmortem)
    for block in postmortem.page.generated:
        if block.name in BLOCKS:
            yield from _stale(postmortem, block, context)
        else:
            yield Finding(
                _opening(postmortem, block),
                f"no block is called `{block.name}`",
                f"known: {', '.join(f'`{name}`' for name in BLOCKS)}",
            )


def _stale(postmortem: Document[Postmortem], block: Generated, context: Context) -> Iterator[Finding]:
    incident = context.book.find("incident", postmortem.id)
    if incident is None or not incident.readable:
        return
    opening, inner = _opening(postmortem, block), postmortem.span(block.inner)
    before = postmortem.source.text[block.span.start : opening.span.start]
    text = current(context.book, postmortem, block, incident.content)
    if inner.text.replace("\r\n", "\n") != text.replace("\r\n", "\n"):
        message = f"block `{block.name}` differs from the record"
        if before.strip(" \t>"):
            yield Finding(opening, message, "put `<!-- opsbook:… -->` on a line of its own")
        else:
            fix = Fix("write what the record says", (Edit(inner, text),))
            yield Finding(opening, message, fix=fix)


def _unclosed(postmortem: Document[Postmortem]) -> Iterator[Finding]:
    from opsbook.book.markdown import GENERATED

    page = postmortem.page
    closed = {block.span.start for block in page.generated}
    for comment in page.comments:
        opening = postmortem.span(comment)
        begins = GENERATED.match(opening.text)
        if begins and postmortem.source.line_span(opening.start.line).start not in closed:
            yield Finding(
                opening,
                f"block `{begins[1]}` never ends",
                "close it with a line `<!-- /opsbook -->` of its own",
            )


def _opening(postmortem: Document[Postmortem], block: Generated) -> Location:
    """The comment that a block begins with."""
    return next(
        postmortem.span(comment) for comment in postmortem.page.comments if comment.start >= block.span.start
    )
