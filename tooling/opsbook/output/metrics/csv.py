"""Every value of the period as a line of CSV (RFC 4180), ready for a pivot table.

Text that a spreadsheet would take for a formula begins with `'`.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from opsbook.model.time import write_instant
from opsbook.output.cells import harmless
from opsbook.output.metrics.values import values

if TYPE_CHECKING:
    from opsbook.output.metrics.sections import Told

_HEAD = ("from", "to", "figure", "by", "group", "statistic", "unit", "value")


def render(told: Told, *, color: bool = False) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    start, end = map(write_instant, told.summary.now.within)
    writer.writerows(
        map(harmless, (start, end, each.figure, each.by, each.group, each.statistic, each.unit, each.value))
        for each in values(told)
    )
    return text.getvalue()
