"""A key is one that its kind knows.

A misspelt key is silently without effect: a `due_date` that nobody reads is an action item that is
never overdue. Keys that begin with `x-` are yours and pass anywhere. In front matter only a near miss
of a known key is reported, since `title`, `weight` or `layout` belong to site generators.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
sumary: A change removed half of the connections.  # DOC014
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
summary: A change removed half of the connections.
x-ticket: CHG-4812
```

## Example: front matter

```markdown title="runbooks/database-failover.md"
---
weight: 30
last_udpated: 2026-02-01  # DOC014
---
# Database failover
```

Use instead:

```markdown title="runbooks/database-failover.md"
---
weight: 30
last_updated: 2026-02-01
---
# Database failover
```

Related: `missing_key`, `invalid_value`, `newer_schema`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC014", adopt="warning", measured=(0, 0, 0))
