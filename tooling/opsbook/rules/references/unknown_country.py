"""The country of a team is one whose holidays are known.

A clock that says `2 business days` leaves out the weekends and public holidays of the team's country. A
country that nobody knows has none: the clock runs on through Christmas, and what is not late is called late.

`country` is a code of ISO 3166, `DE`, or with a part of the country that has holidays of its own, `DE-BE`;
the United Kingdom is `GB`. It is looked up in the library `holidays`, an extra of opsbook; without it nothing
is reported. Days that no library knows stand in a record of holidays, which the team names as `holidays`.

## Example

```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
country: EN  # REF004
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/London
```

Use instead:

```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
country: GB
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/London
```

## A part of a country

```yaml title="rotations/teams/payments.yaml"
name: Payments
members: [ana]
country: DE-XY  # REF004
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Related: `unknown_reference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding
from opsbook.errors import UserError
from opsbook.lint.rule import rule
from opsbook.metrics.business_days import public_holidays

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.directory import Team


@rule("REF004", on="team", adopt="warning", recommended="error")
def check(team: Document[Team], context: Context) -> Iterator[Finding]:
    del context
    country = team.content.country
    try:
        if country is None or public_holidays(country) is not None:
            return
    except UserError:  # nobody can tell, and a clock that needs to know will say so
        return
    yield Finding(
        team.at("country"),
        f"no holidays are known of `{country}`",
        "write a code of ISO 3166, such as `DE`, `DE-BE` or `GB`",
    )
