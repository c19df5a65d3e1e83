"""A person, team, escalation policy or calendar of holidays is named by another record.

These records do nothing by themselves: they matter where somebody names them. One that nobody names
is left over, or was meant to be named and is not: a policy that no alert reaches, a colleague who was
never put into the team, holidays on which everybody works.

A person is named by a team, a rotation, an override or an escalation policy; a team by a service, a
rotation or a policy; a policy by a service or another policy; holidays by a rotation, one of its layers,
a team, or the settings.

Not reported are people and teams with `until`: history needs them, so whoever responded once and has
left stays without being named. Nor is a kind of which no record at all is named: such a book uses it
in another way. A misspelt id names the record that it looks like (`unknown_reference` reports it), and
a record that cannot be read names whatever its text mentions. Incidents, post-mortems and runbooks are
not asked, since that would mean to read all of them: somebody who is named there alone is reported.
The rule looks at many records at once, and so runs where the whole book is checked.

## Example

```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Cole  # REF002
timezone: Europe/London
```

Use instead:

```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
```yaml title="rotations/people/ben.yaml"
name: Ben Cole
timezone: Europe/London
until: 2026-01-31
```

Related: `unknown_reference`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.references import references
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context

_SPEAK = ("team", "rotation", "override", "service", "escalation")
"""The kinds that name others, and of which a book has few."""
_SILENCE = {
    "person": (
        "no team, rotation, override or escalation policy names `{}`",
        "add them to a team, or write their last day as `until:`",
    ),
    "team": (
        "no service, rotation or escalation policy names the team `{}`",
        "name it where it belongs, or write its last day as `until:`",
    ),
    "escalation": (
        "no service and no other policy names the policy `{}`",
        "name it in the `escalation:` of a service, or delete the file",
    ),
    "holidays": (
        "no rotation and no team names the holidays `{}`",
        "name them in the `holidays:` of a rotation, layer or team, or delete the file",
    ),
}
"""What to say of a record of a kind that nobody names, and what to do."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@rule("REF002", on="book", adopt="off", recommended="advice", strict="warning")
def check(book: Book, context: Context) -> Iterator[Finding]:
    del context
    named, mentioned = _named(book)
    for kind, (message, hint) in _SILENCE.items():
        there = _meant(named[kind], set(book.names(kind)))
        if not there:
            continue
        for document in book.documents(kind):
            if not document.readable or document.id in there | mentioned:
                continue
            if getattr(document.content, "until", None) is None:
                yield Finding(document.head, message.format(document.id), hint)


def _meant(named: set[str], known: set[str]) -> set[str]:
    """The records that are named, or by their looks were meant to be."""
    from opsbook.book.validate import nearest

    near = (nearest(id, known) for id in sorted(named - known))
    return named & known | {id for id in near if id}


def _named(book: Book) -> tuple[dict[str, set[str]], set[str]]:
    """The ids that records name, by kind, and every word of those that cannot be read."""
    named: dict[str, set[str]] = {kind: set() for kind in _SILENCE}
    if book.settings.holidays:
        named["holidays"].add(book.settings.holidays)
    mentioned: set[str] = set()
    for speaker in _SPEAK:
        for document in book.documents(speaker):
            if not document.readable:
                mentioned.update(_WORD.findall(document.source.text))
                continue
            for reference in references(document.content):
                if speaker not in reference.kinds or reference.id != document.id:
                    for kind in named.keys() & set(reference.kinds):
                        named[kind].add(reference.id)
    return named, mentioned
