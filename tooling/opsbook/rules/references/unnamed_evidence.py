"""Every file of an incident's evidence is named by its record or its post-mortem.

A graph or a log shows something: that the pool was empty at 09:14, that the rollback helped. In the
folder alone it says nothing, and a year later nobody knows what it was kept for. The entry of the
timeline, action item or closure that it supports names it in `evidence:`, or a text links to it.

Any mention of the file's name in the incident's record or in its post-mortem counts, as it is written
or as a link encodes it; naming a folder, as in `evidence/heap-dumps/`, counts for all that is in it.

Not reported is anything as long as the incident is not resolved, since there is other work to do, nor
a `README` or index page in the folder, nor a file whose name begins with `.`. Other pages beside the
record are not read. A check of what is staged does not look for files, and says nothing.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502  # REF003
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, text: "The pool of connections is empty"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```
```text title="incidents/2026/2026-03-02-checkout-5xx/evidence/pool.txt"
09:14 active=50 idle=0 waiting=412
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - at: 2026-03-02T09:14Z
    milestone: declared
    text: "The pool of connections is empty"
    evidence: [evidence/pool.txt]
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
```
```text title="incidents/2026/2026-03-02-checkout-5xx/evidence/pool.txt"
09:14 active=50 idle=0 waiting=412
```

Related: `dead_link`, `unproven_action_item`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.metrics.follow_up import resolved_at
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident

_PAGE = re.compile(r".*/(?:readme|_?index)(?:\.\w+)?", re.IGNORECASE | re.DOTALL)
_ALL = re.compile(r"evidence/(?![\w.%-])")
"""The whole folder."""


@rule("REF003", on="incident", adopt="off", recommended="advice", strict="advice")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    kept = [path for path in context.book.evidence(incident.id) if not _PAGE.fullmatch(path)]
    if not kept or resolved_at(incident.content) is None:
        return
    unnamed = _unnamed(kept, incident.source.text)
    page = context.book.find("postmortem", incident.id) if unnamed else None
    if page:
        unnamed = _unnamed(unnamed, page.source.text)
    if unnamed:
        more = f" and {len(unnamed) - 1} more of its files" if unnamed[1:] else ""
        hint = "name it in `evidence:` of the entry that it supports, or delete it"
        yield Finding(incident.head, f"nothing names `{shown(unnamed[0])}`{more}", hint)


def _unnamed(paths: list[str], text: str) -> list[str]:
    """The files that a text does not name, nor a folder that they are in."""
    text = normalize("NFC", f"{text}\n{unquote(text)}")
    return [] if _ALL.search(text) else [path for path in paths if not _names(text, path)]


def _names(text: str, path: str) -> bool:
    _, *folders, name = normalize("NFC", path).split("/")
    inside = ("/".join(("evidence", *folders[:depth])) for depth in range(1, len(folders) + 1))
    return name in text or any(folder in text for folder in inside)
