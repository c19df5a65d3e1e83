"""A value is what its key asks for.

Instants carry an offset, durations are written `90m` and not `1:30`, texts are texts. What could be
read in two ways is refused with the way to write it, because a wrong reading is found months later,
in a figure that nobody can explain. Until every value of a record is valid, no other rule looks at
it.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02 09:06, text: "CheckoutErrorRate fired"}  # DOC015
  - {at: 2026-03-02T09:33Z, milestone: fixed, text: "Error rate at baseline"}  # DOC015
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T10:06+01:00, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:33Z, milestone: mitigated, text: "Error rate at baseline"}
```

Related: `missing_key`, `unknown_key`, `unknown_reference`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC015", measured=(9, 9, 9))
