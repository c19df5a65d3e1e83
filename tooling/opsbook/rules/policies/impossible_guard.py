"""A level of an escalation policy applies at some time.

A `when` that never holds is a level that nobody can see is missing: the file names people, the tool
passes over them, and the next level is paged at once. Mostly the hours were renamed or mistyped.

A guard never holds where its hours are not among the policy's `hours`, where its hours are on no day
of the week (`holiday` is none: `hours` have no calendar), where the hours that it excludes are the
whole week, and where it asks for hours and excludes them. Hours in two zones are not compared. An
unknown severity is left to `unknown_reference`.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{team: payments}], when: {hours: busines}, escalate_after: 15m}  # POL002
  - {page: [{team: platform}], when: {hours: business, outside: office}, escalate_after: 15m}  # POL002
fallback: {person: gil}
hours:
  business: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "09:00", to: "18:00"}]}
  office: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "08:00", to: "20:00"}]}
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{team: payments}], when: {hours: business}, escalate_after: 15m}
  - {page: [{team: platform}], when: {outside: office}, escalate_after: 15m}
fallback: {person: gil}
hours:
  business: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "09:00", to: "18:00"}]}
  office: {timezone: Europe/Berlin, windows: [{days: [mon, tue, wed, thu], from: "08:00", to: "20:00"}]}
```

Related: `uncovered_severity`, `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.guards import ALWAYS, minutes, week
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation, Guard


@rule("POL002", on="escalation", adopt="warning", recommended="error")
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    for index, level in enumerate(policy.content.levels):
        if not level.when:
            continue
        said = _never(level.when, policy.content)
        if said:
            key, message, hint = said
            yield Finding(policy.at("levels", index, "when", key), message, hint)


def _never(guard: Guard, policy: Escalation) -> tuple[str, str, str] | None:
    """Why a guard never holds, with the key to point at and what to do."""
    for key, name in (("hours", guard.hours), ("outside", guard.outside)):
        if name and name not in policy.hours:
            return key, f"no hours `{name}` in this policy: the level never applies", _known(name, policy)
    if guard.hours and not week(policy.hours[guard.hours]):
        hint = "name days of the week: `holiday` is none here, since `hours` have no calendar"
        return "hours", f"`{guard.hours}` are on no day of a week: the level never applies", hint
    if guard.outside and week(policy.hours[guard.outside]) == ALWAYS:
        message = f"`{guard.outside}` are the whole week: the level never applies"
        return "outside", message, "take `outside` out, or narrow the hours"
    if minutes(guard, policy) == 0:
        message = f"`{guard.hours}` lie in `{guard.outside}`: the level never applies"
        return "outside", message, "keep one of the two"
    return None


def _known(name: str, policy: Escalation) -> str:
    from opsbook.book.validate import nearest

    near = nearest(name, policy.hours)
    return f"did you mean `{near}`?" if near else f"add `{name}` under `hours`, or mend the name"
