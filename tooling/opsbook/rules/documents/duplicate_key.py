"""A key stands once in its mapping.

YAML readers disagree about which of two equal keys counts: some take the first, most the last, some
refuse. One of the two values is silently lost, and the reader of the file does not know which.

## Example

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
title: Engineer
title: Senior engineer  # DOC008
```

Use instead:

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
title: Senior engineer
```

In a timeline, two equal keys in one entry are mostly two entries that a merge ran together: write
each on its own line.

Related: `duplicate_id`, `merge_conflict`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC008", measured=(1, 1, 1))
