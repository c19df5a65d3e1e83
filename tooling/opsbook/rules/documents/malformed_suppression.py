"""A comment that is meant to silence a rule is written so that it does.

Nobody sees that a comment has no effect: the finding stays, and whoever wrote the comment believes that it
was accepted. Without the finding it would wait there, and hide nothing or, once somebody mends the comment,
something else. Looked at are comments that begin with `opsbook` and then say to ignore, disable, skip or
silence something.

A mention of opsbook in an ordinary sentence, the marks of a generated block such as
`<!-- opsbook:timeline -->`, and what stands in quotes or in code are not reported. A rule that does not exist
is said by `unused_suppression`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignor[timeline_out_of_order] the replica's clock was slow  # DOC023
  - {at: 2026-03-02T09:31Z, text: "Failed over to the replica"}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz  # opsbook: ignore REF001  # DOC023
timezone: Europe/Berlin
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
  # opsbook: ignore[timeline_out_of_order] the replica's clock was slow
  - {at: 2026-03-02T08:31Z, text: "Failed over to the replica"}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `unused_suppression`, `suppression_without_reason`, `expired_suppression`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC023", adopt="warning", recommended="warning")
