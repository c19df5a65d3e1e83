"""The date of an incident's folder is the day on which it was declared, or one since it began.

The folder's name is the incident's id, and its date is the first thing that anybody reads of it: in a
list, in a link, in the name of the channel. The day is that of the book's `timezone`. Where the two
disagree, one of them is a slip.

What began before midnight and was declared after it may have the date of either day: any day from `started`
or `detected` to `declared` passes. Without `declared` it is any day from the one before the first entry to
the one after the last. A folder whose name begins with no date is let be. An id that others refer to is not
renamed for this: if it is the name that is wrong, and it has been used, suppress the finding and say so.

Of 39 public post-mortems whose times were written down as records, two give the declaration another year than
their name has.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-12T09:14Z, milestone: declared, text: "Declared"}  # INC008
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
```

Related: `misplaced_record`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.model.time import local_day

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_DAY = timedelta(days=1)


@rule("INC008", on="incident", adopt="off", measured=(2, 2, 2))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    named, timeline = _date(incident.id), incident.content.timeline
    if named is None or not timeline:
        return
    zone, history = context.settings.timezone, incident.content.history
    if history.declared is not None:
        place = next(n for n, entry in enumerate(timeline) if entry.at == history.declared)
        begun = (history.milestones.get(name) for name in ("started", "detected"))
        first = local_day(min([history.declared, *(at for at in begun if at)]), zone)
        last = local_day(history.declared, zone)
        what = "declared"
    else:
        place = min(range(len(timeline)), key=lambda place: timeline[place].at)
        first = local_day(timeline[place].at, zone) - _DAY
        last = local_day(max(entry.at for entry in timeline), zone) + _DAY
        what = "begun"
    if first <= named <= last:
        return
    day = local_day(timeline[place].at, zone)
    yield Finding(
        incident.at("timeline", place, "at"),
        f"{what} on `{day}` in `{zone.key}`, but the folder says `{named}`",
        "mend the time; rename the folder only while nobody refers to it",
    )


def _date(id: str) -> date | None:
    """The date that an id begins with."""
    try:
        return date.fromisoformat(id[:10]) if id[4:5] == "-" else None
    except ValueError:
        return None
