"""A merge is finished before it is committed.

Two people changed the same lines, and git left both versions with its markers between them. Which
of the two is true, or whether both are, only they can say.

## Example

```yaml title="policies/services/checkout.yaml"
name: Checkout
<<<<<<< HEAD  # DOC005
description: Sells tickets
=======
description: Sells and refunds tickets
>>>>>>> refunds
team: payments
```

Use instead:

```yaml title="policies/services/checkout.yaml"
name: Checkout
description: Sells and refunds tickets
team: payments
```
```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

A page may show a conflict: one that stands as a whole in a block of code is not reported, unless a shell
is meant to run that block.

In a timeline mostly both sides are right: keep both, in order of time.

Related: `timeline_out_of_order`, `duplicate_key`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC005", measured=(0, 0, 0))
