"""A severity that asks for a war room got one.

Ten people who repair in five chats repair the same thing twice, and undo each other's work. The severity
policy says which levels need one place where everybody is (`war_room: true`): a call, a bridge, a room.
The record says where it was, so that whoever joins late finds it and whoever reads later finds its
recording.

`links.war_room` names it. A link by another name that means the same (`call`, `bridge`, `meeting`,
`video`, `zoom`, `meet`) is enough, and so is an entry that speaks of the war room, the bridge or the call.
It is asked for from the declaration on, so that `opsbook check` reminds whoever has just declared.

Not asked are levels that were only given after customers were no longer hurt, what had been mitigated
when it was declared, drills, near misses, false alarms, duplicates, and records imported from a feed
(`links.source`), which knows of no rooms.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}  # INC018
  - {at: 2026-03-02T09:53Z, milestone: mitigated, text: "Error rate at baseline"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
links: {war_room: "https://meet.example.com/checkout"}
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T09:53Z, milestone: mitigated, text: "Error rate at baseline"}
```

Related: `missing_role`, for the people in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.response import MENDED, held, responses

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_NAME = re.compile(r"(?:war[_.-]?room|bridge|call|meet|meeting|video|zoom)\Z", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\b(?:war[ -]?room|bridge|(?:conference|incident|video) call|(?:on|in|joins|open\w*) (?:a|the) call)\b",
    re.IGNORECASE,
)


@rule("INC018", on="incident", adopt="off", recommended="warning")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    if not content.counts or "source" in content.links:
        return
    asks = {name for name, level in context.book.severities.levels.items() if level.war_room}
    if asks.isdisjoint(content.history.held(content)) or _has_room(content):
        return
    for hurt in responses(content, MENDED):
        asking = [spell.severity for spell in held(content, hurt) if spell.severity in asks]
        if asking:
            yield Finding(
                incident.at("timeline", hurt.steps[0].place, "milestone"),
                f"no war room, `{asking[0]}` asks for one",
                f"open one and say where it is: `opsbook log --link war_room=https://… -i {incident.id}`",
            )
            return


def _has_room(content: Incident) -> bool:
    return any(map(_NAME.match, content.links)) or any(
        _SPOKEN.search(entry.text) for entry in content.timeline
    )
