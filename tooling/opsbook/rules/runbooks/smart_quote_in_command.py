"""A command is written with the quotes and dashes of a keyboard.

Word processors, chats and wikis turn `"` into `“`, `--` into `–` and a space into one that does not
break. On the page it looks the same, or better. Pasted into a shell, `“orders”` is a name with two odd
letters in it, `–force` is a file, and at 3 a.m. nobody sees the difference.

Blocks in `bash`, `sh`, `shell`, `ksh` or `zsh` are looked at. A comment may be written as people write,
and so may a text between keyboard quotes, as in `echo "It’s done"`; lines that look like the output of
a command are left as they were printed.

The fix writes the sign of the keyboard, and is safe: the line as it stands does not work. A dash before
one letter becomes `-`, before a word `--`. Only where the command has long options with a single dash
(`find`, `terraform`, `java`, `openssl`) is that a guess, and the fix unsafe.

The runbooks of 14 public collections have such signs in 14 blocks of shell, each in a comment, and the
rule is silent on all of them.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
# The hundred largest – nothing is deleted yet
du –-one-file-system --max-depth=2 “/var” | sort -h  # RUN014
journalctl –vacuum-size=200M  # RUN014
```
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

```bash
# The hundred largest – nothing is deleted yet
du --one-file-system --max-depth=2 "/var" | sort -h
journalctl --vacuum-size=200M
```
````

Related: `prompt_in_command`, `shell_syntax_error`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.lint.shell import Block, Line, blocks, printed
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_SIGNS = {"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'"}
_SPACES = ("\u00a0", "\u202f", "\u2007")
_SIGN = re.compile(rf"[{''.join((*_SIGNS, *_SPACES))}]|(?<![^\s\"'“‘])(?:[–—]-?|-[–—])(?=\w)")
_ANY = re.compile(rf"[{''.join((*_SIGNS, *_SPACES))}–—]")
_ONE_DASH = re.compile(r"\b(?:find|terraform|java|openssl|ffmpeg|go)\b")
_NAMES = {"\u00a0": "no-break space", "\u202f": "narrow no-break space", "\u2007": "figure space"}


@rule("RUN014", on="runbook", recommended="error", measured=(0, 0, 0))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    if not _ANY.search(runbook.source.text):
        return
    for block in blocks(runbook.page):
        for line in block.lines:
            if not line.comment and not printed(line) and not line.within:
                yield from _findings(runbook, block, line)


def _findings(runbook: Document[Runbook], block: Block, line: Line) -> Iterator[Finding]:
    """One finding for a line, with every sign in it."""
    signs = [sign for sign in _SIGN.finditer(line.code) if not _meant(block, line, sign)]
    if not signs:
        return
    edits = []
    for sign in signs:
        start = line.span.start + sign.start()
        place = runbook.span(Span(start, start + len(sign[0])))
        edits.append(Edit(place, _keyboard(sign)))
    dashes = any(sign[0][0] in "–—" for sign in signs)
    fix = Fix(
        "write it as on a keyboard",
        tuple(edits),
        safe=not (dashes and _ONE_DASH.search(line.code)),
    )
    first, wanted = signs[0][0], edits[0].replacement
    what = _NAMES.get(first, f"`{first}`")
    yield Finding(edits[0].location, f"{what} in a command, expected `{wanted}`", fix=fix)


def _meant(block: Block, line: Line, sign: re.Match[str]) -> bool:
    """Whether a sign is part of a text between keyboard quotes."""
    return block.quoted(line.span.start + sign.start()) or line.code.count('"', 0, sign.start()) % 2 == 1


def _keyboard(sign: re.Match[str]) -> str:
    """What a keyboard writes in place of a sign."""
    found = sign[0]
    if found in _SPACES:
        return " "
    if found in _SIGNS:
        return _SIGNS[found]
    single = re.match(r"\w(?!\w|-)", sign.string[sign.end() :]) and len(found) == 1
    return "-" if single else "--"
