"""A record is saved as UTF-8.

An editor that saves in another encoding writes bytes that mean one letter here and another one
there. Guessing would put wrong names into the record, so the file is not read any further. The
place is the first byte that cannot be UTF-8.

## Example

Saved as Latin-1, where `ü` is a single byte:

```yaml title="rotations/people/jule.yaml" encoding="latin-1"
name: Jule Krüger  # DOC002
timezone: Europe/Berlin
```

Use instead: the same, saved as UTF-8.

```yaml title="rotations/people/jule.yaml"
name: Jule Krüger
timezone: Europe/Berlin
```

## Example: UTF-16

Windows PowerShell's `>` and Notepad's "Unicode" write this.

```yaml title="rotations/people/jule.yaml" encoding="utf-16"
name: Jule Krüger  # DOC002
timezone: Europe/Berlin
```

`iconv -f latin1 -t utf-8` or `iconv -f utf-16 -t utf-8` turns a file into UTF-8.

Related: `byte_order_mark`, `control_character`.
"""

from opsbook.lint.rule import reader_rule

check = reader_rule("DOC002", measured=(0, 0, 0))
