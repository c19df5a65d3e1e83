"""A record begins with its first character.

A byte order mark is an invisible character that some editors put before the text. UTF-8 has no byte
order, and many tools take the mark for a part of the first key or do not see that front matter
begins. The record is read without it; the fix takes it out.

## Example

```yaml title="rotations/people/ana.yaml" encoding="utf-8-sig"
name: Ana Ruiz  # DOC003
timezone: Europe/Berlin
```

Use instead: the same, saved as "UTF-8" and not as "UTF-8 with BOM".

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `not_utf8`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC003", adopt="warning", measured=(0, 0, 0))
