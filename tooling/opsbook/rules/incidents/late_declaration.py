"""What wakes people is declared within 15 minutes of being noticed.

Until somebody declares, nobody commands, nobody is told, and each of those who look into it believes to
be alone with it. Declaring costs a line and can be taken back.

Judged are incidents that were declared at a level for which the policy pages somebody; milder ones may
wait for a colleague. What was mitigated before it was declared, drills, near misses, false alarms and
duplicates are not judged, nor are times marked `approximate`. A severity that was raised later asked for
nothing before.

Of 39 public post-mortems that say when it was noticed and when it was declared, written down as records and
each taken for a SEV1, 22 were declared late, by their own times.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:48Z, milestone: declared, severity: SEV1, text: "Declared"}  # INC011
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, milestone: detected, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
```

Related: `missing_milestone`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.time import write_duration, write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_ENOUGH = timedelta(minutes=15)
"""To look whether it is real, and to say so."""


@rule("INC011", on="incident", adopt="off", recommended="advice", measured=(22, 22, 22))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    reached, declared = content.history.milestones, content.history.declared
    detected = reached.get("detected")
    if declared is None or detected is None or declared - detected <= _ENOUGH or not content.counts:
        return
    places = content.history.rounds[0]
    if not {"detected", "declared"} <= places.keys() or _mended_before(content):
        return
    until_then = [name for since, name in content.history.severities if since <= declared]
    severity = until_then[-1] if until_then else "" if content.history.severities else content.severity
    noticed, said = places["detected"], places["declared"]
    guessed = content.timeline[noticed].approximate or content.timeline[said].approximate
    if guessed or severity not in context.book.severities.paging:
        return
    yield Finding(
        incident.at("timeline", said, "milestone"),
        f"`declared` {write_duration(declared - detected)} after `detected` at `{write_instant(detected)}`, "
        f"more than `{write_duration(_ENOUGH)}` at `{severity}`",
        "mend the time if it is wrong; else let the post-mortem say what held it up",
        (Related(incident.at("timeline", noticed, "milestone"), "noticed here"),),
    )


def _mended_before(content: Incident) -> bool:
    """Whether there was nothing left to answer when it was declared."""
    places = content.history.rounds[0]
    mended = places.get("mitigated", places.get("resolved"))
    return mended is not None and content.timeline[mended].at <= content.timeline[places["declared"]].at
