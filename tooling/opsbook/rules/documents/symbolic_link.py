"""A record is a file, not a symbolic link to one.

Links are not followed. One that leads out of the book would publish whatever it points at on the
machine that builds the site, one that leads to another record would give it two ids, and git on
Windows writes a link as a small text file. So what stands behind a link is not in the book, and this
says so instead of leaving it out silently. Links in `evidence/` are nobody's business here.

## Example

```text title="runbooks/database-failover.md" mode="120000"
../../wiki/failover.md  # DOC018
```

Use instead: the file itself.

```markdown title="runbooks/database-failover.md"
# Database failover
```

## Example: a folder

```text title="rotations/people" mode="120000"
../../directory/people  # DOC018
```

Related: `misplaced_record`, `duplicate_id`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC018", adopt="warning")
