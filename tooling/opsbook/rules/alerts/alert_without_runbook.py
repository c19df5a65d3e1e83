"""Every alert that may wake somebody has a runbook.

An alert without one asks the person it wakes to work out at night what it means, whether it matters and
what to do. Whoever wrote the alert knew; a page of ten lines keeps that.

An alert of the rule files that the settings name (`alerts`) has a runbook when its `runbook_url` leads to one
of the book or to a page elsewhere, when a runbook has its name, or when a runbook lists it under `alerts`.
Names match whatever their upper and lower case. An alert that stands several times is reported once. The
annotations `runbook` and `documentation` will do as well, `TODO` will not. Addresses that are put together
when the alert fires are not followed. Not asked are alerts with the label `severity: info` or `none`, which
wake nobody. Rules inside other texts, such as a ConfigMap, are not read, and templates of Helm must be
rendered first.

Related: `unknown_runbook_url`, `unknown_alert`, `unused_alert_runbook`.

## Options

`alerts` names the rule files, by glob from the root of the book.

## Example

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeDiskFull  # ALR002
        expr: node_filesystem_avail_bytes < 1e9
```

Use instead:

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeDiskFull
        expr: node_filesystem_avail_bytes < 1e9
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

if TYPE_CHECKING:
    from opsbook.book.alerts import Alert
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context


@rule("ALR002", on="book", measured=(1466, 47, 47))
def check(book: Book, context: Context) -> Iterator[Finding]:
    if not context.settings.alerts:
        return
    alerts: dict[str, Alert] = {}
    for file in book.rule_files():
        for alert in file.alerts:
            if not (alert.runbook_url or alert.quiet) and not book.namesakes("runbook", alert.name):
                alerts.setdefault(alert.name.casefold(), alert)
    answered = _answered(book) if alerts else set()
    for name, alert in alerts.items():
        if name not in answered:
            hint = (
                f"write `runbooks/{alert.name}.md`, which `opsbook new runbook` begins, or list it under "
                "`alerts` of the runbook that helps"
            )
            yield Finding(alert.at, f"alert `{alert.name}` has no runbook", hint)


def _answered(book: Book) -> set[str]:
    """The alerts that runbooks list."""
    return {name.casefold() for runbook in book.runbooks for name in runbook.content.alerts}
