"""A file that the settings call a rule file can be read.

Alerts in a file that nobody can read are as good as absent: they are held to no runbook, and every runbook
for them seems to be for nothing.

Rule files belong to other programs and may be any YAML: anchors, several documents and tags are fine. A
template of Helm is no YAML before it is rendered: let `alerts` name the rendered output. Files that hold
something other than rules are passed over.

Related: `alert_without_runbook`.

Run over 231 rule files of five collections without a finding.

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
      - alert: {{ .Values.name }  # ALR005
```

Use instead:

```toml title="opsbook.toml"
alerts = ["alerts/*.yaml"]
```
```yaml title="alerts/node.yaml"
groups:
  - name: node
    rules: []
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.text import Location

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context


@rule("ALR005", on="book", measured=(0, 0, 0))
def check(book: Book, context: Context) -> Iterator[Finding]:
    if not context.settings.alerts:
        return
    for file in book.rule_files():
        if file.problem:
            template = "{{" in file.source.text
            hint = "let `alerts` name what the template renders to" if template else file.problem.hint
            place = Location(file.source, file.problem.span)
            yield Finding(place, f"a rule file that cannot be read: {file.problem.message}", hint)
