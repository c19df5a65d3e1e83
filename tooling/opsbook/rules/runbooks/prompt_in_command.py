"""A command stands without the prompt, so that it can be copied.

At 3 a.m. nobody types. A block is copied whole and pasted whole, and then `$ systemctl restart nginx`
says `$: command not found`, or worse: in a block of five lines the four without a prompt run and the
one that mattered does not.

Blocks in `bash`, `sh`, `shell` or `zsh` are looked at, because these words promise a script. A block
in `console` shows a session, with prompts and output, and is left alone. `$ ` at the start of a line is
a prompt, and so are `ana@db-1:~$ `, `[root@db-1 ~]# ` and `sh-5.1# `. A bare `# ` is not taken for one: of
the hundred blocks of public runbooks with such a line every one was a comment.

The fix takes the prompts away. It is safe where every other line is a comment or goes on with a
command. Where a prompt says on which host to type, where a text stands between `<<EOF` and `EOF`, or
where output stands between the commands, it is not: keep the commands and show the output in a block
of its own, or call the block `console`.

Related: `output_in_command`, `smart_quote_in_command`.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
# What takes the room?
$ du --one-file-system --human-readable --max-depth=2 /var | sort --human-numeric-sort  # RUN011
$ journalctl --vacuum-size=200M
```
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
# What takes the room?
du --one-file-system --human-readable --max-depth=2 /var | sort --human-numeric-sort
journalctl --vacuum-size=200M
```
````

## A session is shown as one

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```console
$ df --human-readable /var
Filesystem      Size  Used Avail Use% Mounted on
/dev/nvme1n1     40G   40G   12K 100% /var
```
````
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.lint.shell import PROMPT, SHELLS
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Fence
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_LINE = re.compile(r"[ \t]*(?P<code>[^\r\n]*)(?:\r\n?|\n|\Z)")
_CONTINUES = re.compile(r"(?:\\|\||&&|\|\|)\s*\Z")


class Prompt(NamedTuple):
    """A prompt before a command, and whether it names a host."""

    span: Span
    host: bool


class Session(NamedTuple):
    """The prompts of a block; `plain` where nothing but commands and comments stands beside."""

    prompts: tuple[Prompt, ...]
    plain: bool


@rule("RUN011", on="runbook", measured=(424, 50, 50))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    for fence in runbook.page.fences:
        if fence.language.lower() in SHELLS:
            session = read(runbook.source.text, fence)
            if session.prompts:
                yield _finding(runbook, fence, session)


def read(text: str, fence: Fence) -> Session:
    """What a block of shell is made of."""
    prompts: list[Prompt] = []
    plain, continued = True, False
    for line in _LINE.finditer(text, fence.code.start, fence.code.end):
        code = line["code"]
        prompt = PROMPT.match(code)
        if prompt and not continued:
            at = line.start("code")
            prompts.append(Prompt(Span(at, at + prompt.end()), bool(prompt["host"])))
        elif code and not continued and not code.startswith("#"):
            plain = False
        if "<<" in code:
            plain = False
        continued = bool(_CONTINUES.search(code))
    return Session(tuple(prompts), plain)


def _finding(runbook: Document[Runbook], fence: Fence, session: Session) -> Finding:
    first = session.prompts[0]
    hosts = any(prompt.host for prompt in session.prompts)
    if not session.plain:
        hint = "take the prompts away and show output in a block of its own, or call the block `console`"
        return Finding(runbook.span(first.span), _message(runbook, fence, first), hint)
    edits = tuple(Edit(runbook.span(prompt.span), "") for prompt in session.prompts)
    fix = Fix("take the prompts away", edits, safe=not hosts)
    hint = "say before the block on which host to type" if hosts else ""
    return Finding(runbook.span(first.span), _message(runbook, fence, first), hint, fix=fix)


def _message(runbook: Document[Runbook], fence: Fence, first: Prompt) -> str:
    prompt = runbook.span(first.span).text.strip()
    return f"`{prompt}` before a command in a block of `{fence.language}`"
