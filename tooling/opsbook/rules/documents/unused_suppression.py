"""A suppression silences something.

`# opsbook: ignore[…]` that finds nothing to silence was left behind when its reason went away, stands
on the wrong line, or misspells the rule. Left in place, it hides the next finding of that kind, which
nobody decided to accept. Let be are suppressions of a rule that did not run in this check, and those
with an `until=` still to come of a rule that waits for a day, such as a due date; and those of a rule that
looks at a change, such as a takeover at short notice: once merged it finds nothing, and the answer stays.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[timeline_out_of_order] the replica's clock was slow  # DOC020
  - {at: 2026-03-02T09:31Z, text: "Failed over to the replica"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  - {at: 2026-03-02T09:31Z, text: "Failed over to the replica"}
```

## Where a suppression stands

At the end of a line it speaks of that line; alone on its line, of the next line that is neither empty
nor a comment. In Markdown it is an HTML comment. A rule is named by code or name, several with commas:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[timeline_out_of_order] the replica's clock was slow, and its log says so
  - {at: 2026-03-02T08:31Z, text: "Replica logs the failover"}
```

Related: `expired_suppression`, `suppression_without_reason`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC020", adopt="warning", recommended="warning")
