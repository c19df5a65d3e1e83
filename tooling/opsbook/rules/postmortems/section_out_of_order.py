"""A post-mortem begins with its summary and says why before it says what to do.

Most readers read the first lines and no more, so the first lines must say what happened. Those who read on
want to know why before they can judge what is to be done about it.

Two things are asked of the sections that are there: `Summary` stands before all others that post-mortems are
made of, and `Root cause` before `Action items`. Everything else is free: well-known templates put the
impact, the lessons and the timeline in different places, and all of them read well.

A page that says `status: draft` is left in peace, as is a section called `What happened`, which may be a
summary as well as a cause. So is a summary that is one by the settings alone (`headings`): a collection that
has a word of its own for it has a place of its own too. On 176 public post-mortems and guides it found one
summary below the impact.

Related: `missing_section`, `empty_section`.

## Example

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Impact

One order in three failed for half an hour.

## Summary  <!-- PM007 -->

A chart renamed a key, and half of checkout's connections were gone.

## Root cause

Nothing reads the configuration before production does.
````

Use instead:

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.

## Impact

One order in three failed for half an hour.

## Root cause

Nothing reads the configuration before production does.
````

## What to do before why

````markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
---
status: in-review
---
# Checkout answers 502 for one request in three

## Summary

A chart renamed a key, and half of checkout's connections were gone.

## Action items  <!-- PM007 -->

The renamed key is refused since change 4817; nothing is left to do.

## Root cause

Nothing reads the configuration before production does.
````
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding, Related
from opsbook.lint.parts import unfinished
from opsbook.lint.rule import rule
from opsbook.model.postmortem import SECTIONS
from opsbook.model.settings import Settings

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem
    from opsbook.text import Location


_PLAIN = Settings()
"""Without the words of a collection."""


@rule("PM007", on="postmortem", adopt="off", recommended="advice", strict="advice", measured=(1, 1, 1))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem):
        return
    places = {
        section: found.location
        for section in SECTIONS["full"]
        if (found := find(postmortem, section, context.settings))
    }
    summary = find(postmortem, "summary", _PLAIN) and places.get("summary")
    cause, actions = places.get("root cause"), places.get("action items")
    first = min(places.values(), key=_start, default=None)
    if summary and first and _start(first) < _start(summary):
        yield _finding("Summary", summary, "after", first, "move it to the beginning")
    told = cause and _named(cause).lower() in context.settings.means(
        "summary"
    )  # `What happened` may be either
    if cause and not told and actions and _start(actions) < _start(cause):
        yield _finding("Action items", actions, "before", cause, "move it below the root cause")


def _start(location: Location) -> int:
    return location.span.start


def _named(section: Location) -> str:
    return section.text.strip("#*_: ").partition("\n")[0]


def _finding(name: str, found: Location, side: str, other: Location, hint: str) -> Finding:
    return Finding(found, f"`{name}` {side} `{_named(other)}`", hint, (Related(other, "the other section"),))
