"""Every row of the page log can be read, and names people and services that there are.

Pages that never became incidents stand in `rotations/pages/2026-03.csv`, one month a file. A row that cannot
be read is a night that counts for nobody: no rest is owed for it, and no alert looks noisy.

Columns are `at`, `person`, `service`, `alert`, `acknowledged` and `outcome`, in any order; `at` and `person`
must be there. An instant has an offset. An outcome is one of `acted`, `acknowledged`, `no-action`,
`false-alarm` and `unanswered`.

Related: `too_many_pages`, `yaml_syntax`.

## Example

```csv title="rotations/pages/2026-03.csv"
at,person,service,alert,acknowledged,outcome
2026-03-02T03:11,ana,checkout,HighLatency,,no-action  # ROT021
2026-03-04T02:40+01:00,bne,checkout,HighLatency,,no-action  # ROT021
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
```

Use instead:

```csv title="rotations/pages/2026-03.csv"
at,person,service,alert,acknowledged,outcome
2026-03-02T03:11+01:00,ana,checkout,HighLatency,,no-action
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="policies/services/checkout.yaml"
name: Checkout
team: payments
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.subset import MAX_PROBLEMS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.text import Location, shown

if TYPE_CHECKING:
    from opsbook.book.pages import PageLog
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context


@rule("ROT021", on="book")
def check(book: Book, context: Context) -> Iterator[Finding]:
    for log in book.page_logs():
        for problem in log.problems:
            yield Finding(Location(log.source, problem.span), problem.message, problem.hint)
        yield from _unknown(log, book)


def _unknown(log: PageLog, book: Book) -> Iterator[Finding]:
    """People and services of a log that the book does not have, each once."""
    seen: set[tuple[str, str]] = set()
    for page in log.pages:
        for kind, id in (("person", page.person), ("service", page.service)):
            if id is None or (kind, id) in seen or len(seen) > MAX_PROBLEMS:
                continue
            seen.add((kind, id))
            if not book.has(kind, id):
                yield Finding(page.place, f"no {kind} `{shown(id)}`", "mend the name, or add its record")
