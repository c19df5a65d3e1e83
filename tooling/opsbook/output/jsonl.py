"""One JSON object a finding and line, as log shippers and `jq` read them; the same objects as in `json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opsbook.output.json import data, harmless

if TYPE_CHECKING:
    from opsbook.lint.check import Report


def render(report: Report, *, color: bool = False) -> str:
    return "".join(harmless(json.dumps(data(each))) + "\n" for each in report.diagnostics)
