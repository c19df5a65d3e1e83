r"""A record's YAML can be parsed.

The place is where the parser gave up, which is at the mistake or a little after it. Until it is
mended nothing else of the file is known. The usual suspects: a text that holds `: ` or begins with
`[`, `{`, `>`, `@` or a backtick and is not in double quotes; a quote that is never closed; a tab in
the indentation; a comma missing in `{…}`.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout: answers 502  # DOC007
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: "Checkout: answers 502"
```

## Example: a tab

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
impact:
\x09users_affected: 12000  # DOC007
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
impact:
  users_affected: 12000
```

Related: `yaml_feature`, `several_documents`, `merge_conflict`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC007", measured=(0, 0, 0))
