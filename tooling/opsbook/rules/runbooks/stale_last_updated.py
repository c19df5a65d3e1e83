"""A runbook whose text changes says so in `last_updated`.

The date tells the reader at night how much to trust the page. When the steps change and the date stays, it
speaks of another text: the page looks older than it is, or the change was never tried.

The text is compared with how it read when the date was written. Git tells: a commit that changes the words
and leaves the date alone is a finding, unless its author wrote it on that very day. With `--base` and
`--staged` what a change makes of the runbook is compared with how it began: at the merge base, or at the
last commit. Then, and for words that are in no commit yet, today's date in the book's `timezone` is right.

Changes of the front matter alone, and of blanks and line breaks, do not count. A renamed runbook begins with
its new name. Nothing is said outside of git and in a shallow clone, which does not know what was earlier: in
CI, fetch with `fetch-depth: 0`.

The fix sets the day of the check; it is unsafe, since only a person knows whether the page is right.

Related: `missing_last_updated`, `overdue_review`.

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
from itertools import pairwise
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from datetime import date

    from opsbook.book.document import Document
    from opsbook.git import Change
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

    _Stage = tuple[Document[Runbook] | None, Change | None]

_KEYS = ("last_updated", "last_reviewed_on", "last_review_date")


@rule("RUN030", on="runbook", adopt="off", recommended="advice", strict="warning")
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    day = runbook.content.last_updated
    when = _changed(runbook, day, context) if day else None
    if when is None:
        return
    today = context.clock.today(context.settings.timezone)
    place = runbook.at(next(key for key in _KEYS if runbook.has(key)))
    fix = Fix(f"write {today}", (Edit(place, str(today)),), safe=False)
    hint = "see that the page is right as it is now, and write today's date"
    yield Finding(place, f"the text changed{when} and the date is still {day}", hint, fix=fix)


def _changed(runbook: Document[Runbook], day: date, context: Context) -> str | None:
    """When the words last changed under this date, where that was later: ` on 2026-04-01`, and nothing
    where no commit says so yet; None where they did not, or are what they were."""
    when = None
    words = then = _words(runbook)
    for (_, change), (older, _) in pairwise(_stages(runbook, context)):
        if older is None or not older.readable or (change and change.written <= day):
            break
        if older.content.last_updated is None or older.content.last_updated < day:
            break
        newer, then = then, _words(older)
        if when is None and newer != then:
            when = _later(change, day, context)
    return when if then != words else None


def _later(change: Change | None, day: date, context: Context) -> str | None:
    """When a change was made, in words; None for one that is still to come at the instant of the check."""
    if change is None:
        return "" if context.clock.day_over(day, context.settings.timezone) else None
    return f" on {change.written}" if context.clock.passed(change.at) else None


def _stages(runbook: Document[Runbook], context: Context) -> Iterator[_Stage]:
    """How the runbook reads, how it read before that, and so on, each with the commit that made it so;
    None for what is in no commit yet, or is compared with a base."""
    before = context.book.before(runbook)
    if before is not None:
        yield from ((runbook, None), (before, None))
        return
    changes = context.book.changes(runbook)
    if changes and changes[0].blob == context.book.tree.version(runbook.path):
        yield runbook, changes[0]
        changes = changes[1:]
    else:
        yield runbook, None
    yield from ((context.book.after(runbook, change), change) for change in changes)


def _words(runbook: Document[Runbook]) -> list[str]:
    text = runbook.source.text
    return (text[runbook.front.body :] if runbook.front else text).split()
