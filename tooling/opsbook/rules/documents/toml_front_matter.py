"""Front matter is YAML, between lines of `---`.

Some site generators write it as TOML, between `+++`. opsbook reads and edits one language in its
records; the rest of the page is the same.

## Example

```markdown title="runbooks/database-failover.md"
+++  <!-- DOC011 -->
title = "Database failover"
owner = "platform"
+++
# Database failover
```

Use instead:

```markdown title="runbooks/database-failover.md"
---
title: Database failover
owner: platform
---
# Database failover
```

Related: `unclosed_front_matter`, `yaml_syntax`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC011", adopt="warning", measured=(1, 1, 1))
