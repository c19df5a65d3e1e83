"""A runbook is followed again before its last run is too long ago.

A page that reads well may still not work: a command needs a right that nobody has any more, the standby is
too far behind, the step that everybody knows is missing. Only a run shows that, and a drill on a quiet
afternoon shows it before the night does.

`test_in` says how long a run holds: `90d`, `12w`, `6 months`, `1 year`. A run is an entry of a timeline, of
an incident or of a drill, that names the runbook: `runbook: {id: disk-full, result: ok}`; its day is counted
in UTC. Where there is none yet, the time runs from `last_updated`. A test is overdue when its last day is
over in the book's `timezone`. A runbook without `test_in` is never asked for one: that is for those on which
much hangs.

## Example

````markdown title="runbooks/disk-full.md" as_of="2026-09-21T12:00Z"
---
owner: platform
last_updated: 2026-03-20
test_in: 6 months  # RUN022
---
# Make room on a full disk
````

Use instead, once somebody has followed it and a timeline says so:

````markdown title="runbooks/disk-full.md" as_of="2026-09-21T12:00Z"
---
owner: platform
last_updated: 2026-03-20
test_in: 6 months
---
# Make room on a full disk
````

```yaml title="incidents/2026/2026-09-17-disk-drill/incident.yaml"
title: A disk of the archive runs full, as an exercise
kind: drill
timeline:
  - {at: 2026-09-17T09:10Z, runbook: {id: disk-full, result: ok}, text: "Room made in eight minutes"}
```

## A run of long ago

It does not hold, however new the page is:

````markdown title="runbooks/disk-full.md" as_of="2026-09-21T12:00Z"
---
owner: platform
last_updated: 2026-09-01
test_in: 6 months  # RUN022
---
# Make room on a full disk
````

```yaml title="incidents/2026/2026-03-18-disk-drill/incident.yaml"
title: A disk of the archive runs full, as an exercise
kind: drill
timeline:
  - {at: 2026-03-18T09:10Z, runbook: {id: disk-full, result: partial}, text: "The second step is not allowed"}
```

Related: `overdue_review`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("RUN022", on="runbook", dated=True)
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    content = runbook.content
    if content.test_in is None or content.last_updated is None:
        return
    last = context.book.last_run(runbook.id)
    due = content.test_in.after(last or content.last_updated)
    if context.clock.day_over(due, context.settings.timezone):
        since = f"it was followed last on {last}" if last else "no timeline says that it was ever followed"
        yield Finding(
            runbook.at("test_in"),
            f"a test was due on {due}, {since}",
            f"follow it in a drill, and say so on its timeline: `opsbook log --runbook {runbook.id}`",
        )
