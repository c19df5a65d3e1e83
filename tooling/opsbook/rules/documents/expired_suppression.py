"""A suppression with an end is renewed or taken away when that day is over.

`until=` is a promise: until then we live with it. Afterwards the finding is shown again, and the
comment with it, so that somebody decides once more. The day itself still counts. An `until` that is
no date is taken as over, rather than as for ever.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-05-01"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[INC001] vendor will send the exact time until=2026-04-30  # DOC021
  - {at: 2026-03-02T08:31Z, text: "Vendor restarts the edge"}
```

Use instead: the finding mended, or a new reason and day.

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml" as_of="2026-05-01"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:31Z, text: "Vendor restarts the edge"}
```

Related: `unused_suppression`, `suppression_without_reason`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC021", adopt="warning", recommended="warning", dated=True)
