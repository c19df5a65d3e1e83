"""A record holds nobody's private e-mail address.

An address at a free mail service is somebody's own, often a customer's, copied from a ticket. In a
repository it stays for good, is cloned with it, and may be published with the post-mortem. In a
person's record no address is needed: `accounts` lead to the tools that reach them.

Found are addresses at free mail services anywhere in the file, and any address in a person's record.
Addresses of roles pass (`support@`, `oncall@`, `status@`, `noreply@` …), and so do domains that are
kept for examples. Addresses of companies in other records pass.

In 965 runbooks and post-mortems of twenty collections, which name many addresses at companies, nothing
is found.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "jana.k1987@gmail.com writes that her order hangs"}  # HYG006
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
accounts: {github: ana-example, mail: ana.ruiz@kestrel-tickets.com}  # HYG006
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "A customer writes that her order hangs (ticket 4711)"}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
accounts: {github: ana-example, pager: ana}
```

Related: `phone_number`, `leaked_secret`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context

_ADDRESS = re.compile(
    r"(?<![\w.+%:/@-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})\b"
)
_SERVICES = (
    "gmail googlemail yahoo ymail hotmail outlook live msn gmx web icloud me mac aol proton protonmail pm "
    "tutanota tuta qq 163 126 sina yandex mail inbox rambler naver daum hanmail zoho fastmail hey t-online "
    "freenet orange wanadoo laposte free libero virgilio tiscali bluewin hushmail rediffmail"
)
_COUNTRIES = "com net org de at ch fr it es uk co.uk co.jp co.in com.br com.au ru cn me in jp kr"
_FREE, _ENDINGS = frozenset(_SERVICES.split()), frozenset(_COUNTRIES.split())
_ROLES = re.compile(
    r"(?i)(?:no-?reply|do-?not-?reply|support|help|hello|info|contact|status|on-?call|alerts?|security|abuse|"
    r"admin|administrator|root|postmaster|hostmaster|webmaster|sales|billing|press|team|ops|sre|dev|git|"
    r"user|username|test|name|you|your[._-]?\w+|me|someone|somebody|foo|bar|alice|bob|jane?[._]?doe|john[._]?doe)"
    r"(?:[+._-].*)?\Z"
)
_EXAMPLES = re.compile(
    r"(?i)(?:.*\.)?(?:example(?:\.\w+)?|test|invalid|localhost|local|noreply\.github\.com)\Z"
)


@rule(
    "HYG006", on=tuple(kind.name for kind in KINDS), adopt="advice", recommended="warning", measured=(0, 0, 0)
)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    text = document.source.text
    if "@" not in text:
        return
    for match in _ADDRESS.finditer(text):
        name, domain = match[0].partition("@")[0], match[1].lower()
        if _ROLES.match(name) or _EXAMPLES.match(domain):
            continue
        if _free(domain) or document.kind.name == "person":
            yield Finding(
                document.span(Span(*match.span())),
                f"a private address at `{domain}`" if _free(domain) else "an e-mail address of a person",
                "take it out, and name a ticket, or the person's `accounts`",
            )


def _free(domain: str) -> bool:
    """Whether anybody may have an address there for nothing."""
    name, _, ending = domain.partition(".")
    return name in _FREE and ending in _ENDINGS
