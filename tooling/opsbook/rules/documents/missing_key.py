"""A record says everything that its kind cannot do without.

Few keys are required, and each because something is worked out from it: a turn cannot be handed over
without a clock, an entry of a timeline means nothing without its instant. The help tells what the
key is for; the schemas that `opsbook schema write` writes say all of a kind's keys.

## Example

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz  # DOC013
```

Use instead:

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `unknown_key`, which a misspelt key is, and `invalid_value`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC013")
