"""A time that an update announced is kept.

"Next update at 09:45" is why people wait instead of asking, and "works again by noon" is what they plan
with. When the time passes in silence, nobody believes the next one. It costs one sentence to say that
there is nothing new, and one to say that it will take longer.

* `next_update` is kept by the next update to the same audience, whatever it says. A public update reaches
  customers too; inside, the resolution is word enough. Outside it is none: who was to hear by 09:45 waits for
  it, though it works again.
* `eta` is kept by `mitigated` or by what ends the incident, by an update to the same audience that says so
  (`stage: monitoring` or `resolved`), or by one with a new `eta`, sent before the old one passed.

A tenth of the time that was promised is let pass: three minutes of half an hour. Drills, near misses,
false alarms and duplicates promise nothing. A promise that was broken stays broken, which is why this is
advice unless the profile is `strict`: log the update that nobody wrote down, or learn from it.

Run on 802 incidents of two public status pages, whose texts announce 61 updates ("next update in 30
minutes"). The one hit that was not right had an "if" in
its text.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, next_update: 2026-03-02T09:45Z}, text: "502"}  # INC017
  - {at: 2026-03-02T09:21Z, update: {audience: internal}, text: "Pool under suspicion"}
  - {at: 2026-03-02T10:05Z, update: {audience: public}, text: "Orders go through again"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, next_update: 2026-03-02T09:45Z}, text: "502"}
  - {at: 2026-03-02T09:21Z, update: {audience: internal}, text: "Pool under suspicion"}
  - {at: 2026-03-02T09:44Z, update: {audience: public}, text: "We know the cause and are taking it back"}
  - {at: 2026-03-02T10:05Z, update: {audience: public}, text: "Orders go through again"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```

## When it will work again

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, eta: 2026-03-02T10:00Z}, text: "Sorry"}  # INC017
  - {at: 2026-03-02T09:50Z, update: {audience: public}, text: "Still looking"}
  - {at: 2026-03-02T10:40Z, milestone: mitigated, text: "Error rate at baseline"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "Declared"}
  - {at: 2026-03-02T09:20Z, update: {audience: public, eta: 2026-03-02T10:00Z}, text: "Sorry"}
  - {at: 2026-03-02T09:50Z, update: {audience: public, eta: 2026-03-02T11:00Z}, text: "Longer than thought"}
  - {at: 2026-03-02T10:40Z, milestone: mitigated, text: "Error rate at baseline"}
```

A time before the update itself is reported as well: nobody can keep it, and it is mostly a slip.

Related: `long_silence`, which asks for updates that nobody promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.metrics.updates import Promise, grace, promises
from opsbook.model.time import write_instant

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident


@rule("INC017", on="incident", adopt="off", recommended="advice", dated=True, measured=(12, 12, 11))
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    if not incident.content.counts:
        return
    for promise in promises(incident.content):
        if promise.due < promise.step.at:
            yield _over_already(incident, promise)
            continue
        latest = promise.due + grace(promise.due - promise.step.at)
        if (promise.met_by is None or promise.met_by.at > latest) and context.clock.passed(latest):
            yield _broken(incident, promise)


def _place(promise: Promise) -> tuple[str | int, ...]:
    return "timeline", promise.step.place, "update", promise.key


def _over_already(incident: Document[Incident], promise: Promise) -> Finding:
    said, at = write_instant(promise.due), write_instant(promise.step.at)
    return Finding(
        incident.at(*_place(promise)),
        f"`{promise.key}` is `{said}`, before the update itself at `{at}`",
        "mend one of the two times",
    )


def _broken(incident: Document[Incident], promise: Promise) -> Finding:
    what = "an update" if promise.key == "next_update" else "an end"
    said = f"`{promise.audience}` was promised {what} by `{write_instant(promise.due)}`"
    place = incident.at(*_place(promise))
    if promise.met_by is None:
        hint = f'send one now: `opsbook update -a {promise.audience} --record "…" -i {incident.id}`'
        return Finding(place, f"{said} and got none", hint)
    return Finding(
        place,
        f"{said} and got it at `{write_instant(promise.met_by.at)}`",
        "was one sent in between? "
        f'`opsbook update -a {promise.audience} --record "…" --at TIME -i {incident.id}` logs it',
        (Related(incident.at("timeline", promise.met_by.place, "at"), "what came of it"),),
    )
