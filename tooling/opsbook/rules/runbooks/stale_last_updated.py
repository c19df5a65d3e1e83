"""A runbook whose text changes says so in `last_updated`.

The date tells the reader at night how much to trust the page. When the steps change and the date stays, it
speaks of another text: the page looks older than it is, or the change was never tried.

A runbook is compared with how it read before the change: at the merge base with `--base`, at the last commit
with `--staged`. Its date must then be a later one, or today's in the book's `timezone`. Changes of the front
matter alone, and of blanks and line breaks, do not count. Without a base nothing is compared. The fix sets
the day of the check; it is unsafe, since only a person knows whether the page is right.

Related: `missing_last_updated`.

## Example

````markdown title="runbooks/disk-full.md" at="base"
---
last_updated: 2026-03-20
---
# Make room on a full disk

1. Delete logs older than a week.
````
````markdown title="runbooks/disk-full.md"
---
last_updated: 2026-03-20  # RUN030
---
# Make room on a full disk

1. Delete logs older than a day.
````

Use instead:

````markdown title="runbooks/disk-full.md" at="base"
---
last_updated: 2026-03-20
---
# Make room on a full disk

1. Delete logs older than a week.
````
````markdown title="runbooks/disk-full.md"
---
last_updated: 2026-04-01
---
# Make room on a full disk

1. Delete logs older than a day.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_KEYS = ("last_updated", "last_reviewed_on", "last_review_date")


@rule("RUN030", on="runbook", recommended="advice", strict="warning")
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    day = runbook.content.last_updated
    before = context.book.before(runbook) if day else None
    if day is None or before is None or not before.readable:
        return
    earlier = before.content.last_updated
    if earlier is None or day > earlier or _words(runbook) == _words(before):
        return
    zone = context.settings.timezone
    if not context.clock.day_over(day, zone):
        return
    today = context.clock.today(zone)
    place = runbook.at(next(key for key in _KEYS if runbook.has(key)))
    fix = Fix(f"write {today}", (Edit(place, str(today)),), safe=False)
    hint = "see that the page is right as it is now, and write today's date"
    yield Finding(place, f"the text changed and the date is still {day}", hint, fix=fix)


def _words(runbook: Document[Runbook]) -> list[str]:
    text = runbook.source.text
    return (text[runbook.front.body :] if runbook.front else text).split()
