"""An alert that a record names is one that a rule file has.

A runbook is found at night by the name of the alert. When the alert was renamed, or the name has a slip
in it, nobody gets from the page to the runbook.

Only where the settings name rule files (`alerts`), and these hold an alert. A runbook's `alerts` are all
looked up. An incident keeps the names of its time, since alerts come and go: there a name is reported only
where it nearly is an alert's name. Alerts of other systems belong into no list of Prometheus' alerts: take
them out, or name this rule in `ignore` where most alerts come from elsewhere.

Related: `alert_without_runbook`, `unused_alert_runbook`.

## Options

`alerts` names the rule files, by glob from the root of the book.

## Example

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/checkout.yaml"
groups:
  - name: checkout
    rules:
      - alert: CheckoutErrorRate
        expr: job:errors:ratio5m > 0.05
```
```markdown title="runbooks/checkout.md"
---
alerts: [CheckoutErrorsRate]  # ALR001
---
# Checkout answers with errors
```

Use instead:

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/checkout.yaml"
groups:
  - name: checkout
    rules:
      - alert: CheckoutErrorRate
        expr: job:errors:ratio5m > 0.05
```
```markdown title="runbooks/checkout.md"
---
alerts: [CheckoutErrorRate]
---
# Checkout answers with errors
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.text import Pointer


@rule("ALR001", on=("runbook", "incident"), measured=(0, 0, 0))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    if not context.settings.alerts:
        return
    for place, name in _named(document):
        if context.book.names_alert(name):
            continue
        near = _nearest(name, context.book)
        if near or (document.kind.name == "runbook" and context.book.rule_files()):
            hint = f"did you mean `{near}`?" if near else "mend the name, or take it out"
            yield Finding(document.at(*place), f"no rule file has an alert `{name}`", hint)


def _named(document: Document[Any]) -> Iterator[tuple[Pointer, str]]:
    """Where a record names an alert, and which."""
    for index, name in enumerate(document.content.alerts):
        yield ("alerts", index), name
    if document.kind.name == "incident":
        for index, entry in enumerate(document.content.timeline):
            if entry.page and entry.page.alert:
                yield ("timeline", index, "page", "alert"), entry.page.alert


def _nearest(name: str, book: Book) -> str | None:
    from opsbook.book.validate import nearest

    names = {alert.name for file in book.rule_files() for alert in file.alerts}
    return nearest(name, sorted(names))
