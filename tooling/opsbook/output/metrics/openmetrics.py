"""Every value of the period as OpenMetrics 1.0 text, for whatever scrapes or pushes it.

All are gauges: the period moves on, and nothing of it only grows. A figure by service, severity, team or
month is a family of its own, so that a sum over labels counts nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.model.time import write_instant
from opsbook.output.frames import clean
from opsbook.output.metrics.values import HELP, Value, values

if TYPE_CHECKING:
    from opsbook.output.metrics.sections import Told

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


def render(told: Told, *, color: bool = False) -> str:
    families: dict[str, list[Value]] = {}
    for each in values(told):
        if not isinstance(each.value, str):
            families.setdefault(_name(each), []).append(each)
    start, end = map(write_instant, told.summary.now.within)
    lines = [
        "# TYPE opsbook_period info",
        "# HELP opsbook_period The period that is told of; it ends before `to`.",
        f'opsbook_period_info{{from="{start}",to="{end}"}} 1',
    ]
    for name, found in families.items():
        lines.append(f"# TYPE {name} gauge")
        if found[0].unit:
            lines.append(f"# UNIT {name} {found[0].unit}")
        lines.append(f"# HELP {name} {HELP[found[0].figure]}")
        lines += [f"{name}{_labels(each)} {each.value}" for each in found]
    return "\n".join([*lines, "# EOF\n"])


def _name(each: Value) -> str:
    return "_".join(filter(None, ("opsbook", each.figure, each.by and f"by_{each.by}", each.unit)))


def _labels(each: Value) -> str:
    labels = {each.by: each.group} if each.by else {}
    if each.statistic != "n" or each.unit:
        labels["statistic"] = each.statistic
    said = (f'{name}="{clean(value).translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{','.join(said)}}}" if labels else ""
