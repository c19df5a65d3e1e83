"""A block of shell holds commands, and what they print stands elsewhere.

A block is copied whole. A line of output in it is run as well: at best it says `NAME: command not
found`, at worst it begins with the name of a program. Whoever reads it has to guess which lines to
type.

Show the output in a block of its own, in `text` or the language it is in, or call the block `console`
and put `$ ` before each command.

Blocks in `bash`, `sh`, `shell`, `ksh` or `zsh` are looked at. What counts as output is what can be
nothing else: the head of a table (`NAME   READY   STATUS`), a label with a colon (`storage: 160Gi`),
lines of a log, JSON, `ls -l` or `psql`, what `kubectl` says it did. Output that looks like a command is
missed. A block with a prompt is left to `prompt_in_command`, which says the same.

On the runbooks of 14 public collections every hit was right. Half of them were blocks that hold no
command at all, such as a piece of a log, a tree of files or YAML: call those what they are.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
kubectl get persistentvolumeclaims
NAME      STATUS   VOLUME   CAPACITY  # RUN015
orders    Bound    pv-12    40Gi
```
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
kubectl get persistentvolumeclaims
```

```text
NAME      STATUS   VOLUME   CAPACITY
orders    Bound    pv-12    40Gi
```
````

Related: `prompt_in_command`, `shell_syntax_error`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.shell import blocks, printed
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_APART = "show the output in a block of its own, or call the block `console` and put `$ ` before each command"


@rule("RUN015", on="runbook", measured=(30, 30, 30))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    for block in blocks(runbook.page):
        found = next((line for line in block.lines if printed(line)), None)
        if found is None or block.prompted:
            continue
        alone = found is block.lines[0]
        hint = "call the block `text`, or what it is" if alone else _APART
        message = f"`{shown(found.code)}` in a block of `{block.fence.language}`, which is no command"
        yield Finding(runbook.span(found.span), message, hint)
