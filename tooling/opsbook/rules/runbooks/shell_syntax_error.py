"""A block of shell can be read by a shell.

A missing quote or `fi` shows only when somebody pastes the block: the shell waits for more, with `>` on
the screen, and everything pasted after it becomes part of a text. Whoever wrote the block tried it;
whoever shortened it for the page did not.

The rule asks [shellcheck](https://www.shellcheck.net), which `pip install "opsbook[shell]"` brings,
about errors of syntax and nothing else; style is not its business. Nothing is run. Without shellcheck
the rule is silent. Blocks in `bash`, `sh`, `shell` and `ksh` are looked at. Placeholders such as
`<host>` and `{{ host }}` count as words. A block with prompts or output is left to `prompt_in_command`
and `output_in_command`.

Asking takes a few hundredths of a second a page, which a big book would notice, so the rule runs only
in the profile `strict`, and where the settings give it a level.

On the runbooks of 14 public collections a shell could not read three blocks, and all three were right:
two were queries for Prometheus and one a log, which had been called shell.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
for host in orders-db-1 orders-db-2; do  # RUN020
  ssh "${host}" 'df --human-readable /var'
```
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
for host in orders-db-1 orders-db-2; do
  ssh "${host}" 'df --human-readable /var'
done
```
````

Related: `output_in_command`, `prompt_in_command`, `smart_quote_in_command`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.shell import Block, blocks, printed
from opsbook.lint.shellcheck import Misread, misread
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_DIALECTS = {"bash": "bash", "sh": "bash", "shell": "bash", "ksh": "ksh"}
_PLACEHOLDER = re.compile(
    r"<%=?[^\n]*?%>|<[A-Za-z][^<>\n|&;]*>|\{\{[^{}\n]*\}\}|\[[A-Za-z][\w |-]*\]|\.\.\.|…"
)
_LARGE = 20_000


class Script(NamedTuple):
    """A block as a shell is given it, and where in the text each of its lines begins."""

    text: str
    starts: tuple[int, ...]
    dialect: str


@rule("RUN020", on="runbook", adopt="off", recommended="off", strict="warning", measured=(3, 3, 3))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    asked = [
        block
        for block in blocks(runbook.page)
        if block.fence.language.lower() in _DIALECTS and block.lines and not _mixed(block)
    ]
    scripts = [_script(runbook.source.text, block) for block in asked]
    alike = len({script.dialect for script in scripts}) == 1 and not any(block.open for block in asked)
    if alike and misread("".join(script.text for script in scripts), scripts[0].dialect) is None:
        return  # most pages: one question for all of their blocks
    for script in scripts:
        found = misread(script.text, script.dialect) if len(script.text) < _LARGE else None
        if found:
            yield _finding(runbook, script, found)


def _mixed(block: Block) -> bool:
    return block.prompted or any(map(printed, block.lines))


def _script(text: str, block: Block) -> Script:
    """A block without the indentation of the list it stands in, each placeholder a word as long."""
    fence = block.fence
    indent = fence.span.start - (text.rfind("\n", 0, fence.span.start) + 1)
    lines, starts = [], []
    at = fence.code.start
    before = text[text.rfind("\n", 0, at) + 1 : at]
    if not before.strip(" \t>"):  # the first line is indented as well
        at -= len(before)
    for line in text[at : fence.code.end].splitlines(keepends=True):
        held = re.match(rf"[ \t>]{{0,{indent}}}", line)
        assert held, "it may be empty"
        lines.append(_PLACEHOLDER.sub(lambda found: "x" * len(found[0]), line[held.end() :].rstrip("\r\n")))
        starts.append(at + held.end())
        at += len(line)
    return Script("\n".join(lines) + "\n", tuple(starts), _DIALECTS[fence.language.lower()])


def _finding(runbook: Document[Runbook], script: Script, found: Misread) -> Finding:
    line = min(found.line, len(script.starts)) - 1
    start = min(script.starts[line] + found.column - 1, len(runbook.source.text))
    end = runbook.source.line_span(runbook.source.position(start).line).end
    message = f"a shell cannot read this: {found.reason.replace('`', chr(39))}"
    return Finding(
        runbook.span(Span(start, max(start, end))), message, "try the block in a shell, as it stands"
    )
