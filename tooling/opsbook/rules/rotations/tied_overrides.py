"""Two overrides of a rotation do not begin at the same instant.

The later start wins. Where two begin together, the one that ends sooner does, and after that the path
decides: a rule that nobody has in mind who writes the second one. Whoever of the two believes to be
on, may not be.

Not reported are overrides that leave each other alone: they replace different people, and put on
nobody whom the other replaces. The rule looks at all overrides at once, and so runs where the whole
book is checked.

## Example

```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding
covers:
  - {from: 2026-03-09T09:00+01:00, to: 2026-03-16T09:00+01:00, on: [ben], instead_of: [ana]}
```
```yaml title="rotations/overrides/2026-03-09-training.yaml"
rotation: payments-primary
reason: Training
covers:
  - {from: 2026-03-09T09:00+01:00, to: 2026-03-11T09:00+01:00, on: [chi]}  # ROT007
```

Use instead:

```yaml title="rotations/overrides/2026-03-09-swap.yaml"
rotation: payments-primary
reason: Ana is at a wedding, and on the first days there is a training
covers:
  - {from: 2026-03-09T09:00+01:00, to: 2026-03-11T09:00+01:00, on: [chi]}
  - {from: 2026-03-11T09:00+01:00, to: 2026-03-16T09:00+01:00, on: [ben], instead_of: [ana]}
```

Related: `stray_override`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Cover, Override

Stretch = tuple["Document[Override]", int]
"""An override, and which of its covers."""


@rule("ROT007", on="book", adopt="advice", recommended="warning")
def check(book: Book, context: Context) -> Iterator[Finding]:
    seen: dict[tuple[str, datetime], list[Stretch]] = {}
    for override in book.overrides:
        for index, cover in enumerate(override.content.covers):
            others = seen.setdefault((override.content.rotation, cover.start), [])
            tied = next((each for each in others if _touch(cover, _cover(each))), None)
            others.append((override, index))
            if tied:
                yield _finding((override, index), tied)


def _finding(this: Stretch, other: Stretch) -> Finding:
    first = min(this, other, key=lambda each: (_cover(each).end, each[0].path))
    wins = "this one" if first is this else "that one"
    return Finding(
        this[0].at("covers", this[1], "from"),
        f"another override of `{this[0].content.rotation}` begins at this instant; {wins} wins",
        "make one of them begin where the other ends",
        (Related(other[0].at("covers", other[1], "from"), "the other one"),),
    )


def _cover(stretch: Stretch) -> Cover:
    override, index = stretch
    return override.content.covers[index]


def _touch(one: Cover, other: Cover) -> bool:
    """Whether it matters which of two covers is looked at first."""
    if one.instead_of is None or other.instead_of is None:
        return True
    replaced, also = set(one.instead_of), set(other.instead_of)
    return bool(replaced & also or replaced & set(other.on) or also & set(one.on))
