"""An incident has one commander at a time.

Two people who decide are two plans: each waits for the other, or undoes what the other began. Command is
handed over in one step, and the entry that names the new commander ends the time of the old one.

Other roles may be held by several people. Drills, near misses, false alarms and duplicates are not
judged.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:27Z, roles: {incident-commander: [ana, ben]}, text: "ben helps"}  # INC010
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:27Z, roles: {incident-commander: ben}, text: "ben commands"}
```

Related: `missing_role`, where a role was nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("INC010", on="incident", adopt="advice")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    content = incident.content
    if not content.counts:
        return
    for held in content.history.tenures.get(COMMANDER, ()):
        people = dict.fromkeys(held.people)
        if len(people) > 1:
            entry = () if held.place is None else ("timeline", held.place)
            yield Finding(
                incident.at(*entry, "roles", COMMANDER),
                f"{' and '.join(f'`{person}`' for person in people)} command at once",
                "name the one who decides; who takes over is named alone",
            )
