"""A rotation has somebody to hand over to.

One person who is always on call has no night without the phone, no holiday without a cover, and no
colleague who notices when they are ill. It is a single point of failure, and seldom meant to last.

Counted is everybody who has a turn now, over all layers; without `every` only the first member ever
has one. Looked at are rotations that an escalation policy pages, itself or through one that follows
it: a shadow may well be alone. A rotation that has not begun is not looked at.

## Example

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana]}  # ROT006
```
```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
```

Use instead:

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana]}
      - {starts: 2026-03-02 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="policies/escalation/payments.yaml"
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
```

Related: `paged_again`, `departed_member`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.people import ahead, source
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation


@rule("ROT006", on="rotation", adopt="advice", recommended="advice", strict="warning")
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    if rotation.content.follows:
        return
    now = [each for each in ahead(rotation, context) or () if context.clock.passed(each.start)]
    people = {person for roster in now for person in roster.people}
    if len(people) != 1 or not _paged(rotation, context.book):
        return
    first = next(roster for roster in now if roster.people)
    alone = len(first.version.members) < 2
    yield Finding(
        rotation.at(*first.pointer, "members"),
        f"nobody but `{people.pop()}` is ever on",
        f"add somebody in a new version: `opsbook rotation change {rotation.id} --add PERSON`"
        if alone
        else f"say in a new version when they hand over: `opsbook rotation change {rotation.id} --every 1w`",
    )


def _paged(rotation: Document[Rotation], book: Book) -> bool:
    """Whether some policy pages a rotation, or one that follows it."""
    named = {
        target.rotation
        for policy in book.escalations
        for target in policy.content.targets()
        if target.rotation
    }
    found = (book.find("rotation", id) for id in sorted(named))
    origins = (source(each, book) for each in found if each and each.readable)
    return any(origin is not None and origin.id == rotation.id for origin in origins)
