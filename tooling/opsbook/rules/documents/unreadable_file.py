"""A record is a file that can be read.

Mostly its permissions are wrong, or it went away while the book was being read. Nothing can be said
about what is in it, so nothing else is reported of it; references to it hold, since it is there.

## Example

```yaml title="rotations/people/ana.yaml" mode="000"
name: Ana Ruiz  # DOC001
timezone: Europe/Berlin
```

Use instead: `chmod u+r rotations/people/ana.yaml`, and then

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `symbolic_link`, `too_large`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC001", measured=(0, 0, 0))
