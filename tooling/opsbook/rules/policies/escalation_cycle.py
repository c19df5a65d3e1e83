"""An escalation policy does not lead back to itself.

A target `{policy: …}` begins that policy from its first level. If the way leads back, the same people
are paged round and round, and whoever was to be reached last never is. Each policy of the circle
reports its own step, since any of them may be the one to change. A step that only some severities take
(`when`) counts for those only.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{policy: platform}], escalate_after: 10m}  # POL001
```
```yaml title="policies/escalation/platform.yaml"
levels:
  - {page: [{rotation: platform-primary}], escalate_after: 5m}
fallback: {policy: payments}  # POL001
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{policy: platform}], escalate_after: 10m}
```
```yaml title="policies/escalation/platform.yaml"
levels:
  - {page: [{rotation: platform-primary}], escalate_after: 5m}
fallback: {person: gil}
```

Related: `circular_follow`, `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.document import Document
from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.escalation import Escalation

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.text import Pointer

Policy = Document[Escalation]
Severities = frozenset[str] | None
"""The severities for which a step is taken; None for all."""


class Step(NamedTuple):
    """A policy hands over to another."""

    policy: Policy
    pointer: Pointer
    leads_to: str
    severities: Severities


@rule("POL001", on="escalation", adopt="warning", recommended="error")
def check(policy: Policy, context: Context) -> Iterator[Finding]:
    for step in _steps(policy):
        way = _way_back(step, policy.id, context.book)
        if not way:
            continue
        ids = " → ".join(f"`{each.policy.id}`" for each in way)
        yield Finding(
            policy.at(*step.pointer),
            f"leads back to itself: {ids} → `{policy.id}`",
            "end one of them with people: `{rotation: …}`, `{team: …}` or `{person: …}`",
            tuple(
                Related(each.policy.at(*each.pointer), f"leads on to `{each.leads_to}`") for each in way[1:]
            ),
        )


def _steps(policy: Policy) -> Iterator[Step]:
    for index, level in enumerate(policy.content.levels):
        only = frozenset(level.when.severity) if level.when and level.when.severity else None
        for place, target in enumerate(level.page):
            if target.policy:
                yield Step(policy, ("levels", index, "page", place, "policy"), target.policy, only)
    fallback = policy.content.fallback
    if fallback and fallback.policy:
        yield Step(policy, ("fallback", "policy"), fallback.policy, None)


def _way_back(first: Step, home: str, book: Book) -> list[Step] | None:
    """The shortest way from a step back to where it began, for some severity; None without one."""
    ways = [([first], first.severities)]
    seen = set()
    for way, severities in ways:  # grows while it is walked
        here = way[-1].leads_to
        if here == home:
            return way
        other = book.find("escalation", here)
        if other is None or not other.readable or (here, severities) in seen:
            continue
        seen.add((here, severities))
        for step in _steps(other):
            common = _common(severities, step.severities)
            if common is None or common:
                ways.append(([*way, step], common))
    return None


def _common(one: Severities, other: Severities) -> Severities:
    if one is None or other is None:
        return other if one is None else one
    return one & other
