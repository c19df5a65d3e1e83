"""The next level of an escalation pages somebody else.

Who did not hear the first page will hardly hear the second: a level that pages the same person, team
or rotation as the level before costs its minutes and reaches nobody new. To ring again is what `repeat`
is for.

Two levels follow one another where a severity takes both and none between them, and their hours have
a minute in common; the fallback follows the last level. Compared is what is certain without working
out turns: persons, teams and rotations by name, and those in which there is only one person. A level
that pages others as well is not reported.

## Example

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{rotation: payments-primary}], escalate_after: 10m}  # POL004
  - {page: [{person: gil}], escalate_after: 10m}
fallback: {person: gil}  # POL004
```

Use instead:

```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{rotation: payments-secondary}], escalate_after: 10m}
  - {page: [{team: platform}], escalate_after: 10m}
repeat: 1
fallback: {person: gil}
```

Related: `one_person_rotation`, `missing_fallback`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from opsbook.diagnostics import Finding, Related
from opsbook.lint.guards import applies_to, minutes, zones
from opsbook.lint.people import paged
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.escalation import Escalation, Guard, Target
    from opsbook.text import Pointer


class Step(NamedTuple):
    """A level, or the fallback after the last."""

    pointer: Pointer
    targets: tuple[Target, ...]
    guard: Guard | None


@rule("POL004", on="escalation", adopt="advice", recommended="warning")
def check(policy: Document[Escalation], context: Context) -> Iterator[Finding]:
    steps = list(_steps(policy.content))
    severities = (*context.book.severities.levels, "")
    for index, later in enumerate(steps):
        for earlier in _before(steps[:index], later, policy.content, severities):
            twice = _again(earlier, later, context)
            if twice:
                yield Finding(
                    policy.at(*later.pointer),
                    f"pages {twice} again, and nobody else",
                    "page somebody else, or leave it out and set `repeat`",
                    (Related(policy.at(*earlier.pointer), "the level before"),),
                )
                break


def _steps(policy: Escalation) -> Iterator[Step]:
    for index, level in enumerate(policy.levels):
        yield Step(("levels", index, "page"), level.page, level.when)
    if policy.fallback:
        yield Step(("fallback",), (policy.fallback,), None)


def _before(
    steps: list[Step], later: Step, policy: Escalation, severities: tuple[str, ...]
) -> Iterator[Step]:
    """The steps that come just before, for some severity, at some hour that both have."""
    for severity in severities:
        taken = [step for step in steps if applies_to(step.guard, severity)]
        if taken and applies_to(later.guard, severity) and _at_once(taken[-1], later, policy):
            yield taken[-1]


def _at_once(one: Step, other: Step, policy: Escalation) -> bool:
    """Whether two guards may hold at the same time; in two zones they may."""
    held = minutes(one.guard, policy), minutes(other.guard, policy)
    if held[0] is None or held[1] is None or len(zones(policy, (one.guard, other.guard))) > 1:
        return None not in held
    return bool(held[0] & held[1])


def _again(earlier: Step, later: Step, context: Context) -> str | None:
    """Who is paged by both, where the later step pages nobody else."""
    if set(map(_written, later.targets)) <= set(map(_written, earlier.targets)):
        return " and ".join(f"`{id}`" for _, id in map(_written, later.targets))
    before = {_only(target, context) for target in earlier.targets}
    people = {_only(target, context) for target in later.targets}
    if None in people or not people <= before:
        return None
    return " and ".join(f"`{id}`" for id in sorted(filter(None, people)))


def _only(target: Target, context: Context) -> str | None:
    """The one person that a target ever pages; None where there are more, or none."""
    people = paged(target, context) or ()
    return next(iter(people)) if len(people) == 1 else None


def _written(target: Target) -> tuple[str, str]:
    return next((kind, id) for kind, id in target if id)
