"""A runbook for an alert is for an alert that exists.

The alert was renamed or taken out, and its runbook stayed. Nobody is led to it any more, and whoever finds
it by searching follows advice for a system as it was.

A runbook of `kind: alert` is used when a rule file that the settings name (`alerts`) has an alert of its name
or one that it lists under `alerts`, or an alert whose `runbook_url` leads to it. Rule files that the settings
do not name are not known here: name them all, or leave this rule off.

Related: `alert_without_runbook`, `unknown_runbook_url`.

Measured on 108 runbooks against the alerts of kube-prometheus: nine are for alerts that are not there. Pages
that head a section, kept there as `_index.md`, are nobody's runbook and left out.

## Options

`alerts` names the rule files, by glob from the root of the book; `runbook_urls` says below which addresses
its runbooks are published; `default_runbook_kind` is the kind of a runbook that does not say its own.

## Example

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeFilesystemFull
        expr: node_filesystem_avail_bytes < 1e9
```
```markdown title="runbooks/node/NodeDiskFull.md"
---
kind: alert
---
# NodeDiskFull  <!-- ALR004 -->
```

Use instead:

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules:
      - alert: NodeFilesystemFull
        expr: node_filesystem_avail_bytes < 1e9
```
```markdown title="runbooks/node/NodeDiskFull.md"
---
kind: alert
alerts: [NodeFilesystemFull]
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
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook


@rule("ALR004", on="runbook", recommended="advice", strict="warning", measured=(9, 9, 9))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    content, settings, book = runbook.content, context.settings, context.book
    kind = content.kind if "kind" in content.model_fields_set else settings.default_runbook_kind
    if kind != "alert" or not settings.alerts:
        return
    if any(book.names_alert(name) for name in (runbook.id, *content.alerts)):
        return
    if book.alerts_lead_to(runbook.path):
        return
    known = {alert.name for file in book.rule_files() for alert in file.alerts}
    if known and runbook.id.casefold() not in {name.casefold() for name in known}:
        hint = "name the alert it answers under `alerts`, or delete it"
        yield Finding(runbook.head, f"no alert leads to `{runbook.id}`", hint)
