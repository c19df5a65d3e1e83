"""A record stands in the place of its kind.

A record's path is its kind and its id; a file that stands anywhere else is neither, and nobody reads
it. What is looked at are YAML files below `incidents`, `policies` and `rotations`, and any
`postmortem.md` below `incidents`; evidence, pictures and other pages may stand where they like.

```text
incidents/2026/2026-03-02-checkout-5xx/
    incident.yaml                the folder's name is the id, and its first four digits the year above
    postmortem.md
    evidence/…                   anything
runbooks/**/<id>.md              in folders of your own choice
rotations/<id>.yaml              who takes turns
rotations/overrides/<id>.yaml    swaps, covers and freezes
rotations/people/<id>.yaml
rotations/teams/<id>.yaml
rotations/holidays/<id>.yaml
policies/escalation/<id>.yaml    who is paged, level by level
policies/services/<id>.yaml
policies/communications/<id>.md.j2
policies/severities.yaml         and roles.yaml, targets.yaml, tools.yaml: one of each
```

An id is letters, digits, `-`, `_` and `.`; `README` and `index` are nobody's id.

## Example

```yaml title="rotations/person/ana.yaml"
name: Ana Ruiz  # DOC017
timezone: Europe/Berlin
```
```yaml title="incidents/2026-03-02-checkout-5xx/incident.yml"
title: Checkout answers 502  # DOC017
```

Use instead:

```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
```

Related: `duplicate_id`, `symbolic_link`, `unknown_reference`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC017", adopt="warning")
