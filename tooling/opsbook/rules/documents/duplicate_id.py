"""An id belongs to one record of its kind.

A record's id is its file's name, whatever folder it stands in, and references know nothing else. Of
two runbooks with one name the second cannot be named at all. Two ids that differ only in upper and
lower case are one file on macOS and Windows: whoever clones the book there loses one of them. Two incidents
or post-mortems cannot have one id: it is the name of their folder, whose year is the folder above.

## Example

```markdown title="runbooks/payments/failover.md"
# Failover of the payments database  <!-- DOC019 -->
```
```markdown title="runbooks/search/failover.md"
# Failover of the search cluster  <!-- DOC019 -->
```

Use instead:

```markdown title="runbooks/payments/payments-failover.md"
# Failover of the payments database
```
```markdown title="runbooks/search/search-failover.md"
# Failover of the search cluster
```

## Example: upper and lower case

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz  # DOC019
timezone: Europe/Berlin
```
```yaml title="rotations/people/Ana.yaml"
name: Ana Lindqvist  # DOC019
timezone: Europe/Stockholm
```

A person, a team and a service may share an id: each has its own folder, and a reference says which it
means.

Related: `misplaced_record`, `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_KINDS = tuple(kind.name for kind in KINDS if not kind.single and not kind.yearly)


@rule("DOC019", on=_KINDS, adopt="warning", recommended="error", measured=(4, 4, 4))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    kind = document.kind.name
    others = [path for path in context.book.namesakes(kind, document.id) if path != document.path]
    if not others:
        return
    there = [context.book.read(path) for path in others]
    ids = sorted({other.id for other in there} - {document.id})
    yield Finding(
        document.head,
        f"`{document.id}` and `{ids[0]}` differ only in case"
        if ids
        else f"`{there[0].path}` has the id `{document.id}` too",
        "rename one, and what refers to it",
        tuple(Related(other.head, f"the other {kind}") for other in there),
    )
