"""Milestones come in an order that can be.

Nobody detects, acknowledges, explains or mends what has not started; what still hurts customers is not
resolved, and what is not resolved is not closed. A milestone in an impossible place is a wrong time or
the wrong word, and every duration measured from it is wrong or negative.

Possible, and not reported: declaring after the repair, a repair before anybody noticed, the cause known
at any time. After `reopened` the order begins anew. A time marked `approximate` is still no excuse: the
best guess at a beginning is not after what came of it.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:02Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:06Z, milestone: started, text: "The pool shrank"}  # INC002
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
  - {at: 2026-03-02T10:40Z, milestone: mitigated, text: "Error rate at baseline"}  # INC002
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, text: "The pool shrank"}
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T10:10Z, milestone: mitigated, text: "Error rate at baseline"}
  - {at: 2026-03-02T10:40Z, milestone: resolved, text: "Resolved"}
```

An alert that warned before anything was broken is a plain entry: `detected` is when somebody, or
something, noticed what had begun.

Related: `timeline_out_of_order`, which reports a time that does not fit its place in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Entry, Incident, Milestone

_COMES_AFTER: dict[Milestone, tuple[Milestone, ...]] = {
    "detected": ("started",),
    "acknowledged": ("started", "detected"),
    "identified": ("started",),
    "mitigated": ("started",),
    "resolved": ("started", "mitigated"),
    "closed": ("started", "mitigated", "resolved"),
}
_UNDONE = ("mitigated", "resolved", "closed")
"""What `reopened` goes back on."""


@rule("INC002", on="incident", adopt="warning", recommended="error", measured=(1, 1, 1))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    timeline = incident.content.timeline
    for reached in incident.content.history.rounds:
        yield from _out_of_order(incident, reached)
        if "reopened" in reached and not _undoes(timeline, reached["reopened"]):
            yield Finding(
                incident.at("timeline", reached["reopened"], "milestone"),
                "`reopened`, but nothing was mitigated, resolved or closed before",
                "add the milestone that it goes back on, or make this a plain entry",
            )


def _undoes(timeline: Sequence[Entry], reopened: int) -> bool:
    at = timeline[reopened].at
    return any(
        entry.milestone in _UNDONE and (entry.at <= at or index < reopened)
        for index, entry in enumerate(timeline)
    )


def _out_of_order(incident: Document[Incident], reached: dict[Milestone, int]) -> Iterator[Finding]:
    """One finding for each milestone that must be wrong, however many others it contradicts."""
    timeline = incident.content.timeline
    pairs = [
        (first, then)
        for then, others in _COMES_AFTER.items()
        for first in others
        if first in reached and then in reached
        # where the times disagree with the order of the file, timeline_out_of_order says so
        if reached[then] < reached[first] and timeline[reached[then]].at < timeline[reached[first]].at
    ]
    while pairs:
        counts = Counter(chain.from_iterable(pairs))
        wrong = max(counts, key=lambda milestone: (counts[milestone], reached[milestone]))
        against = [pair[pair[0] == wrong] for pair in pairs if wrong in pair]
        yield _finding(incident, reached[wrong], min(reached[each] for each in against))
        pairs = [pair for pair in pairs if wrong not in pair]


def _finding(incident: Document[Incident], wrong: int, other: int) -> Finding:
    def said(index: int) -> str:
        entry = incident.content.timeline[index]
        return f"`{entry.milestone}` at `{write_instant(entry.at)}`"

    return Finding(
        incident.at("timeline", wrong, "milestone"),
        f"{said(wrong)} {'after' if wrong > other else 'before'} {said(other)}",
        "mend the time or the milestone of one of them",
        (Related(incident.at("timeline", other, "milestone"), "cannot be in this order"),),
    )
