"""A file holds one record.

A record's id is its path, so a second YAML document in the same file would have no id, and nothing
could refer to it. A line `---` begins one.

## Example

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
---  # DOC010
name: Ben Okoye
timezone: Europe/Berlin
```

Use instead:

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```

A single `---` before everything else is legal, and needless.

Related: `misplaced_record`, `unclosed_front_matter`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC010")
