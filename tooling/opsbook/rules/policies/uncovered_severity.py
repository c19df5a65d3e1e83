"""An escalation policy pages somebody for every severity that is to be paged.

The severity policy says which levels page (`response`); the escalation policy whom. Where every level
is for other severities, an alert of this one begins and ends with nobody, and no test of the other
levels shows it.

Looked at are severities whose response is `page`, in business hours or off hours. Where all levels of
such a severity are for certain `hours`, both responses are `page` and there is no `fallback`, the rest
of the week is reported. Policies that only other policies lead to are not looked at, nor levels whose
hours lie in different zones.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:  # POL006
  - {page: [{rotation: payments-primary}], when: {severity: [SEV1, SEV2]}, escalate_after: 5m}
fallback: {person: gil}
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], when: {severity: [SEV0, SEV1, SEV2]}, escalate_after: 5m}
fallback: {person: gil}
```

## Example: nobody at night

```yaml title="policies/escalation/payments.yaml"
levels:  # POL006
  - {page: [{rotation: payments-primary}], when: {hours: business}, escalate_after: 5m}
hours:
  business: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "09:00", to: "18:00"}]}
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], when: {hours: business}, escalate_after: 5m}
  - {page: [{rotation: nights}], when: {outside: business}, escalate_after: 5m}
hours:
  business: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "09:00", to: "18:00"}]}
```

Related: `impossible_guard`, `missing_fallback`, `service_without_escalation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.guards import ALWAYS, applies_to, entered, minutes, zones
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation
    from opsbook.model.severity import Severities


@rule("POL006", on="escalation", adopt="advice", recommended="error")
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    severities = context.book.severities
    nobody = [name for name in severities.paging if not _applies(policy.content, name)]
    some_hours = [
        name
        for name in severities.paging
        if name not in nobody and _always_paged(severities, name) and _gap(policy.content, name)
    ]
    if not (nobody or some_hours) or not entered(policy, context.book):
        return
    place = policy.key_at("levels")
    if nobody:
        only = ", only the fallback is" if policy.content.fallback else ""
        hint = f"add a level that pages somebody for {_listed(nobody)}"
        yield Finding(place, f"nobody is paged for {_listed(nobody)}{only}", hint)
    if some_hours:
        hint = "add a level for the hours outside, or a `fallback`"
        yield Finding(place, f"nobody is paged for {_listed(some_hours)} in some hours of the week", hint)


def _applies(policy: Escalation, severity: str) -> bool:
    return any(
        applies_to(level.when, severity) and minutes(level.when, policy) != 0 for level in policy.levels
    )


def _always_paged(severities: Severities, name: str) -> bool:
    response = severities.levels[name].response
    return response is not None and response.business_hours == response.off_hours == "page"


def _gap(policy: Escalation, severity: str) -> bool:
    """Whether some minutes of a week have no level for a severity."""
    guards = [level.when for level in policy.levels if applies_to(level.when, severity)]
    held = [minutes(guard, policy) for guard in guards]
    if policy.fallback or None in held or len(zones(policy, guards)) > 1:
        return False
    covered = 0
    for each in held:
        covered |= each or 0
    return covered != ALWAYS


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
