"""The address of an alert's runbook leads to a runbook.

The link in the page is the way to help that takes one click. Where it ends at "not found", the person who
was woken searches, or gives up and guesses.

Looked at are the `runbook_url` annotations in the rule files that the settings name (`alerts`), where the
address lies below one at which the runbooks of this book are published (`runbook_urls`). The last two parts
of its path are the runbook's folder and name, whatever their upper and lower case, with or without an
ending; a single part is the name alone. Addresses elsewhere are not followed, nor any that are put together
when the alert fires.

Related: `alert_without_runbook`, `unused_alert_runbook`.

Measured on the 139 alerts of kube-prometheus against the runbooks that their addresses lead to: of 125
addresses 26 lead nowhere, one of them from two alerts.

## Options

`alerts` names the rule files, by glob from the root of the book; `runbook_urls` says below which addresses
its runbooks are published.

## Example

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
runbook_urls = ["https://runbooks.example.com/"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeDiskFull
        expr: node_filesystem_avail_bytes < 1e9
        annotations:
          runbook_url: https://runbooks.example.com/nodes/nodediskfull  # ALR003
```
```markdown title="runbooks/node/NodeDiskFull.md"
---
kind: alert
---
# NodeDiskFull
```

Use instead:

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
runbook_urls = ["https://runbooks.example.com/"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeDiskFull
        expr: node_filesystem_avail_bytes < 1e9
        annotations:
          runbook_url: https://runbooks.example.com/node/nodediskfull
```
```markdown title="runbooks/node/NodeDiskFull.md"
---
kind: alert
---
# NodeDiskFull
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context


@rule("ALR003", on="book", measured=(27, 27, 27))
def check(book: Book, context: Context) -> Iterator[Finding]:
    prefixes = context.settings.runbook_urls
    if not (context.settings.alerts and prefixes):
        return
    from opsbook.book.alerts import leads_to, runbook_in, within

    for file in book.rule_files():
        for alert in file.alerts:
            url = alert.runbook_url
            target = runbook_in(url, prefixes) if url else None
            if url is None or target is None or not any(within(url, each) for each in prefixes):
                continue
            namesakes = book.namesakes("runbook", target[-1])
            if any(leads_to(target, path) for path in namesakes):
                continue
            place = "/".join(target)
            hint = f"there is `{namesakes[0]}`" if namesakes else f"write `runbooks/{shown(place)}.md`"
            yield Finding(alert.url_at, f"`runbook_url` leads to `{shown(place)}`, which is no runbook", hint)
