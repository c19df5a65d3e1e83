"""A runbook says what to do, not what its form says.

`opsbook new runbook` writes a page that has every part, so that nobody begins with an empty one. Its
sentences are true of any system and of help with none: whoever opens it at night and reads "look at what
changed in the last hour" has lost a minute, and believes that somebody wrote it who knew.

Reported is each line that still stands as the form has it. A line that happens to be right as it is says
more with one word of your own: which dashboards, whose approval, what number. The comments of the form ask
whoever writes; readers do not see them, and they may stay.

Related: `missing_part`, `template_words`.

## Example

```markdown title="runbooks/disk-slow.md"
# The disk is slow

## Trigger

`DiskLatency` fires.

## Prerequisites

- Read access to the dashboards and logs of what is hurt  <!-- RUN023 -->

## Steps

1. Move the leader to another node: `patronictl switchover orders`
```

Use instead:

```markdown title="runbooks/disk-slow.md"
# The disk is slow

## Trigger

`DiskLatency` fires.

## Prerequisites

- Read access to the dashboard "Disks", and `patronictl` on any node of the cluster

## Steps

1. Move the leader to another node: `patronictl switchover orders`
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from opsbook import forms
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.text import Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_FORMS = ("runbook-incident.md", "runbook-alert.md", "runbook-procedure.md")
_MARK = re.compile(r"@[A-Z]+@")


@rule("RUN023", on="runbook", recommended="advice", strict="warning")
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    text = runbook.source.text
    for found in _said_by_forms().finditer(text, runbook.front.body if runbook.front else 0):
        place = runbook.span(Span(*found.span()))
        hint = "write what it is here, or that it is not known"
        yield Finding(place, f"`{shown(place.text)}` is what the form says", hint)


@cache
def _said_by_forms() -> re.Pattern[str]:
    """Every sentence of the forms on a line of its own, whatever was filled in."""
    texts = ((Path(forms.__file__).parent / name).read_text("utf-8") for name in _FORMS)
    lines = {line for text in texts for line in _sentences(text)}
    said = (".+".join(map(re.escape, _MARK.split(line))) for line in sorted(lines))
    return re.compile(rf"(?m)^(?:{'|'.join(said)})(?=[ \t\r]*(?:<!--.*)?$)")


def _sentences(form: str) -> Iterator[str]:
    """The lines of a form below its front matter that are no heading and no comment."""
    body = form.split("---\n", 2)[2]
    return (line for line in body.splitlines() if line.strip() and not line.startswith(("#", "<!--")))
