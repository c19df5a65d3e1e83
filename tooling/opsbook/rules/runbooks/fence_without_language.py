"""A block of code says which language it is in.

The language tells a reader what to do with a block: `bash` is run, `console` is compared with the
screen, `sql` goes into another window, `yaml` into a file. It colours the page, and it tells tools what
to check: a prompt, a typographic quote or a missing `fi` is found only in a block that says it is
shell.

Blocks between fences that hold something are looked at; indented blocks and empty ones are not. `text`
is an answer.

Where the code shows what it is, the fix writes it: `json` where it can be read as JSON, `console` where
every command stands behind `$ `, `bash` where the first line is `#!/bin/bash` or the like. It is
unsafe, since what a block is called changes how it is shown and checked.

A third of the runbooks of 14 public collections have such a block, so this is off where a collection is
adopted. Of the 477 hits 50 were read, all right.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```  <!-- RUN013 -->
journalctl --vacuum-size=200M
```
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
journalctl --vacuum-size=200M
```
````

Related: `prompt_in_command`, `smart_quote_in_command`, `unclosed_fence`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_MARK = re.compile(r"`{3,}|~{3,}")
_SHEBANG = re.compile(r"\s*#!\s*/(?:usr/)?bin/(?:env\s+)?(bash|sh|zsh|ksh|python|ruby)3?\s")


@rule("RUN013", on="runbook", adopt="off", recommended="advice", strict="warning", measured=(477, 50, 50))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    text = runbook.source.text
    for fence in runbook.page.fences:
        code = text[fence.code.start : fence.code.end]
        if fence.fenced and not fence.language and code.strip():
            mark = _MARK.match(text, fence.span.start)
            assert mark, "a fence begins with its mark"
            hint = "`bash` to copy, `console` for a session, `text` for anything else"
            fix = _fix(runbook, mark.end(), _certain(code))
            yield Finding(runbook.span(Span(*mark.span())), "a block without a language", hint, fix=fix)


def _fix(runbook: Document[Runbook], at: int, language: str | None) -> Fix | None:
    if language is None:
        return None
    return Fix(f"call it `{language}`", (Edit(runbook.span(Span(at, at)), language),), safe=False)


def _certain(code: str) -> str | None:
    """The language of a piece of code that can be no other."""
    shebang = _SHEBANG.match(code)
    if shebang:
        return shebang[1]
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    if all(line.startswith("$ ") for line in lines):
        return "console"
    if lines[0][0] in "[{":
        try:
            json.loads(code)
        except (ValueError, RecursionError):
            return None
        return "json"
    return None
