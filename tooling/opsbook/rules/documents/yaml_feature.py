"""A record is written out in plain YAML.

Anchors, aliases, merge keys, tags and directives make a value stand somewhere else than where it is
read. A record is read by people in a hurry, quoted line by line, and edited by tools that change one
line of it: what a line says must be in that line. Aliases are also how a file of a few hundred bytes
becomes one of gigabytes.

## Example

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: &team [ana, ben]}  # DOC009
      - {starts: 2026-07-06 09:00, every: 2w, members: *team}  # DOC009
```

Use instead:

```yaml title="rotations/payments-primary.yaml"
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-07-06 09:00, every: 2w, members: [ana, ben]}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Okoye
timezone: Europe/Berlin
```

A text that begins with `&`, `*` or `!` needs double quotes: `text: "*All* orders fail"`.

Related: `yaml_syntax`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC009", adopt="warning", measured=(0, 0, 0))
