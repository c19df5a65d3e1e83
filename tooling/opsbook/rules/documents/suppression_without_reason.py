"""A suppression says why.

Whoever finds it in a year wants to know whether it may go. A few words after the brackets are enough:
what is different here, or what has to happen first.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[timeline_out_of_order] until=2026-12-31  # DOC022
  - {at: 2026-03-02T08:31Z, text: "Replica logs the failover"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[timeline_out_of_order] the replica's clock was slow until=2026-12-31
  - {at: 2026-03-02T08:31Z, text: "Replica logs the failover"}
```

Related: `unused_suppression`, `expired_suppression`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC022", adopt="off", recommended="advice", strict="warning")
