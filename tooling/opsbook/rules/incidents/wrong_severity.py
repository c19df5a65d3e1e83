"""The severity at the top is the one that the timeline ends with.

The timeline is the source: an entry that sets `severity` says so from its instant on. The line at the
top says how it stands now, for whoever reads the raw file or a list of incidents. When somebody raises
the severity in the heat and forgets the top, the list shows a SEV2 that was a SEV0. The fix writes what
the timeline says; where it is the timeline that is wrong, add the missing entry instead.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV2  # INC003
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
  - {at: 2026-03-02T09:20Z, severity: SEV1, text: "One order in three fails: raised"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
  - {at: 2026-03-02T09:20Z, severity: SEV1, text: "One order in three fails: raised"}
```

## Example: nothing at the top

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502  # INC003
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
```

A severity at the top that the timeline never mentions is let be.

Related: `unknown_reference`, for a level that the policy does not have; `timeline_out_of_order`, which
goes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Entry, Incident
    from opsbook.model.severity import Severities


@rule("INC003", on="incident", adopt="warning", recommended="error")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    last = _last(incident.content.timeline)
    if last is None:
        return
    top, now = incident.content.severity, incident.content.timeline[last].severity or ""
    if not context.book.has("severity", now) or (top and _same(top, now, context.book.severities)):
        return
    edit = _replaced(incident, now) if incident.has("severity") else _inserted(incident, now)
    yield Finding(
        incident.at("severity"),
        f"`{top}` at the top, `{now}` in the timeline"
        if top
        else f"`severity` is missing, the timeline says `{now}`",
        f"write `severity: {now}`, or add the entry that changed it",
        (Related(incident.at("timeline", last, "severity"), "what the timeline ends with"),),
        edit and Fix(f"write `severity: {now}`", (edit,)),
    )


def _last(timeline: Sequence[Entry]) -> int | None:
    """The entry that decides; None where none does, or where time and file disagree which."""
    rated = [index for index, entry in enumerate(timeline) if entry.severity]
    if not rated or any(timeline[index].at > timeline[rated[-1]].at for index in rated):
        return None
    return rated[-1]


def _same(one: str, other: str, policy: Severities) -> bool:
    """Whether two names are one level; an alias is for `unknown_reference` to report."""
    level = policy.levels.get(other)
    names = (other, *level.aliases) if level else (other,)
    return one.casefold() in (name.casefold() for name in names)


def _replaced(incident: Document[Incident], severity: str) -> Edit | None:
    from opsbook.book import yaml

    place = incident.at("severity")
    if place.text[:1] in ("|", ">"):
        return None
    quote = place.text[:1]
    if quote in ("'", '"'):
        return Edit(place, f"{quote}{severity}{quote}")
    return Edit(place, yaml.scalar(severity) if place.text else f" {yaml.scalar(severity)}")


def _inserted(incident: Document[Incident], severity: str) -> Edit | None:
    """A line after the title's; None where the title has no lines of its own."""
    from opsbook.book import yaml

    source, title = incident.source, incident.at("title")
    key = incident.key_at("title").start
    before = source.line(key.line)[: key.column - 1]
    if before.strip(" ") or title.text[:1] in ("|", ">"):
        return None
    end = source.line_span(title.end.line).end
    line = f"{source.line_end}{before}severity: {yaml.scalar(severity)}"
    return Edit(incident.span(Span(end, end)), line)
