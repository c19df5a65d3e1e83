"""A version of a rotation stays as it is once it has begun.

A version that has begun says who was on call. Whoever edits it rewrites history: yesterday's pages seem to
have reached somebody else, and the hours that people were paid for no longer add up. A new version with a
later `starts` changes the future and leaves the past alone.

A version is compared with how it stood before the change: at the merge base with `--base`, at the last
commit with `--staged`. It has begun when the clock of its layer has reached its `starts`. Not reported are
versions that begin later, versions added in between, and changes of a layer's name, windows or clock,
which have no versions. Where the record of who was on call is itself mended, say so in a suppression.

Related: `unknown_member`, which asks for people who left to be kept.

## Example

```yaml title="rotations/payments-primary.yaml" at="base"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/payments-primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, chi]}  # ROT020
```

Use instead:

```yaml title="rotations/payments-primary.yaml" at="base"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/payments-primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-04-06 09:00, every: 1w, members: [ana, chi]}
```

## A version that is gone

```yaml title="rotations/payments-primary.yaml" at="base"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2025-01-06 09:00, every: 1w, members: [ana, dan]}
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
```yaml title="rotations/payments-primary.yaml" as_of="2026-04-01T12:00Z"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:  # ROT020
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Layer, Rotation


@rule("ROT020", on="rotation", compares=True)
def check(rotation: Document[Rotation], context: Context) -> Iterator[Finding]:
    before = context.book.before(rotation)
    if before is None or not before.readable:
        return
    for index, earlier in enumerate(before.content.layers):
        now = _same_layer(rotation.content, before.content, index)
        kept = rotation.content.layers[now].versions if now is not None else ()
        for number, version in enumerate(earlier.versions):
            if version in kept or not _begun(before.content, earlier, number, context):
                continue
            same = next((n for n, each in enumerate(kept) if each.starts == version.starts), None)
            begun = f"the version that began at {version.starts:%Y-%m-%d %H:%M}"
            if now is None:
                place, message = rotation.key_at("layers"), f"{begun} in layer `{earlier.name}` is gone"
            elif same is None:
                place, message = rotation.key_at("layers", now, "versions"), f"{begun} is gone"
            else:
                place, message = rotation.at("layers", now, "versions", same), f"{begun} was edited"
            yield Finding(place, message, "leave it as it was, and add a version with a later `starts`")


def _same_layer(now: Rotation, before: Rotation, index: int) -> int | None:
    """Where a layer stands now: by its name, or by its place where it alone was given another."""
    names = [layer.name for layer in now.layers]
    name = before.layers[index].name
    if name in names:
        return names.index(name)
    others = {layer.name for layer in before.layers}
    renamed = len(names) == len(before.layers) and names[index] not in others
    return index if renamed else None


def _begun(rotation: Rotation, layer: Layer, number: int, context: Context) -> bool:
    from opsbook.model.time import first_instant

    clock = layer.timezone or rotation.timezone
    return clock is not None and context.clock.passed(first_instant(layer.versions[number].starts, clock))
