r"""A record holds only characters that can be seen.

Bells, escapes and NULs come from copying a terminal. They move the cursor, colour or hide text
where somebody prints the record, and YAML forbids them. Nor are there, in YAML, the characters that
YAML 1.1 took for line ends (U+0085, U+2028, U+2029): two readers would see different lines.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
summary: "\x1b[31mFATAL\x1b[0m: too many connections"  # DOC004
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
summary: "FATAL: too many connections"
```

Output that needs its colours belongs in `evidence/`, as a file. Where the character itself matters,
write it escaped in double quotes: `"\u001b"`.

Related: `not_utf8`, `yaml_syntax`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC004", adopt="warning", measured=(0, 0, 0))
