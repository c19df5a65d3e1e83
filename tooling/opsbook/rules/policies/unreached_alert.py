"""Every alert that is to be paged reaches somebody in time, whenever it comes.

Whom an alert pages depends on the hour: on turns, windows, holidays and the hours that a policy names. So a
policy is tried once for each stretch in which that stays the same, for the next four weeks: not a sample,
every instant. Reported are stretches in which nobody is paged, in which the first page comes later than
`reach_within` of the policy or else the severity's `acknowledge_within`, and in which one level pages more
people than `pages_at_most`.

Looked at are policies that a service names, and severities whose response is `page`. `opsbook escalation
test` proves more and further: all severities, levels that page only whom the one before paged, and what
becomes of it `--without` somebody.

Related: `coverage_gap`, `uncovered_severity` for severities that no level names, `double_booking`.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:  # POL012
  - {page: [{rotation: desk}], escalate_after: 5m}
```
```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
escalation: payments
```
```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
layers:
  - name: office-hours
    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: desk}], escalate_after: 5m}
fallback: {person: gil}
```
```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
escalation: payments
```
```yaml title="rotations/desk.yaml"
timezone: Europe/Berlin
layers:
  - name: office-hours
    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.guards import applies_to
from opsbook.lint.rota import ahead, more, when
from opsbook.lint.rule import rule
from opsbook.oncall.escalation import Roster
from opsbook.oncall.proof import prove

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation
    from opsbook.oncall.proof import Failure

_WEEKS = 4


@rule("POL012", on="escalation", dated=True)
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    book = context.book
    if not any(service.content.escalation == policy.id for service in book.services):
        return
    severities = [name for name in book.severities.paging if _named(policy.content, name)]
    failures = prove(Roster(book, ahead(context, _WEEKS)), policy.id, severities)
    said: dict[str, list[Failure]] = {}
    for failure in failures:
        if failure.wrong != "again":
            said.setdefault(failure.said, []).append(failure)
    for message, those in said.items():
        names = " and ".join(f"`{name}`" for name in dict.fromkeys(each.severity for each in those))
        found = sorted({each.interval for each in those})
        zone = context.settings.timezone
        yield Finding(
            policy.key_at("levels"),
            f"{message} for {names} on {when(found[0], zone)} {zone.key}{more(len(found))}",
            "add a level for these hours, or a `fallback`",
        )


def _named(policy: Escalation, severity: str) -> bool:
    return policy.fallback is not None or any(applies_to(level.when, severity) for level in policy.levels)
