"""Front matter ends with a line `---`.

Without it, where the data ends and the text begins is a guess, and most site generators show the
whole of it as text or as nothing. The place is the `---` that begins it.

## Example

```markdown title="runbooks/database-failover.md"
---  <!-- DOC012 -->
owner: platform
severity: SEV1

# Database failover
```

Use instead:

```markdown title="runbooks/database-failover.md"
---
owner: platform
severity: SEV1
---

# Database failover
```

A page whose first line is a rule across the page, and no front matter, writes it `***`.

Related: `toml_front_matter`, `yaml_syntax`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC012", measured=(0, 0, 0))
