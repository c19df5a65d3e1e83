"""A record is small enough for a person to read.

Beyond 1 MiB, or nested more than a hundred levels deep, it holds a log, an export or an attack, and
whoever opens the page in an incident waits for it. It is not read any further.

Related: `unreadable_file`, `misplaced_record`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md" repeat="20000"
2026-03-02T09:06:14Z checkout-7f9c FATAL: too many connections  <!-- DOC006 -->
```

Use instead: the log as a file in `evidence/`, and the lines that matter in the record.

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
The pool was exhausted from 09:06 on, see [the log](evidence/checkout.log):

    2026-03-02T09:06:14Z checkout-7f9c FATAL: too many connections
```
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC006", adopt="warning", measured=(0, 0, 0))
