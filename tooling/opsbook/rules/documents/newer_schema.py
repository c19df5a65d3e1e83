"""A record is of a schema that this opsbook knows.

Records are `schema: 1` without saying so. A later opsbook that changes what a key means writes a
higher number into the files that use it; an older one that read them all the same would understand
them wrongly, so it refuses.

## Example

```yaml title="rotations/people/ana.yaml"
schema: 2  # DOC016
name: Ana Ruiz
timezone: Europe/Berlin
```

Use instead: a newer opsbook, or, where nothing of the newer schema is used,

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `unknown_key`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC016", adopt="warning")
